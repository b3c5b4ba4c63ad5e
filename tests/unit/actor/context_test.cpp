// tests/unit/actor/context_test.cpp - delayed and periodic messages, ids, and stopping oneself.
#include "hyperactor/actor/context.hpp"

#include "hyperactor/hyperactor.hpp"

#include "support/scenario.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::support {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

struct Tick {
  int number;
};

struct After {
  nanoseconds delay;
  int number;
};

struct Every {
  nanoseconds period;
  int times;
};

struct Cancel {
  using Reply = void;
};

struct Ids {
  using Reply = std::pair<std::uint64_t, std::uint64_t>;
};

struct Stop {};

struct DrainSelf {};

struct AbortSelf {};

struct Seen {
  int number;
  std::int64_t at_ns;
};

struct Clock : Actor<Clock> {
  explicit Clock(PortHandle<Seen> to) : out(std::move(to)) {}

  void handle(Context<Clock>& cx, Tick tick) {
    (void)out.send(Seen{tick.number, cx.runtime().now_ns()});
    if (limit && ++ticks == *limit) timer->cancel(cx);
  }

  void handle(Context<Clock>& cx, After after) {
    timer.emplace(cx.post_after(after.delay, Tick{after.number}));
  }

  void handle(Context<Clock>& cx, Every every) {
    limit = every.times;
    timer.emplace(cx.post_every(every.period, Tick{0}));
  }

  void handle(Context<Clock>& cx, Cancel) {
    timer->cancel(cx);
    timer->cancel(cx);  // again: nothing
  }

  std::pair<std::uint64_t, std::uint64_t> handle(Context<Clock>& cx, Ids) {
    return {cx.message_id(), cx.cause_id()};
  }

  void handle(Context<Clock>& cx, Stop) { cx.stop("had enough"); }

  void handle(Context<Clock>& cx, DrainSelf) { cx.drain_and_stop("had enough"); }

  Task<void> handle(Context<Clock>& cx, AbortSelf) {
    cx.abort("had enough");
    Sleep day(24h);
    co_await day;
  }

  PortHandle<Seen> out;
  std::optional<DelayedPost> timer;
  std::optional<int> limit;
  int ticks = 0;
};

struct Run {
  explicit Run(TestEnv& env)
      : pair(env.client().open_port<Seen>()), actor(env.spawn<Clock>("clock", pair.first)) {}

  std::pair<PortHandle<Seen>, PortReceiver<Seen>> pair;
  ActorHandle<Clock> actor;
};

HYPERACTOR_SCENARIO(PostAfter, ComesNeverEarlier) {
  Run run(env);
  const auto before = env.runtime().now_ns();
  run.actor.post<After>(env.client(), 5ms, 1);
  const auto seen = env.await(run.pair.second);
  ASSERT_TRUE(ok(seen));
  EXPECT_GE(seen->at_ns - before, nanoseconds(5ms).count());
}

HYPERACTOR_SCENARIO(PostAfter, ComesInOrderOfTime) {
  Run run(env);
  run.actor.post<After>(env.client(), 20ms, 3);
  run.actor.post<After>(env.client(), 0ms, 1);
  run.actor.post<After>(env.client(), 5ms, 2);
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(env.await(run.pair.second).value().number, i);
}

HYPERACTOR_SCENARIO(PostAfter, OfANegativeOrAbsurdDelayBreaksNothing) {
  Run run(env);
  run.actor.post<After>(env.client(), nanoseconds::max(), 9);
  run.actor.post<After>(env.client(), -5s, 1);
  EXPECT_EQ(env.await(run.pair.second).value().number, 1);
  run.actor.drain_and_stop("done");
  EXPECT_EQ(env.ended(run.actor).to_string(), "stopped: done");
  EXPECT_TRUE(run.pair.second.drain().empty());
}

