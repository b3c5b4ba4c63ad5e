// tests/unit/mailbox/deadline_test.cpp - how long an ask waits; what its callee sees.
#include "hyperactor/hyperactor.hpp"

#include "support/scenario.hpp"
#include "support/test_actor.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace hyperactor::support {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

struct Never {
  using Reply = int;
};

struct Remaining {
  using Reply = std::optional<nanoseconds>;
};

// Sends what is left of its deadline, asked by another actor.
struct RemainingThere {
  using Reply = std::optional<nanoseconds>;
  nanoseconds timeout;
};

struct UntilCancelled {
  using Reply = int;
  PortHandle<int> progress;
};

// The same by way of so many further actors.
struct UntilCancelledThere {
  using Reply = int;
  int further;
  PortHandle<int> progress;
};

struct SpawnThere {
  using Reply = int;
  ActorHandle<TestActor> there;
};

// Asks, awaits the answer for a moment, and goes on with a continuation.
struct KeepAsking {
  using Reply = int;
  ActorHandle<TestActor> there;
  PortHandle<int> told;
};

// Asks another actor what is left there, twice, the second time from a continuation; tells.
struct RemainingLater {
  using Reply = int;
  PortHandle<nanoseconds> told;
};

struct Plain {
  PortHandle<bool> cancelled;
};

struct Patient : Actor<Patient> {
  Task<int> handle(Context<Patient>&, Never) {
    const Watch<bool> never(false);
    auto waiting = never.until([](bool now) { return now; });
    (void)co_await std::move(waiting);
    co_return 0;
  }

  std::optional<nanoseconds> handle(Context<Patient>& cx, Remaining) { return cx.remaining(); }

  Task<std::optional<nanoseconds>> handle(Context<Patient>& cx, RemainingThere there) {
    auto other = cx.spawn<Patient>().value();
    auto ask = other.ask<Remaining>(cx, AskOptions{.timeout = there.timeout});
    auto answer = co_await ask;
    co_return answer.value_or(std::nullopt);
  }

  void handle(Context<Patient>& cx, RemainingLater later, ReplyPort<int> reply) {
    kept_ = std::move(reply);
    auto other = cx.spawn<Patient>().value();
    other.ask<Remaining>(cx).then(cx, [other, later](Context<Patient>& then_cx, auto) {
      other.ask<Remaining>(then_cx).then(
          then_cx, [later](auto left) { (void)later.told.send(left.value().value()); });
    });
  }

  Task<int> handle(Context<Patient>& cx, UntilCancelled work) {
    (void)work.progress.send(cx.is_cancelled() ? 1 : 0);
    while (!cx.is_cancelled()) {
      Sleep nap(100us);
      co_await nap;
    }
    (void)work.progress.send(1);
    co_return 0;
  }

  Task<int> handle(Context<Patient>& cx, UntilCancelledThere there) {
    auto other = cx.spawn<Patient>().value();
    if (there.further == 0) {
      auto last = other.ask<UntilCancelled>(cx, there.progress);
      auto done = co_await last;
      co_return done.value_or(-1);
    }
    auto next = other.ask<UntilCancelledThere>(cx, there.further - 1, there.progress);
    auto done = co_await next;
    co_return done.value_or(-1);
  }

  Task<int> handle(Context<Patient>& cx, SpawnThere there) {
    auto ask = there.there.ask<Spawn>(cx, std::string());
    auto child = co_await ask;
    co_return child ? 1 : 0;
  }

  Task<int> handle(Context<Patient>& cx, KeepAsking keep) {
    using Asked = Ask<Spawn::Reply>;
    auto awaiting = [](Asked& asked) -> Task<bool> {
      auto answer = co_await asked;
      co_return answer.has_value();
    };
    Asked ask = keep.there.ask<Spawn>(cx, std::string());
    auto limited = timeout(1ms, awaiting(ask));
    auto in_time = co_await std::move(limited);
    if (in_time) co_return -1;
    std::move(ask).then(cx, [keep](auto answer) { (void)keep.told.send(answer ? 1 : -1); });
    co_return 1;
  }

  void handle(Context<Patient>& cx, Plain plain) {
    (void)plain.cancelled.send(cx.is_cancelled() || cx.remaining().has_value());
  }

 private:
  ReplyPort<int> kept_;
};

