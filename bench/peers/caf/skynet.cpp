// bench/peers/caf/skynet.cpp - a tree of a million actors of CAF.
#include "peer_main.hpp"
#include "seconds.hpp"
#include "sizes.hpp"
#include "system.hpp"
#include "works.hpp"

namespace hyperactor::caf_peer {

namespace {

class Branch : public caf::event_based_actor {
 public:
  Branch(caf::actor_config& config, caf::actor parent, std::uint64_t first,
         std::uint64_t leaves)
      : event_based_actor(config), parent_(std::move(parent)), first_(first), leaves_(leaves) {}

  // A leaf returns no behaviour, and so ends.
  caf::behavior make_behavior() override {
    if (leaves_ == 1) {
      send(parent_, first_);
      return {};
    }
    const std::uint64_t each = leaves_ / bench::kSkynetChildren;
    for (std::uint64_t i = 0; i < bench::kSkynetChildren; ++i) {
      spawn<Branch>(caf::actor_cast<caf::actor>(this), first_ + i * each, each);
    }
    return {
        [this](std::uint64_t part) {
          sum_ += part;
          if (++reported_ != bench::kSkynetChildren) return;
          send(parent_, sum_);
          quit();
        },
    };
  }

  void on_exit() override { parent_ = nullptr; }

 private:
  caf::actor parent_;
  std::uint64_t first_;
  std::uint64_t leaves_;
  std::uint64_t sum_ = 0;
  std::uint64_t reported_ = 0;
};

}  // namespace

double skynet(std::size_t workers) {
  auto& system = system_of(workers);
  caf::scoped_actor self(system);
  const double seconds = bench::seconds_of([&] {
    system.spawn<Branch>(caf::actor_cast<caf::actor>(self), std::uint64_t{0},
                         bench::kSkynetLeaves);
    self->receive([](std::uint64_t sum) {
      bench::check_sum("skynet", sum, bench::kSkynetLeaves * (bench::kSkynetLeaves - 1) / 2);
    });
  });
  return seconds;
}

}  // namespace hyperactor::caf_peer
