// runtime/thread_pool.hpp - the runtime on threads: workers, shared queue, timers, sentinel.
#pragma once

#include "hyperactor/runtime/own_thread.hpp"
#include "hyperactor/runtime/scheduler.hpp"

#include "blocking_pool.hpp"
#include "idle_set.hpp"
#include "injector.hpp"
#include "sentinel.hpp"
#include "timer_service.hpp"
#include "worker.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace hyperactor::runtime {

/// POOL-1  No runnable waits more than 2 ms while a worker is parked: local pushes wake by
///         backlog, the sentinel repairs what that leaves (00 D2).
/// POOL-2  Shutdown: (1) stop() sets stopping_, (2) wakes every worker and the sentinel, (3) a
///         worker ends when it finds no work after that, (4) join. Whoever owns the pool has
///         ended its strands first; what is left over is not run.
class ThreadPool final : public Scheduler {
 public:
  explicit ThreadPool(std::size_t workers, std::size_t blocking_threads = 64);
  ~ThreadPool() override;

  void start();
  void stop();

  void inject(Strand& strand) override;
  void yield(Strand& strand) override;

  std::uint64_t now_ticks() noexcept override { return read_ticks(); }

  std::int64_t now_ns() noexcept override;

  const TickScale& scale() const noexcept override { return scale_; }

  bool simulated() const noexcept override { return false; }

  std::uint64_t random() override;
  void arm(Timer& timer, std::int64_t deadline_ns) override;

  bool cancel(Timer& timer) noexcept override { return timers_.cancel(timer); }

  void run_blocking(BlockingJob& job) override { blocking_.submit(job); }

  std::shared_ptr<OwnThread> run_apart(Strand& strand, const std::string& name) override;

  // --- workers and sentinel ----------------------------------------------------------------

  /// Wakes a parked worker unless one is already looking for work.
  void wake_for_backlog() {
    // relaxed: only a hint; the sentinel repairs a missed wake-up (POOL-1).
    if (searching_.load(std::memory_order_relaxed) == 0 && idle_.any(workers_.size()))
      wake_one();
  }

  void wake_one();

  std::vector<std::unique_ptr<Worker>>& workers() noexcept { return workers_; }

  Injector& injector() noexcept { return injector_; }

  IdleSet& idle() noexcept { return idle_; }

  TimerService& timers() noexcept { return timers_; }

  Sentinel& sentinel() noexcept { return sentinel_; }

  bool stopping() const noexcept { return stopping_.load(std::memory_order_acquire); }

  std::atomic<std::int32_t>& searching() noexcept { return searching_; }

  std::atomic<std::int32_t>& running() noexcept { return running_; }

  /// The time until which some parked worker sleeps at most, to drive timers.
  std::atomic<std::int64_t>& driver_until() noexcept { return driver_until_; }

 private:
  const TickScale scale_;
  std::vector<std::unique_ptr<Worker>> workers_;
  IdleSet idle_;
  Injector injector_;
  TimerService timers_;
  Sentinel sentinel_;
  BlockingPool blocking_;
  alignas(64) std::atomic<std::int32_t> searching_{0};
  std::atomic<std::int32_t> running_{0};
  std::atomic<std::int64_t> driver_until_{INT64_MAX};
  std::atomic<bool> stopping_{false};
  bool started_ = false;
  std::mutex own_threads_mutex_;
  std::vector<std::shared_ptr<OwnThread>> own_threads_;  // joined when they have ended
};

}  // namespace hyperactor::runtime
