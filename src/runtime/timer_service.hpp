// runtime/timer_service.hpp - one timer wheel behind a lock, and the earliest deadline beside
// it.
#pragma once

#include "hyperactor/runtime/timer.hpp"

#include "timer_wheel.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>

namespace hyperactor::runtime {

/// TS-1  fire() runs without the lock, so it may arm and cancel timers.
/// TS-2  earliest() is never later than the earliest armed deadline once arm() has returned.
/// Threads  Any.  Cost: arm and cancel one uncontended lock and O(1); not on the message path.
class TimerService {
 public:
  explicit TimerService(std::int64_t start_ns) : wheel_(start_ns) {}

  void arm(Timer& timer, std::int64_t deadline_ns);
  bool cancel(Timer& timer) noexcept;

  /// Fires what is due; returns how many.
  std::size_t fire_due(std::int64_t now_ns);

  /// The earliest armed deadline, or INT64_MAX.
  [[nodiscard]] std::int64_t earliest() const noexcept {
    // seq_cst: a sleeper says until when it sleeps and then looks here; arm() stores here and
    // then looks until when they sleep (worker.cpp, sentinel.cpp, thread_pool.cpp).
    return earliest_.load(std::memory_order_seq_cst);
  }

  [[nodiscard]] std::size_t size() const;

 private:
  void publish_earliest() noexcept;

  mutable std::mutex mutex_;
  TimerWheel wheel_;
  std::atomic<std::int64_t> earliest_{INT64_MAX};
};

}  // namespace hyperactor::runtime
