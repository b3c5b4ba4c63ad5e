// tests/unit/actor/hooks_test.cpp - init, cleanup, and what a hook's error does.
#include "hyperactor/actor/actor.hpp"
#include "hyperactor/hyperactor.hpp"

#include "support/scenario.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace hyperactor::support {
namespace {

using namespace std::chrono_literals;

enum class Do { Nothing, Wait, Error, Throw, ThrowLater, Hang };

Task<Result<void>> perform(Do what, std::string text) {
  if (what == Do::Throw) throw std::runtime_error(text);
  Sleep nap(what == Do::Hang ? std::chrono::nanoseconds(24h) : std::chrono::nanoseconds(1us));
  co_await nap;
  if (what == Do::ThrowLater) throw std::runtime_error(text);
  if (what == Do::Error) co_return std::unexpected(Error(Errc::Failed, text));
  co_return Result<void>{};
}

struct Plan {
  Do init = Do::Nothing;
  Do cleanup = Do::Nothing;
};

struct Work {};

struct Fails {};

struct Question {
  using Reply = std::string;
};

// Tells its port "init", "work", and "cleanup" with the failure it was told.
struct Hooked : Actor<Hooked> {
  Hooked(PortHandle<std::string> to, Plan what) : trace(std::move(to)), plan(what) {}

  Task<Result<void>> init(Context<Hooked>&) override {
    (void)trace.send("init");
    if (plan.init == Do::Nothing) return Result<void>{};
    return perform(plan.init, "init says no");
  }

  Task<Result<void>> cleanup(Context<Hooked>&, const Error* failure) override {
    (void)trace.send(failure == nullptr ? "cleanup" : "cleanup: " + failure->to_string());
    if (plan.cleanup == Do::Nothing) return Result<void>{};
    return perform(plan.cleanup, "cleanup says no");
  }

  void handle(Context<Hooked>&, Work) { (void)trace.send("work"); }

  std::string handle(Context<Hooked>&, Question) { return "answer"; }

  Result<void> handle(Context<Hooked>&, Fails) {
    return std::unexpected(Error(Errc::Failed, "original"));
  }

  PortHandle<std::string> trace;
  Plan plan;
};

using Trace = std::vector<std::string>;

// One hooked actor: what it did, and how it ended.
struct Run {
  Run(TestEnv& env, Plan plan)
      : pair(env.client().open_port<std::string>()),
        actor(env.spawn<Hooked>(pair.first, plan)) {}

  Trace trace() { return pair.second.drain(); }

