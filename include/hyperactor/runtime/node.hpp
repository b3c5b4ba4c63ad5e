// runtime/node.hpp - the header of everything that can be queued: messages, replies, signals.
#pragma once

#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>

namespace hyperactor::runtime {

class Strand;
struct Node;

/// Names one strand (an actor, a client, a root task) of this process without owning it: its
/// slot and the slot's generation. Trivially copyable; a stale one resolves to nothing.
struct StrandId {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  ///< 0 never names anybody

  friend auto operator<=>(const StrandId&, const StrandId&) = default;

  [[nodiscard]] explicit operator bool() const noexcept { return generation != 0; }
};

/// Why a node ends without having been handled.
enum class DropReason : std::uint8_t {
  Stopped,      ///< the receiver ended, cleanly
  Failed,       ///< the receiver ended by a failure
  Cancelled,    ///< the asker gave up before it was handled
  Overloaded,   ///< its receiver's mailbox was full
  Interrupted,  ///< its handler was aborted half-way: not handled again, not handed back
};

/// What can be done with a queued node. One constant table per kind of node.
struct NodeOps {
  /// Handles the node on its strand, on the strand's present thread.
  void (*run)(Strand& strand, Node& node);
  /// The node ends unhandled: answers whoever waits for it, hands a message back to its sender.
  /// `owner` is the strand whose queue held it, null if that is gone. The payload is destroyed,
  /// the memory is not.
  void (*drop)(Strand* owner, Node& node, DropReason why);
  /// NameIndex of the message type, for status and recorder; points to the resolved number.
  const std::atomic<std::uint32_t>* type;
};

enum NodeFlag : std::uint8_t {
  kNodeDone = 1,      ///< handled; only the shell waits for its successor to be linked
  kNodeRequest = 2,   ///< somebody waits for an answer
  kNodeDoorbell = 4,  ///< carries nothing: the control lane has something
  kNodeDeadline = 8,  ///< has a deadline, which what it leads to inherits
  kNodeCounted = 16,  ///< holds a place of a bounded mailbox (bound.hpp)
  kNodeTurn = 32,     ///< stands for the ring of a bounded mailbox
  kNodeLoose = 64,    ///< from such a ring: in no inbox, freed when it is finished
};

/// Fixed fields of a queued node (00 D5a). 56 bytes, so that a message of up to 8 bytes travels
/// in one cache line; requests add their asker, pending record and deadline behind it.
struct Node {
  std::atomic<Node*> next{nullptr};
  const NodeOps* ops = nullptr;
  std::uint64_t id = 0;        ///< of this message
  std::uint64_t cause = 0;     ///< of the message being handled when this one was sent
  StrandId sender;             ///< no reference count: resolved only when something goes wrong
  std::uint64_t sequence = 0;  ///< 0 = direct (cannot have been reordered)
  std::uint8_t size_class = 0;
  std::uint8_t flags = 0;
  std::uint8_t hops = 0;
  std::uint8_t reserved = 0;
  std::uint32_t extra = 0;  ///< for the kind's own use
};

static_assert(sizeof(Node) == 56, "a small message fits one cache line with its header");

}  // namespace hyperactor::runtime
