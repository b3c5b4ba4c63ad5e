// actor/handle.hpp - ActorHandle<A>: a local, typed, strong reference to an actor.
// Path: local send, step 1 of 9. Before: the user's code. Next: mailbox/message.hpp.
#pragma once

#include "hyperactor/actor/handler.hpp"
#include "hyperactor/actor/instance_of.hpp"
#include "hyperactor/mailbox/admission.hpp"
#include "hyperactor/mailbox/ask.hpp"
#include "hyperactor/mailbox/send_wait.hpp"

#include <chrono>
#include <string>
#include <type_traits>
#include <utility>

namespace hyperactor {

namespace actor {

/// Awaits one of some states of an instance, or its end; the value is its status when the
/// waiter goes on, which on threads may be a later one.
class StatusWait {
 public:
  StatusWait(Instance& instance, StateSet states) noexcept
      : instance_(instance), states_(states) {
    instance.add_reference();
  }

  StatusWait(const StatusWait&) = delete;
  StatusWait& operator=(const StatusWait&) = delete;
  ~StatusWait();

  bool await_ready() const {
    const runtime::StrandState state = instance_.state();
    return states_.contains(state) || is_terminal(state);
  }

  template <std::derived_from<runtime::Resumable> Promise>
  void await_suspend(std::coroutine_handle<Promise> frame) {
    begin(frame.promise());
  }

  ActorStatus await_resume() const { return instance_.status(); }

 private:
  struct Registered : runtime::Wait {
    StatusWait* owner = nullptr;
  };

  void begin(runtime::Resumable& frame);

  Instance& instance_;
  StateSet states_;
  runtime::Resumable* frame_ = nullptr;
  Registered wait_;
};

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
inline constexpr bool kDestroysTemporariesTwice = true;  // chapter 80 §4.1, bug A
#else
inline constexpr bool kDestroysTemporariesTwice = false;
#endif

template <class Arg>
constexpr bool awaitable_argument() {
  using T = std::remove_cvref_t<Arg>;
  return !kDestroysTemporariesTwice || std::is_lvalue_reference_v<Arg> ||
         !std::is_aggregate_v<T> || std::is_trivially_destructible_v<T>;
}

/// What check_send() tests, where Clang prints the types it is about in the line of the error.
template <class Actor, class Message>
struct Handles {
  static constexpr bool value = detail::count_handlers<Actor, Message>() != 0 ||
                                detail::handles_otherwise<Actor, Message>();
};

/// One sentence for a wrong send; true if the send may go on.
template <class A, class M>
constexpr bool check_send() {
  static_assert(detail::is_complete<A>(), "this actor is only declared here, not defined");
  if constexpr (detail::is_complete<A>()) {
    static_assert(detail::count_handlers<A, M>() < 2,
                  "this actor has more than one handler for this message");
    static_assert(
        !detail::handles_otherwise<A, M>(),
        "a handler may not be a template, nor take its message by a conversion: write "
        "an overload of handle for this message");
    static_assert(Handles<A, M>::value, "this actor does not handle this message");
    return detail::count_handlers<A, M>() == 1;
  } else {
    return false;
  }
}

}  // namespace actor

/// Strong and local: keeps the actor's record alive, not the actor. Copies are cheap (one
/// atomic increment) and may be used on any thread.
template <class A>
class ActorHandle {
 public:
  /// What it refers to.
  using ActorType = A;

  /// Takes over one reference.
  explicit ActorHandle(actor::InstanceOf<A>& instance) noexcept : instance_(&instance) {}

  ActorHandle(const ActorHandle& other) noexcept : instance_(other.instance_) {
    if (instance_ != nullptr) base().add_reference();
  }

  ActorHandle(ActorHandle&& other) noexcept
      : instance_(std::exchange(other.instance_, nullptr)) {}

  ActorHandle& operator=(ActorHandle other) noexcept {
    std::swap(instance_, other.instance_);
    return *this;
  }

  ~ActorHandle() {
    if (instance_ != nullptr) base().drop_reference();
  }

  /// Of the actor, for people and tables.
  [[nodiscard]] const ActorId& id() const noexcept { return base().id(); }

