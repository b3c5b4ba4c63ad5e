// tests/unit/runtime/run_queue_test.cpp - a strand queued once is taken once; also the
// injector.
#include "runtime/run_queue.hpp"

#include "probe.hpp"
#include "runtime/injector.hpp"
#include "runtime/simulation.hpp"

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::runtime {
namespace {

// Strands that are queued by hand and never run.
class Strands {
 public:
  explicit Strands(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      refs_.push_back(ProbeStrand::make(simulation_));
      index_.emplace(&*refs_.back(), i);
    }
  }

  Strands(const Strands&) = delete;
  Strands& operator=(const Strands&) = delete;

  ~Strands() {
    for (auto& ref : refs_) ref->stop();
    while (simulation_.step()) {
    }
  }

  Strand& operator[](std::size_t i) { return *refs_[i]; }

  std::size_t index(const Strand* strand) const { return index_.at(strand); }

 private:
  Simulation simulation_{1};
  std::deque<ProbeStrand::Ref> refs_;
  std::unordered_map<const Strand*, std::size_t> index_;
};

TEST(RunQueue, TakesInTheOrderOfThePushes) {
  Strands strands(3);
  RunQueue queue;
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(queue.push(strands[i]));
  EXPECT_EQ(queue.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(queue.take(), &strands[i]);
  EXPECT_EQ(queue.take(), nullptr);
}

TEST(RunQueue, RefusesWhatIsBeyondItsCapacity) {  // RQ-1
  Strands strands(1);
  RunQueue queue;
  for (std::size_t i = 0; i < RunQueue::kCapacity; ++i) ASSERT_TRUE(queue.push(strands[0]));
  EXPECT_FALSE(queue.push(strands[0]));
  (void)queue.take();
  EXPECT_TRUE(queue.push(strands[0]));
}

// RQ-2, RQ-3: what comes out is pushed again, so entries are overwritten all the time.
TEST(RunQueueThreads, GiveEveryStrandToOneTaker) {
  constexpr std::size_t kStrands = 64;
  const int rounds = stress_rounds(100'000);
  Strands strands(kStrands);
  RunQueue queue;
  std::vector<std::atomic<int>> queued(kStrands);
  std::atomic<int> wrong{0};
  std::atomic<bool> done{false};
  const auto take = [&] {
    Strand* const strand = queue.take();
    if (strand == nullptr) return false;
    if (queued[strands.index(strand)].exchange(0) != 1) wrong.fetch_add(1);
    return true;
  };
  std::vector<std::thread> thieves;
  for (int i = 0; i < 2; ++i) {
    thieves.emplace_back([&] {
      while (!done.load()) {
        if (!take()) std::this_thread::yield();
      }
    });
  }
  for (int i = 0; i < rounds; ++i) {
    const std::size_t n = static_cast<std::size_t>(i) % kStrands;
    if (queued[n].load() == 0) {
      queued[n].store(1);
      if (!queue.push(strands[n])) wrong.fetch_add(1);
    }
    if (i % 3 == 0) (void)take();
  }
  done = true;
  for (auto& thief : thieves) thief.join();
  while (take()) {
  }
  for (const auto& left : queued) EXPECT_EQ(left.load(), 0);
  EXPECT_EQ(wrong.load(), 0);
}

TEST(Injector, TakesInTheOrderOfThePushes) {
  Strands strands(3);
  Injector injector;
  EXPECT_TRUE(injector.empty());
  for (std::size_t i = 0; i < 3; ++i) injector.push(strands[i]);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(injector.take(), &strands[i]);
  EXPECT_EQ(injector.take(), nullptr);
  EXPECT_TRUE(injector.empty());
}

TEST(InjectorThreads, GiveEveryStrandToOneTakerWhoeverPushes) {  // INJ-3, INJ-4
  constexpr std::size_t kStrands = 64;
  constexpr std::size_t kProducers = 2;
  const int rounds = stress_rounds(30'000);
  Strands strands(kStrands);
  Injector injector;
  std::vector<std::atomic<int>> queued(kStrands);
  std::atomic<int> wrong{0};
  std::atomic<int> producing{kProducers};
  std::vector<std::thread> threads;
  for (std::size_t me = 0; me < kProducers; ++me) {
    threads.emplace_back([&, me] {
      for (int i = 0; i < rounds; ++i) {
        const std::size_t n = (static_cast<std::size_t>(i) * kProducers + me) % kStrands;
        if (queued[n].load() != 0) continue;
        queued[n].store(1);
        injector.push(strands[n]);
      }
      producing.fetch_sub(1);
    });
  }
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      while (producing.load() != 0 || !injector.empty()) {
        if (Strand* const strand = injector.take()) {
          if (queued[strands.index(strand)].exchange(0) != 1) wrong.fetch_add(1);
        } else {
          std::this_thread::yield();
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& left : queued) EXPECT_EQ(left.load(), 0);
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
}  // namespace hyperactor::runtime
