// runtime/activation.hpp - where the token of a suspended strand is kept, and who takes it
// back.
#pragma once

#include <atomic>
#include <cstdint>

namespace hyperactor::runtime {

/// A strand that waits inside a handler keeps its inbox busy, so messages queue up without
/// activating it; its token lies here until the control lane has something for it.
///
///   state    | park()          | reclaim()              | claim()
///   ---------+-----------------+------------------------+-------------------------
///   Held     | Parked          | Held -> false (taken)  | Held   -> false
///   Parked   | never           | Held -> true           | Held   -> true: submit
///
/// ACT-1  The token has one holder: claim() and reclaim() are exchanges, and only one of them
///        turns Parked into Held.
/// ACT-2  No lost wake-up: the waker pushes into the control lane *before* claim(); the owner
///        looks at the control lane *after* park(). Both are read-modify-writes of one word, so
///        one comes first: either park() reads what claim() released, and the owner's look
///        finds the push, or claim() finds Parked. A claim() that first guessed with a plain
///        load would break this: the load may be satisfied before the push leaves the store
///        buffer.
/// Model    tests/model/activation.pml; stressed by tests/unit/runtime/strand_test.cpp.
class Activation {
 public:
  /// Owner: puts the token down. It must look at its control lane afterwards (ACT-2).
  void park() noexcept {
    // acq_rel: release publishes the suspended frame to the next holder; acquire sees the push
    // of a claim() that came first.
    (void)word_.exchange(kParked, std::memory_order_acq_rel);
  }

  /// Owner, after park(): takes the token back unless a waker already has.
  [[nodiscard]] bool reclaim() noexcept {
    return word_.exchange(kHeld, std::memory_order_acq_rel) == kParked;
  }

  /// Waker, after its push: true if the token was parked and is now the caller's to submit.
  [[nodiscard]] bool claim() noexcept {
    return word_.exchange(kHeld, std::memory_order_acq_rel) == kParked;
  }

  /// True while suspended; a hint.
  [[nodiscard]] bool parked() const noexcept {
    return word_.load(std::memory_order_relaxed) == kParked;
  }

 private:
  static constexpr std::uint32_t kHeld = 0;
  static constexpr std::uint32_t kParked = 1;

  std::atomic<std::uint32_t> word_{kHeld};
};

}  // namespace hyperactor::runtime