  /// Sends `M(args...)`, built in place. Never fails visibly: what cannot be delivered comes
  /// back to `caller` (Actor::handle_undeliverable). Cost: one exchange, no allocation in
  /// steady state.
  template <class M, class... Args>
  void post(const Caller& caller, Args&&... args) const {
    if constexpr (actor::check_send<A, M>()) {
      mailbox::check_arguments<M, Args...>();
      runtime::Node& node = mailbox::make_message<M>(caller, actor::kMessageOps<A, M>,
                                                     std::forward<Args>(args)...);
      runtime::Strand& strand = base();
      if (strand.guarded()) [[unlikely]] {
        mailbox::send_guarded(base(), node);
        return;
      }
      strand.push_work(node);
    }
  }

  /// Sends a finished message.
  template <class M>
  void post(const Caller& caller, M message) const {
    post<M, M>(caller, std::move(message));
  }

  /// Sends `M(args...)`, or gives the message back if the actor has ended or its mailbox is
  /// full.
  template <class M, class... Args>
  std::expected<void, Undelivered<M>> try_send(const Caller& caller, Args&&... args) const {
    if constexpr (actor::check_send<A, M>()) {
      mailbox::check_arguments<M, Args...>();
      auto& node = mailbox::make_message<M>(caller, actor::kMessageOps<A, M>,
                                            std::forward<Args>(args)...);
      runtime::Strand& strand = base();
      if (!strand.guarded()) [[likely]] {
        strand.push_work(node);
        return {};
      }
      auto refused = mailbox::try_send_guarded(base(), node);
      if (!refused) return {};
      const mailbox::EndedMessage<M> ended(node);
      return std::unexpected(Undelivered<M>{std::move(node.message), *std::move(refused)});
    }
  }

  /// `co_await handle.send_wait<M>(cx, args...)`: sends `M(args...)`, and waits while the
  /// mailbox is full if it is bounded with Overflow::Wait; else as try_send. See SendWait.
  template <class M, class... Args>
  SendWait<M> send_wait(const Caller& caller, Args&&... args) const {
    actor::check_send<A, M>();
    static_assert((actor::awaitable_argument<Args&&>() && ...),
                  "this compiler destroys a temporary message twice when the send is awaited: "
                  "pass the message's fields, or name the message first");
    mailbox::check_arguments<M, Args...>();
    return SendWait<M>(caller, base(),
                       mailbox::make_message<M>(caller, actor::kMessageOps<A, M>,
                                                std::forward<Args>(args)...));
  }

  /// Sends the request `M(args...)` at once. The answer is awaited, continued with, or blocked
  /// on; it always comes (see Ask).
  template <class M, class... Args>
  Ask<mailbox::ReplyOf<M>> ask(const Caller& caller, Args&&... args) const {
    return ask_within<M>(caller, AskOptions{}, std::forward<Args>(args)...);
  }

  /// The same with a deadline of its own.
  template <class M, class... Args>
  Ask<mailbox::ReplyOf<M>> ask(const Caller& caller, AskOptions options, Args&&... args) const {
    return ask_within<M>(caller, options, std::forward<Args>(args)...);
  }

  /// What the actor is doing now, or how it ended.
  [[nodiscard]] ActorStatus status() const { return base().status(); }

  /// `co_await handle.ended()`: the terminal status, once it has ended.
  [[nodiscard]] actor::StatusWait ended() const noexcept {
    return actor::StatusWait(base(), {});
  }

  /// `co_await handle.reaches({State::Idle})`: the status, once the actor is in one of these
  /// states, or has ended. States are seen as they begin; none is missed while it is awaited.
  [[nodiscard]] actor::StatusWait reaches(actor::StateSet states) const noexcept {
    return actor::StatusWait(base(), states);
  }

  /// Leaves the queue and ends, after the present handler.
  void stop(std::string reason) const {
    base().send_signal(actor::SignalKind::Stop, std::move(reason));
  }

  /// Refuses new messages, handles what was accepted, then ends.
  void drain_and_stop(std::string reason) const {
    base().send_signal(actor::SignalKind::Drain, std::move(reason));
  }

  /// Fails the actor at its next suspension point, at once if it is suspended or idle.
  void abort(std::string reason) const {
    base().send_signal(actor::SignalKind::Abort, std::move(reason));
  }

  /// Those that have not ended, oldest first.
  [[nodiscard]] std::vector<ActorId> children() const { return base().children(); }

