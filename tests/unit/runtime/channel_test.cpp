// tests/unit/runtime/channel_test.cpp - channels and watches: order, ends, and lost receivers.
#include "hyperactor/runtime/channel.hpp"

#include "hyperactor/runtime/combine.hpp"
#include "hyperactor/runtime/manual_strand.hpp"
#include "hyperactor/runtime/watch.hpp"

#include "cancel_harness.hpp"
#include "probe.hpp"
#include "runtime/simulation.hpp"
#include "runtime/thread_pool.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor {
namespace {

using namespace std::chrono_literals;

class ChannelTest : public ::testing::Test {
 protected:
  template <class T>
  Result<T> run(Task<T> task) {
    return runtime::block_on(simulation_, std::move(task));
  }

  runtime::Simulation simulation_{3};
};

TEST_F(ChannelTest, DeliversValuesInTheOrderOfTheirSends) {
  auto [sender, receiver] = channel<int>();
  for (const int value : {1, 2, 3}) EXPECT_TRUE(sender.send(value));
  EXPECT_EQ(receiver.drain(), (std::vector{1, 2, 3}));
}

TEST_F(ChannelTest, AnswersNothingWhileNothingWasSent) {
  auto [sender, receiver] = channel<int>();
  const auto now = receiver.try_recv();
  ASSERT_TRUE(now);
  EXPECT_FALSE(now->has_value());
}

TEST_F(ChannelTest, WakesTheTaskThatWaits) {
  auto [sender, receiver] = channel<std::string>();
  const auto send_later = [](Sender<std::string> to) -> Task<void> {
    co_await sleep(1ms);
    (void)to.send("late");
  };
  const auto body = [&]() -> Task<std::string> {
    auto both = co_await all(receiver.recv(), send_later(sender));
    co_return std::get<0>(both).value();
  };
  EXPECT_EQ(run(body()).value(), "late");
}

TEST_F(ChannelTest, MovesValuesThatCannotBeCopied) {
  auto [sender, receiver] = channel<std::unique_ptr<int>>();
  EXPECT_TRUE(sender.send(std::make_unique<int>(5)));
  EXPECT_EQ(**receiver.try_recv().value(), 5);
}

TEST_F(ChannelTest, KeepsOnlyTheNewestWhenItCoalesces) {
  auto [sender, receiver] = channel<int>(true);
  for (const int value : {1, 2, 3}) EXPECT_TRUE(sender.send(value));
  EXPECT_EQ(run(receiver.recv()).value().value(), 3);
  EXPECT_FALSE(receiver.try_recv().value().has_value());
}

TEST_F(ChannelTest, IsDisconnectedOnceAllIsReceivedAndEverySenderIsGone) {
  auto [first, receiver] = channel<int>();
  std::optional<Sender<int>> sender(std::move(first));
  std::optional<Sender<int>> second(*sender);
  EXPECT_TRUE(sender->send(1));
  sender.reset();
  EXPECT_EQ(receiver.try_recv().value(), 1);
  EXPECT_FALSE(receiver.try_recv().value().has_value());
  second.reset();
  EXPECT_EQ(receiver.try_recv().error().code(), Errc::Disconnected);
  EXPECT_EQ(run(receiver.recv()).value().error().code(), Errc::Disconnected);
}

TEST_F(ChannelTest, WakesTheReceiverWhenTheLastSenderGoes) {
  auto [first, receiver] = channel<int>();
  const auto hold = [](Sender<int> held) -> Task<void> {
    const Sender<int> mine = std::move(held);
    co_await sleep(1ms);
  };
  const auto body = [&](Sender<int> sender) -> Task<Errc> {
    auto both = co_await all(receiver.recv(), hold(std::move(sender)));
    co_return std::get<0>(both).error().code();
  };
  EXPECT_EQ(run(body(std::move(first))).value(), Errc::Disconnected);
}

TEST_F(ChannelTest, GivesAValueBackWhenTheReceiverIsGone) {
  auto [sender, first] = channel<std::string>();
  std::optional<Receiver<std::string>> receiver(std::move(first));
  EXPECT_FALSE(sender.receiver_gone());
  receiver.reset();
  EXPECT_TRUE(sender.receiver_gone());
  auto sent = sender.send("back");
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().message, "back");
  EXPECT_EQ(sent.error().why.code(), Errc::Disconnected);
}

