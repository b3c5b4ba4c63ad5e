// tests/soak/keeper.hpp - the many actors that are alive at once, and those who keep them.
#pragma once

#include "work.hpp"

#include <functional>
#include <vector>

namespace hyperactor::soak {

/// Spawns the drivers that hold plan.alive actors, and replace them until plan.created were
/// made: posts, asks, timers, stops, drains. Each of the functions ends one of them with all
/// its cells: one after the other, since so many cannot all stop within the 500 ms that a
/// stopping parent waits for a sign of its children.
std::vector<std::function<void()>> spawn_keepers(const Proc& proc, Client& client, Plan& plan);

}  // namespace hyperactor::soak
