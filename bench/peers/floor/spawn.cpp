// bench/peers/floor/spawn.cpp - the floor of an actor's life: made, one message, deleted.
#include "done.hpp"
#include "loop.hpp"
#include "peer_main.hpp"
#include "seconds.hpp"
#include "sizes.hpp"
#include "works.hpp"

#include <memory>
#include <vector>

namespace hyperactor::floor {

namespace {

class Spawner;

class Mayfly : public Actor {
 public:
  Mayfly(Loop& loop, Actor& spawner) : loop_(loop), spawner_(spawner) {}

  bool handle(const Node& node) override;

 private:
  Loop& loop_;
  Actor& spawner_;
  std::uint64_t value_ = 1;
};

enum Kind : std::uint64_t { kSpawnAll, kLeaving };

class Spawner : public Actor {
 public:
  Spawner(Loop& loop, Actor& judge) : loop_(loop), judge_(judge) {}

  bool handle(const Node& node) override {
    if (node.kind == kSpawnAll) {
      to_spawn_ = to_leave_ = node.value;
      for (std::uint64_t i = 0; i < bench::kSpawnAlive && to_spawn_ != 0; ++i) spawn_one();
    } else {
      sum_ += node.value;
      if (to_spawn_ != 0) spawn_one();
      if (--to_leave_ == 0) loop_.send(judge_, 0, sum_);
    }
    return true;
  }

 private:
  void spawn_one() {
    loop_.send(*new Mayfly(loop_, *this), 0, 1);  // deleted after this message
    --to_spawn_;
  }

  Loop& loop_;
  Actor& judge_;
  std::uint64_t to_spawn_ = 0;
  std::uint64_t to_leave_ = 0;
  std::uint64_t sum_ = 0;
};

bool Mayfly::handle(const Node& node) {
  value_ += node.value;
  loop_.send(spawner_, kLeaving, value_);
  return false;
}

class Judge : public Actor {
 public:
  explicit Judge(Done& done) : done_(done) {}

  bool handle(const Node& node) override {
    sum_ += node.value;
    if (--running_ == 0) done_.set(sum_);
    return true;
  }

 private:
  Done& done_;
  std::uint64_t running_ = bench::kSpawners;
  std::uint64_t sum_ = 0;
};

}  // namespace

double spawn(std::size_t workers) {
  Done done;
  Judge judge(done);
  std::vector<std::unique_ptr<Spawner>> spawners;
  Loop loop(workers);
  for (std::uint64_t i = 0; i < bench::kSpawners; ++i) {
    spawners.push_back(std::make_unique<Spawner>(loop, judge));
  }
  const double seconds = bench::seconds_of([&] {
    for (const auto& spawner : spawners) {
      loop.send(*spawner, kSpawnAll, bench::kSpawnActors / bench::kSpawners);
    }
    bench::check_sum("spawn", done.wait(), 2 * bench::kSpawnActors);
  });
  return static_cast<double>(bench::kSpawnActors) / seconds;
}

}  // namespace hyperactor::floor
