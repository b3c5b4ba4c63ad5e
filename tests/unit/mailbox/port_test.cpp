// tests/unit/mailbox/port_test.cpp - ports beyond the scenarios: their ends, from either side.
#include "hyperactor/mailbox/port.hpp"

#include "hyperactor/hyperactor.hpp"

#include "support/scenario.hpp"
#include "support/test_actor.hpp"

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

HYPERACTOR_SCENARIO(Port, CarriesWhatCanOnlyBeMoved) {
  auto [port, receiver] = env.client().open_port<std::unique_ptr<int>>();
  EXPECT_TRUE(ok(port.send(std::make_unique<int>(7))));
  auto received = env.await(receiver);
  ASSERT_TRUE(ok(received));
  EXPECT_EQ(**received, 7);
}

HYPERACTOR_SCENARIO(Port, FailsOnceItsReceiverIsGone) {
  auto opened = env.client().open_port<int>();
  {
    const auto gone = std::move(opened.second);
  }
  const auto sent = opened.first.send(1);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code(), Errc::Disconnected);
  const std::string text = sent.error().to_string();
  EXPECT_NE(text.find("port of " + env.client().id().to_string()), std::string::npos) << text;
}

HYPERACTOR_SCENARIO(Port, StaysReadableAfterItsClientWasDropped) {
  std::optional<Client> other(env.proc().client("other"));
  auto [port, receiver] = other->open_port<int>();
  EXPECT_TRUE(ok(port.send(1)));
  other.reset();
  const auto sent = port.send(2);
  ASSERT_FALSE(sent);
  EXPECT_NE(sent.error().to_string().find("stopped: client dropped"), std::string::npos)
      << sent.error().to_string();
  EXPECT_EQ(env.await(receiver).value(), 1);
}

HYPERACTOR_SCENARIO(Port, LosesNothingWhenAReceiveIsGivenUp) {
  auto [port, receiver] = env.client().open_port<int>();
  for (int i = 0; i < 3; ++i) {
    const auto none = env.await(timeout(1ms, receiver.recv()));
    EXPECT_EQ(none.error().code(), Errc::Timeout);
    EXPECT_TRUE(ok(port.send(i)));
    EXPECT_EQ(env.await(receiver).value(), i);
  }
}

HYPERACTOR_SCENARIO(FunctionPort, FailsAsItsFunctionFails) {
  auto port = env.client().open_function_port<int>([](int n) -> Result<void> {
    if (n < 0) return std::unexpected(Error(Errc::Overloaded, "too little"));
    return {};
  });
  EXPECT_TRUE(ok(port.send(1)));
  const auto sent = port.send(-1);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code(), Errc::Overloaded);
}

HYPERACTOR_SCENARIO(FunctionPort, MaySendToTheSamePort) {
  int calls = 0;
  std::optional<PortHandle<int>> self;
  self.emplace(env.client().open_function_port<int>([&](int n) -> Result<void> {
    ++calls;
    return n > 0 ? self->send(n - 1) : Result<void>{};
  }));
  EXPECT_TRUE(ok(self->send(5)));
  EXPECT_EQ(calls, 6);
}

HYPERACTOR_SCENARIO(FunctionPort, IsRefusedOnceItsOwnerEnded) {
  int calls = 0;
  std::optional<Client> other(env.proc().client("other"));
  auto port = other->open_function_port<int>([&](int) -> Result<void> {
    ++calls;
    return {};
  });
  other.reset();
  EXPECT_FALSE(port.send(1));
  EXPECT_EQ(calls, 0);
}

HYPERACTOR_SCENARIO(MappedPort, IsRefusedOnceItsOwnerEnded) {
  std::optional<Client> other(env.proc().client("other"));
  auto [port, receiver] = other->open_port<int>();
  const auto mapped = port.contramap<std::string>(
      [](std::string text) { return static_cast<int>(text.size()); });
  EXPECT_EQ(mapped.owner_id(), other->id());
  EXPECT_TRUE(ok(mapped.send("four")));
  other.reset();
  EXPECT_FALSE(mapped.send("late"));
  EXPECT_EQ(receiver.drain(), std::vector<int>{4});
}

HYPERACTOR_SCENARIO(OncePort, DeliversItsOneMessage) {
  auto [port, receiver] = env.client().open_once_port<std::string>();
  EXPECT_TRUE(ok(std::move(port).send(env.client(), "hello")));
  EXPECT_EQ(env.await(std::move(receiver)).value(), "hello");
}

HYPERACTOR_SCENARIO(OncePort, TellsItsReceiverThatNothingWillCome) {
  auto opened = env.client().open_once_port<int>();
  {
    const auto dropped = std::move(opened.first);
  }
  const auto received = env.await(std::move(opened.second));
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().code(), Errc::Disconnected);
}

HYPERACTOR_SCENARIO(OncePort, FailsOnceItsReceiverIsGone) {
  auto opened = env.client().open_once_port<int>();
  {
    const auto gone = std::move(opened.second);
  }
  const auto sent = std::move(opened.first).send(1);
  ASSERT_FALSE(sent);
  EXPECT_NE(sent.error().to_string().find("once port of"), std::string::npos)
      << sent.error().to_string();
}

HYPERACTOR_SCENARIO_THREADS_ONLY(Port, TakesMessagesFromManyThreads,
                                 "real threads race for the queue") {
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  auto opened = env.client().open_port<int>();
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([port = opened.first, t] {
      for (int i = 0; i < kEach; ++i) (void)port.send(t * kEach + i);
    });
  }
  std::vector<int> next(kThreads, 0);
  for (int i = 0; i < kThreads * kEach; ++i) {
    const auto received = env.await(opened.second);
    ASSERT_TRUE(ok(received));
    const auto sender = static_cast<std::size_t>(*received / kEach);
    EXPECT_EQ(*received % kEach, next[sender]++);  // each sender's in its order
  }
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(opened.second.drain().empty());
}

}  // namespace
}  // namespace hyperactor::support
