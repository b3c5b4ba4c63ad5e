// tests/unit/mailbox/bounded_test.cpp - mailboxes with a limit: reject, drop the oldest, wait.
#include "hyperactor/hyperactor.hpp"

#include "support/scenario.hpp"
#include "support/test_actor.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::support {
namespace {

using namespace std::chrono_literals;
using State = ActorStatus::State;

SpawnOptions limited(std::size_t limit, Overflow overflow) {
  return SpawnOptions{.mailbox_limit = limit, .overflow = overflow};
}

// An actor with a limit that is inside a handler until released.
struct Held {
  Held(TestEnv& env, const SpawnOptions& options, std::string name = "held")
      : actor(env.spawn<TestActor>(options, std::move(name))) {
    auto [port, receiver] = env.client().open_port<int>();
    actor.post<Wait>(env.client(), port, released);
    EXPECT_EQ(env.await(receiver).value(), 1);
  }

  ActorHandle<TestActor> actor;
  Watch<bool> released{false};
};

// What comes back to an actor that sends.
struct Back {
  int value;
  std::string why;
};

struct Give {
  ActorHandle<TestActor> to;
  PortHandle<int> port;
  int first;
  int last;
};

struct GiveWaiting {
  ActorHandle<TestActor> to;
  PortHandle<int> port;
  int value;
  PortHandle<std::string> outcome;
};

// Sends Tell messages; what comes back goes to a port.
class Giver : public Actor<Giver> {
 public:
  explicit Giver(PortHandle<Back> back) : back_(std::move(back)) {}

  void handle(Context<Giver>& cx, const Give& give) {
    for (int i = give.first; i <= give.last; ++i) give.to.post<Tell>(cx, give.port, i);
  }

  Task<void> handle(Context<Giver>& cx, const GiveWaiting& give) {
    SendWait<Tell> sending = give.to.send_wait<Tell>(cx, give.port, give.value);
    auto sent = co_await sending;
    (void)give.outcome.send(sent ? "sent" : sent.error().why.to_string());
  }

  Task<Result<void>> handle_undeliverable(Context<Giver>&, Undeliverable& returned) override {
    const Tell* const tell = returned.message<Tell>();
    (void)back_.send({tell == nullptr ? -1 : tell->value, returned.why().to_string()});
    return Result<void>{};
  }

 private:
  PortHandle<Back> back_;
};

std::vector<int> values_of(const std::vector<Back>& returned) {
  std::vector<int> values;
  for (const Back& back : returned) values.push_back(back.value);
  return values;
}

HYPERACTOR_SCENARIO(Reject, SendsBackWhatDoesNotFit) {
  Held held(env, limited(3, Overflow::Reject));
  auto [back, returned] = env.client().open_port<Back>();
  auto [port, told] = env.client().open_port<int>();
  auto giver = env.spawn<Giver>("giver", back);
  giver.post<Give>(env.client(), held.actor, port, 1, 5);
  EXPECT_EQ(env.await(returned).value().value, 4);
  const Back last = env.await(returned).value();
  EXPECT_EQ(last.value, 5);
  EXPECT_NE(last.why.find("held[0] is overloaded: its mailbox holds 3 messages, its limit"),
            std::string::npos)
      << last.why;
  EXPECT_EQ(held.actor.depth(), 3U);
  held.released.set(true);
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(env.await(told).value(), i);
  EXPECT_TRUE(ok(env.eventually([&] { return held.actor.depth() == 0; })));
  EXPECT_EQ(held.actor.depth_max(), 3U);
  EXPECT_EQ(held.actor.mailbox_limit()->rejected, 2U);
  giver.post<Give>(env.client(), held.actor, port, 6, 6);
  EXPECT_EQ(env.await(told).value(), 6);
  EXPECT_FALSE(giver.status().is_terminal())
      << "an overloaded receiver does not fail its sender";
}

HYPERACTOR_SCENARIO(Reject, IsTheDefaultOfALimit) {
  Held held(env, SpawnOptions{.mailbox_limit = 1});
  EXPECT_TRUE(held.actor.try_send<Noop>(env.client()).has_value());
  const auto refused = held.actor.try_send<Fail>(env.client(), "text");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().why.code(), Errc::Overloaded);
  EXPECT_EQ(refused.error().message.text, "text") << "the message comes back";
  held.released.set(true);
}

