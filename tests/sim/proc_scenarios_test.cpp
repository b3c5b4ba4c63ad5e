// tests/sim/proc_scenarios_test.cpp - scenarios of chapter 10 §8.1: actors of one proc.
#include "hyperactor/hyperactor.hpp"

#include "support/scenario.hpp"
#include "support/test_actor.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::support {
namespace {

using Handle = ActorHandle<TestActor>;
using State = ActorStatus::State;

Handle spawn_child(TestEnv& env, const Handle& parent, std::string name = {}) {
  auto child = env.await(parent.ask<Spawn>(env.client(), std::move(name)));
  if (!child) ADD_FAILURE() << child.error().to_string();
  return child.value();
}

ActorStatus drain(TestEnv& env, const Handle& actor) {
  actor.drain_and_stop("test");
  return env.ended(actor);
}

bool has_child(const Handle& parent, const Handle& child) {
  const auto children = parent.children();
  return std::ranges::find(children, child.id()) != children.end();
}

// 10.PR-01 without its log clause: the structured log comes later.
HYPERACTOR_SCENARIO(ProcScenarios, StatusFollowsAnActorFromItsSpawnToItsEnd) {
  auto [port, receiver] = env.client().open_port<int>();
  auto actor = env.spawn<TestActor>("actor");
  actor.post<Tell>(env.client(), port, 1);
  EXPECT_EQ(env.await(receiver).value(), 1);
  const auto is_idle = [&] { return actor.status().state == State::Idle; };
  EXPECT_TRUE(ok(env.eventually(is_idle)));
  const Watch<bool> released(false);
  actor.post<Wait>(env.client(), port, released);
  EXPECT_EQ(env.await(receiver).value(), 1);
  const ActorStatus inside = actor.status();
  EXPECT_EQ(inside.state, State::Processing);
  EXPECT_TRUE(inside.handler.ends_with("Wait")) << inside.handler;
  EXPECT_GE(inside.for_time.count(), 0);
  EXPECT_LT(inside.for_time, std::chrono::seconds(60));
  released.set(true);
  EXPECT_TRUE(ok(env.eventually(is_idle)));
  EXPECT_EQ(drain(env, actor).to_string(), "stopped: test");
}

// 10.PR-02
HYPERACTOR_SCENARIO(ProcScenarios, OneActorSendsToAnother) {
  auto [port, receiver] = env.client().open_port<int>();
  auto first = env.spawn<TestActor>("first");
  auto second = env.spawn<TestActor>("second");
  first.post<Forward>(env.client(), second, Tell{port, 7});
  EXPECT_EQ(env.await(receiver).value(), 7);
  EXPECT_EQ(env.client().undeliverable_count(), 0U);
}

// 10.PR-04
HYPERACTOR_SCENARIO(ProcScenarios, ChildrenAreLinkedToTheirParentsUntilTheyEnd) {
  auto first = env.spawn<TestActor>("first");
  auto second = spawn_child(env, first);
  auto third = spawn_child(env, second);
  EXPECT_EQ(first.id().pid, 0U);
  EXPECT_EQ(second.id().pid, 1U);
  EXPECT_EQ(third.id().pid, 2U);
  EXPECT_EQ(second.id().name_text(), "first");
  EXPECT_EQ(third.id().name_text(), "first");
  EXPECT_EQ(first.parent_id(), ActorId{});
  EXPECT_EQ(second.parent_id(), first.id());
  EXPECT_EQ(third.parent_id(), second.id());
  EXPECT_EQ(first.children(), std::vector<ActorId>{second.id()});
  EXPECT_EQ(second.children(), std::vector<ActorId>{third.id()});
  EXPECT_TRUE(third.children().empty());
  drain(env, third);
  EXPECT_TRUE(ok(env.eventually([&] { return second.children().empty(); })));
  EXPECT_TRUE(has_child(first, second));
  drain(env, second);
  EXPECT_TRUE(ok(env.eventually([&] { return first.children().empty(); })));
  drain(env, first);
  EXPECT_TRUE(env.proc().roots().empty());
}

// 10.PR-05
HYPERACTOR_SCENARIO(ProcScenarios, TheEndOfARootEndsAllItsDescendants) {
  auto root = env.spawn<TestActor>("root");
  auto one = spawn_child(env, root);
  auto two = spawn_child(env, root);
  auto grandchild = spawn_child(env, two);
  root.stop("test");
  EXPECT_EQ(env.ended(root).to_string(), "stopped: test");
  for (const Handle& gone : {one, two, grandchild}) {
    EXPECT_EQ(gone.status().to_string(), "stopped: parent stopping") << gone.id().to_string();
    const auto sent = gone.try_send<Noop>(env.client());
    ASSERT_FALSE(sent);
    EXPECT_NE(sent.error().why.to_string().find("stopped: parent stopping"), std::string::npos)
        << sent.error().why.to_string();
  }
}

struct GivePort {
  OncePortHandle<PortHandle<std::uint64_t>> to;
};

// Sums what comes to its port and to its mailbox, and tells the sum at its end.
struct Summing : Actor<Summing> {
  explicit Summing(PortHandle<std::uint64_t> to) : out(std::move(to)) {}

  void handle(Context<Summing>&, std::uint64_t value) { sum += value; }

  Result<void> handle(Context<Summing>& cx, GivePort give) {
    auto [port, receiver] = cx.open_port<std::uint64_t>();
    incoming.emplace(std::move(receiver));
    return std::move(give.to).send(std::move(port));
  }

  Task<Result<void>> cleanup(Context<Summing>&, const Error*) override {
    for (const std::uint64_t value : incoming->drain()) sum += value;
    return out.send(sum);
  }

