// examples/01_hello.cpp - one actor, one message, one question.
//
// The account is a root. `client` lets this plain thread send and ask; a child that *fails*
// under a plain client would take the process down, because nobody is there to hear of it.
#include <hyperactor/hyperactor.hpp>

#include <cstdint>

#include <fmt/format.h>

namespace ha = hyperactor;

// Messages are plain structs. One with a Reply is a request.
struct Deposit {
  std::int64_t cents;
};

struct Balance {
  using Reply = std::int64_t;
};

class Account : public ha::Actor<Account> {
 public:
  using Exports = ha::Exports<Deposit, Balance>;  // what another process may send

  explicit Account(std::int64_t opening) : cents_(opening) {}

  void handle(ha::Context<Account>&, Deposit m) { cents_ += m.cents; }  // runs to completion

  std::int64_t handle(ha::Context<Account>&, Balance) { return cents_; }  // the reply

 private:
  std::int64_t cents_;
};

int main() {
  auto proc = ha::Proc::local();
  auto client = proc.client("main");
  auto account = proc.spawn<Account>("account", 100).value();
  account.post<Deposit>(client, 25);                          // built in place in the mailbox
  auto balance = ha::block_on(account.ask<Balance>(client));  // Result<std::int64_t>
  if (!balance) return fmt::print(stderr, "{}\n", balance.error()), 1;
  fmt::print("{}\n", *balance);  // 125
}
