// tests/sim/stopping_scenarios_test.cpp - scenarios of chapter 10 §8.11: the ends of actors.
#include "hyperactor/hyperactor.hpp"

#include "support/scenario.hpp"
#include "support/test_actor.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::support {
namespace {

using namespace std::chrono_literals;

struct Again {
  bool own;  // sent by the actor to itself
};

struct Counts {
  int accepted = 0;
  int own = 0;
};

// Sends itself a message for each one that it handles, and tells at its end what it handled.
struct Restless : Actor<Restless> {
  explicit Restless(PortHandle<Counts> to) : out(std::move(to)) {}

  void handle(Context<Restless>& cx, Again again) {
    ++(again.own ? counts.own : counts.accepted);
    cx.self().post<Again>(cx, true);
  }

  Task<Result<void>> cleanup(Context<Restless>&, const Error*) override {
    return out.send(counts);
  }

  PortHandle<Counts> out;
  Counts counts;
};

// 10.X-05
HYPERACTOR_SCENARIO(StoppingScenarios, ADrainHandlesWhatWasAcceptedAndEndsDespiteSelfSends) {
  auto [port, receiver] = env.client().open_port<Counts>();
  auto actor = env.spawn<Restless>("restless", port);
  for (int i = 0; i < 100; ++i) actor.post<Again>(env.client(), false);
  actor.drain_and_stop("test");
  EXPECT_TRUE(ok(env.eventually([&] { return !actor.try_send<Again>(env.client(), true); })));
  EXPECT_EQ(env.ended(actor).to_string(), "stopped: test");
  EXPECT_EQ(env.await(receiver).value().accepted, 100);
}

// 10.X-09
HYPERACTOR_SCENARIO_THREADS_ONLY(StoppingScenarios, StopsSpawnsAndListingsFromManyThreadsEnd,
                                 "real threads race for the tables and locks") {
  constexpr int kThreads = 4;
  constexpr int kRounds = 50;
  const ProcHandle proc = env.proc();
  std::atomic<int> ended{0};
  const auto hammer = [&](int number) {
    auto client = proc.client("hammer");
    for (int i = 0; i < kRounds; ++i) {
      auto root = proc.spawn<TestActor>().value();
      auto child = block_on(root.ask<Spawn>(client, "child"));
      // Somebody else may list, ask and stop all of them at any moment.
      for (const ActorId& id : proc.roots()) (void)proc.status_of(id);
      (void)root.children();
      root.post<Noop>(client);
      if ((i + number) % 2 == 0) {
        root.stop("hammer");
      } else {
        root.drain_and_stop("hammer");
      }
      (void)root.children();
      const auto status = wait_ended(root);
      if (status && status->is_terminal() && child && *child) {
        ended.fetch_add((*child)->status().is_terminal() ? 1 : 0);
      }
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(hammer, i);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(ended.load(), kThreads * kRounds);
  EXPECT_TRUE(proc.roots().empty());
}

// What an actor's cleanup was told; shared, because it outlives the actor.
struct Ends {
  std::atomic<int> cleanups{0};
  std::atomic<bool> with_error{false};
};

struct Fragile : Actor<Fragile> {
  Fragile(std::shared_ptr<Ends> to, bool in_init) : ends(std::move(to)), throws(in_init) {}

  Task<Result<void>> init(Context<Fragile>& cx) override {
    if (throws) throw std::runtime_error("no luck");
    child = cx.spawn<TestActor>("child").value();
    return Result<void>{};
  }

  Task<Result<void>> cleanup(Context<Fragile>&, const Error* failure) override {
    ends->with_error = failure != nullptr;
    ++ends->cleanups;
    return Result<void>{};
  }

  void handle(Context<Fragile>&, const Panic& panic) { throw std::runtime_error(panic.text); }

  Task<void> handle(Context<Fragile>& cx, Wait wait) {
    (void)wait.entered.send(static_cast<int>(cx.children().size()));
    auto released = wait.released.until([](bool now) { return now; });
    (void)co_await std::move(released);
  }

  std::shared_ptr<Ends> ends;
  bool throws;
  std::optional<ActorHandle<TestActor>> child;
};

// 10.X-10, without the supervision hook, which comes with supervision.
HYPERACTOR_SCENARIO(StoppingScenarios, APanicInInitFailsTheActorWithoutCleanup) {
  auto ends = std::make_shared<Ends>();
  auto actor = env.spawn<Fragile>("fragile", ends, true);
  const ActorStatus status = env.ended(actor);
  EXPECT_EQ(status.to_string(), "failed: panic: no luck");
  EXPECT_EQ(ends->cleanups, 0);
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

// 10.X-10, in a handler.
HYPERACTOR_SCENARIO(StoppingScenarios, APanicInAHandlerFailsTheActorWithoutCleanup) {
  auto ends = std::make_shared<Ends>();
  auto actor = env.spawn<Fragile>("fragile", ends, false);
  actor.post<Panic>(env.client(), "bad day");
  const ActorStatus status = env.ended(actor);
  EXPECT_EQ(status.to_string(), "failed: panic: bad day");
  EXPECT_EQ(ends->cleanups, 0);
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

// 10.X-12
HYPERACTOR_SCENARIO(StoppingScenarios, AnAbortInterruptsTheHandlerAndCleansUp) {
  auto ends = std::make_shared<Ends>();
  auto [port, receiver] = env.client().open_port<int>();
  auto actor = env.spawn<Fragile>("fragile", ends, false);
  const Watch<bool> never(false);
  actor.post<Wait>(env.client(), port, never);
  EXPECT_EQ(env.await(receiver).value(), 1);  // inside, with one child
  const auto children = actor.children();
  actor.abort("out of patience");
  const ActorStatus status = env.ended(actor);
  EXPECT_TRUE(status.is_failed());
  EXPECT_NE(status.reason.find("out of patience"), std::string::npos) << status.reason;
  ASSERT_EQ(children.size(), 1U);
  EXPECT_EQ(env.proc().status_of(children[0]).state, ActorStatus::State::Stopped);
  EXPECT_EQ(ends->cleanups, 1);
  EXPECT_TRUE(ends->with_error);
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

}  // namespace
}  // namespace hyperactor::support
