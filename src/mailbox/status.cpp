// mailbox/status.cpp - statuses as text (chapter 10 §3.8).
#include "hyperactor/mailbox/status.hpp"

#include <fmt/format.h>

namespace hyperactor {

std::string ActorStatus::to_string() const {
  switch (state) {
    case State::Unknown:
      return "unknown";
    case State::Created:
      return "created";
    case State::Initializing:
      return "initializing";
    case State::Client:
      return "client";
    case State::Idle:
      return "idle";
    case State::Processing: {
      const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(for_time).count();
      return handler.empty() ? fmt::format("processing for {}ms", ms)
                             : fmt::format("{}: processing for {}ms", handler, ms);
    }
    case State::Stopping:
      return reason.empty() ? "stopping" : "stopping (" + reason + ")";
    case State::Restarting:
      return "restarting";
    case State::Stopped:
      return "stopped: " + reason;
    case State::Failed:
      return "failed: " + reason;
  }
  return "unknown";
}

}  // namespace hyperactor

auto fmt::formatter<hyperactor::ActorStatus>::format(const hyperactor::ActorStatus& status,
                                                     fmt::format_context& context) const
    -> fmt::format_context::iterator {
  return fmt::formatter<fmt::string_view>::format(status.to_string(), context);
}
