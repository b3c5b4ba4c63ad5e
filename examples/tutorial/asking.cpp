// examples/tutorial/asking.cpp - page 3 of the tutorial: actors ask actors.
#include <hyperactor/hyperactor.hpp>

#include <chrono>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace ha = hyperactor;
using namespace std::chrono_literals;

// [tutorial:cook]
struct Cooked {
  using Reply = std::string;
  std::string dish;
};

class Cook : public ha::Actor<Cook> {
 public:
  ha::Task<std::string> handle(ha::Context<Cook>&, Cooked m) {
    co_await ha::sleep(m.dish == "roast" ? 200ms : 2ms);
    co_return "hot " + m.dish;
  }
};

// [/tutorial]

// [tutorial:waiter]
struct Serve {
  using Reply = std::string;
  std::string dish;
};

class Waiter : public ha::Actor<Waiter> {
 public:
  explicit Waiter(ha::ActorHandle<Cook> cook) : cook_(std::move(cook)) {}

  ha::Task<std::string> handle(ha::Context<Waiter>& cx, Serve m) {
    auto dish = co_await cook_.ask<Cooked>(cx, m.dish);
    if (!dish) co_return "sorry, no " + m.dish;
    co_return *dish + ", enjoy";
  }

 private:
  ha::ActorHandle<Cook> cook_;
};

// [/tutorial]

// [tutorial:then]
class BusyWaiter : public ha::Actor<BusyWaiter> {
 public:
  explicit BusyWaiter(ha::ActorHandle<Cook> cook) : cook_(std::move(cook)) {}

  void handle(ha::Context<BusyWaiter>& cx, Serve m, ha::ReplyPort<std::string> guest) {
    cook_.ask<Cooked>(cx, m.dish)
        .then(cx, [guest = std::move(guest)](ha::Result<std::string> dish) mutable {
          guest.send(dish ? *dish + ", at once" : "sorry");
        });
  }

 private:
  ha::ActorHandle<Cook> cook_;
};

// [/tutorial]

// [tutorial:main]
int main() {
  auto proc = ha::Proc::local();
  auto client = proc.client("main");
  auto cook = proc.spawn<Cook>("cook").value();
  auto waiter = proc.spawn<Waiter>("waiter", cook).value();
  auto busy = proc.spawn<BusyWaiter>("busy", cook).value();

  auto soup = waiter.ask<Serve>(client, "soup");
  auto pasta = busy.ask<Serve>(client, "pasta");
  fmt::print("{}\n", ha::block_on(std::move(soup)).value());
  fmt::print("{}\n", ha::block_on(std::move(pasta)).value());

  // Nobody waits that long.
  auto roast =
      ha::block_on(waiter.ask<Serve>(client, ha::AskOptions{.timeout = 20ms}, "roast"));
  if (!roast) fmt::print("{}\n", roast.error().code());
}

// [/tutorial]
