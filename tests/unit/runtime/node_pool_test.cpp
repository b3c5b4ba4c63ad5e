// tests/unit/runtime/node_pool_test.cpp - every block is in one place, whoever frees it.
#include "hyperactor/runtime/node_pool.hpp"

#include "probe.hpp"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <thread>
#include <unordered_set>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::runtime {
namespace {

std::size_t size_of(std::uint8_t size_class) {
  return (size_class + 1U) * NodePool::kGrain;
}

// A pool of the test's own; what it cached goes to the depot at its end.
struct OwnPool : NodePool {
  OwnPool() = default;
  OwnPool(const OwnPool&) = delete;
  OwnPool& operator=(const OwnPool&) = delete;

  ~OwnPool() { flush(); }
};

TEST(NodePool, RoundsSizesUpToStepsOf64) {
  EXPECT_EQ(NodePool::class_of(1), 0);
  EXPECT_EQ(NodePool::class_of(64), 0);
  EXPECT_EQ(NodePool::class_of(65), 1);
  EXPECT_EQ(NodePool::class_of(1024), 15);
  EXPECT_EQ(NodePool::class_of(1025), NodePool::kLarge);
}

TEST(NodePool, GivesAlignedBlocksThatDoNotOverlap) {
  OwnPool pool;
  for (std::uint8_t size_class = 0; size_class < NodePool::kClasses; ++size_class) {
    std::vector<unsigned char*> blocks(3 * NodePool::kMagazine);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      blocks[i] = static_cast<unsigned char*>(pool.allocate(size_class));
      ASSERT_EQ(reinterpret_cast<std::uintptr_t>(blocks[i]) % 64, 0U);
      std::memset(blocks[i], static_cast<int>(i % 251), size_of(size_class));
    }
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const auto* const end = blocks[i] + size_of(size_class);
      ASSERT_EQ(std::count(blocks[i], const_cast<unsigned char*>(end),
                           static_cast<unsigned char>(i % 251)),
                static_cast<std::ptrdiff_t>(size_of(size_class)))
          << "block " << i << " of class " << int{size_class};
      pool.release(blocks[i], size_class);
    }
  }
}

TEST(NodePool, HandsBlocksOutInTheOrderInWhichTheyWereFreed) {
  OwnPool pool;
  std::vector<void*> blocks(std::size_t{2} * NodePool::kMagazine);
  for (void*& block : blocks) block = pool.allocate(3);
  std::ranges::reverse(blocks);
  for (void* block : blocks) pool.release(block, 3);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    ASSERT_EQ(pool.allocate(3), blocks[i]) << "block " << i;
  }
  for (void* block : blocks) pool.release(block, 3);
}

TEST(NodePool, TakesBlocksBeyond1024BytesFromTheGlobalAllocator) {
  OwnPool pool;
  const std::size_t before = NodePool::reserved_bytes();
  void* const block = pool.allocate_bytes(5'000);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 64, 0U);
  std::memset(block, 1, 5'000);
  pool.release_bytes(block, 5'000);
  EXPECT_EQ(NodePool::reserved_bytes(), before);
}

// NP-3
TEST(NodePool, NeverGivesABlockToAnotherClass) {
  OwnPool pool;
  std::vector<void*> blocks(500);
  for (void*& block : blocks) block = pool.allocate(1);
  const std::unordered_set<void*> small(blocks.begin(), blocks.end());
  for (void* block : blocks) pool.release(block, 1);
  for (void*& block : blocks) {
    block = pool.allocate(0);
    ASSERT_FALSE(small.contains(block));
  }
  for (void* block : blocks) pool.release(block, 0);
}

#ifdef HYPERACTOR_POOL_POISON
TEST(NodePoolDeathTest, ReadingAReleasedBlockIsFoundByAddressSanitizer) {
  OwnPool pool;
  auto* const block = static_cast<volatile char*>(pool.allocate(2));
  pool.release(const_cast<char*>(block), 2);
  EXPECT_DEATH((void)block[5], "use-after-poison");
}
#endif

TEST(NodePoolThreads, ReuseWhatAnEndedThreadHadCached) {
  constexpr std::uint8_t kClass = 11;
  const auto use = [] {
    std::vector<void*> blocks(std::size_t{5} * NodePool::kMagazine);
    for (void*& block : blocks) block = tls.pool.allocate(kClass);
    for (void* block : blocks) tls.pool.release(block, kClass);
  };
  std::thread(use).join();
  const std::size_t before = NodePool::reserved_bytes();
  std::thread(use).join();
  EXPECT_EQ(NodePool::reserved_bytes(), before);
}

// A block that came out twice is in the list twice.
TEST(NodePoolThreads, NeverHandABlockOutTwice) {
  constexpr std::size_t kThreads = 3;
  constexpr std::size_t kBlocks = 1'000;
  const int rounds = stress_rounds(60);
  std::vector<std::vector<void*>> held(kThreads, std::vector<void*>(kBlocks));
  std::atomic<int> twice{0};
  std::barrier meet(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t me = 0; me < kThreads; ++me) {
    threads.emplace_back([&, me] {
      for (int round = 0; round < rounds; ++round) {
        for (void*& block : held[me]) block = tls.pool.allocate(6);
        meet.arrive_and_wait();
        if (me == 0) {
          std::vector<void*> all;
          for (const auto& blocks : held) all.insert(all.end(), blocks.begin(), blocks.end());
          std::ranges::sort(all);
          if (std::ranges::adjacent_find(all) != all.end()) twice.fetch_add(1);
        }
        meet.arrive_and_wait();
        // Everybody frees what the next thread has taken.
        for (void* block : held[(me + 1) % kThreads]) tls.pool.release(block, 6);
        meet.arrive_and_wait();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(twice.load(), 0);
}

TEST(NodePoolThreads, StreamBetweenTwoThreadsWithoutTakingMoreMemory) {
  constexpr std::uint8_t kClass = 7;
  constexpr std::size_t kWindow = 1'024;
  const auto messages = static_cast<std::size_t>(stress_rounds(300'000));
  const std::size_t before = NodePool::reserved_bytes();
  std::vector<std::atomic<std::size_t*>> window(kWindow);
  std::size_t wrong = 0;
  std::thread consumer([&] {
    for (std::size_t i = 0; i < messages; ++i) {
      auto& slot = window[i % kWindow];
      std::size_t* block = nullptr;
      while ((block = slot.load(std::memory_order_acquire)) == nullptr) {
        std::this_thread::yield();
      }
      if (*block != i) ++wrong;
      tls.pool.release(block, kClass);
      slot.store(nullptr, std::memory_order_release);
    }
  });
  for (std::size_t i = 0; i < messages; ++i) {
    auto& slot = window[i % kWindow];
    while (slot.load(std::memory_order_acquire) != nullptr) std::this_thread::yield();
    auto* const block = static_cast<std::size_t*>(tls.pool.allocate(kClass));
    *block = i;
    slot.store(block, std::memory_order_release);
  }
  consumer.join();
  EXPECT_EQ(wrong, 0U);
  EXPECT_LE(NodePool::reserved_bytes() - before,
            (kWindow + std::size_t{20} * NodePool::kMagazine) * size_of(kClass));
}

}  // namespace
}  // namespace hyperactor::runtime
