// tests/unit/proc/proc_test.cpp - roots, destroy_and_wait, and the end of an owner.
#include "hyperactor/proc/proc.hpp"

#include "hyperactor/hyperactor.hpp"

#include "support/scenario.hpp"
#include "support/test_actor.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::support {
namespace {

using namespace std::chrono_literals;

HYPERACTOR_SCENARIO(Proc, ListsItsRootsInOrder) {
  auto zebra = env.spawn<TestActor>("zebra");
  auto ant = env.spawn<TestActor>("ant");
  (void)env.await(ant.ask<Spawn>(env.client(), "child"));  // no root
  EXPECT_EQ(env.proc().roots(), (std::vector<ActorId>{ant.id(), zebra.id()}));
  ant.stop("enough");
  env.ended(ant);
  EXPECT_EQ(env.proc().roots(), std::vector<ActorId>{zebra.id()});
}

HYPERACTOR_SCENARIO(Proc, HasANameOfItsOwn) {
  const Proc other = Proc::local(env.runtime());
  EXPECT_NE(other.name(), env.proc().name());
  EXPECT_TRUE(other.name().starts_with("local:0,local_")) << other.name();
}

HYPERACTOR_SCENARIO(Proc, MayReuseANameOnAnother) {
  const Proc other = Proc::local(env.runtime());
  auto here = env.spawn<TestActor>("actor");
  auto there = other.spawn<TestActor>("actor");
  ASSERT_TRUE(ok(there));
  EXPECT_NE(here.id(), there->id());
}

HYPERACTOR_SCENARIO(Proc, DrainsItsRootsWhenItsOwnerGoes) {
  auto [port, receiver] = env.client().open_port<int>();
  std::optional<ActorHandle<TestActor>> actor;
  {
    const Proc proc = Proc::local(env.runtime());
    actor.emplace(proc.spawn<TestActor>("actor").value());
    for (int i = 0; i < 10; ++i) actor->post<Tell>(env.client(), port, i);
  }
  EXPECT_EQ(actor->status().to_string(), "stopped: proc dropped");
  EXPECT_EQ(receiver.drain().size(), 10U);
}

HYPERACTOR_SCENARIO_SIMULATED_ONLY(Proc, AbortsWhatDoesNotDrain,
                                   "it waits a second in real time") {
  auto [port, receiver] = env.client().open_port<int>();
  const Watch<bool> never(false);
  std::optional<ActorHandle<TestActor>> actor;
  {
    const Proc proc = Proc::local(env.runtime());
    actor.emplace(proc.spawn<TestActor>("actor").value());
    actor->post<Wait>(env.client(), port, never);
    EXPECT_EQ(env.await(receiver).value(), 1);
  }
  const ActorStatus status = actor->status();
  EXPECT_TRUE(status.is_terminal()) << status.to_string();
  EXPECT_NE(status.reason.find("proc dropped"), std::string::npos) << status.reason;
  env.take_crashes();
}

HYPERACTOR_SCENARIO(DestroyAndWait, StopsTheRootsAndTheirChildren) {
  auto one = env.spawn<TestActor>("one");
  auto two = env.spawn<TestActor>("two");
  auto child = env.await(one.ask<Spawn>(env.client(), "child")).value();
  const Destroyed destroyed = env.proc().destroy_and_wait(5s, "closing").value();
  EXPECT_EQ(destroyed.stopped, (std::vector<ActorId>{one.id(), two.id()}));
  EXPECT_TRUE(destroyed.aborted.empty());
  EXPECT_EQ(one.status().to_string(), "stopped: closing");
  EXPECT_EQ(two.status().to_string(), "stopped: closing");
  EXPECT_EQ(child.status().to_string(), "stopped: parent draining");
}

HYPERACTOR_SCENARIO(DestroyAndWait, ListsWhoeverDidNotEndAsAborted) {
  auto [port, receiver] = env.client().open_port<int>();
  const Watch<bool> never(false);
  auto stuck = env.spawn<TestActor>("stuck");
  auto free = env.spawn<TestActor>("free");
  stuck.post<Wait>(env.client(), port, never);
  EXPECT_EQ(env.await(receiver).value(), 1);
  const Destroyed destroyed = env.proc().destroy_and_wait(50ms, "closing").value();
  EXPECT_EQ(destroyed.stopped, std::vector<ActorId>{free.id()});
  EXPECT_EQ(destroyed.aborted, std::vector<ActorId>{stuck.id()});
  const ActorStatus status = env.ended(stuck);
  EXPECT_NE(status.reason.find("closing"), std::string::npos) << status.reason;
  EXPECT_TRUE(env.crashes().empty()) << "aborts that were asked for are no news";
}

HYPERACTOR_SCENARIO(DestroyAndWait, RefusesANegativeLimitAndDoesNothing) {
  auto actor = env.spawn<TestActor>("actor");
  const auto refused = env.proc().destroy_and_wait(-1s, "closing");
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().to_string().find("with a limit of -1s: give zero"),
            std::string::npos)
      << refused.error().to_string();
  EXPECT_TRUE(ok(env.proc().spawn<TestActor>("another")));
  EXPECT_FALSE(actor.status().is_terminal());
}

HYPERACTOR_SCENARIO(DestroyAndWait, WaitsForeverIfToldSo) {
  auto actor = env.spawn<TestActor>("actor");
  actor.post<Noop>(env.client());
  const Destroyed destroyed =
      env.proc().destroy_and_wait(std::chrono::nanoseconds::max(), "closing").value();
  EXPECT_EQ(destroyed.stopped, std::vector<ActorId>{actor.id()});
  EXPECT_TRUE(destroyed.aborted.empty());
}

HYPERACTOR_SCENARIO(DestroyAndWait, CountsAFailingRootAsStopped) {
  auto actor = env.spawn<TestActor>("actor");
  actor.post<Fail>(env.client(), "boom");
  const Destroyed destroyed = env.proc().destroy_and_wait(5s, "closing").value();
  EXPECT_TRUE(destroyed.aborted.empty());
  EXPECT_EQ(actor.status().to_string(), "failed: boom");
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

HYPERACTOR_SCENARIO(DestroyAndWait, OfAnEmptyProcDoesNothingTwice) {
  for (int i = 0; i < 2; ++i) {
    const Destroyed destroyed = env.proc().destroy_and_wait(5s, "closing").value();
    EXPECT_TRUE(destroyed.stopped.empty());
    EXPECT_TRUE(destroyed.aborted.empty());
  }
}

TEST(Proc, LocalOnesShareARuntimeThatEndsWithTheLast) {
  std::optional<Proc> one(Proc::local());
  const Proc two = Proc::local();
  EXPECT_EQ(&one->runtime().scheduler(), &two.runtime().scheduler());
  auto client = two.client("main");
  one.reset();
  auto actor = two.spawn<TestActor>("actor").value();
  auto [port, receiver] = client.open_port<int>();
  actor.post<Tell>(client, port, 5);
  EXPECT_EQ(block_on(receiver).value(), 5);
}

}  // namespace
}  // namespace hyperactor::support
