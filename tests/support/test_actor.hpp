// tests/support/test_actor.hpp - TestActor of chapter 10 §8 does what it is told.
#pragma once

#include "hyperactor/hyperactor.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace hyperactor::support {

class TestActor;

/// Signals a port.
struct Tell {
  PortHandle<int> to;
  int value;
};

/// Says that it was entered, and stays in its handler until released.
struct Wait {
  PortHandle<int> entered;
  Watch<bool> released;
};

struct Forward {
  ActorHandle<TestActor> target;
  Tell message;
};

struct Noop {};

struct Fail {
  std::string text;
};

struct Panic {
  std::string text;
};

/// Answers with a child; an empty name leaves it unnamed.
struct Spawn {
  using Reply = Result<ActorHandle<TestActor>>;
  std::string name;
};

class TestActor : public Actor<TestActor> {
 public:
  void handle(Context<TestActor>&, Tell tell) { (void)tell.to.send(tell.value); }

  Task<void> handle(Context<TestActor>&, Wait wait) {
    (void)wait.entered.send(1);
    auto released = wait.released.until([](bool now) { return now; });
    (void)co_await std::move(released);
  }

  void handle(Context<TestActor>& cx, Forward forward) {
    forward.target.post<Tell>(cx, std::move(forward.message));
  }

  void handle(Context<TestActor>&, Noop) {}

  Result<void> handle(Context<TestActor>&, const Fail& fail) {
    return std::unexpected(Error(Errc::Failed, fail.text));
  }

  void handle(Context<TestActor>&, const Panic& panic) { throw std::runtime_error(panic.text); }

  Result<ActorHandle<TestActor>> handle(Context<TestActor>& cx, const Spawn& spawn) {
    if (spawn.name.empty()) return cx.spawn<TestActor>();
    return cx.spawn<TestActor>(spawn.name);
  }
};

}  // namespace hyperactor::support
