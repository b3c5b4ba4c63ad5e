// tests/compile_fail/wrong_return.cpp - a handler returns its message's Reply.
// expect: this handler does not return its message's Reply
// expect-early: Account; Balance
// reject: concept; constraint
#include "hyperactor/hyperactor.hpp"

#include <string>

namespace ha = hyperactor;

struct Balance {
  using Reply = long;
};

class Account : public ha::Actor<Account> {
 public:
#ifdef WRONG
  std::string handle(ha::Context<Account>&, Balance) { return "100"; }
#else
  long handle(ha::Context<Account>&, Balance) { return 100; }
#endif
};

void use(const ha::ActorHandle<Account>& account, const ha::Client& client) {
  account.post<Balance>(client);
}
