// tests/unit/runtime/wait_test.cpp - waits, their deadlines, and the timers behind them.
#include "hyperactor/runtime/wait.hpp"

#include "hyperactor/runtime/manual_strand.hpp"

#include "probe.hpp"
#include "runtime/simulation.hpp"
#include "runtime/thread_pool.hpp"
#include "runtime/timer_service.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <new>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::runtime {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

class WaitTest : public ::testing::Test {
 protected:
  struct Deadline : Wait {
    std::int64_t expired_ns = 0;
    Simulation* simulation = nullptr;
  };

  // Opens a wait that only its deadline ends.
  Deadline& open(std::int64_t after_ns) {
    Deadline& wait = waits_.emplace_back();
    wait.what = "test";
    wait.simulation = &simulation_;
    wait.deadline = simulation_.now_ticks() + static_cast<std::uint64_t>(after_ns);
    wait.expire = [](Wait& expired) {
      auto& self = static_cast<Deadline&>(expired);
      self.expired_ns = self.simulation->now_ns();
      close_wait(expired);
    };
    open_wait(*strand_, wait);
    return wait;
  }

  void run_all() {
    while (simulation_.step()) {
    }
  }

  void TearDown() override {
    for (Deadline& wait : waits_) close_wait(wait);
    strand_->stop();
    run_all();
  }

  Simulation simulation_{1};
  ProbeStrand::Ref strand_ = ProbeStrand::make(simulation_);
  std::deque<Deadline> waits_;
};

TEST_F(WaitTest, ExpireAtTheirDeadlinesInWhateverOrderTheyWereOpened) {
  const std::int64_t begin = simulation_.now_ns();
  for (const int ms : {30, 10, 20, 10, 40}) open(ms * kMillisecond);
  run_all();
  for (std::size_t i = 0; const int ms : {30, 10, 20, 10, 40}) {
    EXPECT_GE(waits_[i].expired_ns - begin, ms * kMillisecond);
    EXPECT_LT(waits_[i].expired_ns - begin, (ms + 1) * kMillisecond);
    ++i;
  }
}

