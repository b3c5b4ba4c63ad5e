// runtime/worker.hpp - one thread of the pool: its LIFO slot, its queue, its loop.
#pragma once

#include "hyperactor/runtime/strand.hpp"

#include "parker.hpp"
#include "run_queue.hpp"

#include <atomic>
#include <cstdint>
#include <thread>

namespace hyperactor::runtime {

class ThreadPool;

/// Runs strands: the newest first while a conversation lasts (LIFO slot), else the oldest.
///
/// WRK-1  lifo_ is filled by the owner only; the owner and the sentinel empty it by exchange.
///        So the owner may fill an empty slot with a plain store.
/// WRK-2  After kStreakMax strands from the slot in a row, one from the queue gets its turn.
/// WRK-3  slice_start_ is the time of the slice being run, or 0 outside: the sentinel reads
/// from
///        it whether the worker is stuck.
/// WRK-4  A second core pays when there is work for it: a backlog of kBacklog strands, or
/// slices
///        that spend more than kHeavyNs a message. A few strands that only exchange small
///        messages are faster on one core, because each message between cores costs a cache
///        line or two: a worker that has had nothing else for two ticks of the sentinel, beside
///        another that is not stuck in a slice, hands over and parks.
/// Model  tests/model/hand_over.pml (WRK-4), rescue.pml (WRK-1, WRK-3).
class Worker {
 public:
  Worker(ThreadPool& pool, std::size_t index) noexcept : pool_(pool), index_(index) {}

  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void start();
  void join();

  // --- owner -------------------------------------------------------------------------------

  /// A strand this worker has activated.
  void push(Strand& strand);
  /// A strand that had its turn: runs after what is queued.
  void push_back(Strand& strand);

  // --- any thread --------------------------------------------------------------------------

  Parker& parker() noexcept { return parker_; }

  /// Whether the slice being run began before `ticks` (WRK-3). For the sentinel.
  [[nodiscard]] bool stuck_since(std::uint64_t ticks) const noexcept {
    // relaxed: late by a millisecond at worst.
    const std::uint64_t start = slice_start_.load(std::memory_order_relaxed);
    return start != 0 && start <= ticks;
  }

  /// Takes everything this worker has queued if it is stuck since `ticks`; returns how many
  /// strands it moved to the injector. For the sentinel.
  std::size_t rescue(std::uint64_t ticks);

  /// Asks this worker to hand what it has to the others and park (WRK-4). For the sentinel.
  void retire() noexcept { retire_.store(true, std::memory_order_relaxed); }

  /// Slices so far whose messages cost more than moving them to another core would.
  [[nodiscard]] std::uint64_t heavy_slices() const noexcept {
    return heavy_slices_.load(std::memory_order_relaxed);
  }

  /// Whether a slice is being run and fewer than half a backlog wait behind it.
  [[nodiscard]] bool lightly_loaded() const noexcept {
    return slice_start_.load(std::memory_order_relaxed) != 0 && queue_.size() < kBacklog / 2;
  }

  /// Takes half of the queue, at least one; the first is returned, the rest goes to `thief`.
  Strand* steal_into(Worker& thief);

  [[nodiscard]] bool has_work() const noexcept {
    return lifo_.load(std::memory_order_relaxed) != nullptr || queue_.size() != 0;
  }

  /// Its queue, for the sentinel to see whether it moves (SEN-4).
  [[nodiscard]] const RunQueue& queue() const noexcept { return queue_; }

  [[nodiscard]] std::size_t index() const noexcept { return index_; }

 private:
  static constexpr std::uint32_t kStreakMax = 48;
  static constexpr std::uint32_t kInjectorEvery = 61;  // prime, as in Go and Tokio
  static constexpr std::size_t kBacklog = 8;
  static constexpr std::size_t kInjectorBatch = 32;

  void main();
  Strand* next();
  void after_slice(std::uint64_t start, std::uint64_t first_id);
  void hand_over();
  /// Waits until a paced strand may run (STR-5); false: others go first, it is queued again.
  bool pace(Strand& strand);
  Strand* take_lifo() noexcept;
  Strand* from_injector();
  Strand* search();
  bool park(bool look_again);

  ThreadPool& pool_;
  const std::size_t index_;

  alignas(64) std::atomic<Strand*> lifo_{nullptr};
  std::atomic<std::uint64_t> slice_start_{0};
  std::atomic<std::uint64_t> heavy_slices_{0};
  std::atomic<bool> retire_{false};
  bool look_outside_ = false;  // a long slice: the shared queue gets its turn
  std::uint32_t streak_ = 0;
  std::uint32_t tick_ = 0;
  std::int32_t spin_credit_ = 0;  // > 0: spinning before parking has paid lately
  bool searching_ = false;
  RunQueue queue_;
  alignas(64) Parker parker_;
  std::thread thread_;
};

}  // namespace hyperactor::runtime
