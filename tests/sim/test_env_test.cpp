// tests/sim/test_env_test.cpp - what TestEnv promises to the bodies that it runs.
#include "hyperactor/testing/test_env.hpp"

#include "hyperactor/runtime/sleep.hpp"

#include "support/scenario.hpp"
#include "support/test_actor.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace hyperactor::support {
namespace {

using namespace std::chrono_literals;

Task<int> seven() {
  co_return 7;
}

Task<Result<int>> refused() {
  co_return std::unexpected(Error(Errc::Overloaded, "no room"));
}

HYPERACTOR_SCENARIO(TestEnv, AwaitsTasksAndFlattensTheirResults) {
  EXPECT_EQ(env.await(seven()).value(), 7);
  const auto failed = env.await(refused());
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().what(), "no room");
}

HYPERACTOR_SCENARIO(TestEnv, SleepsAtLeastAsLongAsAsked) {
  const auto before = env.runtime().now_ns();
  env.sleep(2ms);
  EXPECT_GE(env.runtime().now_ns() - before, 2'000'000);
}

HYPERACTOR_SCENARIO(TestEnv, RecordsTheFailureOfARootInsteadOfEndingTheProcess) {
  auto actor = env.spawn<TestActor>("unlucky");
  actor.post<Fail>(env.client(), "boom");
  EXPECT_TRUE(env.ended(actor).is_failed());
  ASSERT_EQ(env.crashes().size(), 1U);
  const auto reports = env.take_crashes();
  EXPECT_NE(reports[0].text.find("boom"), std::string::npos) << reports[0].text;
  EXPECT_EQ(reports[0].actor, actor.id().to_string());
  EXPECT_TRUE(env.crashes().empty());
}

HYPERACTOR_SCENARIO(TestEnv, EventuallyReturnsWhenThePredicateHolds) {
  auto actor = env.spawn<TestActor>("busy");
  actor.post<Noop>(env.client());
  EXPECT_TRUE(ok(env.eventually([&] { return actor.handled() >= 1; })));
}

TEST(TestEnv, EventuallyNamesWhoWaitsWhenNothingCanRun) {
  auto env = TestEnv::simulated(1);
  auto actor = env.spawn<TestActor>("stuck");
  auto [entered, receiver] = env.client().open_port<int>();
  const Watch<bool> released(false);
  actor.post<Wait>(env.client(), entered, released);
  const auto waited = env.eventually([] { return false; }, "the impossible");
  ASSERT_FALSE(waited);
  const std::string text = waited.error().to_string();
  EXPECT_NE(text.find("the impossible"), std::string::npos) << text;
  EXPECT_NE(text.find("stuck[0] waits in watch"), std::string::npos) << text;
  released.set(true);
}

TEST(TestEnv, EventuallyGivesUpWhenItsPatienceIsOver) {
  TestEnv env(TestEnvOptions{.patience = 5ms});
  const auto waited = env.eventually([] { return false; }, "the impossible");
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code(), Errc::Timeout);
  EXPECT_NE(waited.error().to_string().find("the impossible"), std::string::npos);
}

TEST(TestEnv, AwaitGivesUpWhenItsPatienceIsOver) {
  TestEnv env(TestEnvOptions{.patience = 5ms});
  auto [port, receiver] = env.client().open_port<int>();
  const auto received = env.await(receiver);
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().code(), Errc::Timeout);
}

TEST(TestEnv, SimulatedTimeTakesNoRealTime) {
  auto env = TestEnv::simulated(3);
  const auto before = env.runtime().now_ns();
  env.sleep(24h);
  EXPECT_GE(env.runtime().now_ns() - before, std::chrono::nanoseconds(24h).count());
}

TEST(TestEnv, RunDryLeavesNothingToRun) {
  auto env = TestEnv::simulated(3);
  auto actor = env.spawn<TestActor>("idle");
  actor.post<Noop>(env.client());
  EXPECT_TRUE(env.run_dry());
  EXPECT_FALSE(env.step());
  EXPECT_EQ(actor.status().to_string(), "idle");
}

TEST(TestEnv, OtherSeedsTakeOtherWays) {
  const auto history_of = [](std::uint64_t seed) {
    auto env = TestEnv::simulated(seed);
    for (int i = 0; i < 8; ++i) env.spawn<TestActor>();
    env.run_dry();
    return env.runtime().history();
  };
  EXPECT_EQ(history_of(1), history_of(1));
  EXPECT_NE(history_of(1), history_of(2));
}

}  // namespace
}  // namespace hyperactor::support
