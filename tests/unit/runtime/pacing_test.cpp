// tests/unit/runtime/pacing_test.cpp - who sends to a buried receiver is slowed, by how much,
// and who goes first meanwhile (STR-5).
#include "hyperactor/runtime/scheduler.hpp"

#include "probe.hpp"
#include "runtime/thread_pool.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <thread>

#include <gtest/gtest.h>

namespace hyperactor::runtime {
namespace {

using namespace std::chrono_literals;

constexpr int kBuried = 1024;         // messages that make a backlog long
constexpr std::uint64_t kSends = 64;  // to such a receiver in one turn
constexpr std::uint64_t kNow = 1'000'000;
constexpr std::uint64_t kPace = 777;

// Runs what the test says, one slice at a time, at a time that stands still.
class HandScheduler final : public Scheduler {
 public:
  void inject(Strand& strand) override { queue_.push_back(&strand); }

  void yield(Strand& strand) override { queue_.push_back(&strand); }

  std::uint64_t now_ticks() noexcept override { return kNow; }

  std::int64_t now_ns() noexcept override { return static_cast<std::int64_t>(kNow); }

  const TickScale& scale() const noexcept override { return scale_; }

  bool simulated() const noexcept override { return false; }

  std::uint64_t random() override { return 4; }

  void arm(Timer&, std::int64_t) override {}

  bool cancel(Timer&) noexcept override { return true; }

  void run_blocking(BlockingJob&) override {}

  std::shared_ptr<OwnThread> run_apart(Strand&, const std::string&) override { return nullptr; }

  // One slice of `strand`; false if it is not in the queue.
  bool turn(Strand& strand) {
    if (std::erase(queue_, &strand) == 0) return false;
    tls.now = kNow;
    strand.run(tls);
    return true;
  }

  bool step() override { return !queue_.empty() && turn(*queue_.front()); }

 private:
  std::deque<Strand*> queue_;
  TickScale scale_;
};

class PacingTest : public ::testing::Test {
 protected:
  PacingTest() { tls.pace_ticks = kPace; }

  ~PacingTest() override {
    tls.slice_messages = ~0U;
    sender_->stop();
    receiver_->stop();
    while (scheduler_.step()) {
    }
    tls.pace_ticks = 0;
  }

  // One slice of one message, which leaves `left` behind.
  void leave(ProbeStrand& strand, int left) {
    for (int i = 0; i <= left; ++i) strand.work([](ProbeStrand&) {});
    tls.slice_messages = 1;
    ASSERT_TRUE(scheduler_.turn(strand));
    tls.slice_messages = ~0U;
  }

  // Messages of the sender, each of which sends one to the receiver.
  void queue_sends(int count) {
    for (int i = 0; i < count; ++i) {
      sender_->work([this](ProbeStrand&) { receiver_->work([](ProbeStrand&) {}); });
    }
  }

