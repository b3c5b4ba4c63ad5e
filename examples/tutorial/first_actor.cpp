// examples/tutorial/first_actor.cpp - page 1 of the tutorial: an actor gets two messages.

// [tutorial:include]
#include <hyperactor/hyperactor.hpp>

#include <string>

#include <fmt/format.h>

namespace ha = hyperactor;

// [/tutorial]

// [tutorial:message]
struct Order {
  std::string dish;
};

// [/tutorial]

// [tutorial:actor]
class Cook : public ha::Actor<Cook> {
 public:
  void handle(ha::Context<Cook>&, Order order) {
    ++dishes_;
    fmt::print("dish {}: {}\n", dishes_, order.dish);
  }

 private:
  int dishes_ = 0;
};

// [/tutorial]

// [tutorial:main]
int main() {
  auto proc = ha::Proc::local();
  auto client = proc.client("main");
  auto cook = proc.spawn<Cook>("cook").value();
  cook.post<Order>(client, "soup");
  cook.post<Order>(client, "pasta");
}

// [/tutorial]
