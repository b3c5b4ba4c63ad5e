// bench/path/spawn.cpp - how many actors a second can live: init, one message, stop, end?
#include "measurement.hpp"
#include "sizes.hpp"
#include "stopwatch.hpp"

#include <cstdint>
#include <utility>

namespace hyperactor::bench {

namespace {

class Spawner;

struct Work {
  std::uint64_t value;
};

struct Leaving {
  std::uint64_t value;
};

struct SpawnAll {
  using Reply = std::uint64_t;
  std::uint64_t actors;
};

class Mayfly : public Actor<Mayfly> {
 public:
  explicit Mayfly(ActorHandle<Spawner> spawner) : spawner_(std::move(spawner)) {}

  Task<Result<void>> init(Context<Mayfly>&) override {
    value_ = 1;
    return Result<void>{};
  }

  void handle(Context<Mayfly>& cx, Work work) {
    value_ += work.value;
    cx.stop("done");
  }

  Task<Result<void>> cleanup(Context<Mayfly>& cx, const Error* failure) override;

 private:
  ActorHandle<Spawner> spawner_;
  std::uint64_t value_ = 0;
};

/// Ends after its last child has: an actor that stops waits for its children.
class Spawner : public Actor<Spawner> {
 public:
  void handle(Context<Spawner>& cx, SpawnAll all, ReplyPort<std::uint64_t> done) {
    done_ = std::move(done);
    to_spawn_ = to_leave_ = all.actors;
    for (std::uint64_t i = 0; i < kSpawnAlive && to_spawn_ != 0; ++i) spawn_one(cx);
  }

  void handle(Context<Spawner>& cx, Leaving leaving) {
    sum_ += leaving.value;
    if (to_spawn_ != 0) spawn_one(cx);
    if (--to_leave_ == 0) {
      done_.send(sum_);
      cx.stop("all have left");
    }
  }

 private:
  void spawn_one(Context<Spawner>& cx) {
    const auto child = cx.spawn<Mayfly>(cx.self());
    if (!child) return cx.abort("cannot spawn: " + child.error().to_string());
    child->post<Work>(cx, std::uint64_t{1});
    --to_spawn_;
  }

  std::uint64_t to_spawn_ = 0;
  std::uint64_t to_leave_ = 0;
  std::uint64_t sum_ = 0;
  ReplyPort<std::uint64_t> done_;
};

Task<Result<void>> Mayfly::cleanup(Context<Mayfly>& cx, const Error*) {
  spawner_.post<Leaving>(cx, value_);
  return Result<void>{};
}

}  // namespace

Result<double> spawn(const Runtime& runtime) {
  auto proc = Proc::local(runtime);
  auto client = proc.client("bench");
  std::vector<ActorHandle<Spawner>> spawners;
  for (std::uint64_t i = 0; i < kSpawners; ++i) {
    spawners.push_back(proc.spawn<Spawner>().value());
  }
  const auto begin = std::chrono::steady_clock::now();
  std::vector<Ask<std::uint64_t>> asks;
  for (const auto& spawner : spawners) {
    asks.push_back(spawner.ask<SpawnAll>(client, kPatient, kSpawnActors / kSpawners));
  }
  for (auto& ask : asks) {
    auto checked =
        seconds_until("spawn", 2 * kSpawnActors / kSpawners, [&] { return std::move(ask); });
    if (!checked) return checked;
  }
  for (const auto& spawner : spawners) {
    auto ended = wait_ended(spawner);
    if (!ended) return std::unexpected(std::move(ended).error());
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  return static_cast<double>(kSpawnActors) / taken.count();
}

}  // namespace hyperactor::bench
