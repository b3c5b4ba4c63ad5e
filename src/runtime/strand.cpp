// runtime/strand.cpp - one slice of one strand: control, resumptions, work, and the way out.
// Path: local send, step 8 of 9. Before: runtime/worker.cpp. Next: actor/handler.hpp.
#include "hyperactor/runtime/strand.hpp"

#include "hyperactor/base/check.hpp"
#include "hyperactor/runtime/backoff.hpp"
#include "hyperactor/runtime/bound.hpp"
#include "hyperactor/runtime/foreign.hpp"
#include "hyperactor/runtime/scheduler.hpp"
#include "hyperactor/runtime/slot_table.hpp"

namespace hyperactor::runtime {

namespace {

constexpr std::uintptr_t kAhead = 4;          // nodes
constexpr std::uint64_t kBacklogSlices = 10;  // turns that a backlog may take in one go
constexpr std::uint64_t kPressureOn = 1024;   // STR-5
constexpr std::uint32_t kPressedSends = 64;   // STR-5

// The node that a producer is about to link behind `node`.
Node* wait_for_link(const Node& node) noexcept {
  Backoff backoff;
  for (;;) {
    if (Node* next = Inbox::next(node)) return next;
    backoff.wait();
  }
}

}  // namespace

Strand::Strand(Scheduler& scheduler) : scheduler_(&scheduler) {
  id_ = SlotTable::process().open(*this);
  record_ = &telemetry::Evidence::process().record(id_.slot);
  // relaxed: readers check the generation, which is written last.
  record_->message_id.store(0, std::memory_order_relaxed);
  record_->cause.store(0, std::memory_order_relaxed);
  record_->handler.store(0, std::memory_order_relaxed);
  record_->handled.store(0, std::memory_order_relaxed);
  record_->status.store(static_cast<std::uint64_t>(StrandState::Created),
                        std::memory_order_relaxed);
  record_->generation.store(id_.generation, std::memory_order_release);
}

Strand::~Strand() {
  HYPERACTOR_DCHECK(inbox_.idle() && control_.idle());
  record_->generation.store(0, std::memory_order_release);
  record_->status.store(static_cast<std::uint64_t>(StrandState::Unknown),
                        std::memory_order_relaxed);
  SlotTable::process().close(id_);
}

void Strand::add_reference() noexcept {
  // relaxed: the caller already holds one.
  SlotTable::process().entry(id_.slot).word.fetch_add(1, std::memory_order_relaxed);
}

void Strand::drop_reference() noexcept {
  auto& word = SlotTable::process().entry(id_.slot).word;
  // acq_rel: the last one sees what all others did before they let go.
  const std::uint64_t before = word.fetch_sub(1, std::memory_order_acq_rel);
  if ((before & 0xffffffffU) == 1) delete this;
}

void Strand::set_state(StrandState state, std::uint64_t now) noexcept {
  // relaxed: since is only shown. Terminal states are read by acquire (D11).
  record_->since.store(now, std::memory_order_relaxed);
  record_->status.store(static_cast<std::uint64_t>(state), std::memory_order_release);
  if (watched_) on_state(state);
}

std::uint64_t Strand::depth() const noexcept {
  return bound_ ? bound_->depth() : depth_.load(std::memory_order_relaxed);
}

std::uint64_t Strand::depth_max() const noexcept {
  return bound_ ? bound_->depth_max() : depth_max_.load(std::memory_order_relaxed);
}

void Strand::close() noexcept {
  // release: pairs with closed(). One writer, who has the token.
  gate_.store(gate_.load(std::memory_order_relaxed) | kClosed, std::memory_order_release);
  if (bound_) bound_->wake_all();
}

void Strand::set_bound(std::unique_ptr<Bound> bound) noexcept {
  bound_ = std::move(bound);
  gate_.store(kBounded, std::memory_order_relaxed);  // before anybody else knows the strand
}

Blocked Strand::blocked() const noexcept {
  // seq_cst: of several strands that begin to wait for each other, at least the last one sees
  // all of them (send_wait.cpp).
  const std::uint64_t on = blocked_on_.load(std::memory_order_seq_cst);
  const std::uint64_t wait = blocked_wait_.load(std::memory_order_seq_cst);
  if (wait == 0) return {};
  return {StrandId{static_cast<std::uint32_t>(on >> 32U), static_cast<std::uint32_t>(on)},
          wait};
}

void Strand::block_on(StrandId on, std::uint64_t wait) noexcept {
  blocked_wait_.store(wait, std::memory_order_seq_cst);
  const bool alone = ++blocked_sends_ == 1;
  blocked_on_.store(alone ? std::uint64_t{on.slot} << 32U | on.generation : 0,
                    std::memory_order_seq_cst);
}

void Strand::unblock() noexcept {
  --blocked_sends_;
  blocked_on_.store(0, std::memory_order_seq_cst);
}

void Strand::ring() {
  // The token is parked in a suspended strand ...
  if (activation_.claim()) {
    activate();
    return;
  }
  // ... or belongs to a runner that will look at the lane, or the strand is idle: then the
  // inbox decides. A doorbell that finds it busy is a work item without work.
  static constexpr NodeOps kDoorbell{[](Strand&, Node&) {}, [](Strand*, Node&, DropReason) {},
                                     nullptr};
  auto* bell = make_node<Node>();
  bell->ops = &kDoorbell;
  bell->flags = kNodeDoorbell;
  push_work(*bell);
}

void Strand::run(ThreadState& thread) {
  thread.strand = this;
  if (thread.ring == nullptr) [[unlikely]] {
    thread.ring = &telemetry::Evidence::process().acquire_ring();
    arm_thread_exit();
  }
  thread.pressed = 0;
  // A turn lasts slice_ticks; a strand with a backlog may finish what was waiting when its turn
  // began, so that receivers keep up with senders that are as fast as they are.
  const std::uint64_t slice_end = thread.now + thread.slice_ticks;
  const std::uint64_t backlog_end = thread.now + kBacklogSlices * thread.slice_ticks;
  const Node* backlog = inbox_.newest();
  Node* node = nullptr;  // the front, once it has been looked at
  bool done = false;     // whether it has been handled
  std::uint32_t handled = 0;

  for (;;) {
    if (control_.front() != nullptr) [[unlikely]] {
      run_control(thread);
    }
    if (ready_head_ != nullptr) [[unlikely]] {
      pump();
    }
    if (attention_) [[unlikely]] {
      attention_ = false;
      advance();
      if (ending_) {
        thread.strand = nullptr;
        leave_at(node, done);
        drain_dead(thread, node);
        break;
      }
      continue;
    }
    if (yield_) [[unlikely]] {
      yield_ = false;
      leave_at(node, done);
      thread.strand = nullptr;
      reschedule();
      break;
    }
    if (held_) [[unlikely]] {
      leave_at(node, done);
      // Others may run and end this strand as soon as it is parked; stay alive for the look.
      add_reference();
      thread.strand = nullptr;
      activation_.park();
      const bool again = control_.front() != nullptr && activation_.reclaim();
      if (again) thread.strand = this;
      drop_reference();
      if (again) continue;
      break;
    }

    if (node == nullptr) {
      node = inbox_.front();
      done = (node->flags & kNodeDone) != 0;
      if (node == backlog) backlog = nullptr;
    }
    if (!done) {
      if ((++handled & 15U) == 0) [[unlikely]] {
        thread.now = scheduler_->now_ticks();
      }
      Node* work = node;
      if ((node->flags & (kNodeCounted | kNodeTurn)) != 0) [[unlikely]] {
        work = take_bounded(*node);
        if (work == nullptr) {  // somebody was faster
          done = true;
          continue;
        }
      }
      if ((work->flags & kNodeDoorbell) == 0) {
        const std::uint32_t type = work->ops->type->load(std::memory_order_relaxed);
        telemetry::StatusRecord& record = *record_;
        // relaxed: D11, idle <-> processing is read best effort.
        record.message_id.store(work->id, std::memory_order_relaxed);
        record.cause.store(work->cause, std::memory_order_relaxed);
        record.handler.store(type, std::memory_order_relaxed);
        record.since.store(thread.now, std::memory_order_relaxed);
        record.status.store(static_cast<std::uint64_t>(busy_state_), std::memory_order_relaxed);
        record.handled.store(record.handled.load(std::memory_order_relaxed) + 1,
                             std::memory_order_relaxed);
        thread.ring->record(work->id, work->cause, id_.slot, type, thread.now);
        if (watched_) [[unlikely]] {
          on_state(busy_state_);
        }
      }
      current_ = work;
      work->ops->run(*this, *work);
      if (held_) {  // suspended, or something more than a message happened
        inbox_.set_front(node);
        node = nullptr;
        continue;
      }
      current_ = nullptr;
      if (work != node) [[unlikely]] {
        release_node(thread, *work);
      }
      done = true;
    }

    Node* next = Inbox::next(*node);
    if (next == nullptr) {
      // What the handler asked of its own strand rang no bell.
      if (control_.front() != nullptr || attention_ || yield_ || ready_head_ != nullptr)
        continue;
      // relaxed: D11. STR-4: everything is written before the token goes.
      record_->status.store(static_cast<std::uint64_t>(idle_state_), std::memory_order_relaxed);
      if (watched_) [[unlikely]] {
        on_state(idle_state_);
      }
      if (depth_.load(std::memory_order_relaxed) != 0) {
        depth_.store(0, std::memory_order_relaxed);
        pressure_.store(false, std::memory_order_relaxed);
      }
      thread.strand = nullptr;
      if (inbox_.try_idle(*node)) {
        release_node(thread, *node);
        break;
      }
      thread.strand = this;
      next = await_link(*node);
      if (next == nullptr) {  // a producer was stopped between its two steps
        leave_at(node, done);
        thread.strand = nullptr;
        reschedule();
        break;
      }
    }
    // Producers take blocks in the order in which they were freed, so neighbours in the queue
    // are usually neighbours in memory: guess where the one after the next few lies.
    const auto here = reinterpret_cast<std::uintptr_t>(node);
    __builtin_prefetch(reinterpret_cast<const void*>(
        here + kAhead * (reinterpret_cast<std::uintptr_t>(next) - here)));
    release_node(thread, *node);
    node = next;
    done = false;
    if (node == backlog) backlog = nullptr;
    if (handled >= thread.slice_messages || thread.pressed >= kPressedSends ||
        (thread.now > slice_end && (backlog == nullptr || thread.now > backlog_end)))
        [[unlikely]] {
      inbox_.set_front(node);
      count_depth(node);
      if (thread.pressed >= kPressedSends) pace(thread);
      thread.strand = nullptr;
      reschedule();
      break;
    }
  }
  thread.handled = handled;
}

void Strand::leave_at(Node* node, bool done) noexcept {
  if (node == nullptr) return;
  if (done) node->flags |= kNodeDone;
  inbox_.set_front(node);
}

void Strand::reschedule() {
  if (mode_ == Mode::Scheduled) {
    scheduler_->yield(*this);
  } else {
    on_manual_activation();
  }
}

void Strand::run_control(ThreadState& thread) {
  while (Node* item = control_.front()) {
    if ((item->flags & kNodeDone) == 0) {
      item->flags |= kNodeDone;
      item->ops->run(*this, *item);
    }
    Node* next = Inbox::next(*item);
    if (next == nullptr) {
      if (control_.try_idle(*item)) {
        release_node(thread, *item);
        break;
      }
      next = await_link(*item);
      if (next == nullptr) break;  // looked at again before the next work item
    }
    control_.set_front(next);
    release_node(thread, *item);
  }
}

Node* Strand::await_link(const Node& node) const noexcept {
  for (int spin = 0; spin < 128; ++spin) {
    if (Node* next = Inbox::next(node)) return next;
    cpu_pause();
  }
  return nullptr;
}

Node* Strand::take_bounded(Node& node) {
  if ((node.flags & kNodeCounted) != 0) {
    bound_->took(id_);
    return &node;
  }
  node.flags |= kNodeDone;  // the turn itself is over; its place in the inbox is not
  Node* const message = bound_->take(*this);
  if (message != nullptr) message->flags |= kNodeLoose;
  return message;
}

void Strand::finish_current() noexcept {
  Node* const finished = std::exchange(current_, nullptr);
  if ((finished->flags & kNodeLoose) != 0) {
    release_node(tls, *finished);
  } else {
    finished->flags |= kNodeDone;
  }
}

void Strand::drain_dead(ThreadState& thread, Node* front) {
  // Once: ended() may be read by whoever ended it while later pushers drain here.
  if (mode_ != Mode::Dead) set_mode(Mode::Dead);
  Node* node = front;
  for (;;) {
    while (Node* item = control_.front()) {
      if ((item->flags & kNodeDone) == 0) {
        item->flags |= kNodeDone;
        item->ops->drop(this, *item, end_reason_);
      }
      Node* next = Inbox::next(*item);
      if (next == nullptr) {
        if (control_.try_idle(*item)) {
          release_node(thread, *item);
          break;
        }
        next = wait_for_link(*item);
      }
      control_.set_front(next);
      release_node(thread, *item);
    }
    if (node == nullptr) node = inbox_.front();
    if ((node->flags & kNodeDone) == 0) {
      node->flags |= kNodeDone;
      if ((node->flags & kNodeCounted) != 0) bound_->took(id_);
      node->ops->drop(this, *node, end_reason_);
    }
    Node* next = Inbox::next(*node);
    if (next == nullptr) {
      const bool loop_owned = ending_;
      ending_ = false;  // only the run loop's own drain gives its reference back
      if (inbox_.try_idle(*node)) {
        release_node(thread, *node);
        if (loop_owned) drop_reference();
        return;
      }
      ending_ = loop_owned;
      next = wait_for_link(*node);
    }
    release_node(thread, *node);
    node = next;
  }
}

void Strand::count_depth(Node* front) noexcept {
  // Looks at most this far ahead; a longer queue is shown as "at least".
  constexpr std::uint64_t kLook = kPressureOn;
  std::uint64_t depth = 1;
  for (Node* at = front; depth < kLook; ++depth) {
    at = Inbox::next(*at);
    if (at == nullptr) break;
  }
  depth_.store(depth, std::memory_order_relaxed);
  pressure_.store(depth >= kPressureOn, std::memory_order_relaxed);
  if (depth > depth_max_.load(std::memory_order_relaxed)) {
    depth_max_.store(depth, std::memory_order_relaxed);
  }
}

void Strand::pace(ThreadState& thread) noexcept {
  // A strand with a backlog of its own must drain it: paced, it would only hand the jam on.
  if (pressure_.load(std::memory_order_relaxed)) return;
  not_before = thread.now + thread.pace_ticks;
}

void Strand::make_ready(Resumable& frame) noexcept {
  if (frame.ready_) return;
  frame.ready_ = true;
  frame.ready_next_ = nullptr;
  frame.ready_prev_ = ready_tail_;
  (ready_tail_ == nullptr ? ready_head_ : ready_tail_->ready_next_) = &frame;
  ready_tail_ = &frame;
}

void Strand::forget_ready(Resumable& frame) noexcept {
  if (!frame.ready_) return;
  frame.ready_ = false;
  (frame.ready_prev_ == nullptr ? ready_head_ : frame.ready_prev_->ready_next_) =
      frame.ready_next_;
  (frame.ready_next_ == nullptr ? ready_tail_ : frame.ready_next_->ready_prev_) =
      frame.ready_prev_;
}

void Strand::pump() {
  if (frozen_) return;
  while (Resumable* frame = ready_head_) {
    forget_ready(*frame);
    if (abandoned_ != 0 && is_abandoned(frame)) continue;
    frame->handle.resume();
  }
}

Resumable::~Resumable() {
  if (ready_) strand->forget_ready(*this);
}

}  // namespace hyperactor::runtime
