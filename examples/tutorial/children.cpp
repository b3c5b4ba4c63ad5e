// examples/tutorial/children.cpp - page 4 of the tutorial: children, failures, and what comes
// back.
#include <hyperactor/hyperactor.hpp>

#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace ha = hyperactor;

// [tutorial:cook]
struct Order {
  std::string dish;
};

class Cook : public ha::Actor<Cook> {
 public:
  ha::Result<void> handle(ha::Context<Cook>&, const Order& order) {
    if (order.dish == "soufflé") {
      return std::unexpected(ha::Error(ha::Errc::Failed, "the soufflé collapsed"));
    }
    fmt::print("{} is ready\n", order.dish);
    return {};
  }
};

// [/tutorial]

// [tutorial:kitchen]
class Kitchen : public ha::Actor<Kitchen> {
 public:
  void handle(ha::Context<Kitchen>& cx, Order order) {
    cook_->post<Order>(cx, std::move(order.dish));
  }

 private:
  ha::Task<ha::Result<void>> init(ha::Context<Kitchen>& cx) override {
    auto cook = cx.spawn<Cook>("cook");
    if (!cook) return ha::Result<void>(std::unexpected(std::move(cook).error()));
    cook_ = *std::move(cook);
    return ha::Result<void>{};
  }

  std::optional<ha::ActorHandle<Cook>> cook_;
};

// [/tutorial]

// [tutorial:returned]
class Guest : public ha::Actor<Guest> {
 public:
  explicit Guest(ha::ActorHandle<Kitchen> kitchen) : kitchen_(std::move(kitchen)) {}

  void handle(ha::Context<Guest>& cx, Order order) {
    kitchen_.post<Order>(cx, std::move(order.dish));
  }

 private:
  ha::Task<ha::Result<void>> handle_undeliverable(ha::Context<Guest>& cx,
                                                  ha::Undeliverable& returned) override {
    if (const auto* order = returned.message<Order>()) {
      fmt::print("no {} today\n", order->dish);
      cx.stop("hungry");
    }
    return ha::Result<void>{};
  }

  ha::ActorHandle<Kitchen> kitchen_;
};

// [/tutorial]

// [tutorial:main]
int main() {
  ha::RuntimeOptions options;
  options.crash = [](const ha::CrashReport& report) { fmt::print("{}\n", report.text); };
  auto runtime = ha::Runtime::threads(options).value();
  auto proc = ha::Proc::local(runtime);
  auto client = proc.client("main");

  auto kitchen = proc.spawn<Kitchen>("kitchen").value();
  kitchen.post<Order>(client, "soup");
  kitchen.post<Order>(client, "soufflé");
  fmt::print("the kitchen {}\n", ha::wait_ended(kitchen).value());
  // [/tutorial]

  // [tutorial:late]
  auto guest = proc.spawn<Guest>("guest", kitchen).value();
  guest.post<Order>(client, "pasta");
  fmt::print("the guest {}\n", ha::wait_ended(guest).value());
}

// [/tutorial]
