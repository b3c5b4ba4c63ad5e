// tests/unit/actor/blocking_test.cpp - work that blocks: the pool, and threads of one's own.
#include "hyperactor/runtime/blocking.hpp"

#include "hyperactor/hyperactor.hpp"

#include "support/scenario.hpp"
#include "support/test_actor.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::support {
namespace {

using namespace std::chrono_literals;
using State = ActorStatus::State;

struct Square {
  using Reply = int;
  int of;
};

struct Throw {
  using Reply = int;
};

// Blocks until the semaphore lets it go; tells when it has begun and when it has returned.
struct Gate {
  std::binary_semaphore begun{0};
  std::binary_semaphore open{0};
  std::atomic<bool> returned{false};
};

struct PassGate {
  using Reply = int;
  std::shared_ptr<Gate> gate;
};

struct RaceGate {
  using Reply = bool;
  std::shared_ptr<Gate> gate;
  Watch<bool> enough;
};

// Two races around the same function; the outer one is lost first.
struct NestedGate {
  using Reply = bool;
  std::shared_ptr<Gate> gate;
  Watch<bool> outer;
  Watch<bool> inner;
};

// A race of a function against `enough`, and against a value of `values`, which comes later.
struct RaceValue {
  using Reply = int;
  std::shared_ptr<Gate> gate;
  Watch<bool> enough;
  std::shared_ptr<Receiver<int>> values;
};

struct Worker : Actor<Worker> {
  Task<bool> handle(Context<Worker>&, NestedGate pass) {
    auto through = [](std::shared_ptr<Gate> gate) -> Task<void> {
      auto work = [gate] {
        gate->begun.release();
        gate->open.acquire();
        gate->returned = true;
      };
      Blocking<decltype(work)> call(work);
      co_await call;
    };
    auto nested = [](Task<void> task, Watch<bool> inner) -> Task<void> {
      auto enough = inner.until([](bool now) { return now; });
      auto raced = race(std::move(task), std::move(enough));
      (void)co_await std::move(raced);
    };
    auto enough = pass.outer.until([](bool now) { return now; });
    auto raced = race(nested(through(pass.gate), pass.inner), std::move(enough));
    auto outcome = co_await std::move(raced);
    co_return outcome.index() == 1 && pass.gate->returned.load();
  }

  Task<int> handle(Context<Worker>&, RaceValue pass) {
    auto through = [](std::shared_ptr<Gate> gate) -> Task<void> {
      auto work = [gate] {
        gate->begun.release();
        gate->open.acquire();
      };
      Blocking<decltype(work)> call(work);
      co_await call;
    };
    auto enough = pass.enough.until([](bool now) { return now; });
    auto raced = race(through(pass.gate), std::move(enough), pass.values->recv());
    auto outcome = co_await std::move(raced);
    auto value = pass.values->try_recv();
    co_return outcome.index() == 1 && value && *value ? **value : -1;
  }

  Task<int> handle(Context<Worker>&, Square square) {
    auto work = [square] { return square.of * square.of; };
    Blocking<decltype(work)> call(work);
    int value = co_await call;
    co_return value;
  }

  Task<int> handle(Context<Worker>&, Throw) {
    auto work = []() -> int { throw std::runtime_error("no luck"); };
    Blocking<decltype(work)> call(work);
    int value = co_await call;
    co_return value;
  }

  Task<int> handle(Context<Worker>&, PassGate pass) {
    int local = 3;  // the function uses memory of the frame
    auto work = [&local, &pass] {
      pass.gate->begun.release();
      pass.gate->open.acquire();
      local += 1;
      pass.gate->returned = true;
    };
    Blocking<decltype(work)> call(work);
    co_await call;
    co_return local;
  }

  // Whether the function had returned when the race was over.
  Task<bool> handle(Context<Worker>&, RaceGate pass) {
    auto through = [](std::shared_ptr<Gate> gate) -> Task<void> {
      int local = 3;
      auto work = [&local, gate] {
        gate->begun.release();
        gate->open.acquire();
        local += 1;
        gate->returned = true;
      };
      Blocking<decltype(work)> call(work);
      co_await call;
    };
    auto enough = pass.enough.until([](bool now) { return now; });
    auto raced = race(through(pass.gate), std::move(enough));
    auto outcome = co_await std::move(raced);
    co_return outcome.index() == 1 && pass.gate->returned.load();
  }
};

HYPERACTOR_SCENARIO(Blocking, AnswersWhatTheFunctionReturns) {
  auto worker = env.spawn<Worker>("worker");
  std::vector<Ask<int>> asks;
  for (int i = 0; i < 10; ++i) asks.push_back(worker.ask<Square>(env.client(), i));
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(env.await(std::move(asks[static_cast<std::size_t>(i)])).value(), i * i);
  }
}

