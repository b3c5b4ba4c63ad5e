// tests/sim/actor_scenarios_test.cpp - scenarios of chapter 10 §8.2: what one or two actors do.
#include "hyperactor/hyperactor.hpp"

#include "support/scenario.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::support {
namespace {

struct Echo : Actor<Echo> {
  explicit Echo(PortHandle<std::uint64_t> to) : out(std::move(to)) {}

  void handle(Context<Echo>&, std::uint64_t value) { (void)out.send(value); }

  PortHandle<std::uint64_t> out;
};

// 10.AC-01
HYPERACTOR_SCENARIO(ActorScenarios, EchoHandlesWhatCameBeforeItsDrain) {
  auto [port, receiver] = env.client().open_port<std::uint64_t>();
  auto echo = env.spawn<Echo>("echo", port);
  echo.post<std::uint64_t>(env.client(), 123U);
  echo.drain_and_stop("test");
  EXPECT_EQ(env.ended(echo).to_string(), "stopped: test");
  EXPECT_EQ(receiver.drain(), std::vector<std::uint64_t>{123});
}

struct PingPong;

struct Ball {
  int ttl;
  ActorHandle<PingPong> partner;
  PortHandle<bool> done;
};

struct PingPong : Actor<PingPong> {
  void handle(Context<PingPong>& cx, Ball ball) {
    if (ball.ttl == 0) {
      (void)ball.done.send(true);
      return;
    }
    const ActorHandle<PingPong> partner = std::exchange(ball.partner, cx.self());
    --ball.ttl;
    partner.post<Ball>(cx, std::move(ball));
  }
};

// 10.AC-02
HYPERACTOR_SCENARIO(ActorScenarios, TwoActorsPassABallUntilItsTimeToLiveIsSpent) {
  auto [port, receiver] = env.client().open_port<bool>();
  auto ping = env.spawn<PingPong>("ping");
  auto pong = env.spawn<PingPong>("pong");
  ping.post<Ball>(env.client(), 10, pong, port);
  auto done = env.await(receiver);
  ASSERT_TRUE(ok(done));
  EXPECT_TRUE(*done);
  // Ten hops and the start: six for one, five for the other.
  EXPECT_TRUE(ok(env.eventually([&] { return ping.handled() + pong.handled() >= 13; })));
}

struct IsReady {
  using Reply = bool;
};

struct Starter : Actor<Starter> {
  Task<Result<void>> init(Context<Starter>&) override {
    ready = true;
    return Result<void>{};
  }

  bool handle(Context<Starter>&, IsReady) { return ready; }

  bool ready = false;
};

// 10.AC-04
HYPERACTOR_SCENARIO(ActorScenarios, InitRunsBeforeTheFirstMessage) {
  auto actor = env.spawn<Starter>("starter");
  auto ready = env.await(actor.ask<IsReady>(env.client()));
  ASSERT_TRUE(ok(ready));
  EXPECT_TRUE(*ready);
}

}  // namespace
}  // namespace hyperactor::support
