// tests/unit/proc/client_test.cpp - clients: names, children, two threads, and their end.
#include "hyperactor/proc/client.hpp"

#include "hyperactor/hyperactor.hpp"

#include "support/scenario.hpp"
#include "support/test_actor.hpp"

#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::support {
namespace {

HYPERACTOR_SCENARIO(Client, HasItsNameAndANumberOfItsOwn) {
  auto one = env.proc().client("main");
  auto two = env.proc().client("main");
  EXPECT_EQ(one.id().name_text(), "main");
  EXPECT_NE(one.id(), two.id());
  EXPECT_EQ(env.proc().client("not a name").id().name_text(), "client");
}

HYPERACTOR_SCENARIO(Client, MayBeMoved) {
  auto actor = env.spawn<TestActor>("actor");
  auto first = env.proc().client("main");
  auto [port, receiver] = first.open_port<int>();
  const Client second = std::move(first);
  actor.post<Tell>(second, port, 4);
  EXPECT_EQ(env.await(receiver).value(), 4);
}

HYPERACTOR_SCENARIO(Client, FailingChildIsReportedToTheCrashPolicy) {
  auto child = env.client().spawn<TestActor>("child");
  ASSERT_TRUE(ok(child));
  EXPECT_EQ(child->id().name_text(), "child");
  child->post<Fail>(env.client(), "boom");
  EXPECT_EQ(env.ended(*child).to_string(), "failed: boom");
  const auto reports = env.take_crashes();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].actor, child->id().to_string());
}

HYPERACTOR_SCENARIO(Client, StoppingChildIsNoNews) {
  auto child = env.client().spawn<TestActor>();
  ASSERT_TRUE(ok(child));
  child->stop("enough");
  EXPECT_EQ(env.ended(*child).to_string(), "stopped: enough");
  EXPECT_TRUE(env.crashes().empty());
}

HYPERACTOR_SCENARIO(Client, LeavesItsChildrenToTheProc) {
  std::optional<Client> client(env.proc().client("short"));
  auto child = client->spawn<TestActor>();
  ASSERT_TRUE(ok(child));
  client.reset();
  EXPECT_FALSE(child->status().is_terminal());
  env.end();
  EXPECT_TRUE(child->status().is_terminal());
}

HYPERACTOR_SCENARIO_THREADS_ONLY(Client, OneForEachThreadServesMany,
                                 "real threads ask at the same time") {
  auto actor = env.spawn<TestActor>("actor");
  const ProcHandle proc = env.proc();
  std::vector<std::thread> threads;
  std::vector<int> answered(4, 0);
  for (std::size_t t = 0; t < answered.size(); ++t) {
    threads.emplace_back([&, t] {
      auto client = proc.client("thread");
      for (int i = 0; i < 100; ++i) {
        auto child = block_on(actor.ask<Spawn>(client, ""));
        if (child && *child) ++answered[t];
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(answered, std::vector<int>(4, 100));
}

// Two threads wait with one client.
[[noreturn]] void use_from_two_threads() {
  auto env = TestEnv::threads();
  auto actor = env.spawn<TestActor>("actor");
  auto [port, receiver] = env.client().open_port<int>();
  const Watch<bool> never(false);
  actor.post<Wait>(env.client(), port, never);
  (void)env.await(receiver);
  auto one = actor.ask<Spawn>(env.client(), "");  // answered never: the actor is busy
  auto two = actor.ask<Spawn>(env.client(), "");
  std::thread other([&] { (void)block_on(std::move(one)); });
  (void)block_on(std::move(two));
  other.join();
  std::_Exit(0);
}

TEST(ClientDeathTest, UsedByTwoThreadsEndsTheProcessAndNamesTheClient) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(use_from_two_threads(), "used by two threads at once.*test\\[1\\]");
}

// One thread waits with a client while another asks with it, without waiting.
void ask_beside_a_wait() {
  TestEnv env = TestEnv::threads();
  auto actor = env.spawn<TestActor>("actor");
  auto [port, receiver] = env.client().open_port<int>();
  actor.post<Wait>(env.client(), port, Watch<bool>(false));
  EXPECT_EQ(env.await(receiver).value(), 1);
  auto waiting = actor.ask<Spawn>(env.client(), "child");
  const std::jthread other([&] { (void)block_on(std::move(waiting)); });
  // Nothing shows from outside that the other thread waits by now.
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  (void)actor.ask<Spawn>(env.client(), "child").is_done();
  std::_Exit(0);
}

TEST(ClientDeathTest, AskingBesideAWaitOfAnotherThreadEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(ask_beside_a_wait(), "used by two threads at once.*test\\[1\\]");
}

}  // namespace
}  // namespace hyperactor::support