TEST_F(ChannelTest, DestroysWhatNobodyReceived) {  // CHN-3
  const auto alive = std::make_shared<int>(0);
  {
    auto [sender, receiver] = channel<std::shared_ptr<int>>();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(sender.send(alive));
    EXPECT_EQ(alive.use_count(), 4);
  }
  EXPECT_EQ(alive.use_count(), 1);
}

TEST_F(ChannelTest, KeepsTheValueThatACancelledReceiveWasWokenFor) {
  auto [sender, receiver] = channel<int>();
  CancelHarness harness;
  Receiver<int> values = std::move(receiver);
  const auto make = [&](CancelHarness::Alive) -> Task<int> {
    co_await harness.pass();
    auto value = co_await timeout(1ms, values.recv());
    co_return value ? value->value() : 0;
  };
  EXPECT_EQ(harness.check<int>(make, 0), "");
  EXPECT_TRUE(sender.send(8));
  EXPECT_EQ(values.drain(), (std::vector{8}));
}

// Both values arrive before either receive has gone on: the one that loses keeps its value.
TEST_F(ChannelTest, KeepsTheValueOfTheReceiveThatLostARace) {
  auto [first_in, first_out] = channel<int>();
  auto [second_in, second_out] = channel<int>();
  const auto send_both = [](Sender<int> one, Sender<int> two) -> Task<void> {
    co_await sleep(1ms);
    (void)one.send(1);
    (void)two.send(2);
  };
  const auto body = [&]() -> Task<std::size_t> {
    auto both =
        co_await all(race(first_out.recv(), second_out.recv()), send_both(first_in, second_in));
    co_return std::get<0>(both).index();
  };
  const auto winner = run(body());
  ASSERT_TRUE(winner);
  EXPECT_EQ(first_out.drain().size() + second_out.drain().size(), 1U);
}

TEST_F(ChannelTest, LetsAReceiveBeGivenUpAndRepeated) {
  auto [sender, receiver] = channel<int>();
  const auto body = [&]() -> Task<int> {
    int timeouts = 0;
    for (int i = 0; i < 3; ++i) {
      auto value = co_await timeout(1ms, receiver.recv());
      if (!value) ++timeouts;
    }
    (void)sender.send(40);
    auto value = co_await timeout(1ms, receiver.recv());
    co_return timeouts + value.value().value();
  };
  EXPECT_EQ(run(body()).value(), 43);
}

TEST_F(ChannelTest, ReceivesOnce) {
  auto [sender, receiver] = once_channel<int>();
  EXPECT_TRUE(std::move(sender).send(6));
  EXPECT_EQ(run(std::move(receiver).recv()).value().value(), 6);
}

TEST_F(ChannelTest, SaysWhenTheOnlySenderWentWithoutSending) {
  auto made = once_channel<int>();
  {
    const OnceSender<int> gone = std::move(made.first);
  }
  EXPECT_EQ(run(std::move(made.second).recv()).value().error().code(), Errc::Disconnected);
}

// --- watch
// -------------------------------------------------------------------------------------

TEST_F(ChannelTest, AWatchHasItsLatestValueOnly) {
  const Watch<int> watch(1);
  watch.set(2);
  watch.set(3);
  EXPECT_EQ(watch.get(), 3);
  EXPECT_EQ(run(watch.until([](int value) { return value > 1; })).value(), 3);
}

TEST_F(ChannelTest, AWatchWakesEveryReaderWhoseWishCameTrue) {
  const Watch<int> watch(0);
  const auto count = [&]() -> Task<void> {
    for (int i = 1; i <= 5; ++i) {
      co_await sleep(1ms);
      watch.set(i);
    }
  };
  const auto body = [&]() -> Task<int> {
    auto done = co_await all(watch.until([](int value) { return value >= 3; }),
                             watch.until([](int value) { return value >= 5; }), count());
    co_return std::get<0>(done) * 10 + std::get<1>(done);
  };
  EXPECT_EQ(run(body()).value(), 35);
}

