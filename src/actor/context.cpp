// actor/context.cpp - the parts of contexts and handles that need no type.
#include "hyperactor/actor/context.hpp"

#include "hyperactor/actor/spawn.hpp"
#include "hyperactor/runtime/scheduler.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace hyperactor {

void DelayedPost::cancel(const Caller& caller) const {
  if (!wait_) return;
  runtime::WaitTable& table = runtime::WaitTable::process();
  if (table.strand_of(wait_) != caller.strand().strand_id()) return;
  if (runtime::Wait* wait = table.find(wait_)) wait->abandon(*wait);
}

bool ContextBase::is_cancelled() const noexcept {
  const runtime::Node* const node = strand().current();
  if (node == nullptr || (node->flags & runtime::kNodeRequest) == 0) return false;
  const runtime::WaitId asker = static_cast<const mailbox::RequestNode*>(node)->asker;
  return asker && !runtime::WaitTable::process().wanted(asker);
}

std::optional<std::chrono::nanoseconds> ContextBase::remaining() const noexcept {
  const std::uint64_t deadline = instance_->inherited_deadline();
  if (deadline == 0) return std::nullopt;
  const std::uint64_t now = strand().scheduler().now_ticks();
  return std::chrono::nanoseconds(
      deadline > now ? strand().scheduler().scale().to_ns(deadline - now) : 0);
}

namespace actor {

constinit std::atomic<std::uint32_t> kContinuationName{0};

void name_continuations() {
  // relaxed: interning is idempotent.
  if (kContinuationName.load(std::memory_order_relaxed) == 0) {
    kContinuationName.store(telemetry::intern("continuation"), std::memory_order_relaxed);
  }
}

StatusWait::~StatusWait() {
  runtime::close_wait(wait_);
  instance_.drop_reference();
}

void StatusWait::begin(runtime::Resumable& frame) {
  frame_ = &frame;
  wait_.owner = this;
  wait_.what = "a status";
  wait_.target = instance_.strand_id();
  wait_.since = frame.strand->scheduler().now_ticks();
  wait_.complete = [](runtime::Wait& wait, runtime::Node&) {
    StatusWait& self = *static_cast<Registered&>(wait).owner;
    runtime::close_wait(wait);
    self.frame_->strand->make_ready(*self.frame_);
  };
  runtime::open_wait(*frame.strand, wait_);
  instance_.watch(wait_.id, states_);
}

Result<void> adopt(Instance& instance, const Kinship& kinship) {
  if (kinship.parent != nullptr) {
    kinship.parent->link_child(instance);
  } else if (!instance.proc().add_root(instance)) {
    return std::unexpected(Error(
        Errc::Failed, fmt::format("spawning {}: its proc has been stopped; spawn on another",
                                  instance.id())));
  }
  return {};
}

std::optional<Error> refuse_child(const Instance& parent, std::string_view name) {
  if (!name.empty() && !is_valid_name(name)) {
    return invalid_name(name).in("spawning a child of " + parent.id().to_string());
  }
  if (!parent.accepts_children()) {
    return Error(Errc::Failed,
                 fmt::format("spawning a child of {}: it is stopping", parent.id()));
  }
  return std::nullopt;
}

Error invalid_name(std::string_view name) {
  return Error(Errc::Failed,
               fmt::format("'{}' cannot name an actor: begin with a letter or _, go on with "
                           "letters, digits, _ or -, separate parts with ::",
                           name == " " ? std::string_view{} : name));
}

Error constructor_threw(const Kinship& kinship, std::string_view what) {
  return Error(Errc::Failed, fmt::format("spawning {}: its constructor threw: {}",
                                         telemetry::name_text(kinship.name), what));
}

std::string element_name(std::string_view type) {
  std::string name(type);
  for (char& c : name) {
    const bool keep = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    if (!keep) c = '_';
  }
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) != 0)
    name.insert(0, "_");
  return name;
}

std::int64_t saturating_add(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return b > 0 ? INT64_MAX - 1 : 0;
  return std::min(sum, INT64_MAX - 1);
}

}  // namespace actor

}  // namespace hyperactor
