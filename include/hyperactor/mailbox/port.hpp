// mailbox/port.hpp - ports: typed one-way endpoints of an actor or client.
#pragma once

#include "hyperactor/base/error.hpp"
#include "hyperactor/mailbox/owner.hpp"
#include "hyperactor/runtime/channel.hpp"
#include "hyperactor/runtime/runtime.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace hyperactor {

namespace mailbox {

/// A strong reference to the strand that owns a port, and to its identity.
class OwnerRef {
 public:
  explicit OwnerRef(Owner& owner) noexcept : owner_(&owner) { owner.strand().add_reference(); }

  OwnerRef(const OwnerRef& other) noexcept : OwnerRef(*other.owner_) {}

  OwnerRef& operator=(const OwnerRef&) = delete;

  ~OwnerRef() { owner_->strand().drop_reference(); }

  [[nodiscard]] Owner& operator*() const noexcept { return *owner_; }

 private:
  Owner* owner_;
};

}  // namespace mailbox

/// Sends M to a port of a local actor or client. Cheap to copy; any thread.
///
/// A queue port has a PortReceiver; a function port runs a function on the sender's thread.
template <class M>
class PortHandle {
 public:
  /// What a function port runs.
  using Function = std::function<Result<void>(M)>;

  /// For the runtime's own layers.
  PortHandle(mailbox::Owner& owner, Sender<M> sender)
      : core_(std::make_shared<Core>(owner, std::move(sender), nullptr)) {}

  /// For the runtime's own layers.
  PortHandle(mailbox::Owner& owner, Function function)
      : core_(std::make_shared<Core>(owner, std::nullopt, std::move(function))) {}

  /// Queues the message, or runs the function. Fails, and says how the owner ended, once it
  /// has; or if the receiver is gone; or as the function fails.
  Result<void> send(const Caller&, M message) const { return send(std::move(message)); }

  /// The same, for whoever has no caller at hand.
  Result<void> send(M message) const {
    mailbox::Owner& owner = *core_->owner;
    owner.strand().scheduler().check_thread();
    if (owner.strand().closed()) {
      return std::unexpected(owner_ended(owner, "sending to a port"));
    }
    if (core_->function) return core_->function(std::move(message));
    auto sent = core_->sender->send(std::move(message));
    if (sent) return {};
    return std::unexpected(std::move(sent).error().why.in("port of " + owner.id().to_string()));
  }

  /// A port of R that applies `fn` and sends the result here.
  template <class R>
  [[nodiscard]] PortHandle<R> contramap(std::function<M(R)> fn) const {
    return PortHandle<R>(*core_->owner, [port = *this, fn = std::move(fn)](R value) {
      return port.send(fn(std::move(value)));
    });
  }

  /// Of the actor or client that opened it.
  [[nodiscard]] const ActorId& owner_id() const noexcept { return (*core_->owner).id(); }

 private:
  struct Core {
    Core(mailbox::Owner& port_owner, std::optional<Sender<M>> port_sender,
         Function port_function)
        : owner(port_owner),
          sender(std::move(port_sender)),
          function(std::move(port_function)) {}

    mailbox::OwnerRef owner;
    std::optional<Sender<M>> sender;
    Function function;
  };

  std::shared_ptr<const Core> core_;
};

/// Receives from a port. Items queued before its owner ended stay readable. Move-only.
template <class M>
class PortReceiver {
 public:
  /// For the runtime's own layers.
  PortReceiver(const Runtime& runtime, Receiver<M> receiver) noexcept
      : runtime_(runtime), receiver_(std::move(receiver)) {}

  /// Awaits the next message; Errc::Disconnected once no handle is left. Cancel-safe.
  Task<Result<M>> recv() { return receiver_.recv(); }

  /// The next message, if there is one now.
  Result<std::optional<M>> try_recv() { return receiver_.try_recv(); }

  /// What is there now, oldest first; the newest alone if coalescing.
  std::vector<M> drain() { return receiver_.drain(); }

  /// The runtime it waits on, which it keeps alive.
  [[nodiscard]] const Runtime& runtime() const noexcept { return runtime_; }

 private:
  Runtime runtime_;
  Receiver<M> receiver_;
};

/// Sends once to a once port.
template <class M>
class OncePortHandle {
 public:
  /// For the runtime's own layers.
  OncePortHandle(mailbox::Owner& owner, OnceSender<M> sender)
      : owner_(owner), sender_(std::move(sender)) {}

  OncePortHandle(OncePortHandle&&) noexcept = default;

  /// Fails if the receiver is gone.
  Result<void> send(const Caller&, M message) && {
    return std::move(*this).send(std::move(message));
  }

  /// The same, for whoever has no caller at hand.
  Result<void> send(M message) && {
    (*owner_).strand().scheduler().check_thread();
    auto sent = std::move(sender_).send(std::move(message));
    if (sent) return {};
    return std::unexpected(
        std::move(sent).error().why.in("once port of " + (*owner_).id().to_string()));
  }

 private:
  mailbox::OwnerRef owner_;
  OnceSender<M> sender_;
};

/// Receives the one message of a once port, or the news that it will not come.
template <class M>
class OncePortReceiver {
 public:
  /// For the runtime's own layers.
  OncePortReceiver(const Runtime& runtime, OnceReceiver<M> receiver) noexcept
      : runtime_(runtime), receiver_(std::move(receiver)) {}

  /// Awaits the message; Errc::Disconnected if the handle went without sending. Cancel-safe.
  Task<Result<M>> recv() && { return std::move(receiver_).recv(); }

  /// The runtime it waits on, which it keeps alive.
  [[nodiscard]] const Runtime& runtime() const noexcept { return runtime_; }

 private:
  Runtime runtime_;
  OnceReceiver<M> receiver_;
};

/// Waits on the calling thread for the next message of a port.
template <class M>
Result<M> block_on(PortReceiver<M>& receiver) {
  auto received = block_on(receiver.runtime(), receiver.recv());
  if (!received) return std::unexpected(std::move(received).error());
  return *std::move(received);
}

/// Waits on the calling thread for the message of a once port.
template <class M>
Result<M> block_on(OncePortReceiver<M> receiver) {
  const Runtime runtime = receiver.runtime();
  auto received = block_on(runtime, std::move(receiver).recv());
  if (!received) return std::unexpected(std::move(received).error());
  return *std::move(received);
}

}  // namespace hyperactor
