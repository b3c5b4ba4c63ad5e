// mailbox/admission.hpp - sends to a mailbox that is closed, or has a limit (00 D12).
#pragma once

#include "hyperactor/mailbox/owner.hpp"
#include "hyperactor/runtime/bound.hpp"

#include <optional>
#include <string_view>

namespace hyperactor::mailbox {

/// Queues `message` at `receiver`, whose strand is guarded(); or sends it, or the oldest one
/// that waits there, back to its sender. Never fails visibly: for post() and ask(). A full
/// mailbox with Overflow::Wait takes it beyond its limit.
void send_guarded(Owner& receiver, runtime::Node& message);

/// The same for try_send(): why the message was not taken. It is the caller's then.
[[nodiscard]] std::optional<Error> try_send_guarded(Owner& receiver, runtime::Node& message);

/// Why a message was dropped unhandled: names `receiver`, and how it ended or what its limit
/// is.
[[nodiscard]] Error not_handled(const Owner& receiver, runtime::DropReason why,
                                std::string_view doing);

}  // namespace hyperactor::mailbox
