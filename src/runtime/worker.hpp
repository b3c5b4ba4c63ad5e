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

  /// Takes everything this worker has queued if its slice began before `ticks` (WRK-3); returns
  /// how many strands it moved to the injector. For the sentinel.
  std::size_t rescue(std::uint64_t ticks);

  /// Takes half of the queue, at least one; the first is returned, the rest goes to `thief`.
  Strand* steal_into(Worker& thief);

  [[nodiscard]] bool has_work() const noexcept {
    return lifo_.load(std::memory_order_relaxed) != nullptr || queue_.size() != 0;
  }

  [[nodiscard]] std::size_t index() const noexcept { return index_; }

 private:
  static constexpr std::uint32_t kStreakMax = 48;
  static constexpr std::uint32_t kInjectorEvery = 61;  // prime, as in Go and Tokio
  static constexpr std::size_t kBacklog = 8;
  static constexpr std::size_t kInjectorBatch = 32;

  void main();
  Strand* next();
  Strand* take_lifo() noexcept;
  Strand* from_injector();
  Strand* search();
  bool park();

  ThreadPool& pool_;
  const std::size_t index_;

  alignas(64) std::atomic<Strand*> lifo_{nullptr};
  std::atomic<std::uint64_t> slice_start_{0};
  std::uint32_t streak_ = 0;
  std::uint32_t tick_ = 0;
  std::int32_t spin_credit_ = 0;  // > 0: spinning before parking has paid lately
  bool searching_ = false;
  RunQueue queue_;
  alignas(64) Parker parker_;
  std::thread thread_;
};

}  // namespace hyperactor::runtime
