// tests/compile_fail/floating_argument.cpp - no floating-point argument is cut to an integer.
// expect: a floating-point argument would be cut to fit an integer field
// expect-early: Deposit
// reject: concept; constraint
#include "hyperactor/hyperactor.hpp"

namespace ha = hyperactor;

struct Deposit {
  int account;
  long cents;
};

class Account : public ha::Actor<Account> {
 public:
  void handle(ha::Context<Account>&, Deposit) {}
};

void use(const ha::ActorHandle<Account>& account, const ha::Client& client) {
  account.post<Deposit>(client, 1, 25);
#ifdef WRONG
  account.post<Deposit>(client, 1, 2.5);
#endif
}
