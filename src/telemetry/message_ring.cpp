// telemetry/message_ring.cpp - reads a ring while its thread may write it.
#include "hyperactor/telemetry/message_ring.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hyperactor::telemetry {

std::vector<MessageSeen> MessageRing::recent(std::size_t limit) const {
  const std::uint64_t head = recorded();
  const std::uint64_t kept = head < kEntries ? head : kEntries - kGuard;  // RING-3
  const std::uint64_t count = std::min<std::uint64_t>(kept, limit);
  std::vector<MessageSeen> seen;
  seen.reserve(count);
  for (std::uint64_t back = 1; back <= count; ++back) {
    const MessageEntry& entry = entries_[(head - back) & (kEntries - 1)];
    // Acquire, so that the second look at the head below is not made before these loads.
    seen.push_back({.id = entry.id.load(std::memory_order_acquire),
                    .cause = entry.cause.load(std::memory_order_acquire),
                    .slot = entry.slot.load(std::memory_order_acquire),
                    .type = entry.type.load(std::memory_order_acquire),
                    .when = entry.when.load(std::memory_order_acquire)});
  }
  // What the writer may have replaced meanwhile was read from the oldest end: drop it.
  const std::uint64_t now = recorded();
  const std::uint64_t lost_below = now + kGuard < kEntries ? 0 : now + kGuard - kEntries;
  const std::uint64_t intact = head > lost_below ? head - lost_below : 0;
  if (seen.size() > intact) seen.resize(intact);
  return seen;
}

bool MessageRing::in_file() const noexcept {
  return header_->offset.load(std::memory_order_relaxed) != 0;  // set before the ring is shared
}

}  // namespace hyperactor::telemetry
