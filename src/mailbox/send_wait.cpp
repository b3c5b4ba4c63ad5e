// mailbox/send_wait.cpp - waiting for room, and noticing that it will never come.
#include "hyperactor/mailbox/send_wait.hpp"

#include "hyperactor/runtime/scheduler.hpp"
#include "hyperactor/runtime/slot_table.hpp"
#include "hyperactor/telemetry/names.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>

namespace hyperactor::mailbox {

namespace {

std::string_view type_of(const runtime::Node& message) {
  return telemetry::name_text(message.ops->type->load(std::memory_order_relaxed));
}

// One sender that waits for room, as it was seen.
struct Edge {
  runtime::StrandId from;
  runtime::StrandId to;
  std::uint64_t wait;

  friend bool operator==(const Edge&, const Edge&) = default;
};

// Whether there is still no room at `receiver`. If there is, its senders are about to be
// granted it: that happens in its control lane, also while its handler waits.
bool is_full(runtime::StrandId receiver) {
  runtime::Strand* const strand = runtime::SlotTable::process().acquire(receiver);
  if (strand == nullptr) return false;
  const runtime::Bound* const bound = strand->bound();
  const bool full = bound != nullptr && bound->depth() >= bound->limit();
  strand->drop_reference();
  return full;
}

// Follows who waits for room in whose mailbox, from `begin` back to it; empty if it does not
// come back. Every strand waits for at most one other.
std::vector<Edge> cycle_from(runtime::StrandId begin) {
  constexpr std::size_t kLengthMax = 1'000;
  std::vector<Edge> edges;
  runtime::StrandId at = begin;
  while (edges.size() < kLengthMax) {
    runtime::Strand* const strand = runtime::SlotTable::process().acquire(at);
    if (strand == nullptr) return {};
    const runtime::Blocked blocked = strand->blocked();
    strand->drop_reference();
    if (!blocked.on || !is_full(blocked.on)) return {};
    edges.push_back({at, blocked.on, blocked.wait});
    if (blocked.on == begin) return edges;
    at = blocked.on;
  }
  return {};
}

std::string label_of(runtime::StrandId id) {
  runtime::Strand* const strand = runtime::SlotTable::process().acquire(id);
  if (strand == nullptr) return "an actor that is gone";
  std::string label = strand->label();
  strand->drop_reference();
  return label;
}

}  // namespace

SendWaitCore::SendWaitCore(const Caller& caller, Owner& receiver, runtime::Node& message)
    : sender_(caller.strand()), receiver_(receiver), message_(&message) {
  sender_.add_reference();
  receiver_.strand().add_reference();
  runtime::Strand& strand = receiver_.strand();
  if (!strand.guarded()) {
    strand.push_work(*std::exchange(message_, nullptr));
    done_ = true;
    return;
  }
  const bool waits = !strand.closed() && strand.bound()->policy() == Overflow::Wait;
  if (waits && &strand == &sender_) {
    refused_ =
        Error(Errc::Failed,
              fmt::format("send_wait of {} by {} to itself: it could not make room while "
                          "it waits; use post(), which is accepted beyond the limit",
                          type_of(message), receiver_.id()));
    done_ = true;
    return;
  }
  if (!waits) {
    refused_ = try_send_guarded(receiver_, message);
    if (!refused_) message_ = nullptr;
    done_ = true;
    return;
  }
  if (strand.bound()->try_enter()) {
    message.flags |= runtime::kNodeCounted;
    strand.push_work(*std::exchange(message_, nullptr));
    done_ = true;
  }
}

SendWaitCore::~SendWaitCore() {
  if (wait_.id) finish();
  receiver_.strand().drop_reference();
  sender_.drop_reference();
}

void SendWaitCore::begin(runtime::Resumable* frame) {
  frame_ = frame;
  wait_.owner = this;
  wait_.what = "send_wait";
  wait_.type = message_->ops->type->load(std::memory_order_relaxed);
  wait_.target = receiver_.strand().strand_id();
  wait_.since = sender_.scheduler().now_ticks();
  wait_.complete = [](runtime::Wait& wait, runtime::Node& completion) {
    static_cast<Registered&>(wait).owner->on_completion(completion);
  };
  runtime::open_wait(sender_, wait_);
  sender_.block_on(wait_.target, runtime::number_of(wait_.id));
  if (auto cycle = find_cycle()) {
    finish();
    refused_ = std::move(cycle);
    return;
  }
  runtime::ask_for_room(receiver_.strand(), wait_.id);
}

void SendWaitCore::on_completion(const runtime::Node& completion) {
  const bool granted = runtime::is_grant(completion);
  finish();
  if (granted && !receiver_.strand().closed()) {
    message_->flags |= runtime::kNodeCounted;
    receiver_.strand().push_work(*std::exchange(message_, nullptr));
  } else {
    refused_ = owner_ended(receiver_, fmt::format("sending {}", type_of(*message_)));
  }
  if (frame_ != nullptr) frame_->strand->make_ready(*frame_);
}

void SendWaitCore::finish() {
  done_ = true;
  sender_.unblock();
  runtime::close_wait(wait_);
}

std::optional<Error> SendWaitCore::find_cycle() {
  const std::vector<Edge> cycle = cycle_from(sender_.strand_id());
  // Seen twice with the same waits, all of them lasted from the first look to the second, so
  // they were there together. None can end before another one does, unless something else ends
  // it: a timeout around it, an abort. A sender that was granted a place is no longer seen
  // here.
  if (cycle.empty() || cycle_from(sender_.strand_id()) != cycle) return std::nullopt;
  std::string text = fmt::format(
      "sending {} to {} would wait for ever, because full mailboxes wait for each other:",
      type_of(*message_), receiver_.id());
  for (const Edge& edge : cycle) {
    text += fmt::format("\n  {} waits in send_wait for room at {}", label_of(edge.from),
                        label_of(edge.to));
  }
  return Error(Errc::Overloaded, std::move(text));
}

Result<void> SendWaitCore::block() {
  if (!sender_.is_manual()) {
    return std::unexpected(
        Error(Errc::Failed,
              "block_on of a send_wait inside a handler would stop its worker: co_await it"));
  }
  begin(nullptr);
  if (done_) return {};
  return static_cast<runtime::ManualStrand&>(sender_).run_until(
      [](void* self) { return static_cast<SendWaitCore*>(self)->done_; }, this);
}

}  // namespace hyperactor::mailbox
