// actor/spawn_options.hpp - what may be chosen when an actor is made.
#pragma once

#include "hyperactor/base/error.hpp"
#include "hyperactor/runtime/bound.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace hyperactor {

/// Stands first in spawn(): `proc.spawn<Stage>(ha::SpawnOptions{.mailbox_limit = 100, .overflow
/// = ha::Overflow::Wait}, "stage", ...)`.
struct SpawnOptions {
  /// How many messages may wait, 1 to 2^32; none: any number. Messages that the actor sends
  /// itself by post() count; the control lane, replies, continuations and timers do not.
  std::optional<std::size_t> mailbox_limit{};
  /// What happens beyond the limit; Reject if nothing is said. Refused without a limit.
  std::optional<Overflow> overflow{};
};

/// The limit of a mailbox, and what came of it so far.
struct MailboxLimit {
  std::size_t limit = 0;                 ///< how many messages may wait
  Overflow overflow = Overflow::Reject;  ///< what happens beyond
  std::uint64_t rejected = 0;            ///< came back because it was full
  std::uint64_t dropped = 0;             ///< came back to make room (DropOldest)
  std::uint64_t beyond = 0;              ///< accepted beyond the limit (Wait)
};

namespace actor {

/// The error of options that make no sense, if they do not.
[[nodiscard]] std::optional<Error> refuse_options(const SpawnOptions& options);

}  // namespace actor
}  // namespace hyperactor