HYPERACTOR_SCENARIO(Reject, EndsAnAskAtOnce) {
  Held held(env, limited(1, Overflow::Reject));
  held.actor.post<Noop>(env.client());
  const auto refused = env.await(held.actor.ask<Spawn>(env.client(), ""));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), Errc::Overloaded);
  const std::string text = refused.error().to_string();
  EXPECT_NE(text.find("asking for Spawn"), std::string::npos) << text;
  EXPECT_NE(text.find("holds 1 messages, its limit"), std::string::npos) << text;
  held.released.set(true);
}

HYPERACTOR_SCENARIO(DropOldest, KeepsTheNewest) {
  Held held(env, limited(3, Overflow::DropOldest));
  auto [back, returned] = env.client().open_port<Back>();
  auto [port, told] = env.client().open_port<int>();
  auto giver = env.spawn<Giver>("giver", back);
  giver.post<Give>(env.client(), held.actor, port, 1, 5);
  const Back first = env.await(returned).value();
  EXPECT_EQ(first.value, 1);
  EXPECT_NE(first.why.find("this was the oldest of the 3 messages"), std::string::npos)
      << first.why;
  EXPECT_EQ(env.await(returned).value().value, 2);
  EXPECT_EQ(held.actor.depth(), 3U);
  held.released.set(true);
  for (int i = 3; i <= 5; ++i) EXPECT_EQ(env.await(told).value(), i);
  EXPECT_EQ(held.actor.mailbox_limit()->dropped, 2U);
  EXPECT_EQ(held.actor.depth_max(), 3U);
}

HYPERACTOR_SCENARIO(DropOldest, CompletesTheAskThatMakesRoom) {
  Held held(env, limited(1, Overflow::DropOldest));
  auto dropped = held.actor.ask<Spawn>(env.client(), "");
  auto kept = held.actor.ask<Spawn>(env.client(), "");
  const auto refused = env.await(std::move(dropped));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), Errc::Overloaded);
  held.released.set(true);
  EXPECT_TRUE(ok(env.await(std::move(kept))));
}

HYPERACTOR_SCENARIO(DropOldest, ReturnsWhatIsLeftWhenItsActorStops) {
  Held held(env, limited(8, Overflow::DropOldest));
  auto [back, returned] = env.client().open_port<Back>();
  auto [port, told] = env.client().open_port<int>();
  auto giver = env.spawn<Giver>("giver", back);
  giver.post<Give>(env.client(), held.actor, port, 1, 3);
  EXPECT_TRUE(ok(env.eventually([&] { return held.actor.depth() == 3; })));
  held.actor.stop("enough");
  held.released.set(true);
  EXPECT_EQ(env.ended(held.actor).to_string(), "stopped: enough");
  std::vector<Back> all;
  for (int i = 0; i < 3; ++i) all.push_back(env.await(returned).value());
  EXPECT_EQ(values_of(all), (std::vector<int>{1, 2, 3}));
  EXPECT_NE(all[0].why.find("has ended: stopped: enough"), std::string::npos) << all[0].why;
}

HYPERACTOR_SCENARIO(DropOldest, IsDrainedLikeAnyOther) {
  Held held(env, limited(8, Overflow::DropOldest));
  auto [port, told] = env.client().open_port<int>();
  for (int i = 1; i <= 3; ++i) held.actor.post<Tell>(env.client(), port, i);
  held.actor.drain_and_stop("enough");
  held.released.set(true);
  EXPECT_EQ(env.ended(held.actor).to_string(), "stopped: enough");
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(env.await(told).value(), i);
}

