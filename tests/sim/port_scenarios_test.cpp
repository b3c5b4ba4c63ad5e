// tests/sim/port_scenarios_test.cpp - scenarios of chapter 20 §7.1: ports of one process.
#include "hyperactor/hyperactor.hpp"

#include "support/scenario.hpp"
#include "support/test_actor.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::support {
namespace {

using namespace std::chrono_literals;

void queue(const PortHandle<int>& port, int first, int last) {
  for (int i = first; i <= last; ++i) EXPECT_TRUE(ok(port.send(i)));
}

template <class M>
bool times_out(TestEnv& env, PortReceiver<M>& receiver) {
  auto received = env.await(timeout(1ms, receiver.recv()));
  return !received && received.error().code() == Errc::Timeout;
}

template <class M>
bool is_empty(PortReceiver<M>& receiver) {
  auto now = receiver.try_recv();
  return now && !now->has_value();
}

template <class M>
bool is_closed(TestEnv& env, PortReceiver<M>& receiver) {
  const auto now = receiver.try_recv();
  const auto later = env.await(receiver);
  return !now && now.error().code() == Errc::Disconnected && !later &&
         later.error().code() == Errc::Disconnected;
}

// 20.MB-07
HYPERACTOR_SCENARIO(PortScenarios, NothingIsLeftToDrainAfterEverythingWasReceived) {
  auto [port, receiver] = env.client().open_port<int>();
  queue(port, 0, 9);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(env.await(receiver).value(), i);
  EXPECT_TRUE(receiver.drain().empty());
}

// 20.MB-14
HYPERACTOR_SCENARIO(PortScenarios, AFunctionPortRunsItsFunctionBeforeSendReturns) {
  int counter = 0;
  auto port = env.client().open_function_port<int>([&](int n) -> Result<void> {
    counter += n;
    return {};
  });
  for (const int n : {10, 5, 1, 0}) EXPECT_TRUE(ok(port.send(n)));
  EXPECT_EQ(counter, 16);
}

// 20.MB-19
HYPERACTOR_SCENARIO(PortScenarios, AReceiverTakesEverythingInOrder) {
  auto [port, receiver] = env.client().open_port<int>();
  queue(port, 0, 7);
  EXPECT_EQ(receiver.drain(), (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_TRUE(receiver.drain().empty());
  EXPECT_TRUE(receiver.drain().empty());
  queue(port, 0, 3);
  for (int i = 0; i <= 3; ++i) EXPECT_EQ(receiver.try_recv().value(), i);
  EXPECT_TRUE(is_empty(receiver));
  EXPECT_TRUE(is_empty(receiver));
  EXPECT_TRUE(times_out(env, receiver));
  queue(port, 4, 7);
  for (int i = 4; i <= 7; ++i) EXPECT_EQ(env.await(receiver).value(), i);
  EXPECT_TRUE(times_out(env, receiver));
}

// 20.MB-20
HYPERACTOR_SCENARIO(PortScenarios, ACoalescingReceiverTakesTheNewest) {
  auto [port, receiver] = env.client().open_port<int>(true);
  queue(port, 0, 7);
  EXPECT_EQ(receiver.drain(), std::vector<int>{7});
  EXPECT_TRUE(receiver.drain().empty());
  queue(port, 0, 3);
  EXPECT_EQ(receiver.try_recv().value(), 3);
  EXPECT_TRUE(is_empty(receiver));
  EXPECT_TRUE(is_empty(receiver));
  EXPECT_TRUE(times_out(env, receiver));
  queue(port, 4, 7);
  EXPECT_EQ(env.await(receiver).value(), 7);
  EXPECT_TRUE(times_out(env, receiver));
}

// 20.MB-21
HYPERACTOR_SCENARIO(PortScenarios, AReceiverTakesWhatItsSendersLeftAndIsThenClosed) {
  const auto open = [&](int last) {
    auto [port, receiver] = env.client().open_port<int>();
    queue(port, 0, last);
    return std::move(receiver);
  };
  auto drained = open(7);
  EXPECT_EQ(drained.drain(), (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_TRUE(drained.drain().empty());
  EXPECT_TRUE(is_closed(env, drained));
  auto tried = open(3);
  for (int i = 0; i <= 3; ++i) EXPECT_EQ(tried.try_recv().value(), i);
  EXPECT_TRUE(is_closed(env, tried));
  EXPECT_TRUE(is_closed(env, tried));
  auto received = open(3);
  for (int i = 0; i <= 3; ++i) EXPECT_EQ(env.await(received).value(), i);
  EXPECT_TRUE(is_closed(env, received));
  EXPECT_TRUE(is_closed(env, received));
}

// 20.MB-22
HYPERACTOR_SCENARIO(PortScenarios, ACoalescingReceiverTakesTheNewestAndIsThenClosed) {
  const auto open = [&] {
    auto [port, receiver] = env.client().open_port<int>(true);
    queue(port, 0, 7);
    return std::move(receiver);
  };
  auto drained = open();
  EXPECT_EQ(drained.drain(), std::vector<int>{7});
  EXPECT_TRUE(is_closed(env, drained));
  auto tried = open();
  EXPECT_EQ(tried.try_recv().value(), 7);
  EXPECT_TRUE(is_closed(env, tried));
  auto received = open();
  EXPECT_EQ(env.await(received).value(), 7);
  EXPECT_TRUE(is_closed(env, received));
  EXPECT_TRUE(is_closed(env, received));
}

// 20.MB-38
HYPERACTOR_SCENARIO(PortScenarios, AMappedPortAppliesItsFunctionFirst) {
  using Pair = std::pair<int, std::string>;
  auto [port, receiver] = env.client().open_port<Pair>();
  const auto mapped =
      port.contramap<std::string>([](std::string text) { return Pair{1, std::move(text)}; });
  EXPECT_TRUE(ok(mapped.send("hello")));
  EXPECT_EQ(env.await(receiver).value(), (Pair{1, "hello"}));
}

struct OpenPort {
  using Reply = PortHandle<int>;
};

struct PortOwner : Actor<PortOwner> {
  PortHandle<int> handle(Context<PortOwner>& cx, OpenPort) {
    auto [port, opened] = cx.open_port<int>();
    receiver.emplace(std::move(opened));
    return port;
  }

  Result<void> handle(Context<PortOwner>&, const Fail& fail) {
    return std::unexpected(Error(Errc::Failed, fail.text));
  }

  std::optional<PortReceiver<int>> receiver;
};

// 20.MB-44
HYPERACTOR_SCENARIO(PortScenarios, APortOfAStoppedActorSaysWhyItStopped) {
  auto actor = env.spawn<PortOwner>("owner");
  auto port = env.await(actor.ask<OpenPort>(env.client()));
  ASSERT_TRUE(ok(port));
  EXPECT_TRUE(ok(port->send(1)));
  actor.stop("test stop");
  env.ended(actor);
  const auto sent = port->send(2);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code(), Errc::Disconnected);
  const std::string text = sent.error().to_string();
  EXPECT_NE(text.find("owner[0] has ended: stopped: test stop"), std::string::npos) << text;
}

// 20.MB-45
HYPERACTOR_SCENARIO(PortScenarios, APortOfAFailedActorSaysWhyItFailed) {
  auto actor = env.spawn<PortOwner>("owner");
  auto port = env.await(actor.ask<OpenPort>(env.client()));
  ASSERT_TRUE(ok(port));
  actor.post<Fail>(env.client(), "test failure");
  env.ended(actor);
  const auto sent = port->send(2);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code(), Errc::Disconnected);
  const std::string text = sent.error().to_string();
  EXPECT_NE(text.find("owner[0] has ended: failed: test failure"), std::string::npos) << text;
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

}  // namespace
}  // namespace hyperactor::support
