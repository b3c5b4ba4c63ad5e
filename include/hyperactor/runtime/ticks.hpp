// runtime/ticks.hpp - the cheapest clock of the machine, and its scale.
#pragma once

#include <chrono>
#include <cstdint>

namespace hyperactor::runtime {

/// Reads the cycle counter: 13 ns where clock_gettime costs 29. Comparable across threads of
/// one process. Only differences mean anything; `TickScale` turns them into time.
[[nodiscard]] inline std::uint64_t read_ticks() noexcept {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  std::uint64_t value;
  asm volatile("mrs %0, cntvct_el0" : "=r"(value));
  return value;
#else
  return static_cast<std::uint64_t>(
      std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

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
