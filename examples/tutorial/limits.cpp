// examples/tutorial/limits.cpp - page 6 of the tutorial: a mailbox that is full.
#include <hyperactor/hyperactor.hpp>

#include <chrono>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace ha = hyperactor;
using namespace std::chrono_literals;

// [tutorial:cook]
struct Order {
  int table;
};

class Cook : public ha::Actor<Cook> {
 public:
  ha::Task<void> handle(ha::Context<Cook>&, Order) { co_await ha::sleep(20ms); }
};

// [/tutorial]

// [tutorial:waiter]
struct Serve {
  using Reply = int;  // how many orders were taken
  int tables;
};

class Waiter : public ha::Actor<Waiter> {
 public:
  explicit Waiter(ha::ActorHandle<Cook> cook) : cook_(std::move(cook)) {}

  ha::Task<int> handle(ha::Context<Waiter>& cx, Serve m) {
    int taken = 0;
    for (int table = 1; table <= m.tables; ++table) {
      auto sent = co_await cook_.send_wait<Order>(cx, table);
      if (sent) ++taken;
    }
    co_return taken;
  }

 private:
  ha::ActorHandle<Cook> cook_;
};

// [/tutorial]

// [tutorial:reject]
int main() {
  auto proc = ha::Proc::local();
  auto client = proc.client("main");

  const ha::SpawnOptions strict{.mailbox_limit = 3, .overflow = ha::Overflow::Reject};
  auto cook = proc.spawn<Cook>(strict, "strict").value();
  int refused = 0;
  for (int table = 1; table <= 10; ++table) {
    auto sent = cook.try_send<Order>(client, table);
    if (sent) continue;
    if (refused++ == 0) fmt::print("{}\n", sent.error().why.code());
  }
  fmt::print("some were refused: {}\n", refused > 0);
  // [/tutorial]

  // [tutorial:wait]
  const ha::SpawnOptions patient{.mailbox_limit = 3, .overflow = ha::Overflow::Wait};
  auto calm = proc.spawn<Cook>(patient, "calm").value();
  auto waiter = proc.spawn<Waiter>("waiter", calm).value();
  fmt::print("{} orders taken\n", ha::block_on(waiter.ask<Serve>(client, 10)).value());
  fmt::print("never more than {} waited\n", calm.depth_max());
}

// [/tutorial]
