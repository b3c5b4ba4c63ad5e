// tests/unit/mailbox/ask_test.cpp - every request ends, and says how.
#include "hyperactor/mailbox/ask.hpp"

#include "hyperactor/hyperactor.hpp"

#include "support/scenario.hpp"
#include "support/test_actor.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::support {
namespace {

struct Square {
  using Reply = int;
  int value;
};

struct Refuse {
  using Reply = int;
};

struct Crash {
  using Reply = int;
};

// Answered when released, never before.
struct Slow {
  using Reply = int;
  PortHandle<int> entered;
  Watch<bool> released;
};

struct Calculator : Actor<Calculator> {
  int handle(Context<Calculator>&, Square square) { return square.value * square.value; }

  Result<int> handle(Context<Calculator>&, Refuse) {
    return std::unexpected(Error(Errc::Failed, "not today"));
  }

  int handle(Context<Calculator>&, Crash) { throw std::runtime_error("out of numbers"); }

  Task<int> handle(Context<Calculator>&, Slow slow) {
    (void)slow.entered.send(1);
    auto released = slow.released.until([](bool now) { return now; });
    (void)co_await std::move(released);
    co_return 1;
  }
};

template <class R>
std::string error_of(const Result<R>& result) {
  return result ? "it was answered" : result.error().to_string();
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

HYPERACTOR_SCENARIO(Ask, IsAnsweredWithTheValueOfTheHandler) {
  auto actor = env.spawn<Calculator>("calculator");
  EXPECT_EQ(env.await(actor.ask<Square>(env.client(), 7)).value(), 49);
}

HYPERACTOR_SCENARIO(Ask, AnswersComeInAnyOrderToTheirOwnAsks) {
  auto actor = env.spawn<Calculator>("calculator");
  auto two = actor.ask<Square>(env.client(), 2);
  auto three = actor.ask<Square>(env.client(), 3);
  EXPECT_EQ(env.await(std::move(three)).value(), 9);
  EXPECT_EQ(env.await(std::move(two)).value(), 4);
}

HYPERACTOR_SCENARIO(Ask, OfAHandlerThatReturnsAnErrorSaysWhichRequestItWas) {
  auto actor = env.spawn<Calculator>("calculator");
  const std::string text = error_of(env.await(actor.ask<Refuse>(env.client())));
  EXPECT_TRUE(has(text, "Refuse")) << text;
  EXPECT_TRUE(has(text, "not today")) << text;
  EXPECT_EQ(env.ended(actor).to_string(), "failed: not today");
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

HYPERACTOR_SCENARIO(Ask, OfAHandlerThatThrowsNamesTheActorAndTheRequest) {
  auto actor = env.spawn<Calculator>("calculator");
  const std::string text = error_of(env.await(actor.ask<Crash>(env.client())));
  EXPECT_TRUE(has(text, "Crash")) << text;
  EXPECT_TRUE(has(text, "calculator[0] failed while handling it")) << text;
  EXPECT_EQ(env.ended(actor).to_string(), "failed: panic: out of numbers");
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

HYPERACTOR_SCENARIO(Ask, OfADeadActorSaysHowItEnded) {
  auto actor = env.spawn<Calculator>("calculator");
  actor.stop("retired");
  env.ended(actor);
  const auto answer = env.await(actor.ask<Square>(env.client(), 7));
  const std::string text = error_of(answer);
  EXPECT_EQ(answer.error().code(), Errc::Disconnected);
  EXPECT_TRUE(has(text, "Square")) << text;
  EXPECT_TRUE(has(text, "calculator[0]")) << text;
  EXPECT_TRUE(has(text, "stopped: retired")) << text;
}

// A busy actor with one request queued behind the message it handles.
struct Busy {
  explicit Busy(TestEnv& env)
      : actor(env.spawn<Calculator>("calculator")),
        pair(env.client().open_port<int>()),
        running(actor.ask<Slow>(env.client(), pair.first, released)),
        queued(actor.ask<Square>(env.client(), 7)) {
    EXPECT_TRUE(ok(env.await(pair.second)));
  }

  ActorHandle<Calculator> actor;
  std::pair<PortHandle<int>, PortReceiver<int>> pair;
  Watch<bool> released{false};
  Ask<int> running;
  Ask<int> queued;
};

HYPERACTOR_SCENARIO(Ask, QueuedWhenItsActorStopsIsRefused) {
  Busy busy(env);
  busy.actor.stop("enough");
  busy.released.set(true);
  EXPECT_EQ(env.await(std::move(busy.running)).value(), 1);  // the handler was waited for
  const std::string text = error_of(env.await(std::move(busy.queued)));
  EXPECT_TRUE(has(text, "Square")) << text;
  EXPECT_TRUE(has(text, "calculator[0] ended before it handled the request")) << text;
  EXPECT_TRUE(has(text, "stopped: enough")) << text;
}

HYPERACTOR_SCENARIO(Ask, QueuedWhenItsActorDrainsIsAnswered) {
  Busy busy(env);
  busy.actor.drain_and_stop("enough");
  busy.released.set(true);
  EXPECT_EQ(env.await(std::move(busy.running)).value(), 1);
  EXPECT_EQ(env.await(std::move(busy.queued)).value(), 49);
}

HYPERACTOR_SCENARIO(Ask, BeingHandledOrQueuedWhenItsActorIsAbortedEnds) {
  Busy busy(env);
  busy.actor.abort("emergency");
  const std::string running = error_of(env.await(std::move(busy.running)));
  EXPECT_TRUE(has(running, "Slow")) << running;
  EXPECT_TRUE(has(running, "calculator[0]")) << running;
  const std::string queued = error_of(env.await(std::move(busy.queued)));
  EXPECT_TRUE(has(queued, "Square")) << queued;
  EXPECT_TRUE(has(queued, "emergency")) << queued;
  env.ended(busy.actor);
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

HYPERACTOR_SCENARIO(Ask, QueuedWhenItsActorFailsIsRefused) {
  auto actor = env.spawn<Calculator>("calculator");
  auto crash = actor.ask<Crash>(env.client());
  auto queued = actor.ask<Square>(env.client(), 7);
  EXPECT_FALSE(env.await(std::move(crash)));
  const auto answer = env.await(std::move(queued));
  EXPECT_EQ(answer.error().code(), Errc::Disconnected);
  EXPECT_TRUE(has(error_of(answer), "failed: panic: out of numbers")) << error_of(answer);
  env.ended(actor);
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

HYPERACTOR_SCENARIO(Ask, DroppedBeforeItIsHandledIsNotRunButCounted) {
  Busy busy(env);
  {
    const Ask<int> dropped = std::move(busy.queued);
  }
  busy.released.set(true);
  EXPECT_EQ(env.await(std::move(busy.running)).value(), 1);
  EXPECT_TRUE(ok(env.eventually([&] { return busy.actor.unwanted_count() == 1; })));
}

HYPERACTOR_SCENARIO(Ask, DroppedAfterItWasAnsweredLeavesNothing) {
  auto actor = env.spawn<Calculator>("calculator");
  {
    const Ask<int> dropped = actor.ask<Square>(env.client(), 7);
  }
  EXPECT_EQ(env.await(actor.ask<Square>(env.client(), 3)).value(), 9);
}

HYPERACTOR_SCENARIO(Ask, OutlivesTheClientThatMadeIt) {
  auto actor = env.spawn<Calculator>("calculator");
  std::optional<Client> other(env.proc().client("other"));
  Ask<int> ask = actor.ask<Square>(*other, 7);
  other.reset();
  // Unless it was there before, the answer can no longer come; dropping the ask must be safe.
  if (ask.is_done()) {
    EXPECT_EQ(block_on(std::move(ask)).value(), 49);
  }
}

// Asks another actor and continues with the answer.
struct Delegate {
  ActorHandle<Calculator> to;
  PortHandle<int> result;
};

struct DelegateCrash {
  ActorHandle<Calculator> to;
  PortHandle<std::string> error;
};

struct Delegating : Actor<Delegating> {
  void handle(Context<Delegating>& cx, Delegate delegate) {
    delegate.to.ask<Square>(cx, 6).then(cx, [port = delegate.result](Result<int> answer) {
      (void)port.send(answer.value_or(-1));
    });
  }

  void handle(Context<Delegating>& cx, DelegateCrash delegate) {
    delegate.to.ask<Crash>(cx).then(
        cx, [port = delegate.error](Context<Delegating>&, Result<int> answer) -> Result<void> {
          (void)port.send(error_of(answer));
          return std::unexpected(Error(Errc::Failed, "no use without it"));
        });
  }

  void handle(Context<Delegating>&, const Tell& tell) { (void)tell.to.send(tell.value); }
};

HYPERACTOR_SCENARIO(AskThen, RunsItsFunctionWhenTheAnswerComes) {
  auto calculator = env.spawn<Calculator>("calculator");
  auto actor = env.spawn<Delegating>("delegating");
  auto [port, receiver] = env.client().open_port<int>();
  actor.post<Delegate>(env.client(), calculator, port);
  EXPECT_EQ(env.await(receiver).value(), 36);
}

HYPERACTOR_SCENARIO(AskThen, LeavesTheActorFreeUntilTheAnswerComes) {
  auto calculator = env.spawn<Calculator>("calculator");
  auto actor = env.spawn<Delegating>("delegating");
  auto [port, receiver] = env.client().open_port<int>();
  const Watch<bool> released(false);
  auto slow = calculator.ask<Slow>(env.client(), port, released);
  EXPECT_EQ(env.await(receiver).value(), 1);
  actor.post<Delegate>(env.client(), calculator, port);  // waits behind the slow one
  actor.post<Tell>(env.client(), port, 2);
  EXPECT_EQ(env.await(receiver).value(), 2);
  released.set(true);
  EXPECT_EQ(env.await(receiver).value(), 36);
  EXPECT_EQ(env.await(std::move(slow)).value(), 1);
}

HYPERACTOR_SCENARIO(AskThen, FailsTheActorByTheErrorItReturns) {
  auto calculator = env.spawn<Calculator>("calculator");
  auto actor = env.spawn<Delegating>("delegating");
  auto [port, receiver] = env.client().open_port<std::string>();
  actor.post<DelegateCrash>(env.client(), calculator, port);
  const auto text = env.await(receiver);
  ASSERT_TRUE(ok(text));
  EXPECT_TRUE(has(*text, "failed while handling it")) << *text;
  EXPECT_EQ(env.ended(actor).to_string(), "failed: no use without it");
  env.ended(calculator);
  EXPECT_EQ(env.take_crashes().size(), 2U);
}

HYPERACTOR_SCENARIO(AskThen, IsDroppedWhenItsActorStops) {
  auto calculator = env.spawn<Calculator>("calculator");
  auto actor = env.spawn<Delegating>("delegating");
  auto [entered, receiver] = env.client().open_port<int>();
  const Watch<bool> released(false);
  auto slow = calculator.ask<Slow>(env.client(), entered, released);
  EXPECT_EQ(env.await(receiver).value(), 1);
  auto opened = env.client().open_port<int>();
  auto answers = std::move(opened.second);
  actor.post<Delegate>(env.client(), calculator, std::move(opened.first));
  actor.drain_and_stop("done");
  EXPECT_EQ(env.ended(actor).to_string(), "stopped: done");
  // Its port handle, captured by the continuation, goes with it.
  const auto answer = env.await(answers);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), Errc::Disconnected);
  released.set(true);
  EXPECT_EQ(env.await(std::move(slow)).value(), 1);
}

// Blocks on its own ask, and on a task: both are refused.
struct Blocking : Actor<Blocking> {
  void handle(Context<Blocking>& cx, DelegateCrash delegate) {
    (void)delegate.error.send(error_of(block_on(delegate.to.ask<Square>(cx, 1))));
    (void)delegate.error.send(error_of(block_on(cx.runtime(), wait_a_day())));
  }

  static Task<void> wait_a_day() {
    Sleep day(std::chrono::hours(24));
    co_await day;
  }
};

HYPERACTOR_SCENARIO(BlockOn, FailsInAHandlerWithASentence) {
  auto calculator = env.spawn<Calculator>("calculator");
  auto actor = env.spawn<Blocking>("blocking");
  auto [port, receiver] = env.client().open_port<std::string>();
  actor.post<DelegateCrash>(env.client(), calculator, port);
  const std::string ask = env.await(receiver).value();
  EXPECT_TRUE(has(ask, "would stop its worker") && has(ask, "co_await it")) << ask;
  const std::string task = env.await(receiver).value();
  EXPECT_TRUE(has(task, "would stop its worker") && has(task, "co_await it")) << task;
}

// A request whose constructor throws.
struct Picky {
  using Reply = int;

  explicit Picky(int number) : value(number) {
    if (number < 0) throw std::out_of_range("negative");
  }

  int value;
};

struct Reader : Actor<Reader> {
  int handle(Context<Reader>&, Picky picky) { return picky.value; }
};

HYPERACTOR_SCENARIO(Ask, ThatThrowsLeavesNothingBehind) {
  auto reader = env.spawn<Reader>("reader");
  const auto& strand = env.client().strand();
  EXPECT_THROW((void)reader.ask<Picky>(env.client(), -1), std::out_of_range);
  EXPECT_EQ(strand.waits_head, nullptr);
  EXPECT_EQ(env.await(reader.ask<Picky>(env.client(), 2)).value(), 2);
}

HYPERACTOR_SCENARIO(BlockOn, AnAskWhoseClientIsGoneFailsAtOnce) {
  auto reader = env.spawn<Reader>("reader");
  auto asked = [&] {
    auto client = env.proc().client("short");
    return reader.ask<Picky>(client, 1);
  }();
  const auto answer = block_on(std::move(asked));
  EXPECT_TRUE(answer || has(error_of(answer), "the client that asked is gone"));
}

TEST(BlockOn, NamesWhoWaitsForWhomWhenNothingCanRun) {
  auto env = TestEnv::simulated(1);
  auto [port, receiver] = env.client().open_port<int>();
  const auto received = env.await(receiver);
  ASSERT_FALSE(received);
  EXPECT_TRUE(has(error_of(received), "nothing can run any more")) << error_of(received);
  EXPECT_TRUE(has(error_of(received), "waits in recv")) << error_of(received);
}

}  // namespace
}  // namespace hyperactor::support
