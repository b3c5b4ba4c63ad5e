// tests/compile_fail/short_names_not_handled.cpp - types with short names are named early too.
// expect: this actor does not handle this message
// expect-early: Ax; Mx
// reject: concept; constraint
#include "hyperactor/hyperactor.hpp"

namespace ha = hyperactor;

struct Nx {};

struct Mx {};

struct Ax : ha::Actor<Ax> {
  void handle(ha::Context<Ax>&, Nx) {}
};

void use(const ha::ActorHandle<Ax>& actor, const ha::Client& client) {
  actor.post<Nx>(client);
#ifdef WRONG
  actor.post<Mx>(client);
#endif
}
