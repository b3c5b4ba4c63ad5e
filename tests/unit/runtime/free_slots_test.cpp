// tests/unit/runtime/free_slots_test.cpp - numbers of slots: once at a time, and none lost.
#include "runtime/free_slots.hpp"

#include "probe.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::runtime {
namespace {

// Each test has an owner of its own, and with it lists of its own.
template <class Owner>
struct Numbers {
  static inline std::vector<std::pair<std::uint32_t, std::uint32_t>> made;

  static std::uint32_t take() {
    return FreeSlots<Owner>::take(
        [](std::uint32_t first, std::uint32_t end) { made.emplace_back(first, end); });
  }

  static void give_back(std::uint32_t slot) { FreeSlots<Owner>::give_back(slot); }
};

TEST(FreeSlots, AreNumberedFromOneAndMadeInBatches) {  // FS-3
  struct Owner;
  constexpr std::uint32_t kBatch = FreeSlots<Owner>::kBatch;
  std::set<std::uint32_t> taken;
  for (std::uint32_t i = 0; i < kBatch + 1; ++i) taken.insert(Numbers<Owner>::take());
  EXPECT_EQ(taken.size(), kBatch + 1);
  EXPECT_GE(*taken.begin(), 1U);
  EXPECT_LE(*taken.rbegin(), 2 * kBatch);
  EXPECT_EQ(Numbers<Owner>::made, (std::vector<std::pair<std::uint32_t, std::uint32_t>>{
                                      {1, kBatch + 1}, {kBatch + 1, 2 * kBatch + 1}}));
  for (const std::uint32_t slot : taken) Numbers<Owner>::give_back(slot);
}

TEST(FreeSlots, AreHandedOutAgain) {
  struct Owner;
  std::vector<std::uint32_t> held;
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 1000; ++i) held.push_back(Numbers<Owner>::take());
    std::ranges::sort(held);
    EXPECT_EQ(std::ranges::adjacent_find(held), held.end());  // FS-1
    for (const std::uint32_t slot : held) Numbers<Owner>::give_back(slot);
    held.clear();
  }
  EXPECT_EQ(Numbers<Owner>::made.back().second, 1025U);  // a thousand, in whole batches
}

TEST(FreeSlots, AreOfOneOwner) {
  struct One;
  struct Other;
  const std::uint32_t one = Numbers<One>::take();
  const std::uint32_t other = Numbers<Other>::take();
  EXPECT_EQ(one, other);
  Numbers<One>::give_back(one);
  Numbers<Other>::give_back(other);
}

// Takes and gives at the end of its thread, when the cache may have gone already.
template <class Owner>
struct Late {
  std::uint32_t slot = 0;

  ~Late() {
    if (slot == 0) return;
    const std::uint32_t another = Numbers<Owner>::take();
    EXPECT_NE(another, slot);
    Numbers<Owner>::give_back(another);
    Numbers<Owner>::give_back(slot);
  }
};

TEST(FreeSlots, ComeBackFromAThreadThatEnds) {  // FS-2
  struct Owner;
  for (int i = 0; i < 100; ++i) {
    std::thread([] {
      thread_local Late<Owner> late;  // made before the cache, destroyed after it
      (void)&late;
      late.slot = Numbers<Owner>::take();
    }).join();
  }
  EXPECT_EQ(Numbers<Owner>::made.size(), 1U);
}

TEST(FreeSlotsThreads, HaveOneHolderEach) {  // FS-1
  struct Owner;
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kHeld = 200;
  const int rounds = stress_rounds(200);
  const auto holders = std::make_unique<std::atomic<int>[]>(16 * kThreads * kHeld);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (std::size_t me = 0; me < kThreads; ++me) {
    threads.emplace_back([&] {
      std::vector<std::uint32_t> held;
      for (int round = 0; round < rounds; ++round) {
        while (held.size() < kHeld) {
          held.push_back(Numbers<Owner>::take());
          if (holders[held.back()].fetch_add(1) != 0) wrong.fetch_add(1);
        }
        while (held.size() > static_cast<std::size_t>(round) % 7) {
          if (holders[held.back()].fetch_sub(1) != 1) wrong.fetch_add(1);
          Numbers<Owner>::give_back(held.back());
          held.pop_back();
        }
      }
      for (const std::uint32_t slot : held) {
        holders[slot].fetch_sub(1);
        Numbers<Owner>::give_back(slot);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
}  // namespace hyperactor::runtime
