// evidence_test.cpp - records and rings while the process lives.
#include "hyperactor/telemetry/evidence.hpp"

#include "child_process.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::telemetry {

TEST(Evidence, HasZeroedRecordsOnceTheSlotIsEnsured) {
  Evidence& evidence = Evidence::process();
  ASSERT_TRUE(evidence.ensure_slot(0));
  ASSERT_TRUE(evidence.ensure_slot(4095));
  const StatusRecord& record = evidence.record(4095);
  EXPECT_EQ(record.status.load(), 0U);
  EXPECT_EQ(record.cause.load(), 0U);
}

TEST(Evidence, GrowsByChunksAndNeverMovesARecord) {  // EV-6
  Evidence& evidence = Evidence::process();
  ASSERT_TRUE(evidence.ensure_slot(5));
  StatusRecord* const before = &evidence.record(5);
  before->message_id.store(55);
  EXPECT_FALSE(evidence.has_slot(2'000'000));
  ASSERT_TRUE(evidence.ensure_slot(2'000'000));  // far ahead: the chunks between stay unmade
  EXPECT_TRUE(evidence.has_slot(2'000'000));
  EXPECT_FALSE(evidence.has_slot(1'000'000));
  EXPECT_EQ(&evidence.record(5), before);
  EXPECT_EQ(before->message_id.load(), 55U);
  EXPECT_EQ(&evidence.record(2'000'000), before + (2'000'000 - 5));
}

TEST(Evidence, RefusesASlotBeyondTheLimitAndAcceptsTheLast) {
  Evidence& evidence = Evidence::process();
  EXPECT_FALSE(evidence.ensure_slot(evidence.slot_limit()));
  EXPECT_FALSE(evidence.ensure_slot(0xFFFF'FFFF));
  EXPECT_FALSE(evidence.has_slot(evidence.slot_limit()));
  ASSERT_TRUE(evidence.ensure_slot(evidence.slot_limit() - 1));
  evidence.record(evidence.slot_limit() - 1).status.store(0);
}

TEST(Evidence, GrowsOnceWhenThreadsEnsureTheSameSlots) {
  Evidence& evidence = Evidence::process();
  constexpr std::uint32_t kFirst = 8'000'000;
  constexpr std::uint32_t kUnits = 20;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (std::uint32_t unit = 0; unit < kUnits; ++unit) {
        const std::uint32_t slot = kFirst + unit * format::kRecordsPerUnit;
        ASSERT_TRUE(evidence.ensure_slot(slot));
        evidence.record(slot).handled.fetch_add(1);  // lost if the chunk were mapped again
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::uint32_t unit = 0; unit < kUnits; ++unit) {
    EXPECT_EQ(evidence.record(kFirst + unit * format::kRecordsPerUnit).handled.load(), 4U);
  }
}

TEST(Evidence, GivesEachThreadARingOfItsOwnAndUsesReturnedOnesAgain) {
  Evidence& evidence = Evidence::process();
  MessageRing& first = evidence.acquire_ring();
  MessageRing& second = evidence.acquire_ring();
  EXPECT_NE(&first, &second);
  first.record(1, 2, 3, 4, 5);
  const std::uint64_t recorded = first.recorded();
  evidence.release_ring(first);
  std::thread([&] {
    MessageRing& again = evidence.acquire_ring();
    EXPECT_EQ(&again, &first);
    EXPECT_EQ(again.recorded(), recorded);  // what it remembers stays
    again.record(6, 7, 8, 9, 10);
    EXPECT_EQ(again.recent(2).at(1).id, 1U);
    evidence.release_ring(again);
  }).join();
  evidence.release_ring(second);
  const std::vector<const MessageRing*> all = evidence.rings();
  EXPECT_EQ(std::ranges::count(all, &first), 1);
  EXPECT_EQ(std::ranges::count(all, &second), 1);
}

TEST(Evidence, MeasuresTheTicks) {
  EXPECT_GT(Evidence::process().ticks_per_second(), 1'000'000U);
}

TEST(Evidence, KeepsRingsBeyondTheLimitInMemory) {
  const test::TempDirectory place;
  test::ChildProcess child("many_rings", {{"HYPERACTOR_EVIDENCE", place.path()}});
  EXPECT_EQ(child.wait(), 0) << child.errors();
  EXPECT_EQ(child.errors(), "");
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HYPERACTOR_TEST_SHADOW_MEMORY
#endif
#endif
#else
#define HYPERACTOR_TEST_SHADOW_MEMORY
#endif

TEST(Evidence, LowersTheSlotLimitWhenAddressSpaceIsShort) {
#ifdef HYPERACTOR_TEST_SHADOW_MEMORY
  GTEST_SKIP() << "a sanitizer reserves terabytes of address space";
#else
  const test::TempDirectory place;
  test::ChildProcess child("address_limit", {{"HYPERACTOR_EVIDENCE", place.path()}});
  EXPECT_EQ(child.wait(), 0) << child.errors();
  EXPECT_EQ(child.errors(), "");
#endif
}

}  // namespace hyperactor::telemetry