  std::pair<PortHandle<std::string>, PortReceiver<std::string>> pair;
  ActorHandle<Hooked> actor;
};

HYPERACTOR_SCENARIO(Hooks, RunBeforeTheFirstMessageAndAfterTheLast) {
  for (const Do pace : {Do::Nothing, Do::Wait}) {
    Run run(env, {.init = pace, .cleanup = pace});
    run.actor.post<Work>(env.client());
    run.actor.drain_and_stop("done");
    EXPECT_EQ(env.ended(run.actor).to_string(), "stopped: done");
    EXPECT_EQ(run.trace(), (Trace{"init", "work", "cleanup"}));
  }
}

HYPERACTOR_SCENARIO(Hooks, AnErrorOfInitFailsTheActorWhichStillCleansUp) {
  Run run(env, {.init = Do::Error});
  run.actor.post<Work>(env.client());
  EXPECT_EQ(env.ended(run.actor).to_string(), "failed: initialization error: init says no");
  EXPECT_EQ(run.trace(), (Trace{"init", "cleanup: initialization error: init says no"}));
  // The queue is given back a moment after the end.
  EXPECT_TRUE(ok(env.eventually([&] { return env.client().undeliverable_count() == 1; })));
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

HYPERACTOR_SCENARIO(Hooks, APanicOfInitSkipsCleanup) {
  for (const Do how : {Do::Throw, Do::ThrowLater}) {
    Run run(env, {.init = how});
    EXPECT_EQ(env.ended(run.actor).to_string(), "failed: panic: init says no");
    EXPECT_EQ(run.trace(), Trace{"init"});
    EXPECT_EQ(env.take_crashes().size(), 1U);
  }
}

HYPERACTOR_SCENARIO(Hooks, CleanupIsToldTheFailureAndCannotReplaceIt) {
  for (const Do how : {Do::Nothing, Do::Error, Do::Throw, Do::ThrowLater}) {
    Run run(env, {.cleanup = how});
    run.actor.post<Fails>(env.client());
    EXPECT_EQ(env.ended(run.actor).to_string(), "failed: original");
    EXPECT_EQ(run.trace(), (Trace{"init", "cleanup: original"}));
    EXPECT_EQ(env.take_crashes().size(), 1U);
  }
}

// Cleanup after a clean stop; see chapter 10 §4.7.
HYPERACTOR_SCENARIO(Hooks, AnErrorOfCleanupFailsACleanStop) {
  Run run(env, {.cleanup = Do::Error});
  run.actor.stop("done");
  EXPECT_EQ(env.ended(run.actor).to_string(), "failed: cleanup error: cleanup says no");
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

HYPERACTOR_SCENARIO(Hooks, APanicOfCleanupFailsACleanStop) {
  for (const Do how : {Do::Throw, Do::ThrowLater}) {
    Run run(env, {.cleanup = how});
    run.actor.stop("done");
    EXPECT_EQ(env.ended(run.actor).to_string(),
              "failed: cleanup error: panic: cleanup says no");
    EXPECT_EQ(env.take_crashes().size(), 1U);
  }
}

HYPERACTOR_SCENARIO(Hooks, ACleanupThatIsAbortedStillAnswersWhatIsQueued) {
  Run run(env, {.init = Do::Wait, .cleanup = Do::Hang});
  auto asked = run.actor.ask<Question>(env.client());
  run.actor.stop("done");
  Trace seen;
  EXPECT_TRUE(ok(env.eventually([&] {
    for (auto& step : run.trace()) seen.push_back(std::move(step));
    return !seen.empty() && seen.back() == "cleanup";
  })));
  run.actor.abort("no time");
  EXPECT_TRUE(env.ended(run.actor).is_failed());
  const auto answer = env.await(std::move(asked));
  // It may have been handled before the stop came.
  if (!answer) {
    EXPECT_EQ(answer.error().code(), Errc::Disconnected);
  }
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

HYPERACTOR_SCENARIO_SIMULATED_ONLY(Hooks, ACleanupThatHangsIsGivenUpAfterThreeSeconds,
                                   "three seconds are long in real time") {
  Run run(env, {.cleanup = Do::Hang});
  const auto before = env.runtime().now_ns();
  run.actor.stop("done");
  const ActorStatus status = env.ended(run.actor);
  const auto took = std::chrono::nanoseconds(env.runtime().now_ns() - before);
  EXPECT_EQ(status.to_string(), "failed: cleanup error: not done after 3 s, cancelled");
  EXPECT_GE(took, 3s);
  EXPECT_LT(took, 3'100ms);
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

HYPERACTOR_SCENARIO(Hooks, AnAbortInterruptsInit) {
  Run run(env, {.init = Do::Hang});
  EXPECT_TRUE(ok(env.eventually(
      [&] { return run.actor.status().state == ActorStatus::State::Initializing; })));
  run.actor.abort("no patience");
  const ActorStatus status = env.ended(run.actor);
  EXPECT_TRUE(status.is_failed());
  EXPECT_NE(status.reason.find("no patience"), std::string::npos) << status.reason;
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

HYPERACTOR_SCENARIO(Hooks, AnAbortInterruptsCleanup) {
  Run run(env, {.cleanup = Do::Hang});
  run.actor.stop("done");
  EXPECT_TRUE(ok(env.eventually([&] {
    const Trace so_far = run.pair.second.drain();
    return !so_far.empty() && so_far.back() == "cleanup";
  })));
  run.actor.abort("no patience");
  const ActorStatus status = env.ended(run.actor);
  EXPECT_TRUE(status.is_failed());
  EXPECT_NE(status.reason.find("no patience"), std::string::npos) << status.reason;
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

}  // namespace
}  // namespace hyperactor::support
