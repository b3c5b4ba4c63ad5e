// tests/unit/runtime/combine_test.cpp - sleep, all, race, timeout, in virtual time.
#include "hyperactor/runtime/combine.hpp"

#include "hyperactor/runtime/manual_strand.hpp"

#include "cancel_harness.hpp"
#include "runtime/simulation.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor {
namespace {

using namespace std::chrono_literals;

class CombineTest : public ::testing::Test {
 protected:
  template <class T>
  Result<T> run(Task<T> task) {
    return runtime::block_on(simulation_, std::move(task));
  }

  Task<int> after(std::chrono::nanoseconds delay, int value) {
    co_await sleep(delay);
    ended_ += std::to_string(value);
    co_return value;
  }

  Task<int> fail_after(std::chrono::nanoseconds delay) {
    co_await sleep(delay);
    throw std::runtime_error("as told");
  }

  std::int64_t now() { return simulation_.now_ns(); }

  runtime::Simulation simulation_{5};
  std::string ended_;
};

TEST_F(CombineTest, SleepLetsVirtualTimeJumpExactlyToItsEnd) {
  const auto body = [&]() -> Task<std::int64_t> {
    const std::int64_t begin = now();
    co_await sleep(24h);
    co_return now() - begin;
  };
  EXPECT_EQ(run(body()).value(), std::chrono::nanoseconds(24h).count());
}

TEST_F(CombineTest, SleepOfNothingOrLessGoesOnAtOnce) {
  const auto body = [&]() -> Task<std::int64_t> {
    const std::int64_t begin = now();
    co_await sleep(0s);
    co_await sleep(-5s);
    co_await sleep(std::chrono::nanoseconds::min());
    co_return now() - begin;
  };
  EXPECT_EQ(run(body()).value(), 0);
}

TEST_F(CombineTest, SleepForEverIsEndedByAnything) {
  const auto body = [&]() -> Task<std::size_t> {
    const auto forever = []() -> Task<void> {
      co_await sleep(std::chrono::nanoseconds::max());
    };
    auto first = co_await race(forever(), after(1ms, 1));
    co_return first.index();
  };
  EXPECT_EQ(run(body()).value(), 1U);
}

TEST_F(CombineTest, AllReturnsValuesInTheOrderOfItsTasks) {
  auto both = run(all(after(3ms, 3), after(1ms, 1), after(2ms, 2)));
  EXPECT_EQ(both.value(), std::tuple(3, 1, 2));
  EXPECT_EQ(ended_, "123");
}

TEST_F(CombineTest, AllTakesReadyTasksAndNone) {
  EXPECT_EQ(run(all(Task<int>(1), after(1ms, 2))).value(), std::tuple(1, 2));
  EXPECT_EQ(run(all(Task<int>(1), Task<int>(2))).value(), std::tuple(1, 2));
  EXPECT_TRUE(run(all(std::vector<Task<int>>())).value().empty());
}

TEST_F(CombineTest, AllOfManyReturnsEveryValue) {
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 100; ++i) tasks.push_back(after(std::chrono::milliseconds(100 - i), i));
  const auto values = run(all(std::move(tasks))).value();
  ASSERT_EQ(values.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(values[static_cast<std::size_t>(i)], i);
}

TEST_F(CombineTest, AllThrowsAfterEveryTaskHasEnded) {
  EXPECT_THROW((void)run(all(fail_after(1ms), after(2ms, 2))), std::runtime_error);
  EXPECT_EQ(ended_, "2");
}

TEST_F(CombineTest, RaceReturnsTheFirstAndCancelsTheOthers) {
  const auto first = run(race(after(2ms, 2), after(1ms, 1), after(3ms, 3)));
  ASSERT_EQ(first.value().index(), 1U);
  EXPECT_EQ(std::get<1>(first.value()), 1);
  while (simulation_.step()) {
  }
  EXPECT_EQ(ended_, "1");
}

TEST_F(CombineTest, RaceIsWonByAReadyTaskBeforeAnotherStarts) {
  bool started = false;
  const auto body = [](bool& mark) -> Task<int> {
    mark = true;
    co_return 1;
  };
  const auto first = run(race(body(started), Task<int>(7)));
  ASSERT_EQ(first.value().index(), 1U);
  EXPECT_EQ(std::get<1>(first.value()), 7);
  EXPECT_FALSE(started);
}

TEST_F(CombineTest, RaceThrowsWhatTheFirstThrew) {
  EXPECT_THROW((void)run(race(fail_after(1ms), after(2ms, 2))), std::runtime_error);
}

TEST_F(CombineTest, RaceOfTasksThatEndInOneTurnHasOneEffect) {
  const auto first = run(race(after(1ms, 1), after(1ms, 2)));
  EXPECT_TRUE(first);
  EXPECT_EQ(ended_.size(), 1U);
}

TEST_F(CombineTest, TimeoutReturnsTheValueInTime) {
  EXPECT_EQ(run(timeout(2ms, after(1ms, 4))).value().value(), 4);
  EXPECT_EQ(run(timeout(2ms, Task<int>(5))).value().value(), 5);
}

TEST_F(CombineTest, TimeoutCancelsWhatTakesLonger) {
  const std::int64_t begin = now();
  const auto outcome = run(timeout(2ms, after(1h, 4)));
  EXPECT_EQ(outcome.value().error().code(), Errc::Timeout);
  EXPECT_LT(now() - begin, std::chrono::nanoseconds(3ms).count());
  EXPECT_EQ(ended_, "");
}

TEST_F(CombineTest, ANegativeTimeoutIsAnErrorAndTheTaskDoesNotRun) {
  bool ran = false;
  auto task = [](bool& run_now) -> Task<int> {
    run_now = true;
    co_return 4;
  };
  const auto outcome = run(timeout(-2ms, task(ran)));
  EXPECT_EQ(outcome.value().error().code(), Errc::Failed);
  EXPECT_NE(outcome.value().error().to_string().find("-2000000 ns: give zero or more"),
            std::string::npos);
  EXPECT_FALSE(ran);
}

TEST_F(CombineTest, EveryFormIsCancelledAtEverySuspensionPoint) {
  CancelHarness harness;
  const auto wait = [&](CancelHarness::Alive alive,
                        std::chrono::nanoseconds delay) -> Task<int> {
    const CancelHarness::Alive held = alive;
    co_await harness.pass();
    co_await sleep(delay);
    co_return 1;
  };
  const auto make = [&](CancelHarness::Alive alive) -> Task<int> {
    int sum = 0;
    std::vector<Task<int>> two;
    two.push_back(wait(alive, 1ms));
    auto nested = all(std::move(two));
    auto first = co_await race(std::move(nested), after(3ms, 0));
    sum += static_cast<int>(first.index() + 1);
    auto late = co_await timeout(1ms, after(1h, 0));
    sum += late ? 100 : 10;
    co_return sum;
  };
  EXPECT_EQ(harness.check<int>(make, 11), "");
  EXPECT_GE(harness.points(), 3);
}

}  // namespace
}  // namespace hyperactor
