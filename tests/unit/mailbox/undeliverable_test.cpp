// tests/unit/mailbox/undeliverable_test.cpp - a message that is not handled comes back.
#include "hyperactor/mailbox/undeliverable.hpp"

#include "hyperactor/hyperactor.hpp"

#include "support/scenario.hpp"
#include "support/test_actor.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::support {
namespace {

struct Parcel {
  std::unique_ptr<int> content;
};

struct Receiver : Actor<Receiver> {
  void handle(Context<Receiver>&, Parcel) {}

  Task<void> handle(Context<Receiver>&, Wait wait) {
    (void)wait.entered.send(1);
    auto released = wait.released.until([](bool now) { return now; });
    (void)co_await std::move(released);
  }
};

struct SendParcel {
  ActorHandle<Receiver> to;
  int content;
};

struct Returned {
  std::string destination;
  std::string type;
  std::string text;
  int content;
  bool other_type;
  Errc code;
};

// Tells a port what came back; fails by it if told to.
struct Sending : Actor<Sending> {
  Sending(PortHandle<Returned> to, bool strict) : out(std::move(to)), fails(strict) {}

  void handle(Context<Sending>& cx, const SendParcel& send) {
    send.to.post<Parcel>(cx, std::make_unique<int>(send.content));
  }

  Task<Result<void>> handle_undeliverable(Context<Sending>&, Undeliverable& returned) override {
    auto* const parcel = returned.message<Parcel>();
    (void)out.send(Returned{returned.destination().to_string(),
                            std::string(returned.message_type()), returned.to_string(),
                            parcel == nullptr ? -1 : *parcel->content,
                            returned.message<Noop>() != nullptr, returned.why().code()});
    if (fails) return std::unexpected(Error(Errc::Failed, "must arrive"));
    return Result<void>{};
  }

