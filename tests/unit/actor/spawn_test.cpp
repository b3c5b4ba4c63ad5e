// tests/unit/actor/spawn_test.cpp - names, children, constructors, and refused spawns.
#include "hyperactor/actor/spawn.hpp"

#include "hyperactor/hyperactor.hpp"
#include "hyperactor/runtime/slot_table.hpp"

#include "support/scenario.hpp"
#include "support/test_actor.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

namespace hyperactor::support {
namespace {

struct Greeting {
  using Reply = std::string;
};

struct Greeter : Actor<Greeter> {
  explicit Greeter(std::string words = "hi") : greeting(std::move(words)) {}

  std::string handle(Context<Greeter>&, Greeting) { return greeting; }

  std::string greeting;
};

struct Unlucky : Actor<Unlucky> {
  explicit Unlucky(int how) {
    if (how == 1) throw std::runtime_error("no memory of it");
    if (how == 2) throw 7;  // NOLINT: what users do
  }
};

struct OnlyMovable : Actor<OnlyMovable> {
  explicit OnlyMovable(std::unique_ptr<int> from) : value(std::move(from)) {}

  std::unique_ptr<int> value;
};

std::string greeting(TestEnv& env, const ActorHandle<Greeter>& greeter) {
  return env.await(greeter.ask<Greeting>(env.client())).value();
}

HYPERACTOR_SCENARIO(Spawn, TakesTheNameFirst) {
  auto named = env.spawn<Greeter>("greeter", "hello");
  EXPECT_EQ(named.id().name_text(), "greeter");
  EXPECT_EQ(named.id().pid, 0U);
  EXPECT_EQ(greeting(env, named), "hello");
}

HYPERACTOR_SCENARIO(Spawn, NamesAfterTheTypeWithoutAName) {
  auto one = env.spawn<TestActor>();
  auto two = env.spawn<TestActor>();
  EXPECT_EQ(one.id().name_text(), "TestActor");
  EXPECT_NE(one.id().pid, 0U);
  EXPECT_NE(one.id().pid, two.id().pid);
  EXPECT_NE(one.id(), two.id());
}

HYPERACTOR_SCENARIO(Spawn, LeavesAStringToTheActorWhenToldThatItIsUnnamed) {
  auto unnamed_one = env.spawn<Greeter>(unnamed, "hello");
  EXPECT_EQ(unnamed_one.id().name_text(), "Greeter");
  EXPECT_EQ(greeting(env, unnamed_one), "hello");
  auto named = env.spawn<Greeter>("hello");
  EXPECT_EQ(named.id().name_text(), "hello");
  EXPECT_EQ(greeting(env, named), "hi");
}

HYPERACTOR_SCENARIO(Spawn, MovesItsArgumentsIntoTheActor) {
  auto actor = env.spawn<OnlyMovable>("movable", std::make_unique<int>(1));
  actor.drain_and_stop("done");
  EXPECT_EQ(env.ended(actor).to_string(), "stopped: done");
}

HYPERACTOR_SCENARIO(Spawn, RefusesANameThatIsTakenEvenByTheDead) {
  auto first = env.spawn<TestActor>("only");
  const auto second = env.proc().spawn<TestActor>("only");
  ASSERT_FALSE(second);
  const std::string text = second.error().to_string();
  EXPECT_NE(text.find("spawning only on proc"), std::string::npos) << text;
  EXPECT_NE(text.find("choose another"), std::string::npos) << text;
  first.stop("done");
  env.ended(first);
  EXPECT_FALSE(env.proc().spawn<TestActor>("only"));
}

HYPERACTOR_SCENARIO(Spawn, RefusesInvalidNamesWithASentence) {
  for (const char* name : {"", "7", "a b", "r#type", "a:b"}) {
    const auto root = env.proc().spawn<TestActor>(name);
    ASSERT_FALSE(root) << name;
    const std::string text = root.error().to_string();
    EXPECT_NE(text.find("cannot name an actor"), std::string::npos) << text;
    EXPECT_NE(text.find(std::string("'") + name + "'"), std::string::npos) << text;
    EXPECT_FALSE(env.client().spawn<TestActor>(name)) << name;
  }
}

HYPERACTOR_SCENARIO(Spawn, SaysWhatTheConstructorThrew) {
  const auto standard = env.proc().spawn<Unlucky>("unlucky", 1);
  ASSERT_FALSE(standard);
  EXPECT_NE(standard.error().to_string().find(
                "spawning unlucky: its constructor threw: no memory of it"),
            std::string::npos)
      << standard.error().to_string();
  EXPECT_TRUE(ok(env.proc().spawn<TestActor>("unlucky")))
      << "no actor was made: the name is free";
  const auto other = env.proc().spawn<Unlucky>(2);
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().to_string().find("no std::exception"), std::string::npos)
      << other.error().to_string();
  EXPECT_EQ(env.proc().roots().size(), 1U);
}

struct SpawnIn {
  using Reply = std::string;
  std::string name;
};

// Spawns in its cleanup, where it must be refused.
struct Late : Actor<Late> {
  explicit Late(PortHandle<std::string> to) : out(std::move(to)) {}