HYPERACTOR_SCENARIO(DropOldest, MayBeAbortedInsideAMessageOfItsRing) {
  auto actor = env.spawn<TestActor>(limited(2, Overflow::DropOldest), "actor");
  auto [port, receiver] = env.client().open_port<int>();
  for (int i = 0; i < 2; ++i) {
    const Watch<bool> released(false);
    actor.post<Wait>(env.client(), port, released);
    EXPECT_EQ(env.await(receiver).value(), 1);
    actor.post<Noop>(env.client());
    if (i == 0) {
      released.set(true);
    } else {
      actor.abort("emergency");
    }
  }
  EXPECT_TRUE(env.ended(actor).is_failed());
  env.take_crashes();
}

HYPERACTOR_SCENARIO(WaitPolicy, TakesPostsBeyondTheLimitAndCountsThem) {
  Held held(env, limited(2, Overflow::Wait));
  auto [port, told] = env.client().open_port<int>();
  for (int i = 1; i <= 5; ++i) held.actor.post<Tell>(env.client(), port, i);
  EXPECT_EQ(held.actor.depth(), 5U);
  EXPECT_EQ(held.actor.mailbox_limit()->beyond, 3U);
  EXPECT_EQ(held.actor.try_send<Noop>(env.client()).error().why.code(), Errc::Overloaded);
  held.released.set(true);
  for (int i = 1; i <= 5; ++i) EXPECT_EQ(env.await(told).value(), i);
}

HYPERACTOR_SCENARIO(SendWaiting, GoesOnWhenThereIsRoomInOrder) {
  Held held(env, limited(1, Overflow::Wait));
  auto [port, told] = env.client().open_port<int>();
  auto [back, returned] = env.client().open_port<Back>();
  auto [outcome, outcomes] = env.client().open_port<std::string>();
  held.actor.post<Noop>(env.client());
  std::vector<ActorHandle<Giver>> givers;
  for (int i = 0; i < 3; ++i) {
    givers.push_back(env.spawn<Giver>(back));
    givers.back().post<GiveWaiting>(env.client(), held.actor, port, i, outcome);
    EXPECT_TRUE(
        ok(env.eventually([&] { return givers.back().status().state == State::Processing; })));
  }
  env.sleep(1ms);
  EXPECT_TRUE(outcomes.drain().empty()) << "all of them wait";
  EXPECT_EQ(held.actor.depth(), 1U);
  held.released.set(true);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(env.await(outcomes).value(), "sent");
    EXPECT_EQ(env.await(told).value(), i);
  }
  EXPECT_LE(held.actor.depth_max(), 1U);
  EXPECT_EQ(held.actor.mailbox_limit()->beyond, 0U);
}

HYPERACTOR_SCENARIO(SendWaiting, OfAMailboxWithoutALimitSendsAtOnce) {
  auto actor = env.spawn<TestActor>("actor");
  auto [port, told] = env.client().open_port<int>();
  EXPECT_TRUE(block_on(actor.send_wait<Tell>(env.client(), port, 7)).has_value());
  EXPECT_EQ(env.await(told).value(), 7);
}