TEST_F(ChannelTest, AWatchForgetsReadersThatGaveUp) {
  const Watch<int> watch(0);
  CancelHarness harness;
  const auto make = [&](CancelHarness::Alive) -> Task<bool> {
    auto value = co_await timeout(1ms, watch.until([](int now) { return now > 0; }));
    co_return value.has_value();
  };
  EXPECT_EQ(harness.check<bool>(make, false), "");
  watch.set(1);
  EXPECT_EQ(watch.get(), 1);
}

// --- threads
// -----------------------------------------------------------------------------------

class ChannelThreads : public ::testing::Test {
 protected:
  void SetUp() override { pool_.start(); }

  runtime::ThreadPool pool_{1};
};

// CHN-1, CHN-2: the receiver waits again and again while values arrive.
TEST_F(ChannelThreads, DeliverEveryValueOnceInTheOrderOfEachSender) {
  constexpr int kSenders = 3;
  const int count = runtime::stress_rounds(5'000);
  auto [sender, receiver] = channel<std::pair<int, int>>();
  std::vector<std::thread> senders;
  for (int me = 0; me < kSenders; ++me) {
    senders.emplace_back([&, me, mine = sender] {
      for (int i = 0; i < count; ++i) {
        (void)mine.send({me, i});
        if (i % 16 == 0) std::this_thread::yield();
      }
    });
  }
  std::optional<Sender<std::pair<int, int>>> last(std::move(sender));
  last.reset();
  const auto body = [&]() -> Task<int> {
    std::vector<int> next(kSenders);
    int disorder = 0;
    for (int received = 0;; ++received) {
      auto value = co_await receiver.recv();
      if (!value) {
        if (received != kSenders * count) disorder += 1'000'000;
        co_return disorder;
      }
      if (next[static_cast<std::size_t>(value->first)]++ != value->second) ++disorder;
    }
  };
  EXPECT_EQ(runtime::block_on(pool_, body()).value(), 0);
  for (auto& thread : senders) thread.join();
}

// CHN-3: each value is received, handed back or destroyed.
TEST_F(ChannelThreads, LoseNoValueWhenTheReceiverGoes) {
  const int rounds = runtime::stress_rounds(50);
  for (int round = 0; round < rounds; ++round) {
    const auto alive = std::make_shared<int>(0);
    auto [sender, first] = channel<std::shared_ptr<int>>();
    std::optional<Receiver<std::shared_ptr<int>>> receiver(std::move(first));
    std::vector<std::thread> senders;
    for (int me = 0; me < 2; ++me) {
      senders.emplace_back([mine = sender, copy = alive] {
        while (mine.send(copy)) {
        }
      });
    }
    for (int i = 0; i < round % 5; ++i) std::this_thread::yield();
    receiver.reset();
    for (auto& thread : senders) thread.join();
    ASSERT_EQ(alive.use_count(), 1) << "in round " << round;
  }
}

TEST_F(ChannelThreads, WakeEveryReaderOfAWatch) {
  const int rounds = runtime::stress_rounds(2'000);
  const Watch<int> watch(0);
  std::thread writer([&] {
    for (int i = 1; i <= rounds; ++i) watch.set(i);
  });
  const auto read = [&](int step) -> Task<int> {
    int seen = 0;
    while (seen < rounds) {
      const int wanted = std::min(seen + step, rounds);
      const auto enough = [wanted](int value) { return value >= wanted; };
      seen = co_await watch.until(enough);
    }
    co_return seen;
  };
  const auto body = [&]() -> Task<int> {
    auto both = co_await all(read(1), read(7));
    co_return std::get<0>(both) + std::get<1>(both);
  };
  EXPECT_EQ(runtime::block_on(pool_, body()).value(), 2 * rounds);
  writer.join();
}

}  // namespace
}  // namespace hyperactor
