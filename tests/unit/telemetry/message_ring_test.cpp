// message_ring_test.cpp - the last messages of one thread.
#include "hyperactor/telemetry/message_ring.hpp"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::telemetry {

namespace {

class MessageRingTest : public ::testing::Test {
 protected:
  void record(std::uint64_t id) {
    const auto low = static_cast<std::uint32_t>(id);
    ring.record(id, id * 3, low, low + 1, id * 7);
  }

  format::RingHeader header{};
  std::unique_ptr<MessageEntry[]> entries{new MessageEntry[MessageRing::kEntries]{}};
  MessageRing ring{header, entries.get()};
};

}  // namespace

TEST_F(MessageRingTest, ShowsNothingWhenNothingWasRecorded) {
  EXPECT_EQ(ring.recorded(), 0U);
  EXPECT_TRUE(ring.recent(100).empty());
}

TEST_F(MessageRingTest, ShowsWhatWasRecordedNewestFirst) {  // RING-2
  for (std::uint64_t id = 1; id <= 3; ++id) record(id);
  const std::vector<MessageSeen> seen = ring.recent(100);
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[0].id, 3U);
  EXPECT_EQ(seen[0].cause, 9U);
  EXPECT_EQ(seen[0].slot, 3U);
  EXPECT_EQ(seen[0].type, 4U);
  EXPECT_EQ(seen[0].when, 21U);
  EXPECT_EQ(seen[2].id, 1U);
}

TEST_F(MessageRingTest, ShowsNoMoreThanAsked) {
  for (std::uint64_t id = 1; id <= 50; ++id) record(id);
  EXPECT_EQ(ring.recent(7).size(), 7U);
  EXPECT_EQ(ring.recent(0).size(), 0U);
}

TEST_F(MessageRingTest, ForgetsTheOldestWhenItWraps) {  // RING-3
  constexpr std::uint64_t kCount = 3 * MessageRing::kEntries + 5;
  for (std::uint64_t id = 1; id <= kCount; ++id) record(id);
  const std::vector<MessageSeen> seen = ring.recent(kCount);
  ASSERT_EQ(seen.size(), MessageRing::kEntries - MessageRing::kGuard);
  for (std::uint64_t back = 0; back < seen.size(); ++back) {
    EXPECT_EQ(seen[back].id, kCount - back);
  }
}

TEST_F(MessageRingTest, ShowsOnlyWholeEntriesWhileItIsWritten) {  // RING-1, RING-2, RING-3
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (std::uint64_t id = 1; !stop.load(std::memory_order_relaxed); ++id) record(id);
  });
  while (ring.recorded() < MessageRing::kEntries) std::this_thread::yield();
  for (int round = 0; round < 300; ++round) {
    std::uint64_t newer = 0;
    for (const MessageSeen& seen : ring.recent(MessageRing::kEntries)) {
      ASSERT_EQ(seen.cause, seen.id * 3);
      ASSERT_EQ(seen.when, seen.id * 7);
      ASSERT_EQ(seen.type, seen.slot + 1);
      if (newer != 0) {
        ASSERT_EQ(seen.id, newer - 1);
      }
      newer = seen.id;
    }
  }
  stop.store(true);
  writer.join();
}

}  // namespace hyperactor::telemetry
