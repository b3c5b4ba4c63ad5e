// tests/compile_fail/actor_only_declared.cpp - a send to an incomplete actor says so.
// expect: this actor is only declared here, not defined
// expect-early: Pong
// reject: concept; constraint; invalid application of 'sizeof'
#include "hyperactor/hyperactor.hpp"

namespace ha = hyperactor;

struct Ball {
  int hops;
};

#ifdef WRONG
class Pong;
#else
class Pong : public ha::Actor<Pong> {
 public:
  void handle(ha::Context<Pong>&, Ball) {}
};
#endif

void use(const ha::ActorHandle<Pong>& pong, const ha::Client& client) {
  pong.post<Ball>(client, 1);
}
