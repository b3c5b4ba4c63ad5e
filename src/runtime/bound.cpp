// runtime/bound.cpp - places, the ring of DropOldest, and senders that wait for room.
#include "hyperactor/runtime/bound.hpp"

#include "hyperactor/runtime/make_node.hpp"
#include "hyperactor/runtime/slot_table.hpp"
#include "hyperactor/runtime/strand.hpp"

#include <algorithm>
#include <vector>

namespace hyperactor::runtime {

/// A queue of fixed size with many producers and many consumers. Each place counts its turns:
/// even, it may be written; odd, it may be read (after D. Vyukov's bounded queue, with turns
/// instead of positions so that one place is enough).
///
/// RNG-1  A ticket is taken by compare-exchange only when its place has reached its turn, so a
///        failed attempt changes nothing.
/// RNG-2  The store of the turn publishes the node (release), the load that precedes the ticket
///        acquires it.
class Bound::Ring {
 public:
  explicit Ring(std::size_t places) : places_(places) {}

  bool try_push(Node& node) noexcept {
    std::uint64_t ticket = head_.load(std::memory_order_relaxed);
    for (;;) {
      Place& place = places_[ticket % places_.size()];
      const std::uint64_t turn = ticket / places_.size() * 2;
      if (place.turn.load(std::memory_order_acquire) == turn) {
        if (head_.compare_exchange_weak(ticket, ticket + 1, std::memory_order_relaxed)) {
          place.node = &node;
          place.turn.store(turn + 1, std::memory_order_release);
          return true;
        }
      } else {
        const std::uint64_t seen = ticket;
        ticket = head_.load(std::memory_order_relaxed);
        if (ticket == seen) return false;
      }
    }
  }

  Node* try_pop() noexcept {
    std::uint64_t ticket = tail_.load(std::memory_order_relaxed);
    for (;;) {
      Place& place = places_[ticket % places_.size()];
      const std::uint64_t turn = ticket / places_.size() * 2 + 1;
      if (place.turn.load(std::memory_order_acquire) == turn) {
        if (tail_.compare_exchange_weak(ticket, ticket + 1, std::memory_order_relaxed)) {
          Node* const node = place.node;
          place.turn.store(turn + 1, std::memory_order_release);
          return node;
        }
      } else {
        const std::uint64_t seen = ticket;
        ticket = tail_.load(std::memory_order_relaxed);
        if (ticket == seen) return nullptr;
      }
    }
  }

  /// Tickets given out and not taken; exact when nobody pushes or pops.
  [[nodiscard]] std::uint64_t size() const noexcept {
    const std::uint64_t tail = tail_.load(std::memory_order_acquire);
    return std::min<std::uint64_t>(head_.load(std::memory_order_acquire) - tail,
                                   places_.size());
  }

 private:
  struct Place {
    std::atomic<std::uint64_t> turn{0};
    Node* node = nullptr;
  };

