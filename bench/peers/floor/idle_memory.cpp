// bench/peers/floor/idle_memory.cpp - the floor of an idle actor: an inbox and a number.
#include "done.hpp"
#include "loop.hpp"
#include "peer_main.hpp"
#include "resident.hpp"
#include "sizes.hpp"
#include "works.hpp"

#include <memory>
#include <vector>

namespace hyperactor::floor {

namespace {

/// Each has been sent a number to hold and was asked for it.
class Idler : public Actor {
 public:
  Idler(Loop& loop, Actor& judge) : loop_(loop), judge_(judge) {}

  bool handle(const Node& node) override {
    if (node.value != 0) {
      value_ = node.value;
    } else {
      loop_.send(judge_, 0, value_);
    }
    return true;
  }

 private:
  Loop& loop_;
  Actor& judge_;
  std::uint64_t value_ = 0;
};

class Judge : public Actor {
 public:
  explicit Judge(Done& done) : done_(done) {}

  bool handle(const Node& node) override {
    sum_ += node.value;
    if (sum_ == bench::kIdleWarmUp || sum_ == bench::kIdleWarmUp + bench::kIdleActors) {
      done_.set(sum_);
    }
    return true;
  }

 private:
  Done& done_;
  std::uint64_t sum_ = 0;
};

}  // namespace

double idle_memory(std::size_t workers) {
  Done done;
  Judge judge(done);
  std::vector<std::unique_ptr<Idler>> idlers;
  Loop loop(workers);
  const auto populate = [&](std::uint64_t actors) {
    idlers.reserve(idlers.size() + actors);
    for (std::uint64_t i = 0; i < actors; ++i) {
      idlers.push_back(std::make_unique<Idler>(loop, judge));
      loop.send(*idlers.back(), 0, 1);
      loop.send(*idlers.back(), 0, 0);
    }
    bench::check_sum("idle actors", done.wait(), idlers.size());
  };
  populate(bench::kIdleWarmUp);
  const auto before = static_cast<double>(bench::resident_bytes());
  populate(bench::kIdleActors);
  return (static_cast<double>(bench::resident_bytes()) - before) /
         static_cast<double>(bench::kIdleActors);
}

}  // namespace hyperactor::floor
