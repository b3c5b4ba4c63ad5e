// tests/compile_fail/message_not_handled.cpp - a message that nobody handles gets one sentence.
// expect: this actor does not handle this message
// expect-early: Account; Withdraw
// reject: concept; constraint
#include "hyperactor/hyperactor.hpp"

namespace ha = hyperactor;

struct Deposit {
  int cents;
};

struct Withdraw {
  int cents;
};

class Account : public ha::Actor<Account> {
 public:
  void handle(ha::Context<Account>&, Deposit) {}
};

void use(const ha::ActorHandle<Account>& account, const ha::Client& client) {
  account.post<Deposit>(client, 1);
#ifdef WRONG
  account.post<Withdraw>(client, 1);
#endif
}