HYPERACTOR_SCENARIO(Blocking, ThrowsWhatTheFunctionThrew) {
  auto worker = env.spawn<Worker>("worker");
  EXPECT_FALSE(env.await(worker.ask<Throw>(env.client())).has_value());
  EXPECT_EQ(env.ended(worker).to_string(), "failed: panic: no luck");
  env.take_crashes();
}

HYPERACTOR_SCENARIO_THREADS_ONLY(Blocking, HoldsNoWorker, "functions block real threads") {
  // More functions that block at once than there are workers.
  std::vector<std::shared_ptr<Gate>> gates;
  std::vector<Ask<int>> asks;
  for (int i = 0; i < 8; ++i) {
    gates.push_back(std::make_shared<Gate>());
    auto worker = env.spawn<Worker>();
    asks.push_back(worker.ask<PassGate>(env.client(), gates.back()));
  }
  for (const auto& gate : gates) gate->begun.acquire();
  auto other = env.spawn<Worker>();
  EXPECT_EQ(env.await(other.ask<Square>(env.client(), 3)).value(), 9);
  for (const auto& gate : gates) gate->open.release();
  for (auto& ask : asks) EXPECT_EQ(env.await(std::move(ask)).value(), 4);
}

HYPERACTOR_SCENARIO_THREADS_ONLY(Blocking, AbortWaitsForTheFunctionAndSaysSo,
                                 "the function blocks a real thread") {
  auto gate = std::make_shared<Gate>();
  auto worker = env.spawn<Worker>("worker");
  auto ask = worker.ask<PassGate>(env.client(), gate);
  gate->begun.acquire();
  worker.abort("emergency");
  EXPECT_TRUE(ok(env.eventually(
      [&] { return worker.status().to_string() == "stopping (cancelling blocking)"; })));
  worker.abort("again");
  worker.stop("also");
  std::this_thread::sleep_for(5ms);
  EXPECT_FALSE(worker.status().is_terminal());
  gate->open.release();
  const ActorStatus ended = env.ended(worker);
  EXPECT_TRUE(ended.is_failed());
  EXPECT_NE(ended.reason.find("emergency"), std::string::npos) << ended.reason;
  EXPECT_TRUE(gate->returned);
  EXPECT_FALSE(env.await(std::move(ask)).has_value()) << "the request ends all the same";
  env.take_crashes();
}

HYPERACTOR_SCENARIO_THREADS_ONLY(Blocking, ALostRaceWaitsForTheFunction,
                                 "the function blocks a real thread") {
  auto gate = std::make_shared<Gate>();
  auto worker = env.spawn<Worker>("worker");
  const Watch<bool> enough(false);
  auto ask = worker.ask<RaceGate>(env.client(), gate, enough);
  gate->begun.acquire();
  enough.set(true);
  std::this_thread::sleep_for(5ms);
  EXPECT_FALSE(ask.is_done());
  gate->open.release();
  EXPECT_TRUE(env.await(std::move(ask)).value());
}

HYPERACTOR_SCENARIO_THREADS_ONLY(Blocking, AnAbortOvertakesALostRace,
                                 "the function blocks a real thread") {
  auto gate = std::make_shared<Gate>();
  auto worker = env.spawn<Worker>("worker");
  const Watch<bool> enough(false);
  auto ask = worker.ask<RaceGate>(env.client(), gate, enough);
  gate->begun.acquire();
  enough.set(true);
  std::this_thread::sleep_for(5ms);  // the race is lost and waits
  worker.abort("emergency");
  std::this_thread::sleep_for(5ms);
  gate->open.release();
  EXPECT_TRUE(env.ended(worker).is_failed());
  EXPECT_TRUE(gate->returned);
  env.take_crashes();
}

HYPERACTOR_SCENARIO_THREADS_ONLY(Blocking, OfTwoNestedRacesTheOuterOneWaits,
                                 "the function blocks a real thread") {
  auto gate = std::make_shared<Gate>();
  auto worker = env.spawn<Worker>("worker");
  const Watch<bool> outer(false);
  const Watch<bool> inner(false);
  auto ask = worker.ask<NestedGate>(env.client(), gate, outer, inner);
  gate->begun.acquire();
  outer.set(true);
  std::this_thread::sleep_for(5ms);
  inner.set(true);
  std::this_thread::sleep_for(5ms);
  EXPECT_FALSE(ask.is_done());
  gate->open.release();
  EXPECT_TRUE(env.await(std::move(ask)).value());
}

HYPERACTOR_SCENARIO_THREADS_ONLY(Blocking, ALoserOfADecidedRaceTakesNothing,
                                 "the function blocks a real thread") {
  auto gate = std::make_shared<Gate>();
  auto worker = env.spawn<Worker>("worker");
  const Watch<bool> enough(false);
  auto [sender, receiver] = channel<int>();
  auto ask = worker.ask<RaceValue>(env.client(), gate, enough,
                                   std::make_shared<Receiver<int>>(std::move(receiver)));
  gate->begun.acquire();
  enough.set(true);
  std::this_thread::sleep_for(5ms);  // decided, and waits for the function
  EXPECT_TRUE(sender.send(7).has_value());
  std::this_thread::sleep_for(5ms);
  gate->open.release();
  EXPECT_EQ(env.await(std::move(ask)).value(), 7) << "the value is still there";
}

