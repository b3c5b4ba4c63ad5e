// runtime/injector.hpp - the unbounded queue every worker shares: posts from other threads, and
// what does not fit a local queue.
// Path: local send, step 6 of 9. Before: runtime/submit.cpp. Next: runtime/worker.cpp.
#pragma once

#include "hyperactor/runtime/backoff.hpp"
#include "hyperactor/runtime/strand.hpp"

#include <atomic>

namespace hyperactor::runtime {

/// An intrusive list like Inbox; takers exclude each other by a flag that nobody waits for.
///
/// INJ-1  A strand is in the list at most once: only its token holder pushes it.
/// INJ-2  Producers never wait: one exchange and one store.
/// INJ-3  Only the holder of busy_ touches front_ while the list is not empty.
/// INJ-4  A taker that finds busy_ set, or the producer behind the oldest strand stopped
/// between
///        its two steps, goes on without. empty() is then still false, so it looks again before
///        it parks, and nothing is left behind by a missed turn.
/// Model  tests/model/injector.pml; stressed by tests/unit/runtime/run_queue_test.cpp.
class Injector {
 public:
  /// Any thread.
  void push(Strand& strand) noexcept {
    strand.queue_next.store(nullptr, std::memory_order_relaxed);
    // seq_cst: also the first half of the handshake with a worker that parks (idle_set.hpp).
    Strand* const previous = last_.exchange(&strand, std::memory_order_seq_cst);
    if (previous == nullptr) {
      front_.store(&strand, std::memory_order_release);  // pairs with take()
    } else {
      previous->queue_next.store(&strand, std::memory_order_release);  // pairs with take()
    }
  }

  /// The oldest strand, or null if there is none or it cannot be had now (INJ-4).
  [[nodiscard]] Strand* take() noexcept {
    if (empty()) return nullptr;
    // acquire/release of busy_ hands front_ from taker to taker (INJ-3).
    if (busy_.exchange(true, std::memory_order_acquire)) return nullptr;
    Strand* const strand = take_alone();
    busy_.store(false, std::memory_order_release);
    return strand;
  }

  // seq_cst: second half of the handshake, after a worker announced that it parks.
  [[nodiscard]] bool empty() const noexcept {
    return last_.load(std::memory_order_seq_cst) == nullptr;
  }

 private:
  static constexpr int kSpins = 128;

  Strand* take_alone() noexcept {
    Strand* const strand = front_.load(std::memory_order_acquire);
    if (strand == nullptr) return nullptr;  // its producer is between its two steps
    Strand* next = strand->queue_next.load(std::memory_order_acquire);
    if (next == nullptr) {
      front_.store(nullptr, std::memory_order_relaxed);
      Strand* expected = strand;
      if (last_.compare_exchange_strong(expected, nullptr, std::memory_order_acq_rel,
                                        std::memory_order_relaxed)) {
        return strand;
      }
      // A producer is linking behind us: a few instructions, or its time slice.
      for (int spin = 0; (next = strand->queue_next.load(std::memory_order_acquire)) == nullptr;
           ++spin) {
        if (spin == kSpins) {
          // relaxed: INJ-3, the list is not empty; busy_ publishes it.
          front_.store(strand, std::memory_order_relaxed);
          return nullptr;
        }
        cpu_pause();
      }
    }
    front_.store(next, std::memory_order_relaxed);
    return strand;
  }

  alignas(64) std::atomic<Strand*> last_{nullptr};
  alignas(64) std::atomic<Strand*> front_{nullptr};
  std::atomic<bool> busy_{false};
};

}  // namespace hyperactor::runtime
