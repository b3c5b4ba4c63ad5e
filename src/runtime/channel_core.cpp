// runtime/channel_core.cpp - push, pop, wake, and the end of a channel.
#include "hyperactor/runtime/channel_core.hpp"

#include "hyperactor/runtime/backoff.hpp"

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
  // A sender may be between its two steps. What was sent before it must not seem to be missing,
  // so wait: it needs a few instructions, or its time slice.
  for (Backoff backoff; !pop(*node);) {
    do {
      backoff.wait();
    } while (Inbox::next(*node) == nullptr);
  }
  return node;
}

bool ChannelCore::pop(Node& front) noexcept {
  Node* next = Inbox::next(front);
  if (next == nullptr) {
    if (queue_.try_idle(front)) return true;
    next = Inbox::next(front);
    if (next == nullptr) return false;
  }
  queue_.set_front(next);
  return true;
}

void ChannelCore::drain() noexcept {
  // acq_rel: whoever finds it 0 plays the receiver, after what the one before did; whoever does
  // not releases its push to the one inside (CHN-4).
  if (drains_.fetch_add(1, std::memory_order_acq_rel) != 0) return;
  std::uint32_t seen = 1;
  do {
    for (Node* node = queue_.front(); node != nullptr && pop(*node); node = queue_.front()) {
      node->ops->drop(nullptr, *node, DropReason::Stopped);
      release_node(tls, *node);
    }
    // release: to the next one inside. acquire: what came meanwhile is linked (CHN-4).
  } while (!drains_.compare_exchange_strong(seen, 0, std::memory_order_acq_rel,
                                            std::memory_order_acquire));
}

void ChannelCore::set_waiter(WaitId wait) noexcept {
  (void)waiter_.exchange(pack(wait), std::memory_order_acq_rel);  // CHN-2
}

void ChannelCore::clear_waiter() noexcept {
  (void)waiter_.exchange(0, std::memory_order_acq_rel);
}

}  // namespace hyperactor::runtime
