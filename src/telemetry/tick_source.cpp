// telemetry/tick_source.cpp - reads the counter that records and rings are stamped with.
#include "tick_source.hpp"

#include "hyperactor/base/tick_counter.hpp"
#include "hyperactor/telemetry/evidence_format.hpp"

#include <chrono>
#include <cstdint>

namespace hyperactor::telemetry {

namespace {

// libstdc++ reads CLOCK_MONOTONIC for steady_clock and CLOCK_REALTIME for system_clock.
template <class Clock>
std::uint64_t clock_ns() noexcept {
  const auto since_epoch = Clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count());
}

#if defined(__x86_64__)
constexpr auto kSource = format::TickSource::Tsc;
#elif defined(__aarch64__)
constexpr auto kSource = format::TickSource::CntVct;
#else
constexpr auto kSource = format::TickSource::SteadyClock;
#endif

}  // namespace

format::TickSource tick_source() noexcept {
  return kSource;
}

Moment this_moment() noexcept {
  // The counter is read between two readings of the clock. Of a few attempts, the one that was
  // disturbed least is the best.
  using Steady = std::chrono::steady_clock;
  constexpr int kAttempts = 5;
  Moment best;
  std::uint64_t narrowest = ~std::uint64_t{0};
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const std::uint64_t before = clock_ns<Steady>();
    const std::uint64_t ticks = base::read_ticks();
    const std::uint64_t after = clock_ns<Steady>();
    if (after - before >= narrowest) continue;
    narrowest = after - before;
    best.ticks = ticks;
    best.monotonic_ns = before + narrowest / 2;
  }
  best.realtime_ns =
      clock_ns<std::chrono::system_clock>() - (clock_ns<Steady>() - best.monotonic_ns);
  return best;
}

std::uint64_t tick_rate(const Moment& from, const Moment& to) noexcept {
  if (to.monotonic_ns <= from.monotonic_ns || to.ticks <= from.ticks) return 0;
  const auto ticks = static_cast<double>(to.ticks - from.ticks);
  const auto ns = static_cast<double>(to.monotonic_ns - from.monotonic_ns);
  return static_cast<std::uint64_t>(ticks / ns * 1e9);
}

}  // namespace hyperactor::telemetry
