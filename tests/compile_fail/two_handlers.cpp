// tests/compile_fail/two_handlers.cpp - one message has one handler, whatever its form.
// expect: this actor has more than one handler for this message
// expect-early: Account; Deposit
// reject: concept; constraint
#include "hyperactor/hyperactor.hpp"

namespace ha = hyperactor;

struct Deposit {
  int cents;
};

class Account : public ha::Actor<Account> {
 public:
  void handle(ha::Context<Account>&, const Deposit&) {}
#ifdef WRONG
  void handle(ha::Context<Account>&, Deposit&&) {}
#endif
};

void use(const ha::ActorHandle<Account>& account, const ha::Client& client) {
  account.post<Deposit>(client, 1);
}
