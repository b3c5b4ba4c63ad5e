// runtime/run_queue.hpp - the bounded queue of one worker: its owner pushes, anybody takes.
// Path: local send, step 6 of 9. Before: runtime/submit.cpp. Next: runtime/worker.cpp.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace hyperactor::runtime {

class Strand;

///   operation      | head_          | tail_     | who
///   ---------------+----------------+-----------+------------------------
///   push           | read           | +1        | owner
///   take           | +1 by exchange | read      | owner, thieves, sentinel
///
/// RQ-1   head_ <= tail_ <= head_ + kCapacity, both only grow (64 bits: never wrap).
/// RQ-2   An entry is taken once: only the compare-exchange that moves head_ past it owns it.
/// RQ-3   An entry is overwritten only after head_ passed it: a taker that read the old entry
/// and
///        was overtaken fails its compare-exchange and throws the stale pointer away unread.
/// RQ-4   What push() published by the release of tail_ is seen by the taker that acquires it.
/// Model  tests/model/run_queue.pml; stressed by tests/unit/runtime/run_queue_test.cpp.
class RunQueue {
 public:
  static constexpr std::size_t kCapacity = 256;

  /// False if full. Owner only.
  [[nodiscard]] bool push(Strand& strand) noexcept {
    // relaxed: only the owner writes tail_.
    const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    // acquire: pairs with the release of a taker, whose read of the entry is over (RQ-3).
    if (tail - head_.load(std::memory_order_acquire) >= kCapacity) return false;
    entries_[tail % kCapacity].store(&strand, std::memory_order_relaxed);
    tail_.store(tail + 1, std::memory_order_release);  // RQ-4
    return true;
  }

  /// The oldest entry, or null. Any thread.
  [[nodiscard]] Strand* take() noexcept {
    std::uint64_t head = head_.load(std::memory_order_acquire);
    for (;;) {
      const std::uint64_t tail = tail_.load(std::memory_order_acquire);  // RQ-4
      if (head >= tail) return nullptr;
      Strand* const strand = entries_[head % kCapacity].load(std::memory_order_relaxed);
      // acq_rel: RQ-2; release pairs with push() (RQ-3).
      if (head_.compare_exchange_weak(head, head + 1, std::memory_order_acq_rel,
                                      std::memory_order_acquire)) {
        return strand;
      }
    }
  }

  /// A momentary figure for anybody but the owner.
  [[nodiscard]] std::size_t size() const noexcept {
    const std::uint64_t head = head_.load(std::memory_order_acquire);
    const std::uint64_t tail = tail_.load(std::memory_order_acquire);
    return tail > head ? static_cast<std::size_t>(tail - head) : 0;
  }

  /// How many were pushed, and how many taken, since the beginning. Any thread.
  [[nodiscard]] std::uint64_t pushed() const noexcept {
    return tail_.load(std::memory_order_acquire);
  }

  [[nodiscard]] std::uint64_t taken() const noexcept {
    return head_.load(std::memory_order_acquire);
  }

 private:
  alignas(64) std::atomic<std::uint64_t> head_{0};
  alignas(64) std::atomic<std::uint64_t> tail_{0};
  std::array<std::atomic<Strand*>, kCapacity> entries_{};
};

}  // namespace hyperactor::runtime
