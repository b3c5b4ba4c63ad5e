// tests/unit/actor/stopping_test.cpp - stop, drain, abort, failure; also of trees.
#include "hyperactor/hyperactor.hpp"

#include "support/scenario.hpp"
#include "support/test_actor.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::support {
namespace {

using namespace std::chrono_literals;
using Handle = ActorHandle<TestActor>;

Handle spawn_child(TestEnv& env, const Handle& parent, std::string name = {}) {
  return env.await(parent.ask<Spawn>(env.client(), std::move(name))).value();
}

// An actor inside a handler that ends when `released`.
struct Inside {
  Inside(TestEnv& env, Handle in) : actor(std::move(in)) {
    auto [port, receiver] = env.client().open_port<int>();
    actor.post<Wait>(env.client(), port, released);
    EXPECT_EQ(env.await(receiver).value(), 1);
  }

  Handle actor;
  Watch<bool> released{false};
};

HYPERACTOR_SCENARIO(Stop, WaitsForTheHandlerAndLeavesTheQueue) {
  Inside inside(env, env.spawn<TestActor>("actor"));
  auto [port, receiver] = env.client().open_port<int>();
  inside.actor.post<Tell>(env.client(), std::move(port), 1);
  inside.actor.stop("enough");
  EXPECT_TRUE(ok(env.eventually([&] { return !inside.actor.try_send<Noop>(env.client()); })));
  EXPECT_FALSE(inside.actor.status().is_terminal());
  inside.released.set(true);
  EXPECT_EQ(env.ended(inside.actor).to_string(), "stopped: enough");
  EXPECT_TRUE(ok(env.eventually([&] { return env.client().undeliverable_count() >= 1; })));
  EXPECT_TRUE(receiver.drain().empty());
}

HYPERACTOR_SCENARIO(Stop, OfAnIdleActorEndsIt) {
  auto actor = env.spawn<TestActor>("actor");
  EXPECT_TRUE(
      ok(env.eventually([&] { return actor.status().state == ActorStatus::State::Idle; })));
  actor.stop("enough");
  EXPECT_EQ(env.ended(actor).to_string(), "stopped: enough");
}

HYPERACTOR_SCENARIO(Stop, OfAnActorThatHasNotBegunRunsNoMessage) {
  auto [port, receiver] = env.client().open_port<int>();
  auto actor = env.spawn<TestActor>("actor");
  actor.stop("enough");
  EXPECT_EQ(env.ended(actor).to_string(), "stopped: enough");
}

HYPERACTOR_SCENARIO(Stop, KeepsItsFirstReason) {
  Inside inside(env, env.spawn<TestActor>("actor"));
  inside.actor.stop("first");
  inside.actor.stop("second");
  inside.actor.drain_and_stop("third");
  inside.released.set(true);
  EXPECT_EQ(env.ended(inside.actor).to_string(), "stopped: first");
}

struct StopAndThrow {};

class Stopper : public Actor<Stopper> {
 public:
  void handle(Context<Stopper>& cx, StopAndThrow) {
    cx.stop("enough");
    cx.drain_and_stop("no more");
    throw std::runtime_error("the cause");
  }
};

HYPERACTOR_SCENARIO(Stop, DoesNotReplaceTheCauseOfAFailure) {
  auto actor = env.spawn<Stopper>("actor");
  actor.post<StopAndThrow>(env.client());
  EXPECT_EQ(env.ended(actor).to_string(), "failed: panic: the cause");
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

HYPERACTOR_SCENARIO(Stop, OfADeadActorDoesNothing) {
  auto actor = env.spawn<TestActor>("actor");
  actor.stop("first");
  env.ended(actor);
  actor.stop("second");
  actor.drain_and_stop("third");
  actor.abort("fourth");
  EXPECT_EQ(env.ended(actor).to_string(), "stopped: first");
}

HYPERACTOR_SCENARIO(Drain, HandlesWhatWasAcceptedAndRefusesTheRest) {
  Inside inside(env, env.spawn<TestActor>("actor"));
  auto [port, receiver] = env.client().open_port<int>();
  for (int i = 0; i < 20; ++i) inside.actor.post<Tell>(env.client(), port, i);
  inside.actor.drain_and_stop("enough");
  EXPECT_TRUE(ok(env.eventually([&] { return !inside.actor.try_send<Noop>(env.client()); })));
  inside.released.set(true);
  EXPECT_EQ(env.ended(inside.actor).to_string(), "stopped: enough");
  std::vector<int> expected;
  for (int i = 0; i < 20; ++i) expected.push_back(i);
  EXPECT_EQ(receiver.drain(), expected);
}

HYPERACTOR_SCENARIO(Drain, MayBeCutShortByAStop) {
  Inside inside(env, env.spawn<TestActor>("actor"));
  auto [port, receiver] = env.client().open_port<int>();
  inside.actor.post<Tell>(env.client(), port, 1);
  inside.actor.drain_and_stop("slowly");
  inside.actor.stop("at once");
  inside.released.set(true);
  EXPECT_TRUE(env.ended(inside.actor).is_terminal());
  EXPECT_TRUE(receiver.drain().empty());
}

HYPERACTOR_SCENARIO(Drain, FailsByAFailingMessage) {
  Inside inside(env, env.spawn<TestActor>("actor"));
  inside.actor.post<Fail>(env.client(), "boom");
  inside.actor.drain_and_stop("enough");
  inside.released.set(true);
  EXPECT_EQ(env.ended(inside.actor).to_string(), "failed: boom");
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

HYPERACTOR_SCENARIO(Drain, OfAParentDrainsItsChildren) {
  auto parent = env.spawn<TestActor>("parent");
  Inside inside(env, spawn_child(env, parent));
  auto [port, receiver] = env.client().open_port<int>();
  inside.actor.post<Tell>(env.client(), port, 7);
  parent.drain_and_stop("enough");
  EXPECT_TRUE(ok(env.eventually([&] { return !inside.actor.try_send<Noop>(env.client()); })));
  inside.released.set(true);
  EXPECT_EQ(env.ended(parent).to_string(), "stopped: enough");
  EXPECT_EQ(inside.actor.status().to_string(), "stopped: parent draining");
  EXPECT_EQ(receiver.drain(), std::vector<int>{7});
}

HYPERACTOR_SCENARIO(Abort, OfAnIdleActorFailsIt) {
  auto actor = env.spawn<TestActor>("actor");
  EXPECT_TRUE(
      ok(env.eventually([&] { return actor.status().state == ActorStatus::State::Idle; })));
  actor.abort("emergency");
  EXPECT_EQ(env.ended(actor).to_string(), "failed: actor explicitly aborted due to: emergency");
  const auto reports = env.take_crashes();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_NE(reports[0].text.find("emergency"), std::string::npos) << reports[0].text;
}

HYPERACTOR_SCENARIO(Abort, DestroysTheFrameOfASuspendedHandler) {
  auto actor = env.spawn<TestActor>("actor");
  auto [port, receiver] = env.client().open_port<int>();
  const Watch<bool> never(false);
  actor.post<Wait>(env.client(), std::move(port), never);
  EXPECT_EQ(env.await(receiver).value(), 1);
  actor.abort("emergency");
  EXPECT_TRUE(env.ended(actor).is_failed());
  // The port handle lived in the frame and in the message.
  EXPECT_EQ(env.await(receiver).error().code(), Errc::Disconnected);
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

HYPERACTOR_SCENARIO(Abort, InterruptsAHandlerThatAStopWaitsFor) {
  Inside inside(env, env.spawn<TestActor>("actor"));
  inside.actor.stop("politely");
  inside.actor.abort("emergency");
  EXPECT_TRUE(env.ended(inside.actor).is_terminal());
  env.take_crashes();
}

struct Work {
  PortHandle<int> entered;
  Watch<bool> released;
};

// Works without an await until released.
struct Busy : Actor<Busy> {
  void handle(Context<Busy>&, Work work) {
    (void)work.entered.send(1);
    while (!work.released.get()) {
    }
  }
};

HYPERACTOR_SCENARIO_THREADS_ONLY(Abort, WaitsForAHandlerThatDoesNotSuspend,
                                 "a simulation runs each handler to its end") {
  auto actor = env.spawn<Busy>("busy");
  auto [port, receiver] = env.client().open_port<int>();
  const Watch<bool> released(false);
  actor.post<Work>(env.client(), port, released);
  EXPECT_EQ(env.await(receiver).value(), 1);
  actor.abort("emergency");
  EXPECT_FALSE(actor.status().is_terminal());
  released.set(true);
  EXPECT_TRUE(env.ended(actor).is_failed());
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

HYPERACTOR_SCENARIO(Failure, OfAChildFailsItsParents) {
  auto root = env.spawn<TestActor>("root");
  auto child = spawn_child(env, root);
  auto sibling = spawn_child(env, root);
  auto grandchild = spawn_child(env, child);
  grandchild.post<Fail>(env.client(), "boom");
  const ActorStatus status = env.ended(root);
  EXPECT_TRUE(status.is_failed());
  EXPECT_NE(status.reason.find("child " + child.id().to_string() + " failed"),
            std::string::npos)
      << status.reason;
  EXPECT_NE(status.reason.find("boom"), std::string::npos) << status.reason;
  EXPECT_EQ(grandchild.status().to_string(), "failed: boom");
  EXPECT_TRUE(child.status().is_failed());
  EXPECT_EQ(sibling.status().to_string(), "stopped: parent stopping");
  const auto reports = env.take_crashes();
  ASSERT_EQ(reports.size(), 1U);  // the root's alone
  EXPECT_EQ(reports[0].actor, root.id().to_string());
}

HYPERACTOR_SCENARIO(Failure, OfTwoChildrenEndsOnlyOnce) {
  auto root = env.spawn<TestActor>("root");
  auto one = spawn_child(env, root);
  auto two = spawn_child(env, root);
  one.post<Fail>(env.client(), "first");
  two.post<Fail>(env.client(), "second");
  EXPECT_TRUE(env.ended(root).is_failed());
  EXPECT_TRUE(one.status().is_terminal());
  EXPECT_TRUE(two.status().is_terminal());
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

HYPERACTOR_SCENARIO(Failure, OfAChildDoesNotDisturbAParentThatStops) {
  auto root = env.spawn<TestActor>("root");
  Inside inside(env, spawn_child(env, root));
  root.stop("enough");
  inside.actor.abort("emergency");
  EXPECT_TRUE(env.ended(root).is_terminal());
  EXPECT_TRUE(inside.actor.status().is_terminal());
  env.take_crashes();  // at most the root's, if the failure came first
}

// 10.X-02
HYPERACTOR_SCENARIO_SIMULATED_ONLY(Orphan, IsLeftBehindAfterHalfASecond,
                                   "half a second is long in real time") {
  auto parent = env.spawn<TestActor>("parent");
  Inside inside(env, spawn_child(env, parent));
  const auto before = env.runtime().now_ns();
  parent.stop("enough");
  EXPECT_EQ(env.ended(parent).to_string(), "stopped: enough");
  const auto took = std::chrono::nanoseconds(env.runtime().now_ns() - before);
  EXPECT_GE(took, 500ms);
  EXPECT_LT(took, 600ms);
  EXPECT_FALSE(inside.actor.status().is_terminal());
  env.sleep(1'500ms);
  inside.released.set(true);
  EXPECT_EQ(env.ended(inside.actor).to_string(), "stopped: parent stopping");
  EXPECT_TRUE(env.crashes().empty());
}

HYPERACTOR_SCENARIO_SIMULATED_ONLY(Orphan, ThatFailsIsReportedToTheCrashPolicy,
                                   "half a second is long in real time") {
  auto parent = env.spawn<TestActor>("parent");
  Inside inside(env, spawn_child(env, parent));
  parent.stop("enough");
  EXPECT_EQ(env.ended(parent).to_string(), "stopped: enough");
  inside.actor.abort("emergency");
  EXPECT_TRUE(env.ended(inside.actor).is_failed());
  const auto reports = env.take_crashes();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].actor, inside.actor.id().to_string());
}

template <class A>
Task<ActorStatus> reach(ActorHandle<A> handle, ActorStatus::State state) {
  actor::StatusWait reached = handle.reaches({state});
  auto status = co_await reached;
  co_return status;
}

HYPERACTOR_SCENARIO(StatusWatch, SeesEveryStateAsItBegins) {
  using State = ActorStatus::State;
  auto actor = env.spawn<TestActor>("actor");
  EXPECT_EQ(env.await(reach(actor, State::Idle)).value().state, State::Idle);
  {
    const Inside inside(env, actor);
    EXPECT_EQ(env.await(reach(actor, State::Processing)).value().state, State::Processing);
    inside.released.set(true);
  }
  EXPECT_EQ(env.await(reach(actor, State::Idle)).value().state, State::Idle);
  Inside inside(env, actor);
  actor.drain_and_stop("enough");
  EXPECT_EQ(env.await(reach(actor, State::Stopping)).value().state, State::Stopping);
  inside.released.set(true);
  EXPECT_EQ(env.await(reach(actor, State::Stopped)).value().to_string(), "stopped: enough");
}

HYPERACTOR_SCENARIO(StatusWatch, OfAStateThatWillNotComeEndsWithTheActor) {
  using State = ActorStatus::State;
  auto actor = env.spawn<TestActor>("actor");
  auto restarting = reach(actor, State::Restarting);
  actor.stop("enough");
  EXPECT_EQ(env.await(std::move(restarting)).value().to_string(), "stopped: enough");
}

HYPERACTOR_SCENARIO(StatusWatch, WakesTheWaiterThatCameBeforeTheMessage) {
  using State = ActorStatus::State;
  auto actor = env.spawn<TestActor>("actor");
  EXPECT_EQ(env.await(reach(actor, State::Idle)).value().state, State::Idle);
  auto [port, receiver] = env.client().open_port<int>();
  const Watch<bool> released(false);
  auto processing = [](Handle handle, Client& client, PortHandle<int> entered,
                       Watch<bool> until) -> Task<ActorStatus> {
    actor::StatusWait reached = handle.reaches({State::Processing});
    auto post = [](Handle to, Client& with, PortHandle<int> tell,
                   Watch<bool> hold) -> Task<void> {
      Sleep nap(1ms);
      co_await nap;  // the watcher is registered by now
      to.post<Wait>(with, tell, hold);
    };
    auto wait = [](actor::StatusWait& awaited) -> Task<ActorStatus> {
      auto status = co_await awaited;
      co_return status;
    };
    auto both = all(wait(reached), post(handle, client, entered, until));
    auto done = co_await std::move(both);
    co_return std::get<0>(std::move(done));
  };
  const auto status = env.await(processing(actor, env.client(), port, released));
  EXPECT_EQ(status.value().state, State::Processing);
  EXPECT_EQ(status.value().handler, "Wait");
  released.set(true);
}

HYPERACTOR_SCENARIO(Ended, MayBeAwaitedBySeveralAndAfterTheEnd) {
  auto actor = env.spawn<TestActor>("actor");
  actor.stop("enough");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(env.ended(actor).to_string(), "stopped: enough");
  const auto waited = wait_ended(actor);
  ASSERT_TRUE(ok(waited));
  EXPECT_EQ(waited->to_string(), "stopped: enough");
}

}  // namespace
}  // namespace hyperactor::support
