// mailbox/actor_id.hpp - ActorId: which actor, for people and for tables.
#pragma once

#include "hyperactor/runtime/node.hpp"
#include "hyperactor/telemetry/names.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace hyperactor {

/// Names an actor of this process: (proc, name, pid), and the slot it lives in.
///
/// Equality, hash and order look at proc, name and pid only - by content, never by address or
/// slot, so that a simulated run is the same every time. Trivially copyable; the texts live as
/// long as the process.
struct ActorId {
  telemetry::NameIndex proc = 0;  ///< see proc_text()
  telemetry::NameIndex name = 0;  ///< see name_text()
  std::uint64_t pid = 0;          ///< 0 = named root
  runtime::StrandId strand;       ///< where to find it; not part of the identity

  /// "local:0,local_0-1c2d3e4f".
  [[nodiscard]] std::string_view proc_text() const noexcept {
    return telemetry::name_text(proc);
  }

  /// "account".
  [[nodiscard]] std::string_view name_text() const noexcept {
    return telemetry::name_text(name);
  }

  /// "local:0,local_0-1c2d3e4f,account[0]".
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const ActorId& a, const ActorId& b) noexcept {
    return a.proc == b.proc && a.name == b.name && a.pid == b.pid;  // interned: same text
  }

  friend std::strong_ordering operator<=>(const ActorId& a, const ActorId& b) noexcept {
    if (a.proc != b.proc) return a.proc_text() <=> b.proc_text();
    if (a.name != b.name) return a.name_text() <=> b.name_text();
    return a.pid <=> b.pid;
  }
};

/// Whether `name` can name an actor or proc: what chapter 10 §1.2 calls an element, but not a
/// number. The error says what is wrong with it.
[[nodiscard]] bool is_valid_name(std::string_view name) noexcept;

}  // namespace hyperactor

template <>
struct std::hash<hyperactor::ActorId> {
  std::size_t operator()(const hyperactor::ActorId& id) const noexcept {
    const std::hash<std::string_view> text;
    return (text(id.proc_text()) * 31 + text(id.name_text())) * 31 +
           static_cast<std::size_t>(id.pid);
  }
};

template <>
struct fmt::formatter<hyperactor::ActorId> : fmt::formatter<fmt::string_view> {
  auto format(const hyperactor::ActorId& id, fmt::format_context& context) const
      -> fmt::format_context::iterator;
};