  /// The parent's id; an empty one for a root.
  [[nodiscard]] const ActorId& parent_id() const noexcept { return base().parent_id(); }

  /// Messages waiting, as of the end of its last turn, or exactly if its mailbox is bounded.
  [[nodiscard]] std::uint64_t depth() const noexcept { return base().depth(); }

  /// The most there ever were.
  [[nodiscard]] std::uint64_t depth_max() const noexcept { return base().depth_max(); }

  /// The limit of its mailbox and what it has done; nullopt if it has none.
  [[nodiscard]] std::optional<MailboxLimit> mailbox_limit() const noexcept {
    return base().mailbox_limit();
  }

  /// Messages handled so far, as of the end of its last turn.
  [[nodiscard]] std::uint64_t handled() const noexcept { return base().handled(); }

  /// Messages it sent that came back.
  [[nodiscard]] std::uint64_t undeliverable_count() const noexcept {
    return base().undeliverable_count();
  }

  /// Requests that were not run, because nobody waited for the answer any more.
  [[nodiscard]] std::uint64_t unwanted_count() const noexcept {
    return base().unwanted_count();
  }

  /// Answers that came when this actor waited for them no more: after the deadline, or when the
  /// ask had been dropped.
  [[nodiscard]] std::uint64_t late_reply_count() const noexcept {
    return base().late_replies();
  }

  /// For the runtime's own layers.
  [[nodiscard]] actor::Instance& base() const noexcept {
    return *reinterpret_cast<actor::Instance*>(instance_);
  }

  friend bool operator==(const ActorHandle& a, const ActorHandle& b) noexcept {
    return a.instance_ == b.instance_;
  }

 private:
  template <class M, class... Args>
  Ask<mailbox::ReplyOf<M>> ask_within(const Caller& caller, const AskOptions& options,
                                      Args&&... args) const {
    using Reply = mailbox::ReplyOf<M>;
    if constexpr (actor::check_send<A, M>()) {
      constexpr bool kHasReply = mailbox::Request<M>;  // a bool: no notes about concepts
      static_assert(
          kHasReply,
          "only a message with a Reply can be asked: add `using Reply = …;`, or post it");
      static_assert((actor::awaitable_argument<Args&&>() && ...),
                    "this compiler destroys a temporary message twice when the ask is awaited: "
                    "pass the message's fields, or name the message first");
      mailbox::check_arguments<M, Args...>();
      mailbox::ensure_type_name<M>();
      const std::uint32_t type = mailbox::kTypeName<M>.load(std::memory_order_relaxed);
      auto* state = new mailbox::AskState<Reply>(caller, base(), type, options);
      Ask<Reply> asked(state);  // owns it should the message's constructor throw
      if (auto refused = mailbox::refuse_options(options, base(), type)) [[unlikely]] {
        state->set(std::unexpected(*std::move(refused)));
        return asked;
      }
      runtime::Strand& strand = base();
      auto& node = mailbox::make_message<M>(caller, actor::kMessageOps<A, M>,
                                            std::forward<Args>(args)...);
      if constexpr (kHasReply) {
        node.flags |= runtime::kNodeRequest | runtime::kNodeDeadline;
        node.asker = state->id;
        node.deadline = state->deadline;
      }
      if (strand.guarded()) [[unlikely]] {
        mailbox::send_guarded(base(), node);
      } else {
        strand.push_work(node);
      }
      return asked;
    } else {
      return Ask<Reply>(nullptr);
    }
  }

  // InstanceOf<A> may be incomplete where a handle is only stored; see base().
  actor::InstanceOf<A>* instance_;
};

/// Waits on the calling thread until the actor is in one of `states`, or has ended.
template <class A>
Result<ActorStatus> wait_status(const ActorHandle<A>& handle, actor::StateSet states) {
  auto wait = [](ActorHandle<A> awaited, actor::StateSet wanted) -> Task<ActorStatus> {
    actor::StatusWait reached(awaited.base(), wanted);
    auto status = co_await reached;
    co_return status;
  };
  return runtime::block_on(handle.base().scheduler(), wait(handle, states));
}

/// Waits on the calling thread until the actor has ended.
template <class A>
Result<ActorStatus> wait_ended(const ActorHandle<A>& handle) {
  return wait_status(handle, {});
}

}  // namespace hyperactor
