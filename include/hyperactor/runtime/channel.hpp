// runtime/channel.hpp - Sender and Receiver: values from anywhere to one task.
#pragma once

#include "hyperactor/base/error.hpp"
#include "hyperactor/runtime/channel_core.hpp"
#include "hyperactor/runtime/task.hpp"

#include <concepts>
#include <coroutine>
#include <cstdint>
#include <new>
#include <optional>
#include <utility>
#include <vector>

namespace hyperactor {

namespace runtime {

template <class T>
struct ItemNode : Node {
  explicit ItemNode(T&& item) : value(std::move(item)) {}

  T value;
};

template <class T>
inline constexpr NodeOps kItemOps{
    nullptr,
    [](Strand*, Node& node, DropReason) { static_cast<ItemNode<T>&>(node).~ItemNode<T>(); },
    nullptr};

template <class T>
Node& make_item(T&& value) {
  using Item = ItemNode<std::remove_cvref_t<T>>;
  auto* item = make_node<Item>(std::move(value));
  item->ops = &kItemOps<std::remove_cvref_t<T>>;
  return *item;
}

template <class T>
T take_item(Node& node) {
  auto& item = static_cast<ItemNode<T>&>(node);
  T value = std::move(item.value);
  item.~ItemNode<T>();
  release_node(tls, node);
  return value;
}

/// The waiting half of every receive. Cancel-safe: an abandoned one takes nothing.
class ReceiveWait {
 public:
  explicit ReceiveWait(ChannelCore& core) noexcept : core_(core) {}

  ReceiveWait(const ReceiveWait&) = delete;
  ReceiveWait& operator=(const ReceiveWait&) = delete;

  ~ReceiveWait() { end(); }

  /// False: something is there already, do not suspend.
  bool begin(Resumable& frame);
  void end() noexcept;

 private:
  struct Registered : Wait {
    ReceiveWait* owner = nullptr;
  };

  ChannelCore& core_;
  Resumable* frame_ = nullptr;
  Registered wait_;
};

}  // namespace runtime

/// The sending end. Copyable; any thread. A channel is closed when its last sender is gone.
template <class T>
class Sender {
 public:
  /// For the runtime's own layers.
  explicit Sender(runtime::ChannelCore& core) noexcept : core_(&core) {}

  Sender(const Sender& other) noexcept : core_(other.core_) {
    if (core_ != nullptr) core_->add_sender();
  }

  Sender(Sender&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}

  Sender& operator=(Sender other) noexcept {
    std::swap(core_, other.core_);
    return *this;
  }

  ~Sender() {
    if (core_ != nullptr) core_->drop_sender();
  }

  /// Queues the value; gives it back if the receiver is gone. Never blocks.
  std::expected<void, Undelivered<T>> send(T value) const {
    runtime::Node& item = runtime::make_item(std::move(value));
    if (core_->push(item)) return {};
    return std::unexpected(
        Undelivered<T>{runtime::take_item<T>(item), Error(Errc::Disconnected,
                                                          "sending to a channel whose "
                                                          "receiver is gone")});
  }

  /// Whether a send would be refused.
  [[nodiscard]] bool receiver_gone() const noexcept { return core_->receiver_gone(); }

 private:
  runtime::ChannelCore* core_;
};

/// The receiving end: one task or thread at a time. Move-only. Dropping it refuses later sends.
template <class T>
class Receiver {
 public:
  /// `coalesce`: each receive discards all but the newest value.
  Receiver(runtime::ChannelCore& core, bool coalesce) noexcept
      : core_(&core), coalesce_(coalesce) {}

  Receiver(Receiver&& other) noexcept
      : core_(std::exchange(other.core_, nullptr)), coalesce_(other.coalesce_) {}

  Receiver& operator=(Receiver&& other) noexcept {
    std::swap(core_, other.core_);
    std::swap(coalesce_, other.coalesce_);
    return *this;
  }

  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  ~Receiver() {
    if (core_ != nullptr) core_->drop_receiver();
  }

  /// The oldest value; nullopt if there is none now; Errc::Disconnected once every sender is
  /// gone and all was received.
  Result<std::optional<T>> try_recv() {
    if (auto value = pop()) return value;
    if (!core_->abandoned()) return std::optional<T>{};
    // Senders push before they go: look once more.
    if (auto value = pop()) return value;
    return std::unexpected(
        Error(Errc::Disconnected, "receiving from a channel whose senders are all gone"));
  }

  /// What is queued now, oldest first; the newest alone if coalescing.
  std::vector<T> drain() {
    std::vector<T> values;
    while (auto value = pop()) values.push_back(std::move(*value));
    return values;
  }

  /// Awaits the next value.
  Task<Result<T>> recv() {
    for (;;) {
      auto now = try_recv();
      if (!now) co_return std::unexpected(std::move(now).error());
      if (now->has_value()) co_return std::move(**now);
      Arrival arrival(*core_);
      co_await arrival;
    }
  }

 private:
  struct Arrival {
    explicit Arrival(runtime::ChannelCore& core) noexcept : wait(core) {}

    bool await_ready() const noexcept { return false; }

    template <std::derived_from<runtime::Resumable> Promise>
    bool await_suspend(std::coroutine_handle<Promise> frame) {
      return wait.begin(frame.promise());
    }

    void await_resume() noexcept { wait.end(); }

    runtime::ReceiveWait wait;
  };

  std::optional<T> pop() {
    runtime::Node* node = core_->try_pop();
    if (node == nullptr) return std::nullopt;
    std::optional<T> value(runtime::take_item<T>(*node));
    while (coalesce_ && (node = core_->try_pop()) != nullptr) {
      value.emplace(runtime::take_item<T>(*node));
    }
    return value;
  }

  runtime::ChannelCore* core_;
  bool coalesce_;
};

/// A new channel: `auto [tx, rx] = channel<int>();`. Unbounded.
template <class T>
std::pair<Sender<T>, Receiver<T>> channel(bool coalesce = false) {
  auto* core = new runtime::ChannelCore;
  return {Sender<T>(*core), Receiver<T>(*core, coalesce)};
}

/// Sends once.
template <class T>
class OnceSender {
 public:
  /// For the runtime's own layers; see once_channel().
  explicit OnceSender(Sender<T> sender) noexcept : sender_(std::move(sender)) {}

  /// Queues the value; gives it back if the receiver is gone. Never blocks.
  std::expected<void, Undelivered<T>> send(T value) && {
    const Sender<T> last = std::move(sender_);
    return last.send(std::move(value));
  }

 private:
  Sender<T> sender_;
};

/// Receives once: the value, or Errc::Disconnected if the sender went without sending.
template <class T>
class OnceReceiver {
 public:
  /// For the runtime's own layers; see once_channel().
  explicit OnceReceiver(Receiver<T> receiver) noexcept : receiver_(std::move(receiver)) {}

  /// Awaits the value. Cancel-safe.
  Task<Result<T>> recv() && {
    auto receive = [](Receiver<T> receiver) -> Task<Result<T>> {
      auto value = co_await receiver.recv();
      co_return value;
    };
    return receive(std::move(receiver_));
  }

 private:
  Receiver<T> receiver_;
};

/// A channel for one value: `auto [tx, rx] = once_channel<int>();`.
template <class T>
std::pair<OnceSender<T>, OnceReceiver<T>> once_channel() {
  auto [sender, receiver] = channel<T>();
  return {OnceSender<T>(std::move(sender)), OnceReceiver<T>(std::move(receiver))};
}

}  // namespace hyperactor
