// tests/compile_fail/misspelt_hook.cpp - a hook whose name is wrong overrides nothing.
// expect: override
// expect-early: clean_up
#include "hyperactor/hyperactor.hpp"

namespace ha = hyperactor;

class Account : public ha::Actor<Account> {
 public:
  ha::Task<ha::Result<void>> init(ha::Context<Account>&) override { return ha::Result<void>{}; }
#ifdef WRONG
  ha::Task<ha::Result<void>> clean_up(ha::Context<Account>&, const ha::Error*) override {
    return ha::Result<void>{};
  }
#endif
};