  std::string handle(Context<Late>& cx, const SpawnIn& in) {
    auto child = in.name == "-" ? cx.spawn<TestActor>("") : cx.spawn<TestActor>(in.name);
    return child ? child->id().to_string() : child.error().to_string();
  }

  Task<Result<void>> cleanup(Context<Late>& cx, const Error*) override {
    auto child = cx.spawn<TestActor>();
    (void)out.send(child ? "spawned" : child.error().to_string());
    return Result<void>{};
  }

  PortHandle<std::string> out;
};

HYPERACTOR_SCENARIO(SpawnChild, RefusesInvalidNames) {
  auto [port, receiver] = env.client().open_port<std::string>();
  auto actor = env.spawn<Late>("late", port);
  for (const char* name : {"-", "7", "a b"}) {
    const auto text = env.await(actor.ask<SpawnIn>(env.client(), name)).value();
    EXPECT_NE(text.find("spawning a child of " + actor.id().to_string()), std::string::npos)
        << text;
    EXPECT_NE(text.find("cannot name an actor"), std::string::npos) << text;
  }
  EXPECT_TRUE(actor.children().empty());
}

HYPERACTOR_SCENARIO(SpawnChild, IsRefusedWhileItsParentStops) {
  auto [port, receiver] = env.client().open_port<std::string>();
  auto actor = env.spawn<Late>("late", port);
  actor.stop("done");
  const auto text = env.await(receiver).value();
  EXPECT_NE(text.find("late[0]: it is stopping"), std::string::npos) << text;
  EXPECT_EQ(env.ended(actor).to_string(), "stopped: done");
}

HYPERACTOR_SCENARIO(Spawn, IsRefusedOnAStoppedProc) {
  const ProcHandle proc = env.proc();
  (void)proc.destroy_and_wait(std::chrono::seconds(5), "done");
  for (const auto& spawned : {proc.spawn<TestActor>("late"), proc.spawn<TestActor>()}) {
    ASSERT_FALSE(spawned);
    const std::string text = spawned.error().to_string();
    EXPECT_NE(text.find("the proc has been stopped"), std::string::npos) << text;
    EXPECT_NE(text.find(proc.name()), std::string::npos) << text;
  }
  EXPECT_FALSE(env.client().spawn<TestActor>());
}

struct Stillborn : Actor<Stillborn> {
  Stillborn() { throw std::runtime_error("no"); }
};

HYPERACTOR_SCENARIO_SIMULATED_ONLY(Spawn, ThatThrowsLeavesNobodyToBeFound,
                                   "strands of other threads come and go") {
  EXPECT_FALSE(env.proc().spawn<Stillborn>());
  std::uint64_t found = 0;
  runtime::SlotTable& table = runtime::SlotTable::process();
  table.for_each([&](runtime::Strand&) { ++found; });
  EXPECT_EQ(found, table.live());
}

HYPERACTOR_SCENARIO_THREADS_ONLY(Handle, MayBeTheLastOfAnActorWhenItsThreadEnds,
                                 "a simulation has one thread") {
  const ProcHandle proc = env.proc();
  std::thread([&] {
    // Made before the thread's cache of free strands, so it goes after it.
    thread_local std::optional<ActorHandle<TestActor>> last;
    auto spawned = proc.spawn<TestActor>();
    ASSERT_TRUE(spawned);
    last = *std::move(spawned);
    last->stop("done");
    ASSERT_TRUE(ok(wait_ended(*last)));
  }).join();
}

HYPERACTOR_SCENARIO(Handle, IsEqualToAnotherOfTheSameActor) {
  auto one = env.spawn<TestActor>();
  auto two = env.spawn<TestActor>();
  const auto copy = one;
  EXPECT_EQ(copy, one);
  EXPECT_FALSE(one == two);
}

}  // namespace
}  // namespace hyperactor::support