HYPERACTOR_SCENARIO(Blocking, MayBeAbortedAtAnyMoment) {
  for (int i = 0; i < 20; ++i) {
    auto worker = env.spawn<Worker>();
    auto ask = worker.ask<Square>(env.client(), 4);
    env.sleep(std::chrono::microseconds(30 * i));
    worker.abort("emergency");
    EXPECT_TRUE(env.ended(worker).is_terminal());
    const auto answer = env.await(std::move(ask));
    if (answer) {
      EXPECT_EQ(*answer, 16);
    }
  }
  env.take_crashes();
}

struct WhichThread {
  using Reply = std::thread::id;
};

struct SleepThere {
  PortHandle<int> entered;
};

// Has a thread of its own, and may block it.
struct Loner : Actor<Loner> {
  static constexpr bool own_thread = true;

  std::thread::id handle(Context<Loner>&, WhichThread) { return std::this_thread::get_id(); }

  void handle(Context<Loner>&, const SleepThere& there) {
    (void)there.entered.send(1);
    std::this_thread::sleep_for(20ms);
  }

  Task<int> handle(Context<Loner>& cx, Square square) {
    auto worker = cx.spawn<Worker>().value();
    auto ask = worker.ask<Square>(cx, square.of);
    auto answer = co_await ask;
    co_return answer.value();
  }

  Result<void> handle(Context<Loner>&, const Fail& fail) {
    return std::unexpected(Error(Errc::Failed, fail.text));
  }
};

HYPERACTOR_SCENARIO_THREADS_ONLY(OwnThread, RunsEveryMessageOnTheSameThread,
                                 "real threads are told apart") {
  auto one = env.spawn<Loner>("one");
  auto two = env.spawn<Loner>("two");
  const auto first = env.await(one.ask<WhichThread>(env.client())).value();
  EXPECT_NE(first, env.await(two.ask<WhichThread>(env.client())).value());
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(env.await(one.ask<Square>(env.client(), i)).value(), i * i);
    EXPECT_EQ(env.await(one.ask<WhichThread>(env.client())).value(), first);
  }
}

HYPERACTOR_SCENARIO(OwnThread, LivesAndEndsLikeAnyActor) {
  auto stopped = env.spawn<Loner>("stopped");
  EXPECT_EQ(env.await(stopped.ask<Square>(env.client(), 5)).value(), 25);
  stopped.stop("enough");
  EXPECT_EQ(env.ended(stopped).to_string(), "stopped: enough");
  auto drained = env.spawn<Loner>("drained");
  auto ask = drained.ask<Square>(env.client(), 6);
  drained.drain_and_stop("done");
  EXPECT_EQ(env.await(std::move(ask)).value(), 36);
  EXPECT_EQ(env.ended(drained).to_string(), "stopped: done");
  auto failed = env.spawn<Loner>("failed");
  failed.post<Fail>(env.client(), "boom");
  EXPECT_EQ(env.ended(failed).to_string(), "failed: boom");
  env.take_crashes();
}

HYPERACTOR_SCENARIO_THREADS_ONLY(OwnThread, BlocksNobodyElse, "handlers block real threads") {
  std::vector<ActorHandle<Loner>> loners;
  auto [entered, receiver] = env.client().open_port<int>();
  for (int i = 0; i < 4; ++i) {
    loners.push_back(env.spawn<Loner>());
    loners.back().post<SleepThere>(env.client(), entered);
  }
  for (int i = 0; i < 4; ++i) EXPECT_EQ(env.await(receiver).value(), 1) << "all at once";
  auto worker = env.spawn<Worker>();
  EXPECT_EQ(env.await(worker.ask<Square>(env.client(), 3)).value(), 9);
}

HYPERACTOR_SCENARIO_THREADS_ONLY(OwnThread, ThreadsEndWithTheirActors, "counts real threads") {
  for (int i = 0; i < 200; ++i) {
    auto loner = env.spawn<Loner>();
    EXPECT_EQ(env.await(loner.ask<Square>(env.client(), i)).value(), i * i);
    loner.stop("enough");
    env.ended(loner);
  }
}

HYPERACTOR_SCENARIO(OwnThread, IsRefusedOnAStoppedProc) {
  const ProcHandle proc = env.proc();
  EXPECT_TRUE(ok(proc.destroy_and_wait(5s, "closing")));
  EXPECT_FALSE(proc.spawn<Loner>("late").has_value());
}

}  // namespace
}  // namespace hyperactor::support
