// runtime/channel_core.cpp - push, pop, wake, and the end of a channel.
#include "hyperactor/runtime/channel_core.hpp"

namespace hyperactor::runtime {

namespace {

std::uint64_t pack(WaitId wait) noexcept {
  return std::uint64_t{wait.slot} << 32U | wait.generation;
}

}  // namespace

bool ChannelCore::push(Node& node) noexcept {
  if (receiver_gone()) return false;
  if (queue_.push(node)) notify();
  // acq_rel read-modify-write: with drop_receiver(), one comes first and the other sees it
  // (CHN-3).
  if (receiver_gone_.fetch_add(0, std::memory_order_acq_rel) != 0) [[unlikely]] {
    drain();
  }
  return true;
}

void ChannelCore::notify() noexcept {
  // acq_rel: CHN-2.
  const std::uint64_t waiter = waiter_.exchange(0, std::memory_order_acq_rel);
  if (waiter != 0) {
    wake(WaitId{static_cast<std::uint32_t>(waiter >> 32U), static_cast<std::uint32_t>(waiter)});
  }
}

void ChannelCore::drop_sender() noexcept {
  if (senders_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  notify();
  drop_reference();
}

void ChannelCore::drop_receiver() noexcept {
  (void)waiter_.exchange(0, std::memory_order_acq_rel);
  (void)receiver_gone_.exchange(1, std::memory_order_acq_rel);  // CHN-3
  drain();
  drop_reference();
}

void ChannelCore::drop_reference() noexcept {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

Node* ChannelCore::try_pop() noexcept {
  Node* const node = queue_.front();
  if (node == nullptr) return nullptr;
  Node* next = Inbox::next(*node);
  if (next == nullptr) {
    if (queue_.try_idle(*node)) return node;
    // A sender is between its two steps; it needs a few instructions, or its time slice.
    while ((next = Inbox::next(*node)) == nullptr) {
    }
  }
  queue_.set_front(next);
  return node;
}

void ChannelCore::drain() noexcept {
  do {
    // Whoever has the flag plays the receiver.
    if (draining_.exchange(true, std::memory_order_seq_cst)) return;
    while (!queue_.idle()) {
      if (Node* node = try_pop()) {
        node->ops->drop(nullptr, *node, DropReason::Stopped);
        release_node(tls, *node);
      }
    }
    draining_.store(false, std::memory_order_seq_cst);
  } while (!queue_.idle());
}

void ChannelCore::set_waiter(WaitId wait) noexcept {
  (void)waiter_.exchange(pack(wait), std::memory_order_acq_rel);  // CHN-2
}

void ChannelCore::clear_waiter() noexcept {
  (void)waiter_.exchange(0, std::memory_order_acq_rel);
}

}  // namespace hyperactor::runtime
