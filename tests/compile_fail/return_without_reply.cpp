// tests/compile_fail/return_without_reply.cpp - a message without a Reply has nobody to answer.
// expect: this handler returns a value, but its message has no Reply
// expect-early: Account; Deposit
// reject: concept; constraint
#include "hyperactor/hyperactor.hpp"

namespace ha = hyperactor;

struct Deposit {
  int cents;
};

class Account : public ha::Actor<Account> {
 public:
#ifdef WRONG
  int handle(ha::Context<Account>&, Deposit m) { return m.cents; }
#else
  void handle(ha::Context<Account>&, Deposit) {}
#endif
};

void use(const ha::ActorHandle<Account>& account, const ha::Client& client) {
  account.post<Deposit>(client, 1);
}
