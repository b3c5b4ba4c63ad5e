// tests/unit/config/environment_test.cpp - environment values read, absent and refused.
#include "hyperactor/config/environment.hpp"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace hyperactor::config {
namespace {

using namespace std::chrono_literals;

template <class T>
std::string refusal(const Result<std::optional<T>>& read) {
  return read ? "accepted" : read.error().to_string();
}

TEST(Environment, ReadsTypedValues) {
  const Environment environment{{"HYPERACTOR_WORKERS", "8"},
                                {"HYPERACTOR_ASK_TIMEOUT", "500ms"},
                                {"HYPERACTOR_TRACE", "Yes"},
                                {"HYPERACTOR_LOG", "info,net=debug"}};
  EXPECT_EQ(environment.integer("HYPERACTOR_WORKERS", 1, 1024).value(), 8);
  EXPECT_EQ(environment.duration("HYPERACTOR_ASK_TIMEOUT").value(), 500ms);
  EXPECT_EQ(environment.boolean("HYPERACTOR_TRACE").value(), true);
  EXPECT_EQ(environment.text("HYPERACTOR_LOG"), "info,net=debug");
}

TEST(Environment, AnswersNothingForAnAbsentOrEmptyVariable) {  // ENV-1
  const Environment environment{{"HYPERACTOR_WORKERS", ""}};
  EXPECT_EQ(environment.integer("HYPERACTOR_WORKERS").value(), std::nullopt);
  EXPECT_EQ(environment.integer("HYPERACTOR_SEED").value(), std::nullopt);
  EXPECT_EQ(environment.duration("HYPERACTOR_SEED").value(), std::nullopt);
  EXPECT_EQ(environment.boolean("HYPERACTOR_SEED").value(), std::nullopt);
  EXPECT_EQ(environment.text("HYPERACTOR_SEED"), std::nullopt);
}

TEST(Environment, TakesBothEndsOfARange) {
  const Environment environment{{"HYPERACTOR_A", "1"}, {"HYPERACTOR_B", "1024"}};
  EXPECT_EQ(environment.integer("HYPERACTOR_A", 1, 1024).value(), 1);
  EXPECT_EQ(environment.integer("HYPERACTOR_B", 1, 1024).value(), 1024);
}

TEST(Environment, ReadsEveryWordForABoolean) {
  for (const char* word : {"1", "true", "TRUE", "yes", "On"}) {
    EXPECT_EQ(Environment({{"HYPERACTOR_X", word}}).boolean("HYPERACTOR_X").value(), true);
  }
  for (const char* word : {"0", "false", "No", "OFF"}) {
    EXPECT_EQ(Environment({{"HYPERACTOR_X", word}}).boolean("HYPERACTOR_X").value(), false);
  }
}

TEST(Environment, NamesVariableValueRangeAndExampleForABadInteger) {  // ENV-2
  const Environment environment{{"HYPERACTOR_WORKERS", "many"}};
  EXPECT_EQ(
      refusal(environment.integer("HYPERACTOR_WORKERS", 1, 1024)),
      "the environment variable HYPERACTOR_WORKERS is \"many\", but must be a whole number "
      "from 1 to 1024; for example HYPERACTOR_WORKERS=4");
  EXPECT_EQ(environment.integer("HYPERACTOR_WORKERS").error().code(), Errc::Failed);
}

TEST(Environment, RefusesIntegersOutsideTheRangeOrWithATail) {  // ENV-2
  for (const char* value : {"0", "1025", "-1", "4x", "4.5", " 4", "99999999999999999999"}) {
    const Environment environment{{"HYPERACTOR_WORKERS", value}};
    EXPECT_FALSE(environment.integer("HYPERACTOR_WORKERS", 1, 1024).has_value()) << value;
  }
}

TEST(Environment, DescribesHalfOpenRanges) {  // ENV-2
  const Environment environment{{"HYPERACTOR_X", "x"}};
  const std::string head = "the environment variable HYPERACTOR_X is \"x\", but must be ";
  EXPECT_EQ(refusal(environment.integer("HYPERACTOR_X")),
            head + "a whole number; for example HYPERACTOR_X=4");
  EXPECT_EQ(refusal(environment.integer("HYPERACTOR_X", 10)),
            head + "a whole number of at least 10; for example HYPERACTOR_X=10");
  EXPECT_EQ(refusal(environment.duration("HYPERACTOR_X", 1ms, 10s)),
            head +
                "a duration (number and unit: ns, us, ms, s, m, h, d) from 1ms to 10s; for "
                "example HYPERACTOR_X=10s");
}

TEST(Environment, RefusesDurationsOutsideTheRange) {  // ENV-2
  const Environment environment{{"HYPERACTOR_LIMIT", "2h"}, {"HYPERACTOR_NEGATIVE", "-5s"}};
  EXPECT_EQ(
      refusal(environment.duration("HYPERACTOR_LIMIT", 0s, 1h)),
      "the environment variable HYPERACTOR_LIMIT is \"2h\", but must be a duration (number "
      "and unit: ns, us, ms, s, m, h, d) of at most 1h; for example HYPERACTOR_LIMIT=30s");
  EXPECT_FALSE(environment.duration("HYPERACTOR_NEGATIVE").has_value());
}

TEST(Environment, RefusesAWordThatIsNoBoolean) {  // ENV-2
  const Environment environment{{"HYPERACTOR_TRACE", "maybe"}};
  EXPECT_EQ(
      refusal(environment.boolean("HYPERACTOR_TRACE")),
      "the environment variable HYPERACTOR_TRACE is \"maybe\", but must be 1, true, yes or "
      "on, or else 0, false, no or off; for example HYPERACTOR_TRACE=1");
}

TEST(Environment, SeesTheProcessAsItWasWhenAsked) {
  ::setenv("HYPERACTOR_TEST_PROBE", "17", 1);
  ::setenv("NOT_OURS_TEST_PROBE", "18", 1);
  const Environment environment = Environment::of_process();
  ::unsetenv("HYPERACTOR_TEST_PROBE");
  ::unsetenv("NOT_OURS_TEST_PROBE");
  EXPECT_EQ(environment.integer("HYPERACTOR_TEST_PROBE").value(), 17);
  EXPECT_EQ(environment.text("NOT_OURS_TEST_PROBE"), std::nullopt);
}

}  // namespace
}  // namespace hyperactor::config