HYPERACTOR_SCENARIO(Deadline, EndsAnAskThatNobodyAnswers) {
  auto actor = env.spawn<Patient>("patient");
  const auto before = env.runtime().now_ns();
  const auto answer = env.await(actor.ask<Never>(env.client(), AskOptions{.timeout = 20ms}));
  EXPECT_GE(env.runtime().now_ns() - before, nanoseconds(19ms).count());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), Errc::Timeout);
  const std::string text = answer.error().to_string();
  EXPECT_NE(text.find("patient[0]"), std::string::npos) << text;
  EXPECT_NE(text.find("Never"), std::string::npos) << text;
  EXPECT_NE(text.find("20ms"), std::string::npos) << text;
  actor.abort("test");
  env.ended(actor);
  env.take_crashes();
}

HYPERACTOR_SCENARIO(Deadline, OfZeroEndsTheAskAtOnce) {
  auto actor = env.spawn<Patient>("patient");
  const auto answer = env.await(actor.ask<Never>(env.client(), AskOptions{.timeout = 0ns}));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), Errc::Timeout);
  actor.abort("test");
  env.ended(actor);
  env.take_crashes();
}

TEST(Deadline, IsTheRuntimesWhenTheAskNamesNone) {
  for (const nanoseconds limit : {nanoseconds(2s), nanoseconds(30s)}) {
    TestEnv env(TestEnvOptions{.seed = 1, .ask_timeout = limit});
    auto actor = env.spawn<Patient>("patient");
    const auto left = env.await(actor.ask<Remaining>(env.client()));
    ASSERT_TRUE(ok(left));
    ASSERT_TRUE(left->has_value());
    EXPECT_LE(**left, limit);
    EXPECT_GT(**left, limit - 1s);
    const auto before = env.runtime().now_ns();
    EXPECT_EQ(env.await(actor.ask<Never>(env.client())).error().code(), Errc::Timeout);
    EXPECT_GE(env.runtime().now_ns() - before, limit.count());
    actor.abort("test");
    env.ended(actor);
  }
}

HYPERACTOR_SCENARIO(Deadline, OfANegativeTimeIsRefusedWithASentence) {
  auto actor = env.spawn<Patient>("patient");
  const auto refused =
      env.await(actor.ask<Remaining>(env.client(), AskOptions{.timeout = -5s}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), Errc::Failed);
  const std::string text = refused.error().to_string();
  EXPECT_NE(text.find("Remaining"), std::string::npos) << text;
  EXPECT_NE(text.find("-5s"), std::string::npos) << text;
  EXPECT_LE(actor.handled(), 1U) << "only init: nothing was sent";
}

HYPERACTOR_SCENARIO(Deadline, OfMoreThanAYearIsRefusedWithASentence) {
  auto actor = env.spawn<Patient>("patient");
  const auto year = env.await(
      actor.ask<Remaining>(env.client(), AskOptions{.timeout = Runtime::kAskTimeoutMax}));
  ASSERT_TRUE(ok(year));
  ASSERT_TRUE(year->has_value());
  EXPECT_GT(**year, Runtime::kAskTimeoutMax - 1h);
  for (const nanoseconds limit : {Runtime::kAskTimeoutMax + 1ns, nanoseconds::max()}) {
    const auto refused =
        env.await(actor.ask<Remaining>(env.client(), AskOptions{.timeout = limit}));
    ASSERT_FALSE(refused.has_value());
    EXPECT_NE(refused.error().to_string().find("give 0 to 365d"), std::string::npos)
        << refused.error().to_string();
  }
  EXPECT_LE(actor.handled(), 2U) << "init and the first: nothing else was sent";
}

HYPERACTOR_SCENARIO(Deadline, IsInheritedByAContinuation) {
  auto actor = env.spawn<Patient>("patient");
  auto [port, receiver] = env.client().open_port<nanoseconds>();
  auto ask = actor.ask<RemainingLater>(env.client(), AskOptions{.timeout = 5s}, port);
  const auto left = env.await(receiver);
  ASSERT_TRUE(ok(left));
  EXPECT_LE(*left, 5s);
  EXPECT_GT(*left, 1s);
}

HYPERACTOR_SCENARIO(Deadline, OfTheOuterAskLimitsTheInnerOne) {
  auto actor = env.spawn<Patient>("patient");
  const auto left = env.await(
      actor.ask<RemainingThere>(env.client(), AskOptions{.timeout = 5s}, nanoseconds(20s)));
  ASSERT_TRUE(ok(left));
  ASSERT_TRUE(left->has_value());
  EXPECT_LE(**left, 5s);
}

HYPERACTOR_SCENARIO(Deadline, OfTheInnerAskMayBeShorter) {
  auto actor = env.spawn<Patient>("patient");
  const auto left = env.await(
      actor.ask<RemainingThere>(env.client(), AskOptions{.timeout = 20s}, nanoseconds(5s)));
  ASSERT_TRUE(ok(left));
  ASSERT_TRUE(left->has_value());
  EXPECT_LE(**left, 5s);
}