TEST_F(WaitTest, AThousandWithOneDeadlineAllExpire) {
  for (int i = 0; i < 1'000; ++i) open(kMillisecond);
  run_all();
  for (const Deadline& wait : waits_) ASSERT_NE(wait.expired_ns, 0);
  EXPECT_EQ(strand_->waits_head, nullptr);
}

TEST_F(WaitTest, DoNotExpireOnceTheyAreClosed) {
  Deadline& closed = open(kMillisecond);
  const Deadline& kept = open(2 * kMillisecond);
  close_wait(closed);
  close_wait(closed);
  run_all();
  EXPECT_EQ(closed.expired_ns, 0);
  EXPECT_NE(kept.expired_ns, 0);
}

TEST_F(WaitTest, AreOpenForAnybodyUntilTheyAreClosed) {  // WT-2
  Deadline& wait = open(kMillisecond);
  const WaitId id = wait.id;
  EXPECT_TRUE(WaitTable::process().open(id));
  EXPECT_EQ(WaitTable::process().find(id), &wait);
  close_wait(wait);
  EXPECT_FALSE(WaitTable::process().open(id));
  EXPECT_EQ(WaitTable::process().find(id), nullptr);
}

TEST_F(WaitTest, AreNotCompletedByAStaleName) {  // WT-1
  Deadline& first = open(kMillisecond);
  const WaitId stale = first.id;
  close_wait(first);
  int completed = 0;
  strand_->on_advance = [&](ProbeStrand&) { ++completed; };
  Deadline& second = open(2 * kMillisecond);
  second.complete = [](Wait& wait, Node&) {
    static_cast<ProbeStrand*>(wait.strand)->request_advance();
  };
  wake(stale);
  EXPECT_TRUE(simulation_.step());
  EXPECT_EQ(completed, 0);
  wake(second.id);
  run_all();
  EXPECT_EQ(completed, 1);
}

TEST_F(WaitTest, WhoseStrandIsGoneLetTheirTimerFireIntoNothing) {
  bool destroyed = false;
  {
    const auto other = ProbeStrand::make(simulation_);
    const auto gone = other->destroyed();
    Wait wait;
    wait.deadline = simulation_.now_ticks() + 5'000'000;
    wait.expire = [](Wait&) { FAIL() << "expired on a strand that is gone"; };
    open_wait(*other, wait);
    close_wait(wait);
    other->stop();
    while (!other->closed() || other->waits_head != nullptr) {
      ASSERT_TRUE(simulation_.step());
    }
    EXPECT_TRUE(simulation_.step());
    destroyed = gone->load();
  }
  const std::int64_t before = simulation_.now_ns();
  run_all();
  EXPECT_FALSE(destroyed);  // this test held it until then
  EXPECT_GE(simulation_.now_ns() - before, 4 * kMillisecond);
}

// --- timer service
// -----------------------------------------------------------------------------

struct Alarm : Timer {
  Alarm() {
    fire = [](Timer& timer) { ++static_cast<Alarm&>(timer).fired; };
  }

  int fired = 0;
};

TEST(TimerService, FiresWhatIsDueAndTellsTheNextDeadline) {  // TS-2
  TimerService timers(0);
  Alarm early;
  Alarm late;
  EXPECT_EQ(timers.earliest(), INT64_MAX);
  timers.arm(late, 200);
  timers.arm(early, 100);
  EXPECT_EQ(timers.earliest(), 100);
  EXPECT_EQ(timers.fire_due(99), 0U);
  EXPECT_EQ(timers.fire_due(150), 1U);
  EXPECT_EQ(early.fired, 1);
  EXPECT_EQ(late.fired, 0);
  EXPECT_EQ(timers.earliest(), 200);
  EXPECT_EQ(timers.size(), 1U);
  EXPECT_TRUE(timers.cancel(late));
}

TEST(TimerService, SaysWhetherACancelledTimerWillFire) {
  TimerService timers(0);
  Alarm alarm;
  EXPECT_FALSE(timers.cancel(alarm));
  timers.arm(alarm, 100);
  EXPECT_TRUE(timers.cancel(alarm));
  EXPECT_EQ(timers.fire_due(1'000), 0U);
  EXPECT_EQ(alarm.fired, 0);
}

TEST(TimerService, LetsATimerArmItselfAgain) {  // TS-1

  struct Again : Timer {
    TimerService* timers = nullptr;
    int fired = 0;
  } again;

  TimerService timers(0);
  again.timers = &timers;
  again.fire = [](Timer& timer) {
    auto& self = static_cast<Again&>(timer);
    if (++self.fired < 3) self.timers->arm(self, self.fired * 100 + 100);
  };
  timers.arm(again, 100);
  for (const std::int64_t now : {100, 200, 300, 400}) (void)timers.fire_due(now);
  EXPECT_EQ(again.fired, 3);
}

// MAN-1: a client ends while completions for it are still on their way.
TEST(ManualStrandThreads, RetireWhileOthersStillPush) {
  ThreadPool pool(1);
  pool.start();
  const int rounds = stress_rounds(200);
  for (int round = 0; round < rounds; ++round) {
    auto* const strand = new ManualStrand(pool);
    strand->add_reference();
    strand->add_reference();
    std::atomic<int> pushed{0};
    std::thread pusher([&] {
      for (int i = 0; i < 50; ++i) {
        static constexpr NodeOps kNothing{[](Strand&, Node&) {},
                                          [](Strand*, Node&, DropReason) {}, nullptr};
        auto* const node = ::new (tls.pool.allocate(0)) Node;
        node->ops = &kNothing;
        strand->push_control(*node);
        pushed.fetch_add(1);
      }
      strand->drop_reference();
    });
    while (pushed.load() < round % 50) std::this_thread::yield();
    strand->retire();
    EXPECT_TRUE(strand->closed());
    strand->drop_reference();
    pusher.join();
  }
  pool.stop();
}

}  // namespace
}  // namespace hyperactor::runtime
