// tests/unit/runtime/inbox_test.cpp - who gets the token, and in which order nodes come out.
#include "hyperactor/runtime/inbox.hpp"

#include "probe.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::runtime {
namespace {

struct Item : Node {
  std::size_t producer = 0;
  std::size_t number = 0;
};

TEST(Inbox, GivesTheTokenToThePushThatEndsTheIdleness) {  // INB-1
  Inbox inbox;
  std::array<Node, 3> nodes;
  EXPECT_TRUE(inbox.push(nodes[0]));
  EXPECT_FALSE(inbox.push(nodes[1]));
  EXPECT_FALSE(inbox.push(nodes[2]));
}

TEST(Inbox, LinksNodesInTheOrderOfTheirPushes) {
  Inbox inbox;
  std::array<Node, 3> nodes;
  for (Node& node : nodes) (void)inbox.push(node);
  EXPECT_EQ(inbox.front(), nodes.data());
  EXPECT_EQ(Inbox::next(nodes[0]), &nodes[1]);
  EXPECT_EQ(Inbox::next(nodes[1]), &nodes[2]);
  EXPECT_EQ(Inbox::next(nodes[2]), nullptr);
  EXPECT_EQ(inbox.newest(), &nodes[2]);
}

TEST(Inbox, KeepsTheTokenWhileSomethingFollows) {  // INB-2
  Inbox inbox;
  std::array<Node, 2> nodes;
  for (Node& node : nodes) (void)inbox.push(node);
  EXPECT_FALSE(inbox.try_idle(nodes[0]));
  EXPECT_FALSE(inbox.idle());
  EXPECT_EQ(inbox.front(), nodes.data());
}

TEST(Inbox, ReleasesTheTokenWithItsLastNode) {  // INB-1, INB-5
  Inbox inbox;
  std::array<Node, 2> nodes;
  EXPECT_TRUE(inbox.push(nodes[0]));
  EXPECT_TRUE(inbox.try_idle(nodes[0]));
  EXPECT_TRUE(inbox.idle());
  EXPECT_EQ(inbox.front(), nullptr);
  EXPECT_TRUE(inbox.push(nodes[1]));
  EXPECT_EQ(inbox.front(), &nodes[1]);
}

TEST(Inbox, RemembersWhereTheConsumerStopped) {
  Inbox inbox;
  std::array<Node, 2> nodes;
  for (Node& node : nodes) (void)inbox.push(node);
  inbox.set_front(&nodes[1]);
  EXPECT_EQ(inbox.front(), &nodes[1]);
  EXPECT_TRUE(inbox.try_idle(nodes[1]));
}

// The token runs on whichever producer got it; plain variables show TSan who had it (INB-4).
TEST(InboxThreads, HandleEveryNodeOnceInOrderByOneHolderAtATime) {
  constexpr std::size_t kProducers = 3;
  const auto count = static_cast<std::size_t>(stress_rounds(30'000));
  Inbox inbox;
  std::array<std::size_t, kProducers> next_number{};  // the holder's
  std::size_t handled = 0;                            // the holder's
  std::size_t disorder = 0;                           // the holder's
  std::atomic<int> holders{0};
  std::atomic<int> two_holders{0};

  const auto consume = [&] {
    if (holders.fetch_add(1, std::memory_order_relaxed) != 0) two_holders.fetch_add(1);
    Node* node = inbox.front();
    for (;;) {
      const auto& item = static_cast<const Item&>(*node);
      if (next_number[item.producer]++ != item.number) ++disorder;
      ++handled;
      Node* next = Inbox::next(*node);
      if (next == nullptr) {
        holders.fetch_sub(1, std::memory_order_relaxed);
        if (inbox.try_idle(*node)) return;
        holders.fetch_add(1, std::memory_order_relaxed);
        while ((next = Inbox::next(*node)) == nullptr) std::this_thread::yield();
      }
      node = next;
    }
  };

  std::vector<std::deque<Item>> items(kProducers);
  std::vector<std::thread> producers;
  for (std::size_t me = 0; me < kProducers; ++me) {
    for (std::size_t i = 0; i < count; ++i) {
      Item& item = items[me].emplace_back();
      item.producer = me;
      item.number = i;
    }
  }
  for (std::size_t me = 0; me < kProducers; ++me) {
    producers.emplace_back([&, me] {
      for (Item& item : items[me]) {
        if (inbox.push(item)) consume();
      }
    });
  }
  for (auto& producer : producers) producer.join();
  EXPECT_TRUE(inbox.idle());
  EXPECT_EQ(handled, kProducers * count);
  EXPECT_EQ(disorder, 0U);
  EXPECT_EQ(two_holders.load(), 0);
}

}  // namespace
}  // namespace hyperactor::runtime
