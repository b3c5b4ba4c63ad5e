// mailbox/admission.cpp - lets a message in, or sends it back.
#include "hyperactor/mailbox/admission.hpp"

#include "hyperactor/runtime/backoff.hpp"
#include "hyperactor/runtime/make_node.hpp"
#include "hyperactor/telemetry/names.hpp"

#include <fmt/format.h>

namespace hyperactor::mailbox {

namespace {

void drop(runtime::Strand& receiver, runtime::Node& message, runtime::DropReason why) {
  message.ops->drop(&receiver, message, why);
  runtime::release_node(runtime::tls, message);
}

runtime::DropReason end_of(const runtime::Strand& strand) noexcept {
  return strand.state() == runtime::StrandState::Failed ? runtime::DropReason::Failed
                                                        : runtime::DropReason::Stopped;
}

void push_counted(runtime::Strand& strand, runtime::Node& message) {
  message.flags |= runtime::kNodeCounted;
  strand.push_work(message);
}

void push_over_oldest(runtime::Strand& strand, runtime::Node& message) {
  runtime::Backoff backoff;
  while (!strand.bound()->try_push(strand, message)) {
    if (runtime::Node* oldest = strand.bound()->take_oldest()) {
      drop(strand, *oldest, runtime::DropReason::Overloaded);
    } else {
      backoff.wait();  // another thread is between its two steps
    }
  }
}

std::string_view type_of(const runtime::Node& message) {
  return telemetry::name_text(message.ops->type->load(std::memory_order_relaxed));
}

}  // namespace

void send_guarded(Owner& receiver, runtime::Node& message) {
  runtime::Strand& strand = receiver.strand();
  if (strand.closed()) {
    drop(strand, message, end_of(strand));
    return;
  }
  runtime::Bound& bound = *strand.bound();
  switch (bound.policy()) {
    case Overflow::Reject:
      if (!bound.try_enter()) {
        bound.count_rejected();
        drop(strand, message, runtime::DropReason::Overloaded);
        return;
      }
      push_counted(strand, message);
      return;
    case Overflow::DropOldest:
      push_over_oldest(strand, message);
      return;
    case Overflow::Wait:
      bound.enter();
      push_counted(strand, message);
      return;
  }
}

std::optional<Error> try_send_guarded(Owner& receiver, runtime::Node& message) {
  runtime::Strand& strand = receiver.strand();
  const auto refusal = [&](runtime::DropReason why) {
    return not_handled(receiver, why, fmt::format("sending {}", type_of(message)));
  };
  if (strand.closed()) return refusal(end_of(strand));
  runtime::Bound& bound = *strand.bound();
  if (bound.policy() == Overflow::DropOldest) {
    push_over_oldest(strand, message);
  } else if (bound.try_enter()) {
    push_counted(strand, message);
  } else {
    bound.count_rejected();
    return refusal(runtime::DropReason::Overloaded);
  }
  return std::nullopt;
}

Error not_handled(const Owner& receiver, runtime::DropReason why, std::string_view doing) {
  const runtime::Bound* const bound = receiver.strand().bound();
  if (why != runtime::DropReason::Overloaded || bound == nullptr) {
    return owner_ended(receiver, doing);
  }
  if (bound->policy() == Overflow::DropOldest) {
    return Error(
        Errc::Overloaded,
        fmt::format("{}: {} is overloaded: this was the oldest of the {} messages that "
                    "its mailbox holds, and a newer one came",
                    doing, receiver.id(), bound->limit()));
  }
  return Error(
      Errc::Overloaded,
      fmt::format("{}: {} is overloaded: its mailbox holds {} messages, its limit; try "
                  "again later",
                  doing, receiver.id(), bound->limit()));
}

}  // namespace hyperactor::mailbox
