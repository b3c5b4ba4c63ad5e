// tests/unit/runtime/timer_wheel_test.cpp - deadlines are exact, ordered and cheap.
#include "runtime/timer_wheel.hpp"

#include "hyperactor/base/random.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::runtime {
namespace {

constexpr std::int64_t kMicrosecond = 1'000;
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr unsigned kLevels = 8;
constexpr std::size_t kMillion = 1'000'000;

using Fired = std::vector<const TimerEntry*>;

Fired fire(TimerWheel& wheel, std::int64_t now_ns) {
  Fired fired;
  for (const TimerEntry* entry = wheel.expire(now_ns); entry != nullptr; entry = entry->next) {
    fired.push_back(entry);
  }
  return fired;
}

// The shortest wait that a wheel which stands at 0 puts on `level`.
constexpr std::int64_t wait_on(unsigned level) {
  return level == 0 ? 1 : std::int64_t{1} << (16 + 6 * level);
}

static_assert(std::is_trivially_destructible_v<TimerWheel>, "TW-7: the wheel owns nothing");
static_assert(std::is_trivially_destructible_v<TimerEntry>, "TW-7: nor do its entries");

TEST(TimerWheel, FiresAtTheDeadlineAndNotANanosecondBefore) {  // TW-1
  for (unsigned level = 0; level < kLevels; ++level) {
    SCOPED_TRACE(level);
    TimerWheel wheel;
    TimerEntry entry;
    wheel.arm(entry, wait_on(level) + 12'345);
    EXPECT_EQ(fire(wheel, wait_on(level) + 12'344), Fired{});
    EXPECT_TRUE(entry.armed());
    EXPECT_EQ(fire(wheel, wait_on(level) + 12'345), Fired{&entry});
    EXPECT_FALSE(entry.armed());
    EXPECT_EQ(wheel.size(), 0U);
    EXPECT_TRUE(wheel.audit());
  }
}

TEST(TimerWheel, LeavesLaterEntriesOfTheSameSlotArmed) {  // TW-1
  TimerWheel wheel;
  TimerEntry a, b, c;
  wheel.arm(c, 30);
  wheel.arm(a, 10);
  wheel.arm(b, 20);
  EXPECT_EQ(fire(wheel, 20), (Fired{&a, &b}));
  EXPECT_TRUE(c.armed());
  EXPECT_EQ(wheel.next_deadline(), 30);
  EXPECT_TRUE(wheel.audit());
}

TEST(TimerWheel, FiresByDeadlineAcrossLevels) {  // TW-2
  TimerWheel wheel;
  std::array<TimerEntry, kLevels> entries;
  for (unsigned level = kLevels; level-- > 0;) wheel.arm(entries[level], wait_on(level));
  Fired expected;
  for (const TimerEntry& entry : entries) expected.push_back(&entry);
  EXPECT_EQ(fire(wheel, kMax), expected);
}

TEST(TimerWheel, FiresEqualDeadlinesInTheOrderOfArming) {  // TW-2
  // The second half goes to lower levels than the first, and memory order is against time.
  for (unsigned level = 0; level < kLevels; ++level) {
    SCOPED_TRACE(level);
    const std::int64_t deadline = wait_on(level) + 40;
    TimerWheel wheel;
    std::array<TimerEntry, 100> entries;
    Fired expected;
    for (std::size_t i = entries.size(); i-- > 0;) {
      if (i == entries.size() / 2) {
        EXPECT_EQ(fire(wheel, deadline - 1), Fired{});
      }
      wheel.arm(entries[i], deadline);
      expected.push_back(&entries[i]);
      if (i % 7 == 0) {
        EXPECT_EQ(wheel.next_deadline(), deadline);
      }
    }
    EXPECT_TRUE(wheel.audit());
    EXPECT_EQ(fire(wheel, deadline), expected);
  }
}

TEST(TimerWheel, FiresAShuffledCrowdInOrder) {  // TW-2
  base::Random random(7);
  TimerWheel wheel;
  std::vector<TimerEntry> entries(20'000);
  for (TimerEntry& entry : entries) wheel.arm(entry, random.between(0, 5'000) * 50);
  EXPECT_TRUE(wheel.audit());
  const Fired fired = fire(wheel, kSecond);
  ASSERT_EQ(fired.size(), entries.size());
  for (std::size_t i = 1; i < fired.size(); ++i) {
    ASSERT_LE(fired[i - 1]->deadline_ns, fired[i]->deadline_ns);
    if (fired[i - 1]->deadline_ns == fired[i]->deadline_ns) {
      ASSERT_LT(fired[i - 1]->order, fired[i]->order);
    }
  }
}

TEST(TimerWheel, TellsTheEarliestDeadlineAfterEveryChange) {  // TW-5
  TimerWheel wheel;
  TimerEntry near, middle, far;
  EXPECT_EQ(wheel.next_deadline(), std::nullopt);
  wheel.arm(far, 40 * kSecond);
  EXPECT_EQ(wheel.next_deadline(), 40 * kSecond);
  wheel.arm(near, 3);
  EXPECT_EQ(wheel.next_deadline(), 3);
  wheel.arm(middle, kSecond + 1);
  EXPECT_EQ(wheel.next_deadline(), 3);
  EXPECT_TRUE(wheel.cancel(near));
  EXPECT_EQ(wheel.next_deadline(), kSecond + 1);
  EXPECT_EQ(fire(wheel, kSecond + 1), Fired{&middle});
  EXPECT_EQ(wheel.next_deadline(), 40 * kSecond);
  EXPECT_TRUE(wheel.cancel(far));
  EXPECT_EQ(wheel.next_deadline(), std::nullopt);
}

TEST(TimerWheel, LearnsOfANewFirstWhileTheFirstIsUnknown) {  // TW-5
  TimerWheel wheel;
  TimerEntry first, second, third;
  wheel.arm(first, 10);
  wheel.arm(second, 30);
  EXPECT_TRUE(wheel.cancel(first));  // from here on nobody knows
  wheel.arm(third, 40);
  EXPECT_EQ(wheel.next_deadline(), 30);
}

TEST(TimerWheel, FindsTheEarliestWhereASlotOverlapsLowerLevels) {  // TW-3
  TimerWheel wheel;
  TimerEntry old_far, old_near, fresh, first;
  const std::int64_t slot = wait_on(2);
  wheel.arm(old_far, slot + 900 * kMicrosecond);
  wheel.arm(old_near, slot + 300 * kMicrosecond);
  EXPECT_EQ(fire(wheel, slot), Fired{});        // the present enters the slot of both
  wheel.arm(fresh, slot + 600 * kMicrosecond);  // and this one lies on a lower level
  EXPECT_LT(fresh.place, old_near.place);
  wheel.arm(first, slot + 1);
  EXPECT_TRUE(wheel.cancel(first));  // so that the earliest must be looked for
  EXPECT_EQ(wheel.next_deadline(), slot + 300 * kMicrosecond);
  EXPECT_EQ(fire(wheel, kSecond), (Fired{&old_near, &fresh, &old_far}));
}

TEST(TimerWheel, KeepsAnEntryWhereItWasArmed) {  // TW-3
  TimerWheel wheel;
  TimerEntry entry;
  const std::int64_t deadline = wait_on(5) + wait_on(3) + wait_on(1) + 17;
  wheel.arm(entry, deadline);
  const auto place = entry.place;
  for (const std::int64_t left : {wait_on(4), wait_on(3), wait_on(2), wait_on(1), wait_on(0)}) {
    EXPECT_EQ(fire(wheel, deadline - left), Fired{});
    EXPECT_EQ(entry.place, place);
    EXPECT_TRUE(wheel.audit());
  }
  EXPECT_EQ(fire(wheel, deadline), Fired{&entry});
}

TEST(TimerWheel, CancelsInEveryLevel) {  // TW-3, TW-4
  TimerWheel wheel;
  std::array<std::array<TimerEntry, 9>, kLevels> levels;
  for (unsigned level = 0; level < kLevels; ++level) {
    std::int64_t deadline = wait_on(level);
    for (TimerEntry& entry : levels[level]) {
      wheel.arm(entry, deadline++);
      EXPECT_EQ(entry.place / 64U, level);
    }
  }
  EXPECT_TRUE(wheel.audit());
  // A root with children, a child with children, a leaf, then all the others.
  for (unsigned level = 0; level < kLevels; ++level) {
    for (const std::size_t i : {0U, 4U, 7U, 8U, 1U, 2U, 3U, 5U, 6U}) {
      EXPECT_TRUE(wheel.cancel(levels[level][i]));
      EXPECT_FALSE(levels[level][i].armed());
      ASSERT_TRUE(wheel.audit()) << "level " << level << ", entry " << i;
    }
  }
  EXPECT_EQ(wheel.size(), 0U);
  EXPECT_EQ(fire(wheel, kMax), Fired{});
}

TEST(TimerWheel, DoesNotCancelWhatIsNotArmed) {
  TimerWheel wheel;
  TimerEntry entry;
  EXPECT_FALSE(wheel.cancel(entry));
  wheel.arm(entry, 5);
  EXPECT_TRUE(wheel.cancel(entry));
  EXPECT_FALSE(wheel.cancel(entry));
  wheel.arm(entry, 6);
  EXPECT_EQ(fire(wheel, 6), Fired{&entry});
  EXPECT_FALSE(wheel.cancel(entry));
  EXPECT_EQ(wheel.size(), 0U);
}

TEST(TimerWheel, LetsFiredEntriesBeArmedAgainWhileTheListIsRead) {
  TimerWheel wheel;
  std::array<TimerEntry, 3> entries;
  for (TimerEntry& entry : entries) wheel.arm(entry, 100);
  std::size_t fired = 0;
  for (TimerEntry* entry = wheel.expire(100); entry != nullptr; ++fired) {
    TimerEntry* const next = entry->next;
    wheel.arm(*entry, 200);
    entry = next;
  }
  EXPECT_EQ(fired, 3U);
  EXPECT_EQ(wheel.size(), 3U);
  EXPECT_TRUE(wheel.audit());
  EXPECT_EQ(fire(wheel, 200), (Fired{&entries[0], &entries[1], &entries[2]}));
}

TEST(TimerWheel, FiresAPastDeadlineAtOnce) {  // TW-1, TW-2
  TimerWheel wheel(kSecond);
  TimerEntry now, past, long_past;
  wheel.arm(now, kSecond);
  wheel.arm(past, kSecond - 1);
  wheel.arm(long_past, -kSecond);
  EXPECT_EQ(wheel.next_deadline(), -kSecond);
  EXPECT_TRUE(wheel.audit());
  EXPECT_EQ(fire(wheel, kSecond), (Fired{&long_past, &past, &now}));
}

TEST(TimerWheel, HasAPlaceForEveryTime) {  // TW-1, TW-3
  constexpr std::array kTimes{
      kMin,    kMin + 1, -kSecond, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1},
      kSecond, kMax - 1, kMax};
  for (const std::int64_t start : kTimes) {
    SCOPED_TRACE(start);
    TimerWheel wheel(start);
    std::array<TimerEntry, kTimes.size()> entries;
    for (std::size_t i = 0; i < kTimes.size(); ++i) wheel.arm(entries[i], kTimes[i]);
    EXPECT_TRUE(wheel.audit());
    for (std::size_t i = 0; i < kTimes.size(); ++i) {
      if (kTimes[i] > start) {
        EXPECT_EQ(wheel.next_deadline(), kTimes[i]);
      }
      if (kTimes[i] > start) {
        EXPECT_EQ(fire(wheel, kTimes[i] - 1).size(), 0U);
      }
      if (kTimes[i] == start) {
        EXPECT_EQ(fire(wheel, kTimes[i]).size(), i + 1);
      }
      if (kTimes[i] > start) {
        EXPECT_EQ(fire(wheel, kTimes[i]), Fired{&entries[i]});
      }
      EXPECT_TRUE(wheel.audit());
    }
    EXPECT_EQ(wheel.size(), 0U);
  }
}

TEST(TimerWheel, NeverFiresEarlyWhenTimeRunsBackwards) {  // TW-1
  TimerWheel wheel;
  TimerEntry between, later;
  EXPECT_EQ(fire(wheel, kSecond), Fired{});
  wheel.arm(between, kSecond / 2);
  wheel.arm(later, 2 * kSecond);
  EXPECT_EQ(fire(wheel, kSecond / 2 - 1), Fired{});
  EXPECT_TRUE(wheel.audit());
  EXPECT_EQ(fire(wheel, kSecond / 2), Fired{&between});
  EXPECT_EQ(fire(wheel, kSecond), Fired{});
  EXPECT_EQ(fire(wheel, 2 * kSecond), Fired{&later});
}

TEST(TimerWheelDeathTest, RefusesToArmAnArmedEntry) {
  TimerWheel wheel;
  TimerEntry entry;
  wheel.arm(entry, 5);
  EXPECT_DEATH(wheel.arm(entry, 6), "entry.armed");
}

TEST(TimerWheel, LooksAtNothingWhileNothingIsDue) {  // TW-6
  TimerWheel wheel;
  std::vector<TimerEntry> entries(1'000);
  std::int64_t deadline = kSecond;
  for (TimerEntry& entry : entries) wheel.arm(entry, deadline += kMicrosecond);
  const std::uint64_t before = wheel.visits();
  for (std::int64_t now = 0; now < kSecond; now += kMicrosecond) {
    ASSERT_EQ(wheel.expire(now), nullptr);
    ASSERT_EQ(wheel.next_deadline(), kSecond + kMicrosecond);
  }
  EXPECT_EQ(wheel.visits(), before);
  EXPECT_TRUE(wheel.audit());
}

TEST(TimerWheel, LooksForTheEarliestOnTheLowestLevelOnly) {  // TW-3, TW-6
  TimerWheel wheel;
  std::array<TimerEntry, kLevels> entries;
  for (unsigned level = 0; level < kLevels; ++level) {
    wheel.arm(entries[level], 2 * wait_on(level));
  }
  for (unsigned level = 0; level + 1 < kLevels; ++level) {
    EXPECT_TRUE(wheel.cancel(entries[level]));
    const std::uint64_t before = wheel.visits();
    EXPECT_EQ(wheel.next_deadline(), 2 * wait_on(level + 1));
    EXPECT_EQ(wheel.visits() - before, 1U);
  }
}

TEST(TimerWheel, ForgetsTheRankOfAnEntryThatIsArmedAgain) {  // TW-6
  TimerWheel wheel;
  std::array<TimerEntry, 40> entries;
  for (TimerEntry& entry : entries) wheel.arm(entry, 100);
  EXPECT_GT(entries[0].rank, 2);
  EXPECT_TRUE(wheel.cancel(entries[0]));
  wheel.arm(entries[0], 100);
  EXPECT_EQ(entries[0].rank, 0);
}

TEST(TimerWheel, JumpsFarAtTheCostOfWhatFires) {  // TW-6
  TimerWheel wheel(kMin);
  TimerEntry near, far, last;
  wheel.arm(near, kMin + 1);
  wheel.arm(far, 0);
  wheel.arm(last, kMax);
  const std::uint64_t before = wheel.visits();
  EXPECT_EQ(fire(wheel, kMax - 1), (Fired{&near, &far}));
  EXPECT_EQ(wheel.next_deadline(), kMax);
  EXPECT_LE(wheel.visits() - before, 4U);
}

// One second of 30 s timeouts, a million of them, in the order in which they were asked for.
class TimerWheelMillion : public testing::Test {
 protected:
  TimerWheelMillion() {
    for (std::size_t i = 0; i < kMillion; ++i) wheel_.arm(entries_[i], deadline_of(i));
  }

  static std::int64_t deadline_of(std::size_t i) {
    return 30 * kSecond + static_cast<std::int64_t>(i) * kMicrosecond;
  }

  TimerWheel wheel_;
  std::unique_ptr<TimerEntry[]> entries_ = std::make_unique<TimerEntry[]>(kMillion);
};

TEST_F(TimerWheelMillion, ArmsWithAtMostOneLinkEach) {  // TW-6
  EXPECT_LE(wheel_.visits(), 2 * kMillion);
  EXPECT_EQ(wheel_.size(), kMillion);
  EXPECT_TRUE(wheel_.audit());
}

TEST_F(TimerWheelMillion, ArmsAndCancelsAtAConstantCost) {  // TW-6
  // On the way from 2^19 - 2 to 2^19 + 2 in one bucket, a carry through all ranks is due.
  std::size_t pending = kMillion;
  while (pending > (1U << 19) - 2) ASSERT_TRUE(wheel_.cancel(entries_[--pending]));
  TimerEntry entry;
  for (; pending < (1U << 19) + 2; ++pending) {
    for (const std::int64_t deadline :
         {deadline_of(0) - 1, deadline_of(5'000), deadline_of(kMillion)}) {
      const std::uint64_t before = wheel_.visits();
      for (std::size_t i = 0; i < 1'000; ++i) {
        wheel_.arm(entry, deadline);
        ASSERT_EQ(entry.place, entries_[0].place);
        ASSERT_TRUE(wheel_.cancel(entry));
      }
      EXPECT_LE(wheel_.visits() - before, 3 * 1'000U);
    }
    wheel_.arm(entries_[pending], deadline_of(pending));
  }
  EXPECT_TRUE(wheel_.audit());
}

TEST_F(TimerWheelMillion, CancelsAllInAnyOrderAtAConstantCostEach) {  // TW-6
  base::Random random(11);
  std::vector<std::uint32_t> todo(kMillion);
  for (std::uint32_t i = 0; i < kMillion; ++i) todo[i] = i;
  const std::uint64_t before = wheel_.visits();
  for (std::size_t left = kMillion; left > 0; --left) {
    std::swap(todo[left - 1], todo[random.below(left)]);
    ASSERT_TRUE(wheel_.cancel(entries_[todo[left - 1]]));
  }
  EXPECT_LE(wheel_.visits() - before, 4 * kMillion);
  EXPECT_EQ(wheel_.size(), 0U);
}

TEST_F(TimerWheelMillion, KnowsTheNextWhenTheFirstIsAlwaysTheOneCancelled) {  // TW-5, TW-6
  const std::uint64_t before = wheel_.visits();
  for (std::size_t i = 0; i + 1 < kMillion; ++i) {
    ASSERT_TRUE(wheel_.cancel(entries_[i]));
    ASSERT_EQ(wheel_.next_deadline(), deadline_of(i + 1));
  }
  EXPECT_LE(wheel_.visits() - before, 26 * kMillion);
}

TEST_F(TimerWheelMillion, KeepsShortAndLongTimersApart) {  // TW-6
  const std::uint64_t before = wheel_.visits();
  TimerEntry brief;
  for (std::int64_t now = 0; now < 100'000; ++now) {
    wheel_.arm(brief, now + 1);
    ASSERT_EQ(wheel_.next_deadline(), now + 1);
    ASSERT_EQ(fire(wheel_, now + 1), Fired{&brief});
    ASSERT_EQ(wheel_.next_deadline(), deadline_of(0));
  }
  EXPECT_LE(wheel_.visits() - before, 100'000U * 40);
}

TEST_F(TimerWheelMillion, FiresAllAtOnceWithOneLookEach) {  // TW-1, TW-6
  const std::uint64_t before = wheel_.visits();
  std::size_t fired = 0;
  for (const TimerEntry* entry = wheel_.expire(kMax); entry != nullptr; entry = entry->next) {
    ASSERT_EQ(entry, &entries_[fired]);
    ++fired;
  }
  EXPECT_EQ(fired, kMillion);
  EXPECT_LE(wheel_.visits() - before, kMillion);
}

TEST_F(TimerWheelMillion, FiresOneByOneAtALogarithmicCost) {  // TW-1, TW-6
  const std::uint64_t before = wheel_.visits();
  std::size_t fired = 0;
  while (const auto next = wheel_.next_deadline()) {
    ASSERT_EQ(wheel_.expire(*next - 1), nullptr);
    const TimerEntry* const entry = wheel_.expire(*next);
    ASSERT_EQ(entry, &entries_[fired]);
    ASSERT_EQ(entry->next, nullptr);
    ++fired;
  }
  EXPECT_EQ(fired, kMillion);
  EXPECT_LE(wheel_.visits() - before, 46 * kMillion);
}

TEST_F(TimerWheelMillion, StaysFlatUnderLongChurn) {  // TW-4, TW-6
  base::Random random(5);
  std::size_t armed = kMillion;
  const std::uint64_t before = wheel_.visits();
  for (std::size_t i = 0; i < 2 * kMillion; ++i) {
    TimerEntry& entry = entries_[random.below(kMillion)];
    ASSERT_TRUE(wheel_.cancel(entry));
    wheel_.arm(entry, deadline_of(armed++));
    ASSERT_TRUE(wheel_.next_deadline().has_value());
  }
  EXPECT_LE(wheel_.visits() - before, 2 * kMillion * 8);
  EXPECT_TRUE(wheel_.audit());
}

}  // namespace
}  // namespace hyperactor::runtime
