// bench/peers/caf/ring.cpp - many tokens on their way through many actors of CAF.
#include "peer_main.hpp"
#include "seconds.hpp"
#include "sizes.hpp"
#include "system.hpp"
#include "works.hpp"

#include <vector>

namespace hyperactor::caf_peer {

namespace {

class Judge : public caf::event_based_actor {
 public:
  using event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {
        [this](ArrivedAtom, std::uint64_t hops) {
          hops_ += hops;
          --running_;
          report();
        },
        [this](RunAtom) {
          done_ = make_response_promise<std::uint64_t>();
          is_asked_ = true;
          report();
          return done_;
        },
    };
  }

 private:
  void report() {
    if (running_ == 0 && is_asked_) done_.deliver(hops_);
  }

  std::uint64_t running_ = bench::kRingTokens;
  std::uint64_t hops_ = 0;
  bool is_asked_ = false;
  caf::typed_response_promise<std::uint64_t> done_;
};

class Runner : public caf::event_based_actor {
 public:
  Runner(caf::actor_config& config, caf::actor judge)
      : event_based_actor(config), judge_(std::move(judge)) {}

  caf::behavior make_behavior() override {
    return {
        [this](std::uint64_t hops) {
          if (hops == bench::kRingHops) {
            send(judge_, ArrivedAtom::value, hops);
          } else {
            send(next_, hops + 1);
          }
        },
        [this](AttachAtom, const caf::actor& next) { next_ = next; },
    };
  }

  void on_exit() override { next_ = nullptr; }  // the ring is a cycle

 private:
  caf::actor judge_;
  caf::actor next_;
};

}  // namespace

double ring(std::size_t workers) {
  constexpr std::uint64_t kHops = bench::kRingTokens * bench::kRingHops;
  auto& system = system_of(workers);
  const caf::actor judge = system.spawn<Judge>();
  std::vector<caf::actor> runners;
  for (std::uint64_t i = 0; i < bench::kRingActors; ++i) {
    runners.push_back(system.spawn<Runner>(judge));
  }
  caf::scoped_actor self(system);
  for (std::uint64_t i = 0; i < bench::kRingActors; ++i) {
    self->send(runners[i], AttachAtom::value, runners[(i + 1) % bench::kRingActors]);
  }
  const double seconds = bench::seconds_of([&] {
    for (std::uint64_t i = 0; i < bench::kRingTokens; ++i) {
      self->send(runners[i * (bench::kRingActors / bench::kRingTokens)], std::uint64_t{0});
    }
    bench::check_sum("ring", ask_and_wait(self, judge, RunAtom::value), kHops);
  });
  for (const auto& runner : runners) end(runner);
  end(judge);
  return static_cast<double>(kHops) / seconds;
}

}  // namespace hyperactor::caf_peer
