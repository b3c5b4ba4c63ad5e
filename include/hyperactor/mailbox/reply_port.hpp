// mailbox/reply_port.hpp - ReplyPort<R>: the duty to answer one request.
#pragma once

#include "hyperactor/base/error.hpp"
#include "hyperactor/mailbox/message.hpp"
#include "hyperactor/runtime/wait.hpp"

#include <new>
#include <string>
#include <type_traits>
#include <utility>

namespace hyperactor {

namespace mailbox {

/// An answer on its way to the wait that asked.
template <class R>
struct ReplyNode : runtime::Completion {
  explicit ReplyNode(Result<R>&& answer) : value(std::move(answer)) {}

  Result<R> value;
};

template <class R>
inline constexpr runtime::NodeOps kReplyOps{
    [](runtime::Strand& strand, runtime::Node& node) {
      auto& reply = static_cast<ReplyNode<R>&>(node);
      // Late answers find no wait (WT-1) and end here.
      if (runtime::Wait* wait = runtime::WaitTable::process().find(reply.wait)) {
        wait->complete(*wait, node);
      } else {
        strand.count_late_reply();
      }
      reply.~ReplyNode<R>();
    },
    [](runtime::Strand*, runtime::Node& node, runtime::DropReason) {
      static_cast<ReplyNode<R>&>(node).~ReplyNode<R>();
    },
    nullptr};

/// Sends `answer` to the wait `asker` of the strand `to`, and clears `asker`; not if moving the
/// answer throws, which comes out of here. Any thread.
template <class R>
void send_reply(runtime::WaitId& asker, runtime::StrandId to, Result<R>&& answer) {
  auto* node = runtime::make_node<ReplyNode<R>>(std::move(answer));
  node->ops = &kReplyOps<R>;
  node->wait = std::exchange(asker, runtime::WaitId{});
  runtime::post_completion_to(to, *node);
}

/// "no reply: the reply port of Transfer was dropped by bank[0] while it handled Audit".
[[nodiscard]] Error dropped_reply(std::uint32_t request_type);

}  // namespace mailbox

/// The duty to answer a request once: keep it, move it into another message or actor, answer
/// when ready. Move-only. Dropping it unanswered tells the asker so, naming who dropped it.
///
/// Threads  Any, one at a time.
template <class R>
class ReplyPort {
 public:
  ReplyPort() noexcept = default;

  /// Takes the duty over from a queued request.
  explicit ReplyPort(mailbox::RequestNode& request) noexcept
      : asker_(std::exchange(request.asker, runtime::WaitId{})),
        to_(request.sender),
        type_(request.ops->type) {}

  ReplyPort(ReplyPort&& other) noexcept
      : asker_(std::exchange(other.asker_, runtime::WaitId{})),
        to_(other.to_),
        type_(other.type_) {}

  ReplyPort& operator=(ReplyPort&& other) noexcept {
    if (this != &other) {
      give_up();
      asker_ = std::exchange(other.asker_, runtime::WaitId{});
      to_ = other.to_;
      type_ = other.type_;
    }
    return *this;
  }

  ReplyPort(const ReplyPort&) = delete;
  ReplyPort& operator=(const ReplyPort&) = delete;

  ~ReplyPort() { give_up(); }

  /// Answers. A second call does nothing; an answer that comes too late is dropped, and counted
  /// by the asker.
  template <class U = R>
    requires(!std::is_void_v<R> && std::convertible_to<U &&, R>)
  void send(U&& value) {
    if (asker_) {
      mailbox::send_reply<R>(asker_, to_, Result<R>(R(std::forward<U>(value))));
    }
  }

  /// Answers a request whose reply is void.
  void send()
    requires std::is_void_v<R>
  {
    if (asker_) mailbox::send_reply<R>(asker_, to_, Result<R>{});
  }

  /// Answers that there is no answer, and why.
  void refuse(Error why) {
    if (asker_) {
      mailbox::send_reply<R>(asker_, to_, Result<R>(std::unexpected(std::move(why))));
    }
  }

  /// Whether the asker still waits; false once it gave up, died, or was answered.
  [[nodiscard]] bool wanted() const noexcept {
    return asker_ && runtime::WaitTable::process().wanted(asker_);
  }

 private:
  void give_up() noexcept {
    if (asker_) refuse(mailbox::dropped_reply(type_->load(std::memory_order_relaxed)));
  }

  runtime::WaitId asker_;
  runtime::StrandId to_;
  const std::atomic<std::uint32_t>* type_ = nullptr;
};

/// Whether T is a ReplyPort.
template <class T>
inline constexpr bool is_reply_port = false;
/// Whether T is a ReplyPort.
template <class R>
inline constexpr bool is_reply_port<ReplyPort<R>> = true;

}  // namespace hyperactor
