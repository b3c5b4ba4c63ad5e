// tests/unit/base/random_test.cpp - the generator replays, and shares out evenly.
#include "hyperactor/base/random.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::base {
namespace {

static_assert(std::uniform_random_bit_generator<Random>);

TEST(Random, DrawsTheNumbersOfTheReferenceAlgorithm) {
  // SplitMix64 from 0 gives the published words e220a839…, 6e789e6a…, 06c45d18…, f88bb8a8…;
  // the first output follows by hand: rotl(6e789e6aa1b965f4 * 5, 7) * 9.
  Random random(0);
  EXPECT_EQ(random(), 0x99ec5f36cb75f2b4U);
  EXPECT_EQ(random(), 0xbf6e1f784956452aU);
}

TEST(Random, ReplaysFromItsSeed) {
  Random first(8123);
  Random second(8123);
  Random other(8124);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t drawn = first();
    EXPECT_EQ(drawn, second());
    differs |= drawn != other();
  }
  EXPECT_TRUE(differs);
}

TEST(Random, SharesOutEvenlyBelowABound) {
  Random random(1);
  std::array<int, 7> counts{};
  constexpr int kDraws = 70'000;
  for (int i = 0; i < kDraws; ++i) ++counts[random.below(counts.size())];
  const auto [low, high] = std::ranges::minmax(counts);
  EXPECT_GT(low, 9'500);
  EXPECT_LT(high, 10'500);
}

TEST(Random, ReachesBothEndsBetweenTwoNumbers) {
  Random random(2);
  bool low = false;
  bool high = false;
  for (int i = 0; i < 1'000; ++i) {
    const std::int64_t drawn = random.between(-2, 3);
    ASSERT_GE(drawn, -2);
    ASSERT_LE(drawn, 3);
    low |= drawn == -2;
    high |= drawn == 3;
  }
  EXPECT_TRUE(low && high);
}

TEST(Random, AcceptsTheWholeRangeOfIntegers) {
  using Limits = std::numeric_limits<std::int64_t>;
  Random random(3);
  bool negative = false;
  bool positive = false;
  for (int i = 0; i < 100; ++i) {
    const std::int64_t drawn = random.between(Limits::min(), Limits::max());
    negative |= drawn < 0;
    positive |= drawn > 0;
  }
  EXPECT_TRUE(negative && positive);
  EXPECT_EQ(random.between(7, 7), 7);
  EXPECT_EQ(random.below(1), 0U);
}

TEST(Random, TakesAChanceAsOftenAsAsked) {
  Random random(4);
  int hits = 0;
  for (int i = 0; i < 10'000; ++i) hits += random.chance(1, 4) ? 1 : 0;
  EXPECT_NEAR(hits, 2'500, 200);
  EXPECT_FALSE(random.chance(0, 1));
  EXPECT_TRUE(random.chance(1, 1));
}

TEST(Random, StaysInsideTheUnitInterval) {
  Random random(5);
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double drawn = random.unit();
    ASSERT_GE(drawn, 0.0);
    ASSERT_LT(drawn, 1.0);
    sum += drawn;
  }
  EXPECT_NEAR(sum / 10'000, 0.5, 0.02);
}

TEST(Random, ForksAreIndependentOfWhatTheyDraw) {
  Random quiet(6);
  Random busy(6);
  (void)quiet.fork();
  Random forked = busy.fork();
  for (int i = 0; i < 50; ++i) (void)forked();
  EXPECT_EQ(quiet(), busy());
}

TEST(Random, FeedsTheStandardLibrary) {
  std::vector<int> deck{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const std::vector<int> sorted = deck;
  Random random(7);
  std::shuffle(deck.begin(), deck.end(), random);
  EXPECT_NE(deck, sorted);
  EXPECT_TRUE(std::ranges::is_permutation(deck, sorted));
}

TEST(RandomDeathTest, BoundOfZeroFailsACheck) {
  Random random(8);
  EXPECT_DEATH((void)random.below(0), "bound of at least 1");
}

}  // namespace
}  // namespace hyperactor::base
