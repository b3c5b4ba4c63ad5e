// examples/tutorial/messages.cpp - page 2 of the tutorial: questions, answers, errors.
#include <hyperactor/hyperactor.hpp>

#include <expected>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace ha = hyperactor;

// [tutorial:messages]
struct Add {
  std::string dish;
  int cents;
};

struct Size {
  using Reply = std::size_t;
};

struct Price {
  using Reply = std::expected<int, std::string>;
  std::string dish;
};

// [/tutorial]

// [tutorial:handlers]
class Menu : public ha::Actor<Menu> {
 public:
  void handle(ha::Context<Menu>&, Add m) { prices_[std::move(m.dish)] = m.cents; }

  std::size_t handle(ha::Context<Menu>&, Size) const { return prices_.size(); }

  std::expected<int, std::string> handle(ha::Context<Menu>&, const Price& m) const {
    const auto found = prices_.find(m.dish);
    if (found == prices_.end()) return std::unexpected("there is no " + m.dish);
    return found->second;
  }

 private:
  std::map<std::string, int> prices_;
};

// [/tutorial]

// [tutorial:main]
int main() {
  auto proc = ha::Proc::local();
  auto client = proc.client("main");
  auto menu = proc.spawn<Menu>("menu").value();
  menu.post<Add>(client, "soup", 650);
  menu.post<Add>(client, "pasta", 900);

  fmt::print("{} dishes\n", ha::block_on(menu.ask<Size>(client)).value());

  for (const char* dish : {"soup", "cake"}) {
    auto price = ha::block_on(menu.ask<Price>(client, dish));
    if (!price) {
      fmt::print("no answer: {}\n", price.error());
    } else if (*price) {
      fmt::print("{} costs {} cents\n", dish, **price);
    } else {
      fmt::print("{}\n", price->error());
    }
  }
}

// [/tutorial]
