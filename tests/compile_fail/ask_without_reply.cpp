// tests/compile_fail/ask_without_reply.cpp - only a message with a Reply can be asked.
// expect: only a message with a Reply can be asked
// expect-early: Account; Deposit
// reject: concept; constraint
#include "hyperactor/hyperactor.hpp"

namespace ha = hyperactor;

struct Deposit {
  int cents;
};

class Account : public ha::Actor<Account> {
 public:
  void handle(ha::Context<Account>&, Deposit) {}
};

void use(const ha::ActorHandle<Account>& account, const ha::Client& client) {
  account.post<Deposit>(client, 1);
#ifdef WRONG
  auto answer = account.ask<Deposit>(client, 1);
#endif
}