  std::vector<Place> places_;
  alignas(64) std::atomic<std::uint64_t> head_{0};
  alignas(64) std::atomic<std::uint64_t> tail_{0};
};

namespace {

// The turn: Strand::run takes the message from the ring itself.
constexpr NodeOps kTurnOps{[](Strand&, Node&) {},
                           [](Strand* strand, Node&, DropReason why) {
                             while (Node* message = strand->bound()->take_last()) {
                               message->ops->drop(strand, *message, why);
                               release_node(tls, *message);
                             }
                           },
                           nullptr};

void return_place(const Grant& grant) {
  Strand* const receiver = SlotTable::process().acquire(grant.receiver);
  if (receiver == nullptr) return;
  receiver->bound()->give_back(*receiver);
  receiver->drop_reference();
}

constexpr NodeOps kGrantOps{
    [](Strand&, Node& node) {
      auto& grant = static_cast<Grant&>(node);
      if (Wait* wait = WaitTable::process().find(grant.wait)) {
        wait->complete(*wait, node);
      } else {
        return_place(grant);
      }
    },
    [](Strand*, Node& node, DropReason) { return_place(static_cast<Grant&>(node)); }, nullptr};

// Whoever looks for a cycle of full mailboxes from now on finds that this sender is not stuck.
void announce_end(WaitId sender) {
  Strand* const strand = SlotTable::process().acquire(WaitTable::process().strand_of(sender));
  if (strand == nullptr) return;
  strand->will_unblock(number_of(sender));
  strand->drop_reference();
}

// On the control lane of the receiver.
struct RoomWanted : Node {
  WaitId sender;
};

constexpr NodeOps kRoomWantedOps{
    [](Strand& strand, Node& node) {
      const WaitId sender = static_cast<RoomWanted&>(node).sender;
      if (strand.closed()) {
        wake(sender);
      } else {
        strand.bound()->wait_for_room(sender, strand.strand_id());
      }
    },
    [](Strand*, Node& node, DropReason) { wake(static_cast<RoomWanted&>(node).sender); },
    nullptr};

constexpr NodeOps kRoomOps{
    [](Strand& strand, Node&) { strand.bound()->grant(strand.strand_id()); },
    [](Strand*, Node&, DropReason) {}, nullptr};

}  // namespace

Bound::Bound(std::size_t limit, Overflow policy)
    : limit_(limit),
      policy_(policy),
      ring_(policy == Overflow::DropOldest ? std::make_unique<Ring>(limit) : nullptr) {}

Bound::~Bound() = default;

std::uint64_t Bound::depth() const noexcept {
  if (ring_) return ring_->size();
  // taken_ first: it never passes sent_.
  const std::uint64_t taken = taken_.load(std::memory_order_acquire);
  return sent_.load(std::memory_order_acquire) - taken;
}

void Bound::note_depth(std::uint64_t depth) noexcept {
  std::uint64_t most = depth_max_.load(std::memory_order_relaxed);
  while (depth > most && !depth_max_.compare_exchange_weak(most, depth)) {
  }
}

bool Bound::try_enter() noexcept {
  std::uint64_t sent = sent_.load(std::memory_order_relaxed);
  for (;;) {
    // acquire: a place given back may be taken.
    const std::uint64_t taken = taken_.load(std::memory_order_acquire);
    // A stale `sent` may lie behind `taken`; the exchange below would fail for it.
    if (sent >= taken && sent - taken >= limit_) {
      const std::uint64_t seen = sent;
      sent = sent_.load(std::memory_order_relaxed);
      if (sent == seen) return false;
      continue;
    }
    if (sent_.compare_exchange_weak(sent, sent + 1, std::memory_order_acq_rel,
                                    std::memory_order_relaxed)) {
      note_depth(sent + 1 - taken);
      return true;
    }
  }
}

void Bound::enter() noexcept {
  const std::uint64_t taken = taken_.load(std::memory_order_acquire);
  const std::uint64_t depth = sent_.fetch_add(1, std::memory_order_acq_rel) + 1 - taken;
  if (depth > limit_) beyond_.fetch_add(1, std::memory_order_relaxed);
  note_depth(depth);
}

bool Bound::try_push(Strand& strand, Node& message) {
  if (!ring_->try_push(message)) return false;
  note_depth(ring_->size());
  arm(strand);
  return true;
}

Node* Bound::take_oldest() noexcept {
  Node* const message = ring_->try_pop();
  if (message != nullptr) dropped_.fetch_add(1, std::memory_order_relaxed);
  return message;
}

void Bound::give_back(Strand& strand) {
  sent_.fetch_sub(1, std::memory_order_acq_rel);
  auto* room = make_node<Node>();
  room->ops = &kRoomOps;
  strand.push_control(*room);
}

void Bound::arm(Strand& strand) {
  // acq_rel: BND-2. Finding it set means that the run loop clears it later, and then sees what
  // was pushed before this.
  if (armed_.exchange(true, std::memory_order_acq_rel)) return;
  auto* turn = make_node<Node>();
  turn->ops = &kTurnOps;
  turn->flags = kNodeTurn;
  strand.push_work(*turn);
}

void Bound::took(StrandId receiver) {
  // One writer, who has the token.
  taken_.store(taken_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  if (!senders_.empty()) grant(receiver);
}

Node* Bound::take(Strand& strand) {
  // armed_ is set: by us, or by the sender who pushed this turn.
  armed_.exchange(false, std::memory_order_acq_rel);  // BND-2
  Node* const message = ring_->try_pop();
  // Whoever is still writing the next one arms the turn when it has.
  if (message != nullptr && ring_->size() != 0) arm(strand);
  return message;
}

Node* Bound::take_last() noexcept {
  armed_.exchange(false, std::memory_order_acq_rel);
  return ring_->try_pop();
}

void Bound::wait_for_room(WaitId sender, StrandId receiver) {
  senders_.push_back(sender);
  grant(receiver);
}

void Bound::grant(StrandId receiver) {
  while (!senders_.empty()) {
    const WaitId sender = senders_.front();
    if (!WaitTable::process().open(sender)) {  // it gave up
      senders_.pop_front();
      continue;
    }
    if (!try_enter()) return;
    senders_.pop_front();
    announce_end(sender);
    auto* grant = make_node<Grant>();
    grant->ops = &kGrantOps;
    grant->wait = sender;
    grant->receiver = receiver;
    post_completion(*grant);
  }
}

void Bound::wake_all() {
  for (const WaitId sender : senders_) {
    announce_end(sender);
    wake(sender);
  }
  senders_.clear();
}

bool is_grant(const Node& completion) noexcept {
  return completion.ops == &kGrantOps;
}

void ask_for_room(Strand& receiver, WaitId sender) {
  auto* wanted = make_node<RoomWanted>();
  wanted->ops = &kRoomWantedOps;
  wanted->sender = sender;
  receiver.push_control(*wanted);
}

}  // namespace hyperactor::runtime
