// runtime/sentinel.hpp - the thread that repairs what workers cannot: stuck queues, late
// timers.
#pragma once

#include "parker.hpp"

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace hyperactor::runtime {

class ThreadPool;

/// SEN-1  While a worker runs, the sentinel looks every millisecond: what waits behind a slice
///        that began more than half a millisecond ago goes to the injector and a worker is
///        woken; due timers fire. So what is pushed behind a handler that never returns is on
///        its way 1.5 ms later at most, but for how late the machine wakes this thread.
/// SEN-2  When nothing has run for kQuietTicks it sleeps without a time limit, unless a timer
/// is
///        armed; the first worker to leave its parking place wakes it.
/// SEN-3  SEN-2 loses no wake-up: the sentinel says that it sleeps and *then* looks at the
/// count
///        of running workers; a worker counts itself and *then* looks whether the sentinel
///        sleeps. Likewise it says until when it sleeps and *then* looks at the earliest
///        deadline, and arm() the other way round. All sequentially consistent.
/// SEN-4  Slices that are short enough for SEN-1 and cheap enough not to wake a second worker
///        (WRK-4) may still add up: when something that waited in a worker's queue at the last
///        look waits there still, a parked worker is woken to steal.
/// Model  tests/model/rescue.pml (SEN-1), sentinel.pml (SEN-3), hand_over.pml.
class Sentinel {
 public:
  explicit Sentinel(ThreadPool& pool) noexcept : pool_(pool) {}

  void start();
  void join();

  void wake() noexcept { parker_.unpark(); }

  /// A worker left its parking place (SEN-3).
  void on_worker_running() noexcept {
    if (asleep_.load(std::memory_order_seq_cst)) wake();
  }

  /// A timer was armed for `deadline_ns`; nobody else would wake in time.
  void on_timer(std::int64_t deadline_ns) noexcept {
    if (deadline_ns < until_.load(std::memory_order_seq_cst)) wake();
  }

  /// How many times it has looked. For tests.
  [[nodiscard]] std::uint64_t looks() const noexcept {
    return looks_.load(std::memory_order_relaxed);
  }

  /// When the last look that found something to do was to begin: what came later than that was
  /// the machine's doing. Scheduler::now_ns; for tests of SEN-1.
  // relaxed: a figure; whoever runs because of that look got it through the injector.
  [[nodiscard]] std::int64_t last_repair_due_ns() const noexcept {
    return last_repair_due_ns_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::int64_t kTickNs = 1'000'000;
  static constexpr std::int64_t kStuckNs = 500'000;
  static constexpr std::int64_t kDriverSlackNs = 500'000;
  static constexpr int kQuietTicks = 16;
  static constexpr int kLightTicks = 2;

  void main();
  void help_waiting(std::uint64_t before);
  void consolidate(std::uint64_t before);

  /// The present look has something to do.
  void repairs() noexcept { last_repair_due_ns_.store(due_ns_, std::memory_order_relaxed); }

  // What was seen of a worker at the last tick (WRK-4, SEN-4).
  struct Light {
    std::uint64_t heavy_slices = 0;
    std::uint64_t pushed = 0;
    int ticks = 0;
  };

  ThreadPool& pool_;
  Parker parker_;
  std::atomic<bool> asleep_{false};
  std::atomic<std::int64_t> until_{INT64_MAX};
  std::atomic<std::uint64_t> looks_{0};
  std::atomic<std::int64_t> last_repair_due_ns_{0};
  std::int64_t due_ns_ = 0;  // when the present look was to begin
  std::vector<Light> light_;
  std::thread thread_;
};

}  // namespace hyperactor::runtime
