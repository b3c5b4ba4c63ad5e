// bench/peers/caf/system.cpp - how CAF is set up for the works.
#include "system.hpp"

namespace hyperactor::caf_peer {

caf::actor_system& system_of(std::size_t workers) {
  static caf::actor_system& system = [workers]() -> caf::actor_system& {
    auto& config = *new caf::actor_system_config;
    config.set("scheduler.max-threads", workers);
    return *new caf::actor_system(config);
  }();
  return system;
}

}  // namespace hyperactor::caf_peer
