// tests/soak/clan.hpp - trees of actors that come to all kinds of ends.
#pragma once

#include "work.hpp"

#include <string_view>

namespace hyperactor::soak {

/// The name of the members below the root of a tree, which is called Member.
inline constexpr std::string_view kChildName = "child";

/// Spawns the drivers that make trees, keep them busy with all that an actor may do, and end
/// them while they are: stop, drain, abort, error, panic.
void spawn_reapers(const Proc& proc, Client& client, Plan& plan);

}  // namespace hyperactor::soak
