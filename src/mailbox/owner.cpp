// mailbox/owner.cpp - who a strand belongs to, and how to say that it has ended.
#include "hyperactor/mailbox/owner.hpp"

#include <fmt/format.h>

namespace hyperactor::mailbox {

Error owner_ended(const Owner& owner, std::string_view doing) {
  const ActorStatus status = owner.status();
  const auto state = status.is_terminal() ? status.to_string() : std::string("is stopping");
  return Error(Errc::Disconnected,
               fmt::format("{}: {} has ended: {}", doing, owner.id(), state));
}

Owner* owner_of(runtime::Strand& strand) noexcept {
  return static_cast<Owner*>(strand.owner());
}

}  // namespace hyperactor::mailbox
