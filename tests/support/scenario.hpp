// tests/support/scenario.hpp - one body of a test, on threads and with many seeds.
#pragma once

#include "hyperactor/testing/test_env.hpp"

#include <gtest/gtest.h>

namespace hyperactor::support {

using Body = void (*)(TestEnv& env);

/// Three times with two workers.
void run_on_threads(Body body);

/// With the seeds 1 to HYPERACTOR_TEST_SEEDS (50), each twice: the same seed gives the same
/// history. A failure prints the command that replays its seed; HYPERACTOR_SEED=n runs that
/// one.
void run_simulated(Body body);

/// For EXPECT_TRUE: shows the error.
template <class T>
::testing::AssertionResult ok(const Result<T>& result) {
  if (result) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << result.error().to_string();
}

}  // namespace hyperactor::support

/// Two tests from one body, which sees `TestEnv& env`:
///
///   HYPERACTOR_SCENARIO(Account, AddsDeposits) { ... env.await(...) ... }
// NOLINTBEGIN(bugprone-macro-parentheses): names
#define HYPERACTOR_SCENARIO(suite, name)                   \
  static void suite##_##name(::hyperactor::TestEnv& env);  \
  TEST(suite, name##OnThreads) {                           \
    ::hyperactor::support::run_on_threads(suite##_##name); \
  }                                                        \
  TEST(suite, name##Simulated) {                           \
    ::hyperactor::support::run_simulated(suite##_##name);  \
  }                                                        \
  static void suite##_##name([[maybe_unused]] ::hyperactor::TestEnv& env)

/// For what a simulation cannot show; `reason` says why.
#define HYPERACTOR_SCENARIO_THREADS_ONLY(suite, name, reason)           \
  static_assert(sizeof(reason) > 1, "say why this needs real threads"); \
  static void suite##_##name(::hyperactor::TestEnv& env);               \
  TEST(suite, name##OnThreads) {                                        \
    ::hyperactor::support::run_on_threads(suite##_##name);              \
  }                                                                     \
  static void suite##_##name([[maybe_unused]] ::hyperactor::TestEnv& env)

/// For what takes long in real time, or needs a moment that only a seed can hit.
#define HYPERACTOR_SCENARIO_SIMULATED_ONLY(suite, name, reason)            \
  static_assert(sizeof(reason) > 1, "say why this cannot run on threads"); \
  static void suite##_##name(::hyperactor::TestEnv& env);                  \
  TEST(suite, name##Simulated) {                                           \
    ::hyperactor::support::run_simulated(suite##_##name);                  \
  }                                                                        \
  static void suite##_##name([[maybe_unused]] ::hyperactor::TestEnv& env)
// NOLINTEND(bugprone-macro-parentheses)