HYPERACTOR_SCENARIO(SendWaiting, OfOtherPoliciesIsATrySend) {
  Held held(env, limited(1, Overflow::Reject));
  held.actor.post<Noop>(env.client());
  const auto refused = block_on(held.actor.send_wait<Fail>(env.client(), "text"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().message.text, "text");
  held.released.set(true);
}

HYPERACTOR_SCENARIO_THREADS_ONLY(SendWaiting, BlocksAClientUntilThereIsRoom,
                                 "another thread makes room while this one blocks") {
  Held held(env, limited(1, Overflow::Wait));
  held.actor.post<Noop>(env.client());
  const std::jthread later([&] {
    std::this_thread::sleep_for(20ms);
    held.released.set(true);
  });
  EXPECT_TRUE(block_on(held.actor.send_wait<Noop>(env.client())).has_value());
}

HYPERACTOR_SCENARIO(SendWaiting, GivesTheMessageBackWhenTheReceiverEnds) {
  Held held(env, limited(1, Overflow::Wait));
  auto [port, told] = env.client().open_port<int>();
  auto [back, returned] = env.client().open_port<Back>();
  auto [outcome, outcomes] = env.client().open_port<std::string>();
  held.actor.post<Noop>(env.client());
  auto giver = env.spawn<Giver>(back);
  giver.post<GiveWaiting>(env.client(), held.actor, port, 1, outcome);
  EXPECT_TRUE(ok(env.eventually([&] { return giver.status().state == State::Processing; })));
  held.actor.stop("enough");
  const std::string why = env.await(outcomes).value();
  EXPECT_NE(why.find("sending Tell: "), std::string::npos) << why;
  EXPECT_NE(why.find("held[0] has ended"), std::string::npos) << why;
  held.released.set(true);
  env.ended(held.actor);
}

HYPERACTOR_SCENARIO(SendWaiting, LosesNoPlaceWhenTheSenderIsAborted) {
  Held held(env, limited(1, Overflow::Wait));
  auto [port, told] = env.client().open_port<int>();
  auto [back, returned] = env.client().open_port<Back>();
  auto [outcome, outcomes] = env.client().open_port<std::string>();
  held.actor.post<Noop>(env.client());
  std::vector<ActorHandle<Giver>> givers;
  for (int i = 0; i < 4; ++i) {
    givers.push_back(env.spawn<Giver>(back));
    givers.back().post<GiveWaiting>(env.client(), held.actor, port, i, outcome);
    EXPECT_TRUE(
        ok(env.eventually([&] { return givers.back().status().state == State::Processing; })));
  }
  givers[0].abort("emergency");
  held.released.set(true);
  givers[2].abort("emergency");
  env.ended(givers[0]);
  env.ended(givers[2]);
  EXPECT_TRUE(ok(env.eventually([&] { return held.actor.depth() == 0; })));
  // Whatever became of them, the place is free again.
  for (int i = 10; i < 13; ++i) {
    EXPECT_TRUE(block_on(held.actor.send_wait<Tell>(env.client(), port, i)).has_value());
  }
  int last = 0;
  while (last != 12) last = env.await(told).value();
  EXPECT_EQ(held.actor.depth_max(), 1U);
  env.take_crashes();
}

struct SendTo {
  ActorHandle<class Ringer> next;
  PortHandle<std::string> outcome;
};

struct Fill {};

// Fills the mailbox of the next one and then waits for room there.
class Ringer : public Actor<Ringer> {
 public:
  Task<void> handle(Context<Ringer>& cx, SendTo send) {
    for (;;) {
      SendWait<Fill> sending = send.next.send_wait<Fill>(cx);
      auto sent = co_await sending;
      if (sent) continue;
      (void)send.outcome.send(sent.error().why.to_string());
      co_return;
    }
  }

  void handle(Context<Ringer>&, Fill) {}
};

HYPERACTOR_SCENARIO(SendWaiting, ToItselfFailsAtOnce) {
  auto actor = env.spawn<Ringer>(limited(1, Overflow::Wait), "selfish");
  auto [outcome, outcomes] = env.client().open_port<std::string>();
  actor.post<SendTo>(env.client(), actor, outcome);
  const std::string why = env.await(outcomes).value();
  EXPECT_NE(why.find("send_wait of Fill by "), std::string::npos) << why;
  EXPECT_NE(why.find("selfish[0] to itself"), std::string::npos) << why;
}

HYPERACTOR_SCENARIO(SendWaiting, InACycleIsNamedAndDoesNotHang) {
  for (const std::size_t length : {2U, 3U, 5U}) {
    std::vector<ActorHandle<Ringer>> ring;
    for (std::size_t i = 0; i < length; ++i) {
      ring.push_back(env.spawn<Ringer>(limited(2, Overflow::Wait),
                                       "ring" + std::to_string(length) + std::to_string(i)));
    }
    auto [outcome, outcomes] = env.client().open_port<std::string>();
    for (std::size_t i = 0; i < length; ++i) {
      ring[i].post<SendTo>(env.client(), ring[(i + 1) % length], outcome);
    }
    const std::string why = env.await(outcomes).value();
    EXPECT_NE(why.find("would wait for ever, because full mailboxes wait for each other"),
              std::string::npos)
        << why;
    for (const auto& actor : ring) {
      EXPECT_NE(why.find(actor.id().to_string() + " waits in send_wait for room at"),
                std::string::npos)
          << why;
    }
    for (const auto& actor : ring) actor.abort("done");
    for (const auto& actor : ring) env.ended(actor);
    env.take_crashes();
  }
}

struct Once {
  ActorHandle<class Peer> to;
  PortHandle<std::string> outcome;
};

struct Hold {
  PortHandle<int> entered;
  Watch<bool> released;
};

// Sends one message and waits for room; may be held.
class Peer : public Actor<Peer> {
 public:
  Task<void> handle(Context<Peer>& cx, Once once) {
    SendWait<Fill> sending = once.to.send_wait<Fill>(cx);
    auto sent = co_await sending;
    (void)once.outcome.send(sent ? "sent" : sent.error().why.to_string());
  }

  Task<void> handle(Context<Peer>&, Hold hold) {
    (void)hold.entered.send(1);
    auto released = hold.released.until([](bool now) { return now; });
    (void)co_await std::move(released);
  }

  void handle(Context<Peer>&, Fill) {}
};

HYPERACTOR_SCENARIO(SendWaiting, ToASenderThatWasJustGrantedAPlaceIsNoCycle) {
  auto one = env.spawn<Peer>(limited(1, Overflow::Wait), "one");
  auto two = env.spawn<Peer>(limited(1, Overflow::Wait), "two");
  auto [outcome, outcomes] = env.client().open_port<std::string>();
  auto [entered, inside] = env.client().open_port<int>();
  const Watch<bool> released(false);
  one.post<Hold>(env.client(), entered, released);
  EXPECT_EQ(env.await(inside).value(), 1);
  one.post<Once>(env.client(), two, outcome);  // the one message that waits there
  two.post<Once>(env.client(), one, outcome);  // waits for room at one
  EXPECT_TRUE(ok(env.eventually([&] { return two.status().state == State::Processing; })));
  two.post<Fill>(env.client());  // full as well
  // One takes its message, which makes room for two, and then waits for room at two.
  released.set(true);
  EXPECT_EQ(env.await(outcomes).value(), "sent");
  EXPECT_EQ(env.await(outcomes).value(), "sent");
}

HYPERACTOR_SCENARIO(Limits, DoNotConcernTimersRepliesAndContinuations) {
  struct Tick {};

  struct Begin {
    ActorHandle<TestActor> other;
    PortHandle<int> done;
  };

  struct Busy : Actor<Busy> {
    Task<void> handle(Context<Busy>& cx, Begin begin) {
      done_ = begin.done;
      for (int i = 0; i < 5; ++i) cx.post_after(0ms, Tick{});
      for (int i = 0; i < 5; ++i) {
        begin.other.ask<Spawn>(cx, "").then(cx, [this](auto) { (void)done_->send(2); });
      }
      Sleep nap(5ms);
      co_await nap;  // all of it arrives while this handler holds the actor
    }

    void handle(Context<Busy>&, Tick) { (void)done_->send(1); }

    std::optional<PortHandle<int>> done_;
  };

  auto busy = env.spawn<Busy>(limited(1, Overflow::Reject), "busy");
  auto other = env.spawn<TestActor>("other");
  auto [done, receiver] = env.client().open_port<int>();
  busy.post<Begin>(env.client(), other, done);
  int sum = 0;
  for (int i = 0; i < 10; ++i) sum += env.await(receiver).value();
  EXPECT_EQ(sum, 5 * 1 + 5 * 2);
  EXPECT_EQ(busy.mailbox_limit()->rejected, 0U);
}

HYPERACTOR_SCENARIO(Limits, OfZeroOrPoliciesWithoutOneAreRefused) {
  const auto why = [&](const SpawnOptions& options) {
    const auto refused = env.proc().spawn<TestActor>(options, "named");
    return refused ? std::string("accepted") : refused.error().to_string();
  };
  EXPECT_NE(
      why({.mailbox_limit = 0}).find("spawning TestActor: a mailbox_limit of 0: give 1 to"),
      std::string::npos)
      << why({.mailbox_limit = 0});
  EXPECT_NE(
      why({.overflow = Overflow::Wait}).find("an overflow policy without a mailbox_limit"),
      std::string::npos);
  EXPECT_NE(why(limited(SIZE_MAX, Overflow::Wait)).find("give 1 to 4294967296"),
            std::string::npos);
  EXPECT_NE(why(limited(2'000'000, Overflow::DropOldest)).find("sets aside a place for each"),
            std::string::npos);
  EXPECT_TRUE(ok(env.proc().spawn<TestActor>(limited(1, Overflow::Wait), "named")))
      << "a refused spawn takes no name";
  EXPECT_TRUE(ok(env.client().spawn<TestActor>(limited(1, Overflow::Wait))));
  EXPECT_FALSE(env.client().spawn<TestActor>(limited(0, Overflow::Wait)).has_value());
}

struct Count {
  std::uint64_t from;
};

// Counts what it handles.
class Counter : public Actor<Counter> {
 public:
  explicit Counter(std::shared_ptr<std::atomic<std::uint64_t>> handled)
      : handled_(std::move(handled)) {}

  void handle(Context<Counter>&, Count) { handled_->fetch_add(1); }

 private:
  std::shared_ptr<std::atomic<std::uint64_t>> handled_;
};

struct Flood {
  ActorHandle<Counter> to;
  int messages;
  bool wait;
};

class Flooder : public Actor<Flooder> {
 public:
  explicit Flooder(std::shared_ptr<std::atomic<std::uint64_t>> back) : back_(std::move(back)) {}

  Task<void> handle(Context<Flooder>& cx, Flood flood) {
    for (int i = 0; i < flood.messages; ++i) {
      if (flood.wait) {
        SendWait<Count> sending = flood.to.send_wait<Count>(cx, 1U);
        auto sent = co_await sending;
        if (!sent) back_->fetch_add(1);
      } else {
        flood.to.post<Count>(cx, 1U);
      }
    }
  }

  Task<Result<void>> handle_undeliverable(Context<Flooder>&, Undeliverable&) override {
    back_->fetch_add(1);
    return Result<void>{};
  }

 private:
  std::shared_ptr<std::atomic<std::uint64_t>> back_;
};

HYPERACTOR_SCENARIO(Overload, LosesNothingUnderAnyPolicyAndLimit) {
  const int messages = env.is_simulated() ? 40 : 5'000;
  for (const Overflow overflow : {Overflow::Reject, Overflow::DropOldest, Overflow::Wait}) {
    for (const std::size_t limit : {1U, 2U, 7U, 1'000U}) {
      auto handled = std::make_shared<std::atomic<std::uint64_t>>(0);
      auto back = std::make_shared<std::atomic<std::uint64_t>>(0);
      auto counter = env.spawn<Counter>(limited(limit, overflow), unnamed, handled);
      constexpr std::uint64_t kSenders = 4;
      for (std::uint64_t i = 0; i < kSenders; ++i) {
        auto flooder = env.spawn<Flooder>(unnamed, back);
        flooder.post<Flood>(env.client(), counter, messages, overflow == Overflow::Wait);
      }
      const std::uint64_t sent = kSenders * static_cast<std::uint64_t>(messages);
      EXPECT_TRUE(ok(env.eventually([&] { return handled->load() + back->load() >= sent; })));
      EXPECT_EQ(handled->load() + back->load(), sent);
      EXPECT_LE(counter.depth_max(), limit);
      EXPECT_EQ(counter.depth(), 0U);
      const MailboxLimit seen = *counter.mailbox_limit();
      EXPECT_EQ(seen.rejected + seen.dropped, back->load());
      EXPECT_EQ(seen.beyond, 0U);
    }
  }
}

}  // namespace
}  // namespace hyperactor::support