HYPERACTOR_SCENARIO(PostAfter, DoesNotComeOnceCancelled) {
  Run run(env);
  run.actor.post<After>(env.client(), 5ms, 1);
  EXPECT_TRUE(ok(env.await(run.actor.ask<Cancel>(env.client()))));
  run.actor.post<After>(env.client(), 10ms, 2);  // later than the cancelled one
  EXPECT_EQ(env.await(run.pair.second).value().number, 2);
}

HYPERACTOR_SCENARIO(PostEvery, ComesAgainUntilCancelled) {
  Run run(env);
  const auto before = env.runtime().now_ns();
  run.actor.post<Every>(env.client(), 1ms, 5);
  for (int i = 1; i <= 5; ++i) {
    const auto seen = env.await(run.pair.second);
    ASSERT_TRUE(ok(seen));
    EXPECT_GE(seen->at_ns - before, nanoseconds(1ms).count() * i);
  }
  run.actor.post<After>(env.client(), 5ms, 7);  // later than a sixth would be
  EXPECT_EQ(env.await(run.pair.second).value().number, 7);
}

HYPERACTOR_SCENARIO(PostEvery, EndsWithItsActor) {
  Run run(env);
  run.actor.post<Every>(env.client(), 1ms, 1'000'000);
  EXPECT_TRUE(ok(env.await(run.pair.second)));
  run.actor.stop("done");
  EXPECT_EQ(env.ended(run.actor).to_string(), "stopped: done");
  if (env.is_simulated()) {
    EXPECT_TRUE(env.run_dry());  // no timer is left
  }
}

HYPERACTOR_SCENARIO(PostEvery, OfNoTimeFailsTheActorWithASentence) {
  Run run(env);
  run.actor.post<Every>(env.client(), 0ms, 1);
  const ActorStatus status = env.ended(run.actor);
  EXPECT_EQ(status.to_string(), "failed: post_every: a period of 0 ns: give more than zero");
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

HYPERACTOR_SCENARIO(Context, NamesTheMessageAndItsCause) {
  Run run(env);
  const auto first = env.await(run.actor.ask<Ids>(env.client())).value();
  const auto second = env.await(run.actor.ask<Ids>(env.client())).value();
  EXPECT_NE(first.first, 0U);
  EXPECT_NE(first.first, second.first);
  EXPECT_EQ(first.second, 0U);  // from outside
}

struct AskIds {
  using Reply = std::pair<std::uint64_t, std::uint64_t>;
  ActorHandle<Clock> to;
};

struct Middle : Actor<Middle> {
  // The callee's cause, and this message's id: they must be the same.
  Task<std::pair<std::uint64_t, std::uint64_t>> handle(Context<Middle>& cx, AskIds ids) {
    auto ask = ids.to.ask<Ids>(cx);
    auto answer = co_await ask;
    co_return std::pair{answer.value().second, cx.message_id()};
  }
};

HYPERACTOR_SCENARIO(Context, NamesTheMessageWhoseHandlerSentThisOne) {
  Run run(env);
  auto middle = env.spawn<Middle>("middle");
  const auto ids = env.await(middle.ask<AskIds>(env.client(), run.actor)).value();
  EXPECT_NE(ids.first, 0U);
  EXPECT_EQ(ids.first, ids.second);
}

HYPERACTOR_SCENARIO(Context, StopsItsActorAfterTheHandler) {
  Run run(env);
  run.actor.post<Stop>(env.client());
  EXPECT_EQ(env.ended(run.actor).to_string(), "stopped: had enough");
}

HYPERACTOR_SCENARIO(Context, DrainsItsActorAfterTheHandler) {
  Run run(env);
  run.actor.post<DrainSelf>(env.client());
  EXPECT_EQ(env.ended(run.actor).to_string(), "stopped: had enough");
}

HYPERACTOR_SCENARIO(Context, AbortsItsActorAtTheNextAwait) {
  Run run(env);
  run.actor.post<AbortSelf>(env.client());
  const ActorStatus status = env.ended(run.actor);
  EXPECT_TRUE(status.is_failed());
  EXPECT_NE(status.reason.find("had enough"), std::string::npos) << status.reason;
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

}  // namespace
}  // namespace hyperactor::support
