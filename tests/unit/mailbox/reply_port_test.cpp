// tests/unit/mailbox/reply_port_test.cpp - the duty to answer: kept, handed on, dropped.
#include "hyperactor/mailbox/reply_port.hpp"

#include "hyperactor/hyperactor.hpp"

#include "support/scenario.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::support {
namespace {

struct Transfer {
  using Reply = int;
  int amount;
};

struct Order {
  using Reply = void;
};

// Hands a duty on to another actor.
struct Duty {
  ReplyPort<int> reply;
  int amount;
};

struct Audit {};

struct Settle {
  int amount;
};

struct Wanted {
  using Reply = bool;
};

struct Bank : Actor<Bank> {
  void handle(Context<Bank>&, Transfer, ReplyPort<int> reply) {
    kept.push_back(std::move(reply));
  }

  void handle(Context<Bank>&, Order, ReplyPort<void> reply) { reply.send(); }

  void handle(Context<Bank>&, Audit) { kept.clear(); }

  void handle(Context<Bank>&, Settle settle) {
    for (auto& reply : kept) {
      reply.send(settle.amount);
      reply.send(settle.amount + 1);  // does nothing
    }
    kept.clear();
  }

  bool handle(Context<Bank>&, Wanted) { return kept.back().wanted(); }

  std::vector<ReplyPort<int>> kept;
};

struct Clerk : Actor<Clerk> {
  void handle(Context<Clerk>&, Duty duty) { duty.reply.send(duty.amount * 2); }
};

struct Desk : Actor<Desk> {
  explicit Desk(ActorHandle<Clerk> to) : clerk(std::move(to)) {}

  void handle(Context<Desk>& cx, Transfer transfer, ReplyPort<int> reply) {
    if (transfer.amount < 0) {
      reply.refuse(Error(Errc::Overloaded, "no debts"));
    } else if (transfer.amount > 0) {
      clerk.post<Duty>(cx, std::move(reply), transfer.amount);
    }
  }

  ActorHandle<Clerk> clerk;
};

HYPERACTOR_SCENARIO(ReplyPort, AnswersAfterItsHandlerReturned) {
  auto bank = env.spawn<Bank>("bank");
  auto ask = bank.ask<Transfer>(env.client(), 1);
  bank.post<Settle>(env.client(), 5);
  EXPECT_EQ(env.await(std::move(ask)).value(), 5);
}

HYPERACTOR_SCENARIO(ReplyPort, AnswersWithoutAValue) {
  auto bank = env.spawn<Bank>("bank");
  EXPECT_TRUE(ok(env.await(bank.ask<Order>(env.client()))));
}

HYPERACTOR_SCENARIO(ReplyPort, MayBeHandedOnToAnotherActor) {
  auto clerk = env.spawn<Clerk>("clerk");
  auto desk = env.spawn<Desk>("desk", clerk);
  EXPECT_EQ(env.await(desk.ask<Transfer>(env.client(), 21)).value(), 42);
}

HYPERACTOR_SCENARIO(ReplyPort, RefusesWithAnErrorOfItsOwn) {
  auto desk = env.spawn<Desk>("desk", env.spawn<Clerk>("clerk"));
  const auto answer = env.await(desk.ask<Transfer>(env.client(), -1));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), Errc::Overloaded);
  EXPECT_EQ(answer.error().what(), "no debts");
}

HYPERACTOR_SCENARIO(ReplyPort, DroppedInItsHandlerNamesActorAndMessage) {
  auto desk = env.spawn<Desk>("desk", env.spawn<Clerk>("clerk"));
  const auto answer = env.await(desk.ask<Transfer>(env.client(), 0));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), Errc::Disconnected);
  const std::string text = answer.error().to_string();
  EXPECT_NE(text.find("reply port of Transfer was dropped by"), std::string::npos) << text;
  EXPECT_NE(text.find("desk[0] while it handled Transfer"), std::string::npos) << text;
}

HYPERACTOR_SCENARIO(ReplyPort, DroppedLaterNamesTheMessageHandledThen) {
  auto bank = env.spawn<Bank>("bank");
  auto ask = bank.ask<Transfer>(env.client(), 1);
  bank.post<Audit>(env.client());
  const auto answer = env.await(std::move(ask));
  ASSERT_FALSE(answer);
  const std::string text = answer.error().to_string();
  EXPECT_NE(text.find("bank[0] while it handled Audit"), std::string::npos) << text;
}

HYPERACTOR_SCENARIO(ReplyPort, HeldByAnActorThatEndsTellsTheAsker) {
  auto bank = env.spawn<Bank>("bank");
  auto ask = bank.ask<Transfer>(env.client(), 1);
  bank.drain_and_stop("closing time");
  const auto answer = env.await(std::move(ask));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), Errc::Disconnected);
  EXPECT_NE(answer.error().to_string().find("bank[0]"), std::string::npos)
      << answer.error().to_string();
}

HYPERACTOR_SCENARIO(ReplyPort, InAMessageToADeadActorTellsTheAsker) {
  auto clerk = env.spawn<Clerk>("clerk");
  auto desk = env.spawn<Desk>("desk", clerk);
  clerk.stop("holiday");
  env.ended(clerk);
  const auto answer = env.await(desk.ask<Transfer>(env.client(), 21));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), Errc::Disconnected);
}

HYPERACTOR_SCENARIO(ReplyPort, KnowsWhetherTheAskerStillWaits) {
  auto bank = env.spawn<Bank>("bank");
  {
    auto ask = bank.ask<Transfer>(env.client(), 1);
    EXPECT_TRUE(env.await(bank.ask<Wanted>(env.client())).value());
  }
  EXPECT_FALSE(env.await(bank.ask<Wanted>(env.client())).value());
  bank.post<Settle>(env.client(), 5);  // too late: dropped
  EXPECT_TRUE(ok(env.await(bank.ask<Order>(env.client()))));
}

TEST(ReplyPort, MadeEmptyOwesNothing) {
  ReplyPort<int> none;
  EXPECT_FALSE(none.wanted());
  none.send(1);
  none.refuse(Error(Errc::Failed, "nobody hears it"));
}

}  // namespace
}  // namespace hyperactor::support
