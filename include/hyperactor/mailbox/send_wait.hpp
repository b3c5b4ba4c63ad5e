// mailbox/send_wait.hpp - a send that waits while the receiver's mailbox is full (00 D12).
#pragma once

#include "hyperactor/mailbox/admission.hpp"
#include "hyperactor/mailbox/message.hpp"
#include "hyperactor/runtime/manual_strand.hpp"
#include "hyperactor/runtime/task.hpp"

#include <concepts>
#include <coroutine>
#include <expected>
#include <optional>
#include <utility>

namespace hyperactor {

namespace mailbox {

/// The part of a waiting send that does not depend on the message.
class SendWaitCore {
 public:
  SendWaitCore(const SendWaitCore&) = delete;
  SendWaitCore& operator=(const SendWaitCore&) = delete;

  /// Whether it has ended: the message is queued, or will not be.
  [[nodiscard]] bool is_done() const noexcept { return done_; }

  /// Runs the sending client on this thread until it has ended.
  Result<void> block();

 protected:
  /// Takes a reference to both ends, and sends at once if there is room.
  SendWaitCore(const Caller& caller, Owner& receiver, runtime::Node& message);
  ~SendWaitCore();

  /// Registers with the receiver; `frame` goes on when there is room, or there never will be.
  void begin(runtime::Resumable* frame);

  /// The message, if it was not queued; whoever calls it owns it.
  [[nodiscard]] runtime::Node* take_message() noexcept {
    return std::exchange(message_, nullptr);
  }

  std::optional<Error> refused_;

 private:
  struct Registered : runtime::Wait {
    SendWaitCore* owner = nullptr;
  };

  void on_completion(const runtime::Node& completion);
  void finish();
  [[nodiscard]] std::optional<Error> find_cycle();

  runtime::Strand& sender_;
  Owner& receiver_;
  runtime::Node* message_;
  runtime::Resumable* frame_ = nullptr;
  bool done_ = false;
  Registered wait_;
};

}  // namespace mailbox

/// What `handle.send_wait<M>(cx, args...)` answers. `co_await` it, or block_on it from a plain
/// thread: goes on when the message is queued, or gives it back if the receiver has ended, if
/// it is the sender itself, or if the sender would wait for ever, because the receiver waits,
/// perhaps by way of others, for room in the sender's own mailbox. A message for which there
/// was room was sent by the call itself.
///
/// Cancel-safe: destroyed while it waits, it destroys the message unsent.
/// Threads  Belongs to the actor or client that sends.
template <class M>
class [[nodiscard]] SendWait : private mailbox::SendWaitCore {
 public:
  /// Nothing, or the message with the reason why it is not queued.
  using Outcome = std::expected<void, Undelivered<M>>;

  /// For the runtime's own layers.
  SendWait(const Caller& caller, mailbox::Owner& receiver, mailbox::MessageNode<M>& message)
      : SendWaitCore(caller, receiver, message) {}

  ~SendWait() {
    if (auto* unsent = take_node()) {
      const mailbox::EndedMessage<M> ended(*unsent);
    }
  }

  bool await_ready() const noexcept { return is_done(); }

  template <std::derived_from<runtime::Resumable> Promise>
  bool await_suspend(std::coroutine_handle<Promise> frame) {
    begin(&frame.promise());
    return !is_done();
  }

  Outcome await_resume() {
    auto* const unsent = take_node();
    if (unsent == nullptr) return {};
    const mailbox::EndedMessage<M> ended(*unsent);
    return std::unexpected(Undelivered<M>{std::move(unsent->message), *std::move(refused_)});
  }

  /// Waits on the calling thread, for a client.
  Outcome block() {
    if (!is_done()) {
      if (auto ran = SendWaitCore::block(); !ran) refused_ = std::move(ran).error();
    }
    return await_resume();
  }

 private:
  mailbox::MessageNode<M>* take_node() noexcept {
    return static_cast<mailbox::MessageNode<M>*>(take_message());
  }
};

/// Waits on the calling thread until a client's message is queued.
template <class M>
typename SendWait<M>::Outcome block_on(SendWait<M>&& sending) {
  return sending.block();
}

}  // namespace hyperactor
