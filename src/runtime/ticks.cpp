// runtime/ticks.cpp - measures the cycle counter against the steady clock, once.
#include "hyperactor/runtime/ticks.hpp"

#include <chrono>

namespace hyperactor::runtime {

namespace {

TickScale measure() {
  using Clock = std::chrono::steady_clock;
  constexpr auto kWindow = std::chrono::milliseconds(2);
  double best_ns_per_tick = 0;
  std::uint64_t widest = 0;
  // The window during which this thread was least disturbed at its edges has the most ticks for
  // the same nanoseconds only by noise; three windows and the longest one are good to 10^-5.
  for (int attempt = 0; attempt < 3; ++attempt) {
    const auto begin = Clock::now();
    const std::uint64_t ticks_begin = read_ticks();
    auto end = begin;
    while (end - begin < kWindow) end = Clock::now();
    const std::uint64_t ticks = read_ticks() - ticks_begin;
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(end - begin).count();
    if (ticks > widest) {
      widest = ticks;
      best_ns_per_tick = static_cast<double>(ns) / static_cast<double>(ticks);
    }
  }
  return TickScale{best_ns_per_tick > 0 ? best_ns_per_tick : 1.0};
}

}  // namespace

const TickScale& TickScale::machine() {
  static const TickScale scale = measure();
  return scale;
}

}  // namespace hyperactor::runtime
