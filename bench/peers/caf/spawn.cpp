// bench/peers/caf/spawn.cpp - the life of an actor of CAF: spawned, one message, ended.
#include "peer_main.hpp"
#include "seconds.hpp"
#include "sizes.hpp"
#include "system.hpp"
#include "works.hpp"

#include <vector>

namespace hyperactor::caf_peer {

namespace {

class Mayfly : public caf::event_based_actor {
 public:
  Mayfly(caf::actor_config& config, caf::actor spawner)
      : event_based_actor(config), spawner_(std::move(spawner)) {}

  caf::behavior make_behavior() override {
    value_ = 1;
    return {
        [this](std::uint64_t value) {
          value_ += value;
          quit();
        },
    };
  }

  void on_exit() override {
    send(spawner_, LeavingAtom::value, value_);
    spawner_ = nullptr;
  }

 private:
  caf::actor spawner_;
  std::uint64_t value_ = 0;
};

class Spawner : public caf::event_based_actor {
 public:
  using event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {
        [this](RunAtom, std::uint64_t actors) {
          done_ = make_response_promise<std::uint64_t>();
          to_spawn_ = to_leave_ = actors;
          for (std::uint64_t i = 0; i < bench::kSpawnAlive && to_spawn_ != 0; ++i) spawn_one();
          return done_;
        },
        [this](LeavingAtom, std::uint64_t value) {
          sum_ += value;
          if (to_spawn_ != 0) spawn_one();
          if (--to_leave_ == 0) {
            done_.deliver(sum_);
            quit();
          }
        },
    };
  }

 private:
  void spawn_one() {
    send(spawn<Mayfly>(caf::actor_cast<caf::actor>(this)), std::uint64_t{1});
    --to_spawn_;
  }

  std::uint64_t to_spawn_ = 0;
  std::uint64_t to_leave_ = 0;
  std::uint64_t sum_ = 0;
  caf::typed_response_promise<std::uint64_t> done_;
};

}  // namespace

double spawn(std::size_t workers) {
  constexpr std::uint64_t kEach = bench::kSpawnActors / bench::kSpawners;
  auto& system = system_of(workers);
  caf::scoped_actor self(system);
  std::vector<caf::actor> spawners;
  for (std::uint64_t i = 0; i < bench::kSpawners; ++i) {
    spawners.push_back(system.spawn<Spawner>());
  }
  const double seconds = bench::seconds_of([&] {
    std::uint64_t sum = 0;
    for (const auto& spawner : spawners) self->send(spawner, RunAtom::value, kEach);
    std::uint64_t missing = bench::kSpawners;
    self->receive_while([&] { return missing != 0; })([&](std::uint64_t part) {
      sum += part;
      --missing;
    });
    bench::check_sum("spawn", sum, 2 * bench::kSpawnActors);
  });
  return static_cast<double>(bench::kSpawnActors) / seconds;
}

}  // namespace hyperactor::caf_peer
