// runtime/wait.hpp - one thing a strand waits for: an answer, a time, a value.
#pragma once

#include "hyperactor/runtime/node.hpp"
#include "hyperactor/runtime/strand.hpp"
#include "hyperactor/runtime/timer.hpp"

#include <array>
#include <atomic>
#include <cstdint>

namespace hyperactor::runtime {

/// Names one wait of this process; stale ones name nothing. Travels in requests and timers.
struct WaitId {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;

  friend bool operator==(const WaitId&, const WaitId&) = default;

  [[nodiscard]] explicit operator bool() const noexcept { return generation != 0; }
};

/// The id as one number, never 0 for one that names a wait.
[[nodiscard]] constexpr std::uint64_t number_of(WaitId id) noexcept {
  return std::uint64_t{id.slot} << 32U | id.generation;
}

/// A wait in progress. Lives in the awaiting object; only its strand's thread touches it.
///
/// WT-1   A completion carries a WaitId, never an address. It is looked up on the strand's
/// thread,
///        so a wait that was given up cannot be completed.
/// WT-2   Whether a wait is still open may be asked by anybody (WaitTable::open): this is the
/// stop
///        flag that the receiver of a request sees (00 §3, cancellation).
struct Wait {
  Wait* prev = nullptr;
  Wait* next = nullptr;
  Strand* strand = nullptr;
  WaitId id;
  const char* what = "";       ///< "ask", "sleep", ...: for reports
  StrandId target;             ///< who is waited for, if anybody
  std::uint32_t type = 0;      ///< NameIndex of the request's type, if any
  bool foreign = false;        ///< a ForeignWait
  std::uint64_t since = 0;     ///< ticks
  std::uint64_t deadline = 0;  ///< ticks; 0 = none
  /// The completion arrived. The wait is still open; `completion` is valid during the call.
  void (*complete)(Wait& wait, Node& completion) = nullptr;
  /// The deadline passed. Must close the wait.
  void (*expire)(Wait& wait) = nullptr;
  /// The strand's owner ends. Set by waits that nobody else would end; must close and free
  /// them.
  void (*abandon)(Wait& wait) = nullptr;
};

/// A queued completion of a wait. Kinds with a payload derive from it.
struct Completion : Node {
  WaitId wait;
};

/// Wait slots of the process; type-stable, like SlotTable.
class WaitTable {
 public:
  struct Entry {
    std::atomic<std::uint64_t> word{0};  // generation << 1 | open
    std::atomic<std::uint64_t> strand{
        0};  // StrandId; may be a later owner's: see post_completion
    // The wait on whose behalf this one waits, packed; 0 = none. Belongs to the open
    // generation.
    std::atomic<std::uint64_t> parent{0};
    Wait* wait = nullptr;  // owner strand's thread
  };

  static WaitTable& process() noexcept;

  /// Any thread: whether the wait is still wanted.
  // acquire: whoever sees it closed also sees why.
  [[nodiscard]] bool open(WaitId id) noexcept {
    return entry(id.slot).word.load(std::memory_order_acquire) ==
           (std::uint64_t{id.generation} << 1U | 1U);
  }

  /// Any thread: whether the wait is open, and those on whose behalf it waits are too: a nested
  /// ask that is awaited is given up with the request that made it.
  [[nodiscard]] bool wanted(WaitId id) noexcept {
    constexpr int kDepthMax = 64;
    for (int depth = 0; depth < kDepthMax; ++depth) {
      if (!open(id)) return false;
      // acquire: the look at `word` below comes after it.
      const std::uint64_t parent = entry(id.slot).parent.load(std::memory_order_acquire);
      if (parent == 0) return true;
      if (!open(id)) return false;  // else the parent is another wait's
      id =
          WaitId{static_cast<std::uint32_t>(parent >> 32U), static_cast<std::uint32_t>(parent)};
    }
    return true;
  }

  /// The strand's thread: from now on the open wait `id` is wanted only as long as `parent` is.
  void set_parent(WaitId id, WaitId parent) noexcept {
    entry(id.slot).parent.store(number_of(parent), std::memory_order_release);
  }

  /// The strand's thread: the open wait named `id`, or null.
  [[nodiscard]] Wait* find(WaitId id) noexcept {
    if (!id) return nullptr;
    Entry& at = entry(id.slot);
    return at.word.load(std::memory_order_relaxed) == (std::uint64_t{id.generation} << 1U | 1U)
               ? at.wait
               : nullptr;
  }

  /// Whose thread a completion of `id` must go to; if the wait is over, perhaps somebody
  /// else's, who will not know `id` either.
  [[nodiscard]] StrandId strand_of(WaitId id) noexcept {
    if (!id) return {};
    const std::uint64_t packed = entry(id.slot).strand.load(std::memory_order_acquire);
    return StrandId{static_cast<std::uint32_t>(packed >> 32U),
                    static_cast<std::uint32_t>(packed)};
  }

  WaitId take(Wait& wait);
  void give_back(WaitId id) noexcept;

 private:
  static constexpr std::uint32_t kChunkBits = 12;
  static constexpr std::uint32_t kChunk = 1U << kChunkBits;
  static constexpr std::uint32_t kSlotsMax = 1U << 26;

  [[nodiscard]] Entry& entry(std::uint32_t slot) noexcept {
    return chunks_[slot >> kChunkBits].load(std::memory_order_acquire)[slot & (kChunk - 1)];
  }

  std::array<std::atomic<Entry*>, kSlotsMax / kChunk> chunks_{};
};

/// Registers `wait` with `strand`, by the strand's thread. With `wait.deadline` set, expire()
/// is called when it has passed: one timer a strand, however many waits it has.
void open_wait(Strand& strand, Wait& wait);

/// Unregisters; a completion that is on its way will find nothing. Idempotent.
void close_wait(Wait& wait) noexcept;

/// Calls abandon() of every wait that has one.
void abandon_waits(Strand& strand);

/// A timer that completes a wait. Allocated from the pool; arm_wait_timer() returns it.
struct WaitTimer : Completion, Timer {
  StrandId strand;  ///< set if it is the timer of a strand's deadlines
};

/// Completes `wait` at `deadline_ns` (Scheduler::now_ns).
WaitTimer* arm_wait_timer(Wait& wait, std::int64_t deadline_ns);
/// Gives the timer up; safe whether or not it has fired.
void cancel_wait_timer(Scheduler& scheduler, WaitTimer* timer) noexcept;

/// Posts `completion` to the strand that owns its wait; drops it if that strand is gone.
/// Any thread.
void post_completion(Completion& completion) noexcept;

/// Posts `completion` to `strand`, which opened its wait; drops it if that strand is gone. Any
/// thread.
void post_completion_to(StrandId strand, Completion& completion) noexcept;

/// Completes `wait` without a payload. Any thread.
void wake(WaitId wait) noexcept;

/// The operations of a completion without payload.
extern const NodeOps kPlainCompletion;

}  // namespace hyperactor::runtime
