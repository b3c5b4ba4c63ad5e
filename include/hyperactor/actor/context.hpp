// actor/context.hpp - Context<A>: what a handler may do besides looking at its message.
#pragma once

#include "hyperactor/actor/instance.hpp"
#include "hyperactor/mailbox/ask.hpp"
#include "hyperactor/mailbox/owner.hpp"
#include "hyperactor/mailbox/port.hpp"

#include <chrono>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace hyperactor {

template <class A>
class ActorHandle;

/// Stops a delayed or periodic message. Dropping it does not.
class DelayedPost {
 public:
  /// For the runtime's own layers.
  explicit DelayedPost(runtime::WaitId wait) noexcept : wait_(wait) {}

  /// On the actor that made it. Messages already queued are still handled.
  void cancel(const Caller& caller) const;

 private:
  runtime::WaitId wait_;
};

/// The part of a context that does not know the actor's type.
class ContextBase : public Caller {
 public:
  /// For the runtime's own layers.
  explicit ContextBase(actor::Instance& instance) noexcept
      : Caller(instance), instance_(&instance) {}

  ContextBase(const ContextBase&) = delete;
  ContextBase& operator=(const ContextBase&) = delete;

  /// Ends this actor after the present handler. What waits goes back to its senders.
  void stop(std::string reason) {
    instance_->send_signal(actor::SignalKind::Stop, std::move(reason));
  }

  /// Refuses new messages, handles what was accepted, then ends.
  void drain_and_stop(std::string reason) {
    instance_->send_signal(actor::SignalKind::Drain, std::move(reason));
  }

  /// Fails this actor at its next await, or after the present handler.
  void abort(std::string reason) {
    instance_->send_signal(actor::SignalKind::Abort, std::move(reason));
  }

  /// The id of the message being handled.
  [[nodiscard]] std::uint64_t message_id() const noexcept { return strand().current_id(); }

  /// The id of the message whose handler sent this one; 0 = it came from outside.
  [[nodiscard]] std::uint64_t cause_id() const noexcept {
    return strand().current() == nullptr ? 0 : strand().current()->cause;
  }

  /// Whether nobody waits any more for the request being handled: its asker gave up, died, or
  /// its deadline passed. For handlers that work long. A handler that takes a ReplyPort asks
  /// the port: `wanted()`; this one stays false there.
  [[nodiscard]] bool is_cancelled() const noexcept;

  /// What is left of the request's deadline; nullopt if it has none.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> remaining() const noexcept;

  /// What this actor runs on.
  [[nodiscard]] const Runtime& runtime() const noexcept { return instance_->proc().runtime(); }

  /// Those that have not ended, oldest first.
  [[nodiscard]] std::vector<ActorId> children() const { return instance_->children(); }

  /// The parent's id; an empty one for a root.
  [[nodiscard]] const ActorId& parent_id() const noexcept { return instance_->parent_id(); }

  /// A port of this actor, with its receiver. `coalesce`: only the newest message matters.
  template <class M>
  std::pair<PortHandle<M>, PortReceiver<M>> open_port(bool coalesce = false) {
    auto [sender, receiver] = channel<M>(coalesce);
    return {PortHandle<M>(owner(), std::move(sender)),
            PortReceiver<M>(runtime(), std::move(receiver))};
  }

  /// A port for one message.
  template <class M>
  std::pair<OncePortHandle<M>, OncePortReceiver<M>> open_once_port() {
    auto [sender, receiver] = once_channel<M>();
    return {OncePortHandle<M>(owner(), std::move(sender)),
            OncePortReceiver<M>(runtime(), std::move(receiver))};
  }

  /// A port whose messages `fn` takes on the sender's thread.
  template <class M>
  PortHandle<M> open_function_port(std::function<Result<void>(M)> fn) {
    return PortHandle<M>(owner(), std::move(fn));
  }

  /// For the runtime's own layers.
  [[nodiscard]] actor::Instance& instance() const noexcept { return *instance_; }

 private:
  actor::Instance* instance_;
};

/// Handed to every hook and handler of A; valid as long as the actor, also across awaits.
template <class A>
class Context : public ContextBase {
 public:
  /// For the runtime's own layers.
  using ContextBase::ContextBase;

  /// A handle of this actor.
  [[nodiscard]] ActorHandle<A> self() const;

  /// Makes a child: `cx.spawn<Worker>(args...)`, or `cx.spawn<Worker>("name", args...)`. It
  /// stops with this actor, and its failure fails this actor. Fails if the actor is stopping.
  template <class B, class... Args>
  Result<ActorHandle<B>> spawn(Args&&... args);

  /// Sends M to this actor after `delay`, never earlier; zero or less is at once, as for a time
  /// that has passed. Discarded when the actor ends.
  template <class M>
  DelayedPost post_after(std::chrono::nanoseconds delay, M message) {
    return post_repeatedly<M>(delay, std::chrono::nanoseconds{0}, std::move(message));
  }

  /// Sends a copy of M to this actor every `period`, first after one. Zero or less is refused
  /// by an error of the actor.
  template <class M>
  DelayedPost post_every(std::chrono::nanoseconds period, M message) {
    static_assert(
        std::is_copy_constructible_v<M>,
        "post_every sends a copy each time, and this message cannot be copied: send it "
        "with post_after, again from its handler");
    if (period.count() <= 0) {
      instance().fail("post_every: a period of " + std::to_string(period.count()) +
                          " ns: give more than zero",
                      false);
      return DelayedPost(runtime::WaitId{});
    }
    return post_repeatedly<M>(period, period, std::move(message));
  }

 private:
  template <class M>
  DelayedPost post_repeatedly(std::chrono::nanoseconds delay, std::chrono::nanoseconds period,
                              M message);
};

}  // namespace hyperactor
