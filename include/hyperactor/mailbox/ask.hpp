// mailbox/ask.hpp - Ask<R>: a request that was sent, and will end.
#pragma once

#include "hyperactor/base/error.hpp"
#include "hyperactor/mailbox/reply_port.hpp"
#include "hyperactor/runtime/manual_strand.hpp"
#include "hyperactor/runtime/wait.hpp"

#include <chrono>
#include <concepts>
#include <coroutine>
#include <functional>
#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace hyperactor {

/// Stands before the message's arguments: `account.ask<Balance>(cx, AskOptions{.timeout =
/// 1s})`.
struct AskOptions {
  /// How long to wait for the answer; none: the runtime's ask timeout (30 s). Zero has passed
  /// at once. A negative one, or more than a year, answers with an error and sends nothing.
  std::optional<std::chrono::nanoseconds> timeout{};
};

static_assert(std::is_trivially_destructible_v<AskOptions>);

namespace mailbox {

/// The error of an ask whose options make no sense, if they do not.
[[nodiscard]] std::optional<Error> refuse_options(const AskOptions& options,
                                                  const Owner& callee,
                                                  std::uint32_t message_type);

/// The part of an ask that does not depend on the type of its answer.
class AskCore : public runtime::Wait {
 public:
  AskCore(const Caller& caller, const Owner& callee, std::uint32_t message_type,
          const AskOptions& options);
  AskCore(const AskCore&) = delete;
  AskCore& operator=(const AskCore&) = delete;

  [[nodiscard]] bool is_done() const noexcept { return done_; }

  /// `frame` goes on when the answer is there; null: nobody awaits it any more.
  void await(runtime::Resumable* frame) noexcept;

  /// Runs the asking client on this thread until the answer is there.
  Result<void> block();

 protected:
  ~AskCore();

  /// The answer is there: wakes who awaits it.
  void finish() noexcept;
  [[nodiscard]] Error deadline_passed() const;
  [[nodiscard]] Error unmovable_reply() const;

  [[nodiscard]] bool has_continuation() const noexcept { return continuation_ != nullptr; }

  runtime::Node* continuation_ = nullptr;  // what .then() left here

 private:
  runtime::Resumable* frame_ = nullptr;
  ActorId callee_;
  std::int64_t limit_ns_ = 0;
  bool done_ = false;
  bool client_ = false;
};

template <class R>
class AskState final : public AskCore {
 public:
  AskState(const Caller& caller, const Owner& callee, std::uint32_t message_type,
           const AskOptions& options)
      : AskCore(caller, callee, message_type, options) {
    complete = [](runtime::Wait& wait, runtime::Node& reply) {
      static_cast<AskState&>(wait).receive(static_cast<ReplyNode<R>&>(reply).value);
    };
    expire = [](runtime::Wait& wait) {
      auto& self = static_cast<AskState&>(wait);
      self.set(std::unexpected(self.deadline_passed()));
    };
  }

  ~AskState() {
    if (continuation_ != nullptr) drop_continuation_(*continuation_);
  }

  static void* operator new(std::size_t bytes) {
    return runtime::tls.pool.allocate_bytes(bytes);
  }

  static void operator delete(void* memory, std::size_t bytes) noexcept {
    runtime::tls.pool.release_bytes(memory, bytes);
  }

  void set(Result<R>&& value) {
    value_.emplace(std::move(value));
    finish();
  }

  Result<R> take() { return std::move(*value_); }

  void receive(Result<R>& value) {
    try {
      value_.emplace(std::move(value));
    } catch (...) {  // the reply's move constructor threw
      value_.emplace(std::unexpected(unmovable_reply()));
    }
    finish();
  }

  /// `node` becomes work of the asking strand when the answer comes; it frees this state.
  void then(runtime::Node& node, void (*drop)(runtime::Node&)) noexcept {
    continuation_ = &node;
    drop_continuation_ = drop;
    abandon = [](runtime::Wait& wait) { delete static_cast<AskState*>(&wait); };
    if (is_done()) finish();
  }

 private:
  std::optional<Result<R>> value_;
  void (*drop_continuation_)(runtime::Node&) = nullptr;
};

}  // namespace mailbox

/// A request that was sent. It ends: with a reply, an error, its deadline, or the news that the
/// request died. `co_await` it, give it a continuation, or block_on it; dropping it cancels,
/// and the callee sees that nobody waits any more.
///
/// Threads  Belongs to the actor or client that asked.
template <class R>
class [[nodiscard]] Ask {
 public:
  /// For the runtime's own layers.
  using State = mailbox::AskState<R>;

  /// For the runtime's own layers.
  explicit Ask(State* state) noexcept : state_(state) {}

  Ask(Ask&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}

  Ask& operator=(Ask&& other) noexcept {
    if (this != &other) {
      delete state_;
      state_ = std::exchange(other.state_, nullptr);
    }
    return *this;
  }

  Ask(const Ask&) = delete;
  Ask& operator=(const Ask&) = delete;

  ~Ask() { delete state_; }

  /// Whether the answer is there.
  [[nodiscard]] bool is_done() const noexcept { return state_->is_done(); }

  /// Awaits the answer. Cancel-safe: an ask that outlives the frame that awaited it forgets it.
  class Awaiter {
   public:
    /// For the runtime's own layers.
    explicit Awaiter(State& state) noexcept : state_(state) {}

    Awaiter(const Awaiter&) = delete;
    Awaiter& operator=(const Awaiter&) = delete;

    ~Awaiter() { state_.await(nullptr); }

    bool await_ready() const noexcept { return state_.is_done(); }

    template <std::derived_from<runtime::Resumable> Promise>
    void await_suspend(std::coroutine_handle<Promise> frame) noexcept {
      state_.await(&frame.promise());
    }

    Result<R> await_resume() { return state_.take(); }

   private:
    State& state_;
  };

  Awaiter operator co_await() const noexcept { return Awaiter(*state_); }

  /// Runs `fn(Result<R>)` as a work item of its own when the answer comes; the actor is free in
  /// the meantime. Dropped when the actor stops. Defined in actor/spawn.hpp.
  template <class Context, class Fn>
  void then(Context& cx, Fn fn) &&;

  /// For the runtime's own layers.
  [[nodiscard]] State& state() const noexcept { return *state_; }

 private:
  State* state_;
};

/// Waits on the calling thread for the answer to a client's request.
template <class R>
Result<R> block_on(Ask<R> ask) {
  if (auto ran = ask.state().block(); !ran) return std::unexpected(std::move(ran).error());
  return ask.state().take();
}

}  // namespace hyperactor
