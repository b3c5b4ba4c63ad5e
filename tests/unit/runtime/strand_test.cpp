// tests/unit/runtime/strand_test.cpp - two lanes, suspension, and the end of a strand.
#include "hyperactor/runtime/strand.hpp"

#include "hyperactor/runtime/activation.hpp"
#include "hyperactor/runtime/slot_table.hpp"

#include "probe.hpp"
#include "runtime/simulation.hpp"
#include "runtime/thread_pool.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::runtime {
namespace {

// --- activation
// --------------------------------------------------------------------------------

TEST(Activation, IsClaimedByNobodyUntilItIsParked) {
  Activation activation;
  EXPECT_FALSE(activation.claim());
  activation.park();
  EXPECT_TRUE(activation.parked());
  EXPECT_TRUE(activation.claim());
  EXPECT_FALSE(activation.parked());
}

TEST(Activation, HasOneHolder) {  // ACT-1
  Activation activation;
  activation.park();
  EXPECT_TRUE(activation.reclaim());
  EXPECT_FALSE(activation.claim());
  activation.park();
  EXPECT_TRUE(activation.claim());
  EXPECT_FALSE(activation.reclaim());
}

// Many threads claim one parked token: one of them has it, and sees what the owner wrote.
TEST(ActivationThreads, GiveOneTokenToOneClaimer) {
  const int rounds = stress_rounds(20'000);
  Activation activation;
  int written = 0;     // the holder's
  int rounds_won = 0;  // the holder's
  std::atomic<bool> stop{false};
  std::vector<std::thread> claimers;
  for (int i = 0; i < 2; ++i) {
    claimers.emplace_back([&] {
      while (!stop.load(std::memory_order_relaxed)) {
        if (activation.claim()) {
          rounds_won += written;
          written = 0;
          if (rounds_won == rounds) stop.store(true, std::memory_order_relaxed);
          written = 1;
          activation.park();
        }
      }
    });
  }
  written = 1;
  activation.park();
  for (auto& claimer : claimers) claimer.join();
  EXPECT_GE(rounds_won, rounds);
}

// --- lanes
// -------------------------------------------------------------------------------------

class StrandTest : public ::testing::Test {
 protected:
  // Under simulation nothing runs until the test says so.
  void run_all() {
    while (simulation_.step()) {
    }
  }

  Simulation simulation_{1};
  ProbeStrand::Ref strand_ = ProbeStrand::make(simulation_);
  std::string order_;

  void TearDown() override {
    strand_->stop();
    run_all();
  }

  ProbeNode::Run say(char what) {
    return [this, what](ProbeStrand&) { order_ += what; };
  }
};

TEST_F(StrandTest, HandlesWorkInTheOrderOfThePushes) {
  for (const char what : {'a', 'b', 'c'}) strand_->work(say(what));
  run_all();
  EXPECT_EQ(order_, "abc");
  EXPECT_EQ(strand_->handled(), 3U);
}

TEST_F(StrandTest, LooksAtControlBeforeTheNextWorkItem) {  // STR-1
  strand_->work([this](ProbeStrand& self) {
    order_ += 'a';
    self.work(say('b'));
    self.control(say('!'));
  });
  strand_->work(say('c'));
  run_all();
  EXPECT_EQ(order_, "a!cb");
}

TEST_F(StrandTest, RunsControlOfAnIdleStrandWithoutCountingAMessage) {
  strand_->control(say('!'));
  strand_->control(say('?'));
  run_all();
  EXPECT_EQ(order_, "!?");
  EXPECT_EQ(strand_->handled(), 0U);
}

TEST_F(StrandTest, RunsControlThatItsLastHandlerPushed) {
  strand_->work([this](ProbeStrand& self) { self.control(say('!')); });
  run_all();
  EXPECT_EQ(order_, "!");
}

TEST_F(StrandTest, RunsControlThatControlPushed) {
  strand_->control([this](ProbeStrand& self) {
    order_ += '1';
    self.control(say('2'));
  });
  run_all();
  EXPECT_EQ(order_, "12");
}

TEST_F(StrandTest, KeepsWorkWaitingWhileAHandlerIsSuspended) {
  strand_->work([this](ProbeStrand& self) {
    order_ += 'a';
    self.set_held(true);
  });
  strand_->work(say('b'));
  run_all();
  EXPECT_EQ(order_, "a");
  strand_->control(say('!'));
  run_all();
  EXPECT_EQ(order_, "a!");
  strand_->control([](ProbeStrand& self) {
    self.finish_current();
    self.set_held(false);
  });
  run_all();
  EXPECT_EQ(order_, "a!b");
  EXPECT_EQ(strand_->handled(), 2U);
}

TEST_F(StrandTest, GivesOthersATurnWhenItYields) {
  const ProbeStrand::Ref other = ProbeStrand::make(simulation_);
  strand_->work([&](ProbeStrand& self) {
    order_ += 'a';
    other->work(say('x'));
    self.request_yield();
  });
  strand_->work(say('b'));
  EXPECT_TRUE(simulation_.step());
  EXPECT_EQ(order_, "a");
  run_all();
  EXPECT_EQ(order_.size(), 3U);
  other->stop();
  run_all();
}

TEST_F(StrandTest, AdvancesBeforeAnythingElseWhenAsked) {
  strand_->on_advance = [this](ProbeStrand&) { order_ += '>'; };
  strand_->work([this](ProbeStrand& self) {
    order_ += 'a';
    self.control(say('!'));
    self.request_advance();
  });
  strand_->work(say('b'));
  run_all();
  EXPECT_EQ(order_, "a!>b");
}

TEST_F(StrandTest, SaysWhatItIsDoing) {
  StrandState inside = StrandState::Unknown;
  strand_->work([&](ProbeStrand& self) { inside = self.state(); });
  run_all();
  EXPECT_EQ(inside, StrandState::Processing);
  EXPECT_EQ(strand_->state(), StrandState::Idle);
}

// --- the end
// -----------------------------------------------------------------------------------

TEST_F(StrandTest, DropsWhatIsQueuedWithTheReasonOfItsEnd) {  // STR-3
  std::vector<DropReason> reasons;
  const auto note = [&](DropReason why) { reasons.push_back(why); };
  strand_->work([&](ProbeStrand& self) {
    self.stop(DropReason::Failed);
    self.work(say('w'), note);
  });
  strand_->work(say('x'), note);
  run_all();
  EXPECT_EQ(order_, "");
  EXPECT_EQ(reasons, (std::vector{DropReason::Failed, DropReason::Failed}));
}

TEST_F(StrandTest, DropsWhatComesAfterItsEndWithTheSameReason) {  // STR-3
  strand_->stop(DropReason::Failed);
  run_all();
  std::vector<DropReason> reasons;
  const auto note = [&](DropReason why) { reasons.push_back(why); };
  strand_->work(say('w'), note);
  strand_->control(say('c'), note);
  EXPECT_EQ(order_, "");
  EXPECT_EQ(reasons, (std::vector{DropReason::Failed, DropReason::Failed}));
}

TEST_F(StrandTest, DropsTheSuspendedMessageWhenItEnds) {
  int dropped = 0;
  strand_->work([](ProbeStrand& self) { self.set_held(true); });
  strand_->work(say('b'), [&](DropReason) { ++dropped; });
  run_all();
  strand_->stop();
  strand_->control([](ProbeStrand& self) { self.finish_current(); });
  // finish_current() runs after the end was asked for, but in the same pass over the lane.
  run_all();
  EXPECT_EQ(order_, "");
  EXPECT_EQ(dropped, 1);
}

TEST_F(StrandTest, RefusesFromTheMomentItIsClosed) {
  EXPECT_FALSE(strand_->closed());
  strand_->stop();
  EXPECT_TRUE(strand_->closed());
}

TEST_F(StrandTest, LivesUntilItEndedAndItsLastReferenceWent) {  // STR-2
  std::shared_ptr<const std::atomic<bool>> destroyed;
  StrandId id;
  {
    const ProbeStrand::Ref strand = ProbeStrand::make(simulation_);
    destroyed = strand->destroyed();
    id = strand->strand_id();
    strand->stop();
    run_all();
    EXPECT_FALSE(destroyed->load());
  }
  EXPECT_TRUE(destroyed->load());
  EXPECT_EQ(SlotTable::process().acquire(id), nullptr);
}

TEST_F(StrandTest, LivesWithoutReferencesUntilItEnds) {  // STR-2
  std::shared_ptr<const std::atomic<bool>> destroyed;
  {
    const ProbeStrand::Ref strand = ProbeStrand::make(simulation_);
    destroyed = strand->destroyed();
    strand->work([](ProbeStrand& self) { self.stop(); });
  }
  EXPECT_FALSE(destroyed->load());
  run_all();
  EXPECT_TRUE(destroyed->load());
}

// --- threads
// -----------------------------------------------------------------------------------

class StrandThreads : public ::testing::Test {
 protected:
  void SetUp() override { pool_.start(); }

  void end(ProbeStrand::Ref& strand) {
    const auto gone = strand->destroyed();
    strand->stop();
    {
      const ProbeStrand::Ref last = std::move(strand);
    }
    EXPECT_TRUE(eventually([&] { return gone->load(); }));
  }

  ThreadPool pool_{2};
};

TEST_F(StrandThreads, HandleEveryMessageOfEverySender) {
  constexpr int kSenders = 3;
  const int count = stress_rounds(5'000);
  auto strand = ProbeStrand::make(pool_);
  std::vector<int> seen(kSenders);  // the token holder's
  int disorder = 0;                 // the token holder's
  std::atomic<int> total{0};
  std::vector<std::thread> senders;
  for (int me = 0; me < kSenders; ++me) {
    senders.emplace_back([&, me] {
      for (int i = 0; i < count; ++i) {
        strand->work([&, me, i](ProbeStrand&) {
          if (seen[static_cast<std::size_t>(me)]++ != i) ++disorder;
          total.fetch_add(1, std::memory_order_release);
        });
      }
    });
  }
  for (auto& sender : senders) sender.join();
  EXPECT_TRUE(
      eventually([&] { return total.load(std::memory_order_acquire) == kSenders * count; }));
  end(strand);
  EXPECT_EQ(disorder, 0);
}

// ACT-2: every message suspends its strand until another thread's control item ends that. Noise
// on both lanes makes bells, claims and parking meet in every order.
TEST_F(StrandThreads, WakeASuspendedStrandEachTime) {
  const int rounds = stress_rounds(3'000);
  auto strand = ProbeStrand::make(pool_);
  std::atomic<int> suspended{0};
  std::atomic<int> noise_handled{0};
  std::atomic<bool> done{false};
  for (int i = 0; i < rounds; ++i) {
    strand->work([&](ProbeStrand& self) {
      self.set_held(true);
      suspended.fetch_add(1);
    });
  }
  std::atomic<int> noise_sent{0};
  std::thread noise([&] {
    while (!done.load()) {
      if (noise_sent.load() - noise_handled.load() > 64) {
        std::this_thread::yield();
        continue;
      }
      noise_sent.fetch_add(1);
      strand->control([&](ProbeStrand&) { noise_handled.fetch_add(1); });
    }
  });
  int woken = 0;
  bool stuck = false;
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (woken < rounds && !stuck) {
    if (suspended.load() > woken) {
      ++woken;
      strand->control([](ProbeStrand& self) {
        self.finish_current();
        self.set_held(false);
      });
    } else {
      std::this_thread::yield();
      stuck = std::chrono::steady_clock::now() > limit;
    }
  }
  done = true;
  noise.join();
  EXPECT_FALSE(stuck) << "after " << woken << " wake-ups";
  EXPECT_TRUE(eventually([&] { return noise_handled.load() == noise_sent.load(); }));
  EXPECT_TRUE(eventually([&] { return strand->state() == StrandState::Idle; }));
  EXPECT_EQ(strand->handled(), static_cast<std::uint64_t>(rounds));
  end(strand);
}

// STR-3: a message is handled or dropped, exactly one of them, whenever the end comes.
TEST_F(StrandThreads, LoseNothingThatRacesWithTheEnd) {
  constexpr int kSenders = 2;
  constexpr int kEach = 100;
  const int rounds = stress_rounds(60);
  for (int round = 0; round < rounds; ++round) {
    auto strand = ProbeStrand::make(pool_);
    std::atomic<int> ended{0};
    std::vector<std::thread> senders;
    for (int me = 0; me < kSenders; ++me) {
      senders.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) {
          const auto run = [&](ProbeStrand&) { ended.fetch_add(1); };
          const auto drop = [&](DropReason) { ended.fetch_add(1); };
          if (i % 3 == 0) {
            strand->control(run, drop);
          } else {
            strand->work(run, drop);
          }
        }
      });
    }
    for (int i = 0; i < round % 7 * 50; ++i) std::this_thread::yield();
    strand->stop();
    for (auto& sender : senders) sender.join();
    ASSERT_TRUE(eventually([&] { return ended.load() == kSenders * kEach; }))
        << ended.load() << " of " << kSenders * kEach << " in round " << round;
    const auto gone = strand->destroyed();
    {
      const ProbeStrand::Ref last = std::move(strand);
    }
    ASSERT_TRUE(eventually([&] { return gone->load(); }));
  }
}

TEST_F(StrandThreads, ShowHowManyMessagesASliceLeftBehind) {
  constexpr int kQueued = 200;
  auto strand = ProbeStrand::make(pool_);
  std::atomic<bool> go{false};
  std::atomic<int> handled{0};
  strand->work([&](ProbeStrand&) {
    while (!go.load()) std::this_thread::yield();
  });
  for (int i = 0; i < kQueued; ++i) {
    strand->work([&](ProbeStrand&) {
      std::this_thread::sleep_for(std::chrono::microseconds(20));
      handled.fetch_add(1);
    });
  }
  EXPECT_EQ(strand->depth_max(), 0U);
  go = true;
  EXPECT_TRUE(eventually([&] { return handled.load() == kQueued; }));
  EXPECT_TRUE(eventually([&] { return strand->state() == StrandState::Idle; }));
  EXPECT_GE(strand->depth_max(), static_cast<std::uint64_t>(kQueued) / 2);
  EXPECT_LE(strand->depth_max(), static_cast<std::uint64_t>(kQueued));
  EXPECT_EQ(strand->depth(), 0U);
  end(strand);
}

}  // namespace
}  // namespace hyperactor::runtime
