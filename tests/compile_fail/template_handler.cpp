// tests/compile_fail/template_handler.cpp - a handler may not be a template.
// expect: a handler may not be a template
// expect-early: Account
// reject: concept; constraint
#include "hyperactor/hyperactor.hpp"

namespace ha = hyperactor;

struct Deposit {
  int cents;
};

class Account : public ha::Actor<Account> {
 public:
#ifdef WRONG
  template <class M>
  void handle(ha::Context<Account>&, M) {}
#else
  void handle(ha::Context<Account>&, Deposit) {}
#endif
};

void use(const ha::ActorHandle<Account>& account, const ha::Client& client) {
  account.post<Deposit>(client, 1);
}
