// bench/peers/floor/ring.cpp - the floor of many tokens on their way through many actors.
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

class Judge : public Actor {
 public:
  explicit Judge(Done& done) : done_(done) {}

  bool handle(const Node& node) override {
    hops_ += node.value;
    if (--running_ == 0) done_.set(hops_);
    return true;
  }

 private:
  Done& done_;
  std::uint64_t running_ = bench::kRingTokens;
  std::uint64_t hops_ = 0;
};

class Runner : public Actor {
 public:
  Runner(Loop& loop, Judge& judge) : loop_(loop), judge_(judge) {}

  Runner* next = nullptr;

  bool handle(const Node& node) override {
    if (node.value == bench::kRingHops) {
      loop_.send(judge_, 0, node.value);
    } else {
      loop_.send(*next, 0, node.value + 1);
    }
    return true;
  }

 private:
  Loop& loop_;
  Judge& judge_;
};

}  // namespace

double ring(std::size_t workers) {
  constexpr std::uint64_t kHops = bench::kRingTokens * bench::kRingHops;
  Done done;
  Judge judge(done);
  std::vector<std::unique_ptr<Runner>> runners;
  Loop loop(workers);
  for (std::uint64_t i = 0; i < bench::kRingActors; ++i) {
    runners.push_back(std::make_unique<Runner>(loop, judge));
  }
  for (std::uint64_t i = 0; i < bench::kRingActors; ++i) {
    runners[i]->next = runners[(i + 1) % bench::kRingActors].get();
  }
  const double seconds = bench::seconds_of([&] {
    for (std::uint64_t i = 0; i < bench::kRingTokens; ++i) {
      loop.send(*runners[i * (bench::kRingActors / bench::kRingTokens)], 0, 0);
    }
    bench::check_sum("ring", done.wait(), kHops);
  });
  return static_cast<double>(kHops) / seconds;
}

}  // namespace hyperactor::floor