HYPERACTOR_SCENARIO(Cancellation, IsSeenByTheHandlerWhenTheAskIsDropped) {
  auto actor = env.spawn<Patient>("patient");
  auto [port, receiver] = env.client().open_port<int>();
  std::optional<Ask<int>> ask(actor.ask<UntilCancelled>(env.client(), port));
  EXPECT_EQ(env.await(receiver).value(), 0);
  ask.reset();
  EXPECT_EQ(env.await(receiver).value(), 1);
}

HYPERACTOR_SCENARIO(Cancellation, IsSeenByTheHandlerWhenTheDeadlinePasses) {
  auto actor = env.spawn<Patient>("patient");
  auto [port, receiver] = env.client().open_port<int>();
  auto ask = actor.ask<UntilCancelled>(env.client(), AskOptions{.timeout = 10ms}, port);
  EXPECT_EQ(env.await(receiver).value(), 0);
  EXPECT_EQ(env.await(std::move(ask)).error().code(), Errc::Timeout);
  EXPECT_EQ(env.await(receiver).value(), 1);
}

HYPERACTOR_SCENARIO(Cancellation, ReachesTheAsksThatAHandlerAwaits) {
  auto actor = env.spawn<Patient>("patient");
  auto [port, receiver] = env.client().open_port<int>();
  std::optional<Ask<int>> ask(actor.ask<UntilCancelledThere>(env.client(), 3, port));
  EXPECT_EQ(env.await(receiver).value(), 0) << "the third actor works";
  ask.reset();
  EXPECT_EQ(env.await(receiver).value(), 1) << "it sees that nobody waits for the first";
  EXPECT_TRUE(ok(env.await(actor.ask<Remaining>(env.client()))));
}

HYPERACTOR_SCENARIO(Cancellation, OfAQueuedNestedAskIsAnsweredAtOnce) {
  auto busy = env.spawn<TestActor>("busy");
  auto [entered, inside] = env.client().open_port<int>();
  const Watch<bool> released(false);
  busy.post<Wait>(env.client(), entered, released);
  EXPECT_EQ(env.await(inside).value(), 1);
  auto actor = env.spawn<Patient>("patient");
  std::optional<Ask<int>> ask(actor.ask<SpawnThere>(env.client(), busy));
  EXPECT_TRUE(ok(env.eventually([&] { return busy.depth() > 0 || actor.handled() == 2; })));
  env.sleep(1ms);
  ask.reset();
  released.set(true);
  EXPECT_TRUE(ok(env.await(actor.ask<Remaining>(env.client())))) << "its handler is free again";
  EXPECT_EQ(busy.unwanted_count(), 1U);
}

HYPERACTOR_SCENARIO(Cancellation, DoesNotConcernAnAskThatOutlivesItsAwaiter) {
  auto busy = env.spawn<TestActor>("busy");
  auto [entered, inside] = env.client().open_port<int>();
  const Watch<bool> released(false);
  busy.post<Wait>(env.client(), entered, released);
  EXPECT_EQ(env.await(inside).value(), 1);
  auto actor = env.spawn<Patient>("patient");
  auto [told, telling] = env.client().open_port<int>();
  EXPECT_EQ(env.await(actor.ask<KeepAsking>(env.client(), busy, told)).value(), 1)
      << "answered while what it asked still waits";
  released.set(true);
  EXPECT_EQ(env.await(telling).value(), 1) << "and that is run all the same";
  EXPECT_EQ(busy.unwanted_count(), 0U);
}

HYPERACTOR_SCENARIO(LateReplies, AreDroppedAndCounted) {
  auto actor = env.spawn<Patient>("patient");
  auto [port, receiver] = env.client().open_port<int>();
  for (int i = 0; i < 3; ++i) {
    std::optional<Ask<int>> ask(actor.ask<UntilCancelled>(env.client(), port));
    EXPECT_EQ(env.await(receiver).value(), 0);
    ask.reset();
    EXPECT_EQ(env.await(receiver).value(), 1);
  }
  EXPECT_TRUE(ok(env.eventually([&] { return env.client().late_reply_count() == 3; })));
  EXPECT_TRUE(ok(env.await(actor.ask<Remaining>(env.client()))));
  EXPECT_EQ(env.client().late_reply_count(), 3U) << "one in time is not late";
}

HYPERACTOR_SCENARIO(Cancellation, DoesNotConcernMessagesWithoutAnAsker) {
  auto actor = env.spawn<Patient>("patient");
  auto [port, receiver] = env.client().open_port<bool>();
  actor.post<Plain>(env.client(), port);
  EXPECT_FALSE(env.await(receiver).value());
}

}  // namespace
}  // namespace hyperactor::support
