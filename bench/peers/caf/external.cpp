// bench/peers/caf/external.cpp - a plain thread that fills an actor of CAF.
#include "peer_main.hpp"
#include "seconds.hpp"
#include "sizes.hpp"
#include "system.hpp"
#include "works.hpp"

#include <atomic>
#include <thread>

namespace hyperactor::caf_peer {

namespace {

class Adder : public caf::event_based_actor {
 public:
  Adder(caf::actor_config& config, std::atomic<std::uint64_t>* taken)
      : event_based_actor(config), taken_(taken) {}

  caf::behavior make_behavior() override {
    return {
        [this](std::uint64_t value) {
          sum_ += value;
          if (++count_ % bench::kExternalReport == 0) {
            taken_->store(count_, std::memory_order_relaxed);
          }
        },
        [this](RunAtom) { return sum_; },
    };
  }

 private:
  std::atomic<std::uint64_t>* taken_;
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
};

}  // namespace

double external(std::size_t workers) {
  constexpr std::uint64_t kItems = bench::kStreamItems;
  std::atomic<std::uint64_t> taken{0};
  auto& system = system_of(workers);
  const caf::actor adder = system.spawn<Adder>(&taken);
  caf::scoped_actor self(system);
  const double seconds = bench::seconds_of([&] {
    for (std::uint64_t i = 0; i < kItems; ++i) {
      if (i % bench::kExternalReport == 0) {
        while (i - taken.load(std::memory_order_relaxed) > bench::kWindow) {
          std::this_thread::yield();
        }
      }
      caf::anon_send(adder, i);
    }
    bench::check_sum("external", ask_and_wait(self, adder, RunAtom::value),
                     kItems * (kItems - 1) / 2);
  });
  end(adder);
  return static_cast<double>(kItems) / seconds;
}

}  // namespace hyperactor::caf_peer
