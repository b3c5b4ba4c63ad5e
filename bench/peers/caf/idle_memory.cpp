// bench/peers/caf/idle_memory.cpp - the memory of an actor of CAF that waits for messages.
#include "peer_main.hpp"
#include "resident.hpp"
#include "sizes.hpp"
#include "system.hpp"
#include "works.hpp"

#include <vector>

namespace hyperactor::caf_peer {

namespace {

class Idler : public caf::event_based_actor {
 public:
  using event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {
        [this](std::uint64_t value) { value_ = value; },
        [this](RunAtom) { return value_; },
    };
  }

 private:
  std::uint64_t value_ = 0;
};

}  // namespace

double idle_memory(std::size_t workers) {
  auto& system = system_of(workers);
  caf::scoped_actor self(system);
  std::vector<caf::actor> idlers;
  const auto populate = [&](std::uint64_t actors) {
    const std::size_t begin = idlers.size();
    idlers.reserve(begin + actors);
    for (std::uint64_t i = 0; i < actors; ++i) {
      idlers.push_back(system.spawn<Idler>());
      self->send(idlers.back(), std::uint64_t{1});
    }
    std::uint64_t sum = 0;
    for (std::size_t i = begin; i < idlers.size(); ++i) {
      sum += ask_and_wait(self, idlers[i], RunAtom::value);
    }
    bench::check_sum("idle actors", sum, actors);
  };
  populate(bench::kIdleWarmUp);
  const auto before = static_cast<double>(bench::resident_bytes());
  populate(bench::kIdleActors);
  return (static_cast<double>(bench::resident_bytes()) - before) /
         static_cast<double>(bench::kIdleActors);
}

}  // namespace hyperactor::caf_peer