  HandScheduler scheduler_;
  ProbeStrand::Ref sender_ = ProbeStrand::make(scheduler_);
  ProbeStrand::Ref receiver_ = ProbeStrand::make(scheduler_);
};

TEST_F(PacingTest, EndsTheTurnOfWhoSendsToABuriedReceiver) {
  leave(*receiver_, kBuried);
  queue_sends(200);
  ASSERT_TRUE(scheduler_.turn(*sender_));
  EXPECT_EQ(sender_->handled(), kSends);
  EXPECT_EQ(sender_->not_before, kNow + kPace);
  // It waits in the queue; the rest of its messages follow in turns of the same length.
  ASSERT_TRUE(scheduler_.turn(*sender_));
  EXPECT_EQ(sender_->handled(), 2 * kSends);
  ASSERT_TRUE(scheduler_.turn(*sender_));
  ASSERT_TRUE(scheduler_.turn(*sender_));
  EXPECT_EQ(sender_->handled(), 200U);
  EXPECT_FALSE(scheduler_.turn(*sender_));
}

TEST_F(PacingTest, LetsWhoSendsToAShorterQueueGoOn) {
  leave(*receiver_, kBuried - 1);
  queue_sends(200);
  ASSERT_TRUE(scheduler_.turn(*sender_));
  EXPECT_EQ(sender_->handled(), 200U);
  EXPECT_EQ(sender_->not_before, 0U);
}

TEST_F(PacingTest, CountsTheSendsOfOneTurn) {
  leave(*receiver_, kBuried);
  for (int turn = 0; turn < 4; ++turn) {
    queue_sends(static_cast<int>(kSends) - 1);
    ASSERT_TRUE(scheduler_.turn(*sender_));
    EXPECT_FALSE(scheduler_.turn(*sender_));  // it finished what it had
    EXPECT_EQ(sender_->not_before, 0U);
  }
}

TEST_F(PacingTest, EndsWithTheBacklog) {
  leave(*receiver_, kBuried);
  ASSERT_TRUE(scheduler_.turn(*receiver_));
  ASSERT_FALSE(scheduler_.turn(*receiver_));
  queue_sends(200);
  ASSERT_TRUE(scheduler_.turn(*sender_));
  EXPECT_EQ(sender_->handled(), 200U);
  EXPECT_EQ(sender_->not_before, 0U);
}

TEST_F(PacingTest, DoesNotKeepASenderFromABacklogOfItsOwn) {
  leave(*receiver_, kBuried);
  queue_sends(static_cast<int>(kSends) + kBuried);
  ASSERT_TRUE(scheduler_.turn(*sender_));
  EXPECT_EQ(sender_->handled(), kSends);  // others have their turn all the same
  EXPECT_EQ(sender_->not_before, 0U);
  ASSERT_TRUE(scheduler_.turn(*sender_));  // one short of a long backlog
  EXPECT_EQ(sender_->not_before, kNow + kPace);
}

// --- the worker, which keeps a paced strand waiting
// ---------------------------------------------

class PacingThreads : public ::testing::Test {
 protected:
  PacingThreads() { pool_.start(); }

  ~PacingThreads() override {
    paced_->stop();
    other_->stop();
  }

  void pace(std::chrono::milliseconds wait) {
    paced_->not_before =
        read_ticks() + pool_.scale().to_ticks(std::chrono::nanoseconds(wait).count());
  }

  ProbeNode::Run run_paced() {
    return [this](ProbeStrand&) {
      EXPECT_GE(read_ticks(), paced_->not_before);
      paced_ran_ = true;
    };
  }

  ProbeNode::Run run_other() {
    return [this](ProbeStrand&) {
      EXPECT_FALSE(paced_ran_.load());
      other_ran_ = true;
    };
  }

  bool both_ran() {
    return eventually([this] { return paced_ran_.load() && other_ran_.load(); });
  }

  std::atomic<bool> paced_ran_{false};
  std::atomic<bool> other_ran_{false};
  ThreadPool pool_{1};
  ProbeStrand::Ref paced_ = ProbeStrand::make(pool_);
  ProbeStrand::Ref other_ = ProbeStrand::make(pool_);
};

// ThreadsOnly: needs a worker.
TEST_F(PacingThreads, RunWhatElseIsQueuedFirst) {
  pace(300ms);
  // Both are in the worker's own queue, the paced one before the other.
  auto first = ProbeStrand::make(pool_);
  first->work([this](ProbeStrand&) {
    other_->work(run_other());
    paced_->work(run_paced());  // newest first
  });
  EXPECT_TRUE(both_ran());
  first->stop();
}

// ThreadsOnly: needs a worker.
TEST_F(PacingThreads, RunWhatComesFromOutsideFirst) {
  pace(500ms);
  paced_->work(run_paced());
  std::this_thread::sleep_for(10ms);
  EXPECT_FALSE(paced_ran_.load());
  other_->work(run_other());
  EXPECT_TRUE(both_ran());
}

}  // namespace
}  // namespace hyperactor::runtime
