// tests/unit/runtime/task_test.cpp - values, exceptions, and destruction as cancellation.
#include "hyperactor/runtime/task.hpp"

#include "hyperactor/runtime/channel.hpp"
#include "hyperactor/runtime/combine.hpp"
#include "hyperactor/runtime/manual_strand.hpp"
#include "hyperactor/runtime/sleep.hpp"

#include "cancel_harness.hpp"
#include "probe.hpp"
#include "runtime/simulation.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace hyperactor {
namespace {

using namespace std::chrono_literals;

class TaskTest : public ::testing::Test {
 protected:
  template <class T>
  Result<T> run(Task<T> task) {
    return runtime::block_on(simulation_, std::move(task));
  }

  runtime::Simulation simulation_{7};
};

Task<int> number(int value) {
  co_return value;
}

Task<void> fail() {
  throw std::runtime_error("as told");
  co_return;
}

TEST_F(TaskTest, ReturnsItsValue) {
  EXPECT_EQ(run(number(7)).value(), 7);
}

TEST_F(TaskTest, IsMadeFromAValueWithoutAFrame) {
  Task<int> ready = 3;
  EXPECT_EQ(ready.frame(), nullptr);
  EXPECT_EQ(run(std::move(ready)).value(), 3);
}

TEST_F(TaskTest, AwaitsATaskThatWasMadeFromAValue) {
  const auto body = []() -> Task<std::string> {
    std::string text = co_await Task<std::string>("ready");
    co_return text + "!";
  };
  EXPECT_EQ(run(body()).value(), "ready!");
}

TEST_F(TaskTest, DoesNothingBeforeItIsAwaited) {
  bool ran = false;
  const auto body = [](bool& mark) -> Task<void> {
    mark = true;
    co_return;
  };
  {
    const Task<void> task = body(ran);
  }
  EXPECT_FALSE(ran);
  EXPECT_TRUE(run(body(ran)));
  EXPECT_TRUE(ran);
}

TEST_F(TaskTest, ReturnsAValueThatCanOnlyBeMoved) {
  const auto body = []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(4); };
  EXPECT_EQ(**run(body()), 4);
}

TEST_F(TaskTest, ThrowsIntoItsAwaiterWhatItsBodyThrew) {
  const auto body = []() -> Task<std::string> {
    std::string text = "nothing was thrown";
    try {
      co_await fail();
    } catch (const std::runtime_error& error) {
      text = error.what();
    }
    co_return text;
  };
  EXPECT_EQ(run(body()).value(), "as told");
}

TEST_F(TaskTest, ThrowsOutOfBlockOnWhatNobodyCaught) {
  EXPECT_THROW((void)run(fail()), std::runtime_error);
}

TEST_F(TaskTest, DestroysItsLocalsBeforeItsAwaiterGoesOn) {
  const auto alive = std::make_shared<int>(0);
  const auto child = [](std::shared_ptr<int> held) -> Task<int> { co_return *held; };
  const auto body = [&]() -> Task<long> {
    (void)co_await child(alive);
    co_return alive.use_count();
  };
  EXPECT_EQ(run(body()).value(), 1);
}

TEST_F(TaskTest, DestroysItsLocalsWhenItIsReplaced) {
  const auto alive = std::make_shared<int>(0);
  const auto child = [](std::shared_ptr<int> held) -> Task<int> { co_return *held; };
  Task<int> task = child(alive);
  EXPECT_EQ(alive.use_count(), 2);
  task = number(1);
  EXPECT_EQ(alive.use_count(), 1);
}

// --- stack
// -------------------------------------------------------------------------------------

// Where the stack is now, roughly.
std::uintptr_t stack_here() {
  return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
}

struct StackUse {
  std::uintptr_t low = UINTPTR_MAX;
  std::uintptr_t high = 0;

  void look() {
    const std::uintptr_t here = stack_here();
    low = std::min(low, here);
    high = std::max(high, here);
  }

