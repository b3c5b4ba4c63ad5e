// runtime/inbox.hpp - many producers, one consumer; the push itself tells who must activate.
// Path: local send, step 4 of 9. Before: runtime/strand.hpp. Next: runtime/submit.cpp.
#pragma once

#include "hyperactor/runtime/node.hpp"

#include <atomic>

namespace hyperactor::runtime {

/// An intrusive queue whose emptiness is the activation word of its owner.
///
///   state of last_ | push(n)                      | try_idle(n), n the front and done
///   ---------------+------------------------------+-----------------------------------
///   Idle (null)    | n,  returns true: activate   | never
///   -> n itself    | n', links n -> n'            | Idle, returns true: token released
///   -> other       | n', links other -> n'        | unchanged, returns false: more to come
///
/// INB-1  Whoever turns Idle into a node holds the owner's *token*: it alone may run the owner
/// or
///        put it on a run queue. The token is released only by try_idle().
/// INB-2  No lost message: every transition of last_ is one read-modify-write, so they form one
///        order; try_idle() fails when a push came first, and a push that came later sees Idle.
/// INB-3  A node stays in place while it is handled: its successor links to it. The consumer
///        frees it only after it has the successor or the queue is Idle, so no address can come
///        back while try_idle() compares it (no ABA).
/// INB-4  The release of try_idle() pairs with the acquire of the next push(): the next holder
/// of
///        the token sees everything the previous one wrote.
/// INB-5  front_ of an idle inbox is null, and is written by the one push that ended the
/// idleness.
///
/// A producer stopped between exchange and link hides what follows it; next() says so (null
/// while try_idle() fails) and the consumer goes on to other work instead of spinning. Model
/// tests/model/inbox.pml; stressed by tests/unit/runtime/inbox_test.cpp. Cost     push: one
/// exchange and one store; consumer: one load a node, one compare-exchange each
///          time the inbox runs dry.
class Inbox {
 public:
  /// Any thread. True: the inbox was idle and the caller now holds the token (INB-1).
  [[nodiscard]] bool push(Node& node) noexcept {
    // relaxed: published by the exchange below.
    node.next.store(nullptr, std::memory_order_relaxed);
    // acq_rel: release publishes the node; acquire pairs with try_idle() (INB-4). seq_cst is
    // not needed: all decisions are on this one word.
    Node* const previous = last_.exchange(&node, std::memory_order_acq_rel);
    if (previous == nullptr) {
      // release: pairs with front() of a consumer that polls without the token (control lane).
      front_.store(&node, std::memory_order_release);
      return true;
    }
    // release: pairs with the acquire in next().
    previous->next.store(&node, std::memory_order_release);
    return false;
  }

  /// The oldest node, or null. Consumer only.
  [[nodiscard]] Node* front() const noexcept {
    // acquire: pairs with push() into an idle inbox; elsewhere the token orders it.
    return front_.load(std::memory_order_acquire);
  }

  /// The node after `node`, if it is linked yet. Consumer only.
  [[nodiscard]] static Node* next(const Node& node) noexcept {
    return node.next.load(std::memory_order_acquire);
  }

  /// Remembers where the consumer stopped. Consumer only.
  // relaxed: only the consumer, or a later token holder (INB-4), reads it.
  void set_front(Node* node) noexcept { front_.store(node, std::memory_order_relaxed); }

  /// Idle if `node` is still the last one. Consumer only; after true the token is gone (INB-1).
  [[nodiscard]] bool try_idle(Node& node) noexcept {
    // relaxed: published by the exchange below, whose success hands front_ to a producer
    // (INB-5).
    front_.store(nullptr, std::memory_order_relaxed);
    Node* expected = &node;
    // release: pairs with push() (INB-4). relaxed on failure: nothing was learned but "not
    // yet".
    if (last_.compare_exchange_strong(expected, nullptr, std::memory_order_release,
                                      std::memory_order_relaxed)) {
      return true;
    }
    front_.store(&node, std::memory_order_relaxed);
    return false;
  }

  /// True if nothing is queued; a hint unless the caller holds the token.
  [[nodiscard]] bool idle() const noexcept {
    return last_.load(std::memory_order_acquire) == nullptr;
  }

  /// The newest node; only for counting how many wait. Consumer only.
  [[nodiscard]] Node* newest() const noexcept { return last_.load(std::memory_order_acquire); }

 private:
  std::atomic<Node*> last_{nullptr};
  std::atomic<Node*> front_{nullptr};
};

}  // namespace hyperactor::runtime
