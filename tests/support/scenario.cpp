// tests/support/scenario.cpp - repetitions on threads, seeds under simulation.
#include "scenario.hpp"

#include "hyperactor/config/environment.hpp"

#include <cerrno>
#include <cstdint>
#include <string>

#include <fmt/format.h>

namespace hyperactor::support {

namespace {

constexpr int kRepetitions = 3;
constexpr std::int64_t kSeeds = 50;

// The value of an environment variable; a bad one fails the test and gives `otherwise`.
std::int64_t number_from(const char* name, std::int64_t otherwise) {
  const auto environment = config::Environment::of_process();
  const auto value = environment.integer(name, 0, INT64_MAX);
  if (!value) {
    ADD_FAILURE() << value.error().to_string();
    return otherwise;
  }
  return value->value_or(otherwise);
}

void expect_no_crash(TestEnv& env) {
  for (const CrashReport& report : env.take_crashes()) {
    ADD_FAILURE() << "nobody expected this crash report:\n" << report.text;
  }
}

std::uint64_t run_seed(Body body, std::uint64_t seed) {
  auto env = TestEnv::simulated(seed);
  body(env);
  env.end();
  expect_no_crash(env);
  return env.runtime().history();
}

std::string replay_command(std::uint64_t seed) {
  const auto* const test = ::testing::UnitTest::GetInstance()->current_test_info();
  return fmt::format("HYPERACTOR_SEED={} {} --gtest_filter={}.{}", seed,
                     program_invocation_name, test->test_suite_name(), test->name());
}

}  // namespace

void run_on_threads(Body body) {
  for (int i = 0; i < kRepetitions && !::testing::Test::HasFailure(); ++i) {
    auto env = TestEnv::threads();
    body(env);
    env.end();
    expect_no_crash(env);
  }
}

void run_simulated(Body body) {
  const std::int64_t only = number_from("HYPERACTOR_SEED", -1);
  const std::int64_t first = only >= 0 ? only : 1;
  const std::int64_t last = only >= 0 ? only : number_from("HYPERACTOR_TEST_SEEDS", kSeeds);
  for (std::int64_t i = first; i <= last; ++i) {
    const auto seed = static_cast<std::uint64_t>(i);
    const std::uint64_t history = run_seed(body, seed);
    if (!::testing::Test::HasFailure()) {
      EXPECT_EQ(run_seed(body, seed), history) << "the same seed went another way";
    }
    if (::testing::Test::HasFailure()) {
      FAIL() << "seed " << seed << " fails; replay it with\n  " << replay_command(seed);
    }
  }
}

}  // namespace hyperactor::support
