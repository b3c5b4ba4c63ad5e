// runtime/channel_core.hpp - the queue behind channels and ports: many senders, one receiver.
#pragma once

#include "hyperactor/runtime/inbox.hpp"
#include "hyperactor/runtime/wait.hpp"

#include <atomic>
#include <cstdint>

namespace hyperactor::runtime {

/// CHN-1  An item is received once, in the order of the pushes, or destroyed; never lost.
/// CHN-2  The receiver says that it waits (waiter_) and *then* looks at the queue; a sender
/// pushes
///        and *then* takes the waiter: both by read-modify-writes of waiter_, so one sees the
///        other.
/// CHN-3  After the receiver is gone, whoever pushed last destroys what is queued (drain()): a
///        sender pushes and then looks at receiver_gone_, the receiver sets it and then looks
///        at the queue, both by read-modify-writes of receiver_gone_.
/// CHN-4  drain() waits for nobody: a push between its two steps is left to its sender, who
///        comes to drain() after it has linked; and whoever comes while another is inside
///        counts itself, so that the one inside looks once more.
/// Model  tests/model/channel.pml; stressed by tests/unit/runtime/channel_test.cpp.
/// Threads  push(), add_sender(), drop_sender(): any. The rest: the receiver.
class ChannelCore {
 public:
  ChannelCore() = default;
  ChannelCore(const ChannelCore&) = delete;
  ChannelCore& operator=(const ChannelCore&) = delete;

  /// False if the receiver is gone; the node is the caller's again.
  [[nodiscard]] bool push(Node& node) noexcept;

  void add_sender() noexcept { senders_.fetch_add(1, std::memory_order_relaxed); }

  void drop_sender() noexcept;
  void drop_receiver() noexcept;

  /// The oldest item, taken out; null if there is none now.
  [[nodiscard]] Node* try_pop() noexcept;

  /// Whether try_pop() would find something.
  [[nodiscard]] bool has_item() const noexcept { return queue_.front() != nullptr; }

  /// Whether every sender is gone (and will not come back).
  [[nodiscard]] bool abandoned() const noexcept {
    return senders_.load(std::memory_order_acquire) == 0;
  }

  [[nodiscard]] bool receiver_gone() const noexcept {
    return receiver_gone_.load(std::memory_order_acquire) != 0;
  }

  /// The receiver waits: `wait` is completed by the next push, or when the last sender goes.
  void set_waiter(WaitId wait) noexcept;
  void clear_waiter() noexcept;

 private:
  ~ChannelCore() = default;

  void notify() noexcept;
  /// Takes `front` out; false while a sender behind it is between its two steps.
  [[nodiscard]] bool pop(Node& front) noexcept;
  void drain() noexcept;
  void drop_reference() noexcept;

  Inbox queue_;
  std::atomic<std::uint64_t> waiter_{0};
  std::atomic<std::uint32_t> senders_{1};
  std::atomic<std::uint32_t> references_{2};  // one for all senders, one for the receiver
  std::atomic<std::uint32_t> receiver_gone_{0};
  std::atomic<std::uint32_t> drains_{0};  // calls of drain() since one went inside
};

}  // namespace hyperactor::runtime
