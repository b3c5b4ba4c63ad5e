// tests/unit/base/check_test.cpp - what a failed CHECK prints and whom it calls.
#include "hyperactor/base/check.hpp"

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace hyperactor {
namespace {

struct Stopped : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Turns failures into exceptions while it lives.
class ThrowingHandler {
 public:
  ThrowingHandler()
      : before_(
            set_fatal_handler([](const CheckFailure& f) { throw Stopped(f.to_string()); })) {}

  ~ThrowingHandler() { set_fatal_handler(before_); }

  ThrowingHandler(const ThrowingHandler&) = delete;
  ThrowingHandler& operator=(const ThrowingHandler&) = delete;

 private:
  FatalHandler before_;
};

template <class F>
std::string failure_of(F&& action) {
  const ThrowingHandler handler;
  try {
    std::forward<F>(action)();
  } catch (const Stopped& stopped) {
    const std::string text = stopped.what();
    return text.substr(text.find("CHECK failed"));
  }
  return "no failure";
}

TEST(Check, PassesSilentlyAndEvaluatesItsConditionOnce) {
  int runs = 0;
  HYPERACTOR_CHECK(++runs == 1);
  EXPECT_EQ(runs, 1);
}

TEST(Check, PrintsTheExpressionAndTheNamedValues) {
  const int used = 9;
  const std::string queue = "inbox";
  EXPECT_EQ(failure_of([&] { HYPERACTOR_CHECK(used <= 8, used, queue, used + 1); }),
            "CHECK failed: used <= 8 (used = 9, queue = inbox, used + 1 = 10)");
}

TEST(Check, PrintsALiteralAsItIs) {
  EXPECT_EQ(failure_of([] { HYPERACTOR_CHECK(1 + 1 == 3, "sums, and \"commas\"", 2); }),
            "CHECK failed: 1 + 1 == 3 (sums, and \"commas\", 2 = 2)");
}

TEST(Check, PrintsTheConditionAloneWithoutValues) {
  EXPECT_EQ(failure_of([] { HYPERACTOR_CHECK(false); }), "CHECK failed: false");
}

TEST(Check, KeepsValuesWithCommasInsideBracketsTogether) {
  const auto sum = [](int a, int b) { return a + b; };
  const std::array<int, 2> pair{1, 2};
  EXPECT_EQ(failure_of([&] { HYPERACTOR_CHECK(false, sum(1, 2), pair[sum(0, 1)]); }),
            "CHECK failed: false (sum(1, 2) = 3, pair[sum(0, 1)] = 2)");
}

TEST(Check, PrintsEnumeratorsAsNumbersAndPointersAsAddresses) {
  enum class State : std::uint8_t { Idle, Running };
  const State state = State::Running;
  const int* nothing = nullptr;
  EXPECT_EQ(failure_of([&] { HYPERACTOR_CHECK(false, state, nothing); }),
            "CHECK failed: false (state = 1, nothing = 0x0)");
}

TEST(Check, NamesTheFileAndTheLine) {
  const ThrowingHandler handler;
  std::string expected;
  try {
    expected = "check_test.cpp:" + std::to_string(__LINE__ + 1) + ": CHECK failed";
    HYPERACTOR_CHECK(false);
  } catch (const Stopped& stopped) {
    EXPECT_NE(std::string(stopped.what()).find(expected), std::string::npos) << stopped.what();
  }
}

TEST(Check, WorksInAConstantExpression) {
  constexpr auto half = [](int even) {
    HYPERACTOR_CHECK(even % 2 == 0, even);
    return even / 2;
  };
  static_assert(half(8) == 4);
}

TEST(Dcheck, RunsItsConditionOnlyWhereItIsOn) {
  int runs = 0;
  HYPERACTOR_DCHECK(++runs > 0, runs);
  EXPECT_EQ(runs, HYPERACTOR_DCHECKS);
}

TEST(CheckDeathTest, AbortsWithoutAHandler) {
  EXPECT_DEATH(HYPERACTOR_CHECK(false, "no way on"), "CHECK failed: false \\(no way on\\)");
}

TEST(CheckDeathTest, AbortsWhenTheHandlerReturns) {
  EXPECT_DEATH(
      {
        set_fatal_handler([](const CheckFailure&) { std::fputs("handler ran\n", stderr); });
        HYPERACTOR_CHECK(false);
      },
      "handler ran");
}

}  // namespace
}  // namespace hyperactor
