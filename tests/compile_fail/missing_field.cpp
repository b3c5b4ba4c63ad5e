// tests/compile_fail/missing_field.cpp - a trailing field may not be left out.
// expect: this message has more fields than arguments were given: name every field
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
  account.post<Deposit>(client, 1);
#endif
}