  [[nodiscard]] std::size_t bytes() const { return high - low; }
};

Task<int> look(StackUse& stack, int value) {
  stack.look();
  co_return value;
}

Task<std::int64_t> loop(StackUse& stack, std::int64_t awaits) {
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < awaits; ++i) sum += co_await look(stack, 1);
  co_return sum;
}

TEST_F(TaskTest, AwaitsTenMillionTasksInALoopWithoutStackGrowth) {
  constexpr std::int64_t kAwaits = 10'000'000;
  StackUse stack;
  EXPECT_EQ(run(loop(stack, kAwaits)).value(), kAwaits);
  EXPECT_LE(stack.bytes(), 4'096U);
}

TEST_F(TaskTest, AwaitsTenMillionReadyTasksInALoopWithoutStackGrowth) {
  constexpr std::int64_t kAwaits = 10'000'000;
  StackUse stack;
  const auto body = [&]() -> Task<std::int64_t> {
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < kAwaits; ++i) {
      sum += co_await Task<int>(1);
      if (i % 1'000 == 0) stack.look();
    }
    co_return sum;
  };
  EXPECT_EQ(run(body()).value(), kAwaits);
  EXPECT_LE(stack.bytes(), 4'096U);
}

Task<int> nest(StackUse& stack, int depth) {
  stack.look();
  if (depth == 0) co_return 0;
  const int below = co_await nest(stack, depth - 1);
  stack.look();
  co_return below + 1;
}

TEST_F(TaskTest, AwaitsAChainOfAHundredThousandTasksWithoutStackGrowth) {
  StackUse stack;
  EXPECT_EQ(run(nest(stack, 100'000)).value(), 100'000);
  EXPECT_LE(stack.bytes(), 4'096U);
}

// --- cancellation
// ------------------------------------------------------------------------------

TEST_F(TaskTest, IsCancelledByDestructionAtEverySuspensionPoint) {
  auto [sender, receiver] = channel<int>();
  Receiver<int> values = std::move(receiver);
  CancelHarness harness;
  const auto make = [&](CancelHarness::Alive alive) -> Task<int> {
    co_await sleep(1ms);
    const int first = co_await number(2);
    co_await harness.pass();
    auto inner = [](CancelHarness::Alive held, CancelHarness& points) -> Task<int> {
      const CancelHarness::Alive copy = held;
      co_await points.pass();
      co_await sleep(1ms);
      co_return 5;
    };
    const int second = co_await inner(alive, harness);
    (void)sender.send(9);
    auto third = co_await values.recv();
    co_await sleep(1ms);
    co_return first + second + third.value();
  };
  EXPECT_EQ(harness.check<int>(make, 16), "");
  EXPECT_EQ(harness.points(), 5);
  (void)values.drain();
}

TEST_F(TaskTest, OfAThousandTasksInAChainIsCancelledAsAWhole) {
  auto alive = std::make_shared<int>(0);

  struct Chain {
    static Task<void> nest(std::shared_ptr<int> held, int depth) {
      if (depth == 0) {
        co_await sleep(1h);
      } else {
        co_await nest(held, depth - 1);
      }
    }
  };

  const auto body = [&]() -> Task<bool> {
    auto done = co_await timeout(1ms, Chain::nest(alive, 1'000));
    co_return done.has_value();
  };
  EXPECT_FALSE(run(body()).value());
  EXPECT_EQ(alive.use_count(), 1);
}

// --- refusals
// ----------------------------------------------------------------------------------

TEST_F(TaskTest, ThatNothingCanWakeIsReportedWithWhatItWaitsFor) {
  auto [sender, receiver] = channel<int>();
  const auto outcome = run(receiver.recv());
  ASSERT_FALSE(outcome);
  EXPECT_NE(outcome.error().what().find("nothing can run any more"), std::string::npos);
  EXPECT_NE(outcome.error().what().find("block_on waits in recv"), std::string::npos)
      << outcome.error().what();
}

}  // namespace
}  // namespace hyperactor
