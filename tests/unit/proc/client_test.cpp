// tests/unit/proc/client_test.cpp - clients: names, children, two threads, and their end.
#include "hyperactor/proc/client.hpp"

#include "hyperactor/hyperactor.hpp"

#include "support/scenario.hpp"
#include "support/test_actor.hpp"

#include <functional>
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

// Two threads post with one client, neither of them waits.
void post_from_two_threads() {
  TestEnv env = TestEnv::threads();
  auto actor = env.spawn<TestActor>("actor");
  const auto post = [&] {
    for (int i = 0; i < 10'000'000; ++i) actor.post<Noop>(env.client());
  };
  const std::jthread other(post);
  post();
  std::_Exit(0);
}

TEST(ClientDeathTest, PostingFromTwoThreadsEndsTheProcessAndNamesTheClient) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(post_from_two_threads(), "used by two threads at once.*test\\[1\\]");
}

// Two threads spawn with one client.
void spawn_from_two_threads() {
  TestEnv env = TestEnv::threads();
  const auto spawn = [&] {
    for (int i = 0; i < 1'000'000; ++i) (void)env.client().spawn<TestActor>();
  };
  const std::jthread other(spawn);
  spawn();
  std::_Exit(0);
}

TEST(ClientDeathTest, SpawningFromTwoThreadsEndsTheProcessAndNamesTheClient) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(spawn_from_two_threads(), "used by two threads at once.*test\\[1\\]");
}

// A handler whose context is used by a thread that it starts.
struct Leaky : Actor<Leaky> {
  void handle(Context<Leaky>& cx, Noop) {
    auto self = cx.self();
    std::thread([&] { self.post<Noop>(cx); }).join();
  }
};

TEST(ContextDeathTest, UsedOnAnotherThreadEndsTheProcessAndNamesTheActor) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        TestEnv env = TestEnv::threads();
        auto actor = env.spawn<Leaky>("leaky");
        actor.post<Noop>(env.client());
        env.ended(actor);
      },
      "used outside its handlers: send there, or make a client.*leaky\\[0\\]");
}

// What another OS thread does to the actors of a simulation (00 D10).
void in_another_thread(const std::function<void(TestEnv&, ActorHandle<TestActor>&)>& act) {
  TestEnv env = TestEnv::simulated(1);
  auto actor = env.spawn<TestActor>("actor");
  actor.post<Noop>(env.client());  // it is not idle: nothing needs to be woken
  std::thread([&] { act(env, actor); }).join();
  std::_Exit(0);
}

TEST(SimulationDeathTest, ForeignThreadsCannotPostSignalOrSendToPorts) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  constexpr const char* kSentence = "from another OS thread cannot be part of a simulation";
  EXPECT_DEATH(in_another_thread(
                   [](TestEnv& env, auto& actor) { actor.template post<Noop>(env.client()); }),
               kSentence);
  EXPECT_DEATH(in_another_thread([](TestEnv&, auto& actor) { actor.stop("enough"); }),
               kSentence);
  EXPECT_DEATH(in_another_thread([](TestEnv& env, auto&) {
                 auto [port, receiver] = env.client().template open_port<int>();
                 (void)port.send(1);
               }),
               kSentence);
  EXPECT_DEATH(in_another_thread([](TestEnv& env, auto&) {
                 auto [port, receiver] = env.client().template open_once_port<int>();
                 (void)std::move(port).send(1);
               }),
               kSentence);
}

}  // namespace
}  // namespace hyperactor::support
