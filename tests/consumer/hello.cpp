// tests/consumer/hello.cpp - the first program of a user: one actor, one message, one question.
#include <hyperactor/hyperactor.hpp>

#include <cstdint>

#include <fmt/format.h>

namespace ha = hyperactor;

struct Deposit {
  std::int64_t cents;
};

struct Balance {
  using Reply = std::int64_t;
};

class Account : public ha::Actor<Account> {
 public:
  explicit Account(std::int64_t opening) : cents_(opening) {}

  void handle(ha::Context<Account>&, Deposit m) { cents_ += m.cents; }

  std::int64_t handle(ha::Context<Account>&, Balance) { return cents_; }

 private:
  std::int64_t cents_;
};

int main() {
  auto proc = ha::Proc::local();
  auto client = proc.client("main");
  auto account = proc.spawn<Account>("account", 100).value();
  account.post<Deposit>(client, 25);
  auto balance = ha::block_on(account.ask<Balance>(client));
  if (!balance) return fmt::print(stderr, "{}\n", balance.error()), 1;
  fmt::print("{}\n", *balance);
}
