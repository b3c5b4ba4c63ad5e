// runtime/foreign.hpp - awaits of operations that run elsewhere and use memory of the frame.
#pragma once

#include "hyperactor/runtime/wait.hpp"

#include <cstddef>

namespace hyperactor::runtime {

/// Told when the foreign operations that were interrupted for it have ended.
class Drain {
 public:
  /// On the strand's thread.
  virtual void on_drained() = 0;

  std::size_t pending = 0;  ///< operations that have not ended; interrupt_foreign's

 protected:
  ~Drain() = default;
};

/// The wait of an operation that cannot be given up at once: a function on the blocking pool,
/// an Asio operation. Until it has completed, the frame that awaits it must live.
///
/// FOR-1  Cancellation is destruction (00 D4), but first every foreign wait of what is
/// destroyed
///        is interrupted and completes; meanwhile nothing of it is resumed by that completion.
/// FOR-2  Who cancels later takes over from who cancelled before. The later one is the larger
///        frame: nothing below a frame that is being cancelled runs, so nothing there cancels.
struct ForeignWait : Wait {
  ForeignWait() { foreign = true; }

  ForeignWait(const ForeignWait&) = delete;
  ForeignWait& operator=(const ForeignWait&) = delete;

  /// Asks the operation to end; it completes soon, or when it can, never inside this call.
  /// Called at most once.
  void (*interrupt)(ForeignWait& wait) noexcept = nullptr;

  /// Registers with the strand of `awaiting`.
  void begin(Resumable& awaiting);

  /// Closes the wait and lets its frame go on, or tells who cancelled it. For `complete`.
  void finish() noexcept;

  Resumable* frame = nullptr;
  Drain* drain = nullptr;
};

/// Interrupts the foreign waits of `strand` that belong to `root` or a task it awaits; all of
/// them if `root` is null. Returns how many there are: with none, what waits may be destroyed
/// now; else when `drain` is told.
std::size_t interrupt_foreign(Strand& strand, const Resumable* root, Drain& drain) noexcept;

/// Whether there are any, without interrupting them.
[[nodiscard]] bool has_foreign(const Strand& strand, const Resumable& root) noexcept;

/// Whether this frame, or one that awaits it, is kept only until its operations have ended.
[[nodiscard]] bool is_abandoned(const Resumable* frame) noexcept;

/// What the first foreign wait of `strand` is called; null if there is none.
[[nodiscard]] const char* foreign_operation(const Strand& strand) noexcept;

}  // namespace hyperactor::runtime