  PortHandle<Returned> out;
  bool fails;
};

HYPERACTOR_SCENARIO(Undeliverable, ComesBackWithItsMessage) {
  auto [port, receiver] = env.client().open_port<Returned>();
  auto gone = env.spawn<Receiver>("gone");
  auto sender = env.spawn<Sending>("sender", port, false);
  gone.stop("moved away");
  env.ended(gone);
  sender.post<SendParcel>(env.client(), gone, 7);
  const auto returned = env.await(receiver);
  ASSERT_TRUE(ok(returned));
  EXPECT_EQ(returned->destination, gone.id().to_string());
  EXPECT_EQ(returned->type, "Parcel");
  EXPECT_EQ(returned->content, 7);
  EXPECT_FALSE(returned->other_type);
  EXPECT_EQ(returned->code, Errc::Disconnected);
  EXPECT_NE(returned->text.find("message Parcel to " + gone.id().to_string() + " came back"),
            std::string::npos)
      << returned->text;
  EXPECT_NE(returned->text.find("stopped: moved away"), std::string::npos) << returned->text;
  EXPECT_EQ(sender.undeliverable_count(), 1U);
  EXPECT_FALSE(sender.status().is_terminal());
}

HYPERACTOR_SCENARIO(Undeliverable, FailsTheSenderWhoseHookSaysSo) {
  auto [port, receiver] = env.client().open_port<Returned>();
  auto gone = env.spawn<Receiver>("gone");
  auto sender = env.spawn<Sending>("sender", port, true);
  gone.stop("moved away");
  env.ended(gone);
  sender.post<SendParcel>(env.client(), gone, 7);
  EXPECT_EQ(env.ended(sender).to_string(), "failed: must arrive");
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

// Each way in which a queued message is not handled brings it back.
template <class EndIt>
void comes_back_from_the_queue(TestEnv& env, const std::string& how, EndIt end_it) {
  auto [port, receiver] = env.client().open_port<Returned>();
  auto [entered, inside] = env.client().open_port<int>();
  const Watch<bool> released(false);
  auto busy = env.spawn<Receiver>("busy");
  auto sender = env.spawn<Sending>("sender", port, false);
  busy.post<Wait>(env.client(), entered, released);
  EXPECT_EQ(env.await(inside).value(), 1);
  for (int i = 0; i < 3; ++i) sender.post<SendParcel>(env.client(), busy, i);
  EXPECT_TRUE(ok(env.eventually([&] { return sender.handled() >= 4; })));
  EXPECT_TRUE(
      ok(env.eventually([&] { return sender.status().state == ActorStatus::State::Idle; })));
  end_it(busy, released);
  for (int i = 0; i < 3; ++i) {
    const auto returned = env.await(receiver);
    ASSERT_TRUE(ok(returned));
    EXPECT_EQ(returned->content, i);
    EXPECT_NE(returned->text.find(how), std::string::npos) << returned->text;
  }
}

HYPERACTOR_SCENARIO(Undeliverable, ComesBackFromTheQueueOfAStoppedActor) {
  comes_back_from_the_queue(env, "stopped: enough",
                            [](const ActorHandle<Receiver>& busy, const Watch<bool>& released) {
                              busy.stop("enough");
                              released.set(true);
                            });
}

HYPERACTOR_SCENARIO(Undeliverable, ComesBackFromTheQueueOfAnAbortedActor) {
  comes_back_from_the_queue(
      env, "emergency",
      [](const ActorHandle<Receiver>& busy, const Watch<bool>&) { busy.abort("emergency"); });
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

HYPERACTOR_SCENARIO(Undeliverable, IsCountedByAClient) {
  auto gone = env.spawn<TestActor>("gone");
  gone.stop("moved away");
  env.ended(gone);
  EXPECT_EQ(env.client().undeliverable_count(), 0U);
  for (int i = 0; i < 3; ++i) gone.post<Noop>(env.client());
  EXPECT_EQ(env.client().undeliverable_count(), 3U);
}

HYPERACTOR_SCENARIO(Undeliverable, EndsWithASenderThatIsGone) {
  auto gone = env.spawn<Receiver>("gone");
  auto [port, receiver] = env.client().open_port<Returned>();
  {
    auto [entered, inside] = env.client().open_port<int>();
    const Watch<bool> released(false);
    gone.post<Wait>(env.client(), entered, released);
    EXPECT_EQ(env.await(inside).value(), 1);
    auto sender = env.spawn<Sending>("sender", std::move(port), false);
    sender.post<SendParcel>(env.client(), gone, 1);
    sender.drain_and_stop("done");
    env.ended(sender);
    gone.stop("enough");
    released.set(true);
  }
  EXPECT_EQ(env.ended(gone).to_string(), "stopped: enough");
  EXPECT_EQ(env.await(receiver).error().code(), Errc::Disconnected);  // nobody told us
}

HYPERACTOR_SCENARIO(TrySend, GivesTheMessageBack) {
  auto gone = env.spawn<Receiver>("gone");
  gone.stop("moved away");
  env.ended(gone);
  auto sent = gone.try_send<Parcel>(env.client(), std::make_unique<int>(7));
  ASSERT_FALSE(sent);
  EXPECT_EQ(*sent.error().message.content, 7);
  EXPECT_NE(sent.error().why.to_string().find("sending Parcel"), std::string::npos)
      << sent.error().why.to_string();
  EXPECT_EQ(env.client().undeliverable_count(), 0U);
}

HYPERACTOR_SCENARIO(TrySend, DeliversToALiveActor) {
  auto [port, receiver] = env.client().open_port<int>();
  auto actor = env.spawn<TestActor>("actor");
  EXPECT_TRUE(actor.try_send<Tell>(env.client(), port, 7).has_value());
  EXPECT_EQ(env.await(receiver).value(), 7);
}

HYPERACTOR_SCENARIO(Undeliverable, ARequestThatWasPostedComesBackLikeAMessage) {
  auto gone = env.spawn<TestActor>("gone");
  gone.stop("enough");
  env.ended(gone);
  gone.post<Spawn>(env.client(), "child");
  EXPECT_TRUE(ok(env.eventually([&] { return env.client().undeliverable_count() == 1; })));
}

}  // namespace
}  // namespace hyperactor::support
