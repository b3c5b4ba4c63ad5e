// mailbox/ask.cpp - opening, finishing, and the deadline of an ask.
#include "hyperactor/mailbox/ask.hpp"

#include "hyperactor/base/check.hpp"
#include "hyperactor/base/duration_text.hpp"
#include "hyperactor/runtime/runtime.hpp"
#include "hyperactor/runtime/scheduler.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hyperactor::mailbox {

std::optional<Error> refuse_options(const AskOptions& options, const Owner& callee,
                                    std::uint32_t message_type) {
  if (!options.timeout) return std::nullopt;
  if (options.timeout->count() >= 0 && *options.timeout <= Runtime::kAskTimeoutMax) {
    return std::nullopt;
  }
  return Error(Errc::Failed,
               fmt::format("asking {} for {} with a timeout of {}: give 0 to {}, or none for "
                           "the runtime's own",
                           callee.id(), telemetry::name_text(message_type),
                           base::format_duration(*options.timeout),
                           base::format_duration(Runtime::kAskTimeoutMax)));
}

AskCore::AskCore(const Caller& caller, const Owner& callee, std::uint32_t message_type,
                 const AskOptions& options)
    : callee_(callee.id()) {
  runtime::Strand& asker = caller.strand();
  runtime::Scheduler& scheduler = asker.scheduler();
  what = "ask";
  target = callee.strand().strand_id();
  type = message_type;
  client_ = asker.is_manual();
  // A slice's time is near enough for a deadline; a client's thread has no slice.
  since = runtime::tls.strand == &asker && !client_ ? runtime::tls.now : scheduler.now_ticks();
  limit_ns_ = options.timeout ? options.timeout->count() : caller.owner().ask_timeout_ns();
  // Refused options are answered before anything is sent; here they must only not overflow.
  limit_ns_ =
      std::clamp(limit_ns_, std::int64_t{0}, std::int64_t{Runtime::kAskTimeoutMax.count()});
  deadline = std::max<std::uint64_t>(1, since + scheduler.scale().to_ticks(limit_ns_));
  const std::uint64_t inherited = caller.owner().inherited_deadline();
  if (inherited != 0 && inherited < deadline) {
    deadline = inherited;
    limit_ns_ = deadline > since ? scheduler.scale().to_ns(deadline - since) : 0;
  }
  asker.add_reference();  // it may end before its asks are dropped
  if (!client_) {
    open_wait(asker, *this);
    return;
  }
  const runtime::ManualStrand::Use use(static_cast<runtime::ManualStrand&>(asker));
  open_wait(asker, *this);
}

AskCore::~AskCore() {
  if (id) {
    if (client_) {
      const runtime::ManualStrand::Use use(static_cast<runtime::ManualStrand&>(*strand));
      close_wait(*this);
    } else {
      HYPERACTOR_CHECK(runtime::tls.strand == strand || strand->closed(),
                       "an ask was dropped outside the actor that made it: keep it there",
                       strand->label());
      close_wait(*this);
    }
  }
  strand->drop_reference();
}

void AskCore::await(runtime::Resumable* frame) noexcept {
  frame_ = frame;
  if (frame == nullptr) {
    if (id) runtime::WaitTable::process().set_parent(id, runtime::WaitId{});
    return;
  }
  // The handler that awaits will not answer its own request before this: if nobody waits for
  // that one any more, nobody wants this one.
  const runtime::Node* const current = strand->current();
  if (current == nullptr || (current->flags & runtime::kNodeRequest) == 0) return;
  const runtime::WaitId request = static_cast<const RequestNode*>(current)->asker;
  if (request) runtime::WaitTable::process().set_parent(id, request);
}

void AskCore::finish() noexcept {
  close_wait(*this);
  done_ = true;
  if (continuation_ != nullptr) {
    strand->push_work(*std::exchange(continuation_, nullptr));
  } else if (frame_ != nullptr) {
    strand->make_ready(*frame_);
  }
}

Error AskCore::deadline_passed() const {
  return Error(
      Errc::Timeout,
      fmt::format("asking {} for {}: no answer within {}", callee_, telemetry::name_text(type),
                  base::format_duration(std::chrono::nanoseconds(limit_ns_))));
}

Error AskCore::unmovable_reply() const {
  return Error(Errc::Failed,
               fmt::format("asking {} for {}: the answer came, but its move constructor threw",
                           callee_, telemetry::name_text(type)));
}

Result<void> AskCore::block() {
  if (done_) return {};
  if (!client_) {
    return std::unexpected(Error(Errc::Failed,
                                 "block_on of an ask that an actor made would stop its worker: "
                                 "co_await it, or give it a continuation with .then()"));
  }
  if (strand->closed()) {  // nothing reaches it any more, not even the deadline
    return std::unexpected(
        Error(Errc::Disconnected, fmt::format("asking {} for {}: the client that asked is gone",
                                              callee_, telemetry::name_text(type))));
  }
  return static_cast<runtime::ManualStrand*>(strand)->run_until(
      [](void* self) { return static_cast<AskCore*>(self)->done_; }, this);
}

Error dropped_reply(std::uint32_t request_type) {
  runtime::Strand* const holder = runtime::tls.strand;
  std::string text = fmt::format("no reply: the reply port of {} was dropped",
                                 telemetry::name_text(request_type));
  if (holder != nullptr) {
    text += fmt::format(" by {}", holder->label());
    if (holder->current() != nullptr && holder->current()->ops->type != nullptr) {
      text += fmt::format(
          " while it handled {}",
          telemetry::name_text(holder->current()->ops->type->load(std::memory_order_relaxed)));
    }
  }
  return Error(Errc::Disconnected, std::move(text));
}

}  // namespace hyperactor::mailbox