  PortHandle<std::uint64_t> out;
  std::optional<PortReceiver<std::uint64_t>> incoming;
  std::uint64_t sum = 0;
};

// 10.PR-07
HYPERACTOR_SCENARIO(ProcScenarios, AnActorHandsOutAPortThroughAOncePort) {
  auto [sum, receiver] = env.client().open_port<std::uint64_t>();
  auto actor = env.spawn<Summing>("summing", sum);
  auto [give, given] = env.client().open_once_port<PortHandle<std::uint64_t>>();
  actor.post<GivePort>(env.client(), std::move(give));
  auto port = env.await(std::move(given));
  ASSERT_TRUE(ok(port));
  EXPECT_EQ(port->owner_id(), actor.id());
  EXPECT_TRUE(ok(port->send(env.client(), 100)));
  actor.post<std::uint64_t>(env.client(), 23U);
  actor.drain_and_stop("test");
  EXPECT_EQ(env.await(receiver).value(), 123U);
}

// 10.PR-10
HYPERACTOR_SCENARIO(ProcScenarios, AClientSpawnsAChildAndEndsWhenItIsDropped) {
  std::optional<Client> instance(env.proc().client("instance"));
  const ClientHandle handle = instance->handle();
  auto [port, receiver] = instance->open_port<int>();
  auto child = instance->spawn<TestActor>();
  ASSERT_TRUE(ok(child));
  EXPECT_EQ(child->parent_id(), handle.id());
  child->post<Tell>(*instance, port, 5);
  EXPECT_EQ(env.await(receiver).value(), 5);
  drain(env, *child);
  EXPECT_EQ(handle.status().to_string(), "client");
  instance.reset();
  EXPECT_EQ(handle.status().state, State::Stopped);
}

// 10.PR-13
HYPERACTOR_SCENARIO(ProcScenarios, ASendToAStoppedActorSaysHowItEnded) {
  auto actor = env.spawn<TestActor>("actor");
  actor.drain_and_stop("healthy shutdown");
  env.ended(actor);
  const auto sent = actor.try_send<Noop>(env.client());
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().why.code(), Errc::Disconnected);
  const std::string text = sent.error().why.to_string();
  EXPECT_NE(text.find("stopped: healthy shutdown"), std::string::npos) << text;
  EXPECT_NE(text.find("actor[0]"), std::string::npos) << text;
}

// 10.PR-25, 10.PR-27
HYPERACTOR_SCENARIO(ProcScenarios, ANamedChildHasItsNameItsNumberAndItsParent) {
  auto root = env.spawn<TestActor>("root");
  auto child = spawn_child(env, root, "my_controller");
  EXPECT_EQ(child.id().name_text(), "my_controller");
  EXPECT_EQ(child.id().pid, 1U);
  EXPECT_EQ(child.parent_id(), root.id());
  // Its failure is the root's.
  child.post<Fail>(env.client(), "out of order");
  const ActorStatus status = env.ended(root);
  EXPECT_TRUE(status.is_failed());
  EXPECT_NE(status.reason.find("out of order"), std::string::npos) << status.reason;
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

// 10.PR-26, 10.PR-28, 10.PR-29
HYPERACTOR_SCENARIO(ProcScenarios, ChildrenAreNumberedWhateverTheirNames) {
  auto root = env.spawn<TestActor>("root");
  auto one = spawn_child(env, root, "my_controller");
  auto two = spawn_child(env, root, "my_controller");
  auto other = spawn_child(env, root, "other");
  auto plain = spawn_child(env, root);
  EXPECT_EQ(one.id().pid, 1U);
  EXPECT_EQ(two.id().pid, 2U);
  EXPECT_EQ(two.id().name_text(), "my_controller");
  EXPECT_EQ(other.id().pid, 3U);
  EXPECT_EQ(other.id().name_text(), "other");
  EXPECT_EQ(plain.id().pid, 4U);
  EXPECT_EQ(plain.id().name_text(), "root");
}

// 10.PR-30
HYPERACTOR_SCENARIO(ProcScenarios, ChildrenOfOneNameDoNotReplaceEachOther) {
  auto root = env.spawn<TestActor>("root");
  auto one = spawn_child(env, root, "same");
  auto two = spawn_child(env, root, "same");
  auto plain = spawn_child(env, root);
  EXPECT_EQ(root.children(), (std::vector<ActorId>{one.id(), two.id(), plain.id()}));
}

// 10.PR-31
HYPERACTOR_SCENARIO(ProcScenarios, TheNameOfAChildIsNotReservedForRoots) {
  auto root = env.spawn<TestActor>("root");
  spawn_child(env, root, "foo");
  EXPECT_TRUE(ok(env.proc().spawn<TestActor>("foo")));
}

// 10.PR-32, 10.PR-33
HYPERACTOR_SCENARIO(ProcScenarios, ChildrenOfTwoParentsAreToldApart) {
  auto left = env.spawn<TestActor>("left");
  auto right = env.spawn<TestActor>("right");
  auto one = spawn_child(env, left, "controller_mesh_left");
  auto two = spawn_child(env, right, "controller_mesh_right");
  EXPECT_NE(one.id(), two.id());
  EXPECT_FALSE(env.proc().status_of(one.id()).is_terminal());
  EXPECT_NE(env.proc().status_of(one.id()).state, State::Unknown);
  EXPECT_NE(env.proc().status_of(two.id()).state, State::Unknown);
  EXPECT_EQ(left.children(), std::vector<ActorId>{one.id()});
  EXPECT_EQ(right.children(), std::vector<ActorId>{two.id()});
}

}  // namespace
}  // namespace hyperactor::support
