// mailbox/status.hpp - ActorStatus: what an actor is doing, or how it ended.
#pragma once

#include "hyperactor/runtime/strand.hpp"

#include <chrono>
#include <string>

#include <fmt/core.h>

namespace hyperactor {

/// Whether an actor in this state has ended.
[[nodiscard]] constexpr bool is_terminal(runtime::StrandState state) noexcept {
  return state == runtime::StrandState::Stopped || state == runtime::StrandState::Failed;
}

/// A momentary copy. Intermediate values may be missed; a terminal one stays.
struct ActorStatus {
  /// Such as State::Idle or State::Failed.
  using State = runtime::StrandState;

  State state = State::Unknown;  ///< what it does
  std::string reason;            ///< of a terminal state: why; while stopping: "cancelling
                                 ///< blocking", if a foreign operation is waited for
  std::string handler;           ///< while processing: the message type
  std::chrono::nanoseconds for_time{0};  ///< while processing: since when

  /// Whether it has ended.
  [[nodiscard]] bool is_terminal() const noexcept { return hyperactor::is_terminal(state); }

  /// Whether it has ended by a failure.
  [[nodiscard]] bool is_failed() const noexcept { return state == State::Failed; }

  /// "idle", "Deposit: processing for 3 ms", "stopped: done", "failed: panic: ...".
  [[nodiscard]] std::string to_string() const;
};

}  // namespace hyperactor

template <>
struct fmt::formatter<hyperactor::ActorStatus> : fmt::formatter<fmt::string_view> {
  auto format(const hyperactor::ActorStatus& status, fmt::format_context& context) const
      -> fmt::format_context::iterator;
};
