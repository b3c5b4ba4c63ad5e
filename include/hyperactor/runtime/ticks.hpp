// runtime/ticks.hpp - ticks of the cycle counter, and how long they are.
#pragma once

#include "hyperactor/base/tick_counter.hpp"

#include <cstdint>

namespace hyperactor::runtime {

using base::read_ticks;

/// How long a tick is. Threads: measured once against the steady clock; simulation: 1 ns.
///
/// Ticks serve durations (how long has this handler run, how much of this deadline is left).
/// Points in time that live for hours are kept in steady-clock nanoseconds, because a scale
/// measured once is off by some 10^-5.
struct TickScale {
  double ns_per_tick = 1.0;

  [[nodiscard]] std::int64_t to_ns(std::uint64_t ticks) const noexcept {
    return static_cast<std::int64_t>(static_cast<double>(ticks) * ns_per_tick);
  }

  [[nodiscard]] std::uint64_t to_ticks(std::int64_t ns) const noexcept {
    return ns <= 0 ? 0 : static_cast<std::uint64_t>(static_cast<double>(ns) / ns_per_tick);
  }

  /// The machine's scale; the first call measures for about a millisecond.
  static const TickScale& machine();
};

}  // namespace hyperactor::runtime
