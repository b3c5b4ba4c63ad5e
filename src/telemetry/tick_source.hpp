// telemetry/tick_source.hpp - reads the counter that records and rings are stamped with.
#pragma once

#include "hyperactor/telemetry/evidence_format.hpp"

#include <cstdint>

namespace hyperactor::telemetry {

/// One moment on three clocks.
struct Moment {
  std::uint64_t ticks = 0;
  std::uint64_t monotonic_ns = 0;
  std::uint64_t realtime_ns = 0;
};

[[nodiscard]] format::TickSource tick_source() noexcept;

[[nodiscard]] Moment this_moment() noexcept;

/// Ticks per second between two moments; 0 if no time lies between them.
[[nodiscard]] std::uint64_t tick_rate(const Moment& from, const Moment& to) noexcept;

}  // namespace hyperactor::telemetry
