// bench/peers/caf/ping_pong.cpp - a hop between two actors of CAF.
#include "peer_main.hpp"
#include "seconds.hpp"
#include "sizes.hpp"
#include "system.hpp"
#include "works.hpp"

namespace hyperactor::caf_peer {

namespace {

class Player : public caf::event_based_actor {
 public:
  using event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {
        [this](AttachAtom, const caf::actor& other) { other_ = other; },
        [this](RunAtom, std::uint64_t hops) {
          hits_ = 0;
          done_ = make_response_promise<std::uint64_t>();
          send(other_, hops - 1);
          return done_;
        },
        [this](std::uint64_t hops_left) {
          ++hits_;
          if (hops_left == 0) {
            done_.deliver(hits_);
          } else {
            send(other_, hops_left - 1);
          }
        },
    };
  }

  void on_exit() override { other_ = nullptr; }  // the two refer to each other

 private:
  caf::actor other_;
  std::uint64_t hits_ = 0;
  caf::typed_response_promise<std::uint64_t> done_;
};

}  // namespace

double ping_pong(std::size_t workers) {
  constexpr std::uint64_t kHops = bench::kPingPongHops;
  auto& system = system_of(workers);
  const caf::actor first = system.spawn<Player>();
  const caf::actor second = system.spawn<Player>();
  caf::scoped_actor self(system);
  self->send(first, AttachAtom::value, second);
  self->send(second, AttachAtom::value, first);
  const double seconds = bench::seconds_of([&] {
    bench::check_sum("ping-pong", ask_and_wait(self, first, RunAtom::value, kHops), kHops / 2);
  });
  end(first);
  end(second);
  return seconds * 1e9 / static_cast<double>(kHops);
}

}  // namespace hyperactor::caf_peer
