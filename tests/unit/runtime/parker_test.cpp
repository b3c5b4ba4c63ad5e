// tests/unit/runtime/parker_test.cpp - no wake-up is forgotten; also the set of idle workers.
#include "runtime/parker.hpp"

#include "probe.hpp"
#include "runtime/idle_set.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::runtime {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

TEST(Parker, ReturnsAtOnceWhenItWasWokenBefore) {  // PRK-1
  Parker parker;
  parker.unpark();
  EXPECT_TRUE(parker.park(Parker::kForever));
}

TEST(Parker, RemembersOneWakeUpHoweverManyCame) {
  Parker parker;
  parker.unpark();
  parker.unpark();
  EXPECT_TRUE(parker.park(Parker::kForever));
  EXPECT_FALSE(parker.park(0));
}

TEST(Parker, GivesUpAfterItsTime) {
  Parker parker;
  const auto begin = Clock::now();
  // A signal may end one sleep early.
  while (Clock::now() - begin < 5ms) EXPECT_FALSE(parker.park(5'000'000));
  EXPECT_LT(Clock::now() - begin, 5s);
}

TEST(Parker, TakesANegativeTimeForNone) {
  Parker parker;
  EXPECT_FALSE(parker.park(-1));
}

// PRK-1: with one forgotten wake-up both sides would wait for ever.
TEST(ParkerThreads, WakeEachOtherInTurn) {
  const int rounds = stress_rounds(3'000);
  Parker here;
  Parker there;
  std::atomic<int> turns{0};
  std::thread other([&] {
    for (int i = 0; i < rounds; ++i) {
      while (!there.park(Parker::kForever)) {
      }
      turns.fetch_add(1, std::memory_order_relaxed);
      here.unpark();
    }
  });
  for (int i = 0; i < rounds; ++i) {
    there.unpark();
    while (!here.park(Parker::kForever)) {
    }
    ASSERT_EQ(turns.load(std::memory_order_relaxed), i + 1);
  }
  other.join();
}

TEST(IdleSet, ClaimsEveryWorkerOnce) {  // IDL-1
  IdleSet idle;
  for (const std::size_t worker : {3U, 64U, 1023U}) idle.add(worker);
  EXPECT_EQ(idle.claim(IdleSet::kWorkersMax), 3U);
  EXPECT_EQ(idle.claim(IdleSet::kWorkersMax), 64U);
  EXPECT_EQ(idle.claim(IdleSet::kWorkersMax), 1023U);
  EXPECT_EQ(idle.claim(IdleSet::kWorkersMax), IdleSet::kWorkersMax);
  EXPECT_FALSE(idle.any(IdleSet::kWorkersMax));
}

TEST(IdleSet, TellsAWorkerWhetherItWasClaimed) {  // IDL-1
  IdleSet idle;
  idle.add(5);
  EXPECT_TRUE(idle.any(64));
  EXPECT_TRUE(idle.remove(5));
  idle.add(5);
  EXPECT_EQ(idle.claim(64), 5U);
  EXPECT_FALSE(idle.remove(5));
}

TEST(IdleSetThreads, ClaimAWorkerOrLetItGoButNotBoth) {
  const int rounds = stress_rounds(3'000);
  IdleSet idle;
  std::atomic<int> claimed{0};
  std::atomic<bool> done{false};
  std::vector<std::thread> claimers;
  for (int i = 0; i < 2; ++i) {
    claimers.emplace_back([&] {
      while (!done.load()) {
        if (idle.claim(1) == 0) claimed.fetch_add(1);
      }
    });
  }
  int lost = 0;
  for (int i = 0; i < rounds; ++i) {
    idle.add(0);
    if (i % 2 == 0) std::this_thread::yield();
    if (!idle.remove(0)) ++lost;
  }
  done = true;
  for (auto& claimer : claimers) claimer.join();
  EXPECT_EQ(claimed.load(), lost);
}

}  // namespace
}  // namespace hyperactor::runtime
