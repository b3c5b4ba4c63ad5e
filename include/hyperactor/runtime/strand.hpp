// runtime/strand.hpp - what a scheduler runs: a queue of work, a control lane, and a token.
// Path: local send, step 3 of 9. Before: mailbox/message.hpp. Next: runtime/inbox.hpp.
#pragma once

#include "hyperactor/runtime/activation.hpp"
#include "hyperactor/runtime/inbox.hpp"
#include "hyperactor/runtime/make_node.hpp"
#include "hyperactor/runtime/node.hpp"
#include "hyperactor/runtime/thread_state.hpp"
#include "hyperactor/telemetry/evidence.hpp"

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace hyperactor::runtime {

class Bound;
class Scheduler;
class Strand;
struct Wait;

/// Which strand a strand waits for in a send that found no room, and a number of that wait.
struct Blocked {
  StrandId on;
  std::uint64_t wait = 0;
};

struct WaitTimer;

/// State codes of a strand, as they stand in the low byte of its status word.
enum class StrandState : std::uint8_t {
  Unknown,
  Created,
  Initializing,
  Client,
  Idle,
  Processing,
  Stopping,
  Restarting,
  Stopped,
  Failed,
};

/// A coroutine of a strand that is ready to go on, or may become so. Base of every promise.
class Resumable {
 public:
  Resumable() = default;
  Resumable(const Resumable&) = delete;
  Resumable& operator=(const Resumable&) = delete;

  std::coroutine_handle<> handle;  ///< of the frame this is the promise of
  Strand* strand = nullptr;        ///< where it runs

 protected:
  ~Resumable();

 private:
  friend class Strand;
  Resumable* ready_next_ = nullptr;
  Resumable* ready_prev_ = nullptr;
  bool ready_ = false;
};

/// One serial activity: an actor, a client or a root task. Its nodes run one at a time, in
/// order, on whatever thread has its token (INB-1).
///
/// STR-1  Two lanes. The inbox carries work; it waits while a handler is suspended. The control
///        lane carries replies, timers, signals and is looked at before each work item.
/// STR-2  Memory: a strand lives while its slot's count is above zero; a running loop owns one.
/// STR-3  A closed strand refuses sends; what was pushed before that, or races with it, is
/// dropped
///        with a reason by whoever holds the token: never lost.
/// STR-5  Advice against burying a receiver: while more than kPressureOn messages wait here, a
///        strand that sends here and has no such backlog itself ends its turn after 64 sends
///        and is run again some microseconds later. Nobody is blocked, no message waits for
///        another.
/// STR-4  Everything about a message that must be written (status, recorder, totals) is written
///        before the token can be released.
class Strand {
 public:
  explicit Strand(Scheduler& scheduler);
  Strand(const Strand&) = delete;
  Strand& operator=(const Strand&) = delete;
  virtual ~Strand();

  // --- any thread that holds a reference ---------------------------------------------------

  /// Queues work. Never refuses; ask closed() first.
  void push_work(Node& node) {
    if (inbox_.push(node)) activate();
    // relaxed: advice, see pressure_. Same cache line as the push.
    if (pressure_.load(std::memory_order_relaxed)) [[unlikely]] {
      ++tls.pressed;
    }
  }

  /// Queues control; runs before the next work item, also while a handler is suspended.
  void push_control(Node& node) {
    if (control_.push(node) && tls.strand != this) ring();
  }

  /// True once the owner ended or refuses new work.
  // acquire: pairs with close(); whoever sees it also sees why.
  [[nodiscard]] bool closed() const noexcept {
    return (gate_.load(std::memory_order_acquire) & kClosed) != 0;
  }

  /// Whether a message needs more than push_work(): this strand is closed, or bounded.
  [[nodiscard]] bool guarded() const noexcept {
    return gate_.load(std::memory_order_acquire) != 0;
  }

  /// The limit of its mailbox; null if it has none. Set before anybody else knows the strand.
  [[nodiscard]] Bound* bound() const noexcept { return bound_.get(); }

  [[nodiscard]] StrandId strand_id() const noexcept { return id_; }

  [[nodiscard]] Scheduler& scheduler() const noexcept { return *scheduler_; }

  [[nodiscard]] telemetry::StatusRecord& record() const noexcept { return *record_; }

  [[nodiscard]] StrandState state() const noexcept {
    return static_cast<StrandState>(record_->status.load(std::memory_order_acquire) & 0xffU);
  }

  void add_reference() noexcept;
  /// Destroys the strand with the last reference.
  void drop_reference() noexcept;

  /// For whose mailbox it waits, if it waits for exactly one, and was not told that the wait is
  /// over. Any thread; the two fields may be of different waits.
  [[nodiscard]] Blocked blocked() const noexcept;

  /// The wait of that number is about to end. Any thread that holds a reference.
  void will_unblock(std::uint64_t wait) noexcept {
    blocked_wait_.compare_exchange_strong(wait, 0, std::memory_order_seq_cst);
  }

  /// Messages handled so far; exact per slice.
  [[nodiscard]] std::uint64_t handled() const noexcept {
    return record_->handled.load(std::memory_order_relaxed);
  }

  /// Answers that came when nobody waited for them any more.
  [[nodiscard]] std::uint64_t late_replies() const noexcept {
    return late_replies_.load(std::memory_order_relaxed);
  }

  /// Messages waiting: exactly for a bounded mailbox, else as of the end of the last slice, as
  /// far as they were counted.
  [[nodiscard]] std::uint64_t depth() const noexcept;
  [[nodiscard]] std::uint64_t depth_max() const noexcept;

  /// What reports call it.
  [[nodiscard]] virtual std::string label() const = 0;

  /// The mailbox::Owner this strand belongs to, or null; opaque at this level.
  [[nodiscard]] virtual void* owner() noexcept { return nullptr; }

  // --- scheduler ---------------------------------------------------------------------------

  /// Runs one slice. The caller has the token; it is gone on return.
  void run(ThreadState& thread);

  /// Whether a thread of the user runs it (client, block_on).
  [[nodiscard]] bool is_manual() const noexcept { return mode_ == Mode::Manual; }

  // --- the thread that has the token -------------------------------------------------------

  /// Puts a coroutine of this strand among those to resume.
  void make_ready(Resumable& frame) noexcept;
  void forget_ready(Resumable& frame) noexcept;

  /// Frames that are kept only until their foreign operations have ended (TaskPromise).
  void count_abandoned(int more) noexcept { abandoned_ += more; }

  /// Resumes ready coroutines until none is left. Constant stack, however long the chain.
  void pump();

  void count_late_reply() noexcept {
    late_replies_.store(late_replies() + 1, std::memory_order_relaxed);
  }

  /// Notes that a send waits for room at `on`; each wait has a number of its own.
  void block_on(StrandId on, std::uint64_t wait) noexcept;
  void unblock() noexcept;

  /// Whether end() has done its work.
  [[nodiscard]] bool ended() const noexcept { return mode_ == Mode::Dead; }

  [[nodiscard]] bool has_ready() const noexcept { return ready_head_ != nullptr; }

  [[nodiscard]] Node* current() const noexcept { return current_; }

  [[nodiscard]] std::uint64_t current_id() const noexcept {
    return current_ == nullptr ? 0 : current_->id;
  }

 protected:
  /// Makes whoever has the token look at the control lane, the flags and the ready frames.
  void ring();

  enum class Mode : std::uint8_t {
    Scheduled,  ///< a scheduler runs it
    Manual,     ///< a thread of the user runs it (client)
    Apart,      ///< a thread of its own runs it
    Dead,       ///< ended: whoever finds the token drops what is queued
  };

  /// Whether work must wait: a handler is suspended, or the owner is starting or stopping.
  [[nodiscard]] bool held() const noexcept { return held_; }

  void set_held(bool held) noexcept { held_ = held; }

  /// advance() runs before anything else happens on this strand.
  void request_advance() noexcept { attention_ = true; }

  /// Next time round, give others a turn although this strand could go on.
  void request_yield() noexcept { yield_ = true; }

  /// While frozen, no coroutine is resumed: their frames are about to be destroyed.
  void set_frozen(bool frozen) noexcept { frozen_ = frozen; }

  /// The node whose handler was suspended has been handled after all.
  void finish_current() noexcept;

  /// From now on sends are refused.
  void close() noexcept;

  void set_bound(std::unique_ptr<Bound> bound) noexcept;

  /// The strand ends: drops everything queued now and later, and its own reference. Called with
  /// the token, from advance() or a control item; run() returns before it handles more work.
  void end(DropReason reason) noexcept {
    end_reason_ = reason;
    ending_ = true;
    attention_ = true;  // a control item, unlike advance(), does not return to where it is seen
  }

  /// What the status says while a message is handled, and while none is.
  void set_working_states(StrandState busy, StrandState idle) noexcept {
    busy_state_ = busy;
    idle_state_ = idle;
  }

  void set_mode(Mode mode) noexcept { mode_ = mode; }

  void set_state(StrandState state, std::uint64_t now) noexcept;

  /// While set, on_state() is called with each state that is not terminal, when it begins.
  void set_watched(bool watched) noexcept { watched_ = watched; }

  virtual void on_state(StrandState) {}

  /// A step of the owner's own state machine, after control items or on request_advance().
  virtual void advance() = 0;

  /// A pushed node found a Manual or Apart strand idle: the token waits here until its thread
  /// takes it.
  virtual void on_manual_activation() {}

 private:
  // Where the object of an actor begins behind its strand, about; only for prefetching.
  static constexpr std::uintptr_t kOwnerLine = 384;

  void activate();
  void prefetch() const noexcept;
  void reschedule();
  void leave_at(Node* node, bool done) noexcept;
  void run_control(ThreadState& thread);
  void drain_dead(ThreadState& thread, Node* front);
  /// A node of a bounded mailbox is taken out; the message to handle, or null.
  Node* take_bounded(Node& node);
  void count_depth(Node* front) noexcept;
  void pace(ThreadState& thread) noexcept;
  [[nodiscard]] Node* await_link(const Node& node) const noexcept;

  // Line 0: producers write the inbox; the rest is read.
  Inbox inbox_;
  Activation activation_;
  static constexpr std::uint8_t kClosed = 1;
  static constexpr std::uint8_t kBounded = 2;
  std::atomic<std::uint8_t> gate_{0};
  // STR-5: set while a long backlog waits here. Whoever sends here ends its turn after the
  // present handler and is run again a little later, so that senders on other cores do not bury
  // their receiver; nobody is ever blocked.
  std::atomic<bool> pressure_{false};
  Mode mode_ = Mode::Scheduled;
  StrandState busy_state_ = StrandState::Processing;
  StrandState idle_state_ = StrandState::Idle;
  StrandId id_;
  Scheduler* scheduler_;

 public:
  std::atomic<Strand*> queue_next{nullptr};  ///< link of the injector; the token holder's

 private:
  // Line 1: the thread with the token; control producers only when the lane was empty.
  alignas(64) Inbox control_;
  telemetry::StatusRecord* record_ = nullptr;
  Node* current_ = nullptr;
  Resumable* ready_head_ = nullptr;
  Resumable* ready_tail_ = nullptr;
  bool held_ = false;
  bool attention_ = false;
  bool yield_ = false;
  bool ending_ = false;
  bool watched_ = false;
  bool frozen_ = false;
  DropReason end_reason_ = DropReason::Stopped;
  std::uint32_t blocked_sends_ = 0;
  int abandoned_ = 0;
  std::unique_ptr<Bound> bound_;
  std::atomic<std::uint64_t> late_replies_{0};
  std::atomic<std::uint64_t> blocked_on_{0};  // a packed StrandId
  std::atomic<std::uint64_t> blocked_wait_{0};

  // Counted at the end of a slice that leaves work behind.
  std::atomic<std::uint64_t> depth_{0};
  std::atomic<std::uint64_t> depth_max_{0};

 public:
  /// Not to be run before this time (STR-5); ticks. The token holder's.
  std::uint64_t not_before = 0;

  /// Waits (asks, sleeps, receives) of this strand, oldest first; see wait.hpp.
  Wait* waits_head = nullptr;
  Wait* waits_tail = nullptr;
  WaitTimer* deadline_timer = nullptr;  ///< armed for `deadline`, or none
  std::uint64_t deadline = 0;           ///< ticks; the earliest of the waits, or earlier
};

/// Puts an activated strand where a worker will find it; the caller has its token.
void submit(Strand& strand);

inline void Strand::prefetch() const noexcept {
  const auto here = reinterpret_cast<std::uintptr_t>(this);
  __builtin_prefetch(reinterpret_cast<const void*>(here + 64), 1);
  __builtin_prefetch(reinterpret_cast<const void*>(here + kOwnerLine), 1);
}

inline void Strand::activate() {
  if (mode_ == Mode::Scheduled) [[likely]] {
    prefetch();
    submit(*this);
  } else if (mode_ != Mode::Dead) {
    on_manual_activation();
  } else {
    drain_dead(tls, nullptr);
  }
}

}  // namespace hyperactor::runtime
