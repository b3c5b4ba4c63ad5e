// runtime/bound.hpp - the limit of a mailbox: how many messages wait, and what happens beyond.
#pragma once

#include "hyperactor/runtime/node.hpp"
#include "hyperactor/runtime/wait.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

namespace hyperactor {

/// What a bounded mailbox does with a message that finds it full (00 D12).
enum class Overflow : std::uint8_t {
  Reject,      ///< the new message comes back to its sender as Overloaded
  DropOldest,  ///< the oldest waiting one comes back to its sender as Overloaded
  Wait,        ///< send_wait() waits for room; post() is accepted beyond the limit and counted
};

namespace runtime {

class Strand;

/// Counts the messages of one bounded mailbox that wait: not the one being handled, and none of
/// the control lane, replies, continuations and timers, which the limit does not concern.
///
///   Reject, Wait   messages go through the inbox; a sender takes a place first (try_enter,
///                  enter), the run loop gives it back when it takes the message out (took).
///   DropOldest     messages wait in a ring of `limit` places, from which senders may take the
///                  oldest. One node in the inbox, the *turn*, stands for all of them.
///
/// BND-1  Places are exact: sent_ - taken_ messages wait, never more than the limit but for
///        enter(), and a place is given back once for each one taken.
/// BND-2  While the ring holds a message, a turn is in the inbox, being run, or about to be
///        pushed by whoever set armed_: senders set it after their push, the run loop clears it
///        before its last look at the ring.
/// BND-3  A sender that found no room registers with the owner (control lane); only the owner
///        grants, in order, and takes the place for whom it grants. A grant that finds its
///        sender gone comes back, so no place is lost.
/// Threads  Senders: any. Those marked so: the thread that has the strand's token.
/// Cost     one compare-exchange a message for the sender, one store for the receiver.
class Bound {
 public:
  Bound(std::size_t limit, Overflow policy);
  Bound(const Bound&) = delete;
  Bound& operator=(const Bound&) = delete;
  ~Bound();

  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

  [[nodiscard]] Overflow policy() const noexcept { return policy_; }

  /// Messages waiting now.
  [[nodiscard]] std::uint64_t depth() const noexcept;

  [[nodiscard]] std::uint64_t depth_max() const noexcept {
    return depth_max_.load(std::memory_order_relaxed);
  }

  /// Messages that came back, or were accepted beyond the limit (Wait), so far.
  [[nodiscard]] std::uint64_t rejected() const noexcept {
    return rejected_.load(std::memory_order_relaxed);
  }

  [[nodiscard]] std::uint64_t dropped() const noexcept {
    return dropped_.load(std::memory_order_relaxed);
  }

  [[nodiscard]] std::uint64_t beyond() const noexcept {
    return beyond_.load(std::memory_order_relaxed);
  }

  // --- senders -----------------------------------------------------------------------------

  /// Whether messages wait outside the inbox, in the ring.
  [[nodiscard]] bool queues_apart() const noexcept {
    return policy_ == Overflow::DropOldest && depth() != 0;
  }

  /// Takes a place if there is one.
  [[nodiscard]] bool try_enter() noexcept;
  /// Takes a place, beyond the limit if need be.
  void enter() noexcept;

  void count_rejected() noexcept { rejected_.fetch_add(1, std::memory_order_relaxed); }

  /// DropOldest: puts the message into the ring; false if there is no room.
  [[nodiscard]] bool try_push(Strand& strand, Node& message);
  /// DropOldest: takes the oldest message out, for the caller to drop; null if there is none.
  [[nodiscard]] Node* take_oldest() noexcept;

  /// A sender that was granted a place does not need it: it goes to the next one.
  void give_back(Strand& strand);

  // --- the thread that has the token -------------------------------------------------------

  /// A message was taken out of the inbox.
  void took(StrandId receiver);

  /// The turn runs: the oldest message of the ring, or null. Leaves a turn if there are more.
  [[nodiscard]] Node* take(Strand& strand);
  /// The strand ends: what is left in the ring, one message after the other. No turn is left.
  [[nodiscard]] Node* take_last() noexcept;

  /// A sender waits for room (BND-3).
  void wait_for_room(WaitId sender, StrandId receiver);
  /// Grants what there is room for.
  void grant(StrandId receiver);

  /// Wakes every sender that waits; it finds the mailbox closed.
  void wake_all();

  /// Senders that wait.
  [[nodiscard]] std::size_t waiting() const noexcept { return senders_.size(); }

 private:
  class Ring;

  void note_depth(std::uint64_t depth) noexcept;
  void arm(Strand& strand);

  const std::uint64_t limit_;
  const Overflow policy_;
  std::deque<WaitId> senders_;  // with the token
  std::unique_ptr<Ring> ring_;  // DropOldest
  alignas(64) std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> depth_max_{0};
  std::atomic<std::uint64_t> rejected_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint64_t> beyond_{0};
  alignas(64) std::atomic<std::uint64_t> taken_{0};
  std::atomic<bool> armed_{false};
};

/// Completes the wait of a sender that was granted a place (BND-3).
struct Grant : Completion {
  StrandId receiver;
};

/// Whether this completion of a sender's wait is a grant; else the receiver has ended.
[[nodiscard]] bool is_grant(const Node& completion) noexcept;

/// Registers `sender` with the bounded mailbox of `receiver`; its wait is completed by a grant,
/// or plainly when the receiver has ended. Any thread that holds a reference.
void ask_for_room(Strand& receiver, WaitId sender);

}  // namespace runtime
}  // namespace hyperactor
