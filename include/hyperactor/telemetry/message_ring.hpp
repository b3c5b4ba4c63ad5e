// telemetry/message_ring.hpp - the last messages of one thread.
#pragma once

#include "hyperactor/telemetry/evidence_format.hpp"
#include "hyperactor/telemetry/names.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hyperactor::telemetry {

/// One handled message as it lies in a ring; part of the file format.
struct MessageEntry {
  std::atomic<std::uint64_t> id;     ///< of the message
  std::atomic<std::uint64_t> cause;  ///< id of the message being handled when it was sent
  std::atomic<std::uint32_t> slot;   ///< of the actor that handled it
  std::atomic<std::uint32_t> type;   ///< NameIndex of the message type
  std::atomic<std::uint64_t> when;   ///< ticks
};

static_assert(sizeof(MessageEntry) == format::kRingEntryBytes);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

/// A copy of a MessageEntry.
struct MessageSeen {
  std::uint64_t id = 0;
  std::uint64_t cause = 0;
  std::uint32_t slot = 0;
  NameIndex type = 0;
  std::uint64_t when = 0;
};

/// Remembers the newest `kEntries` messages and forgets the rest.
///
/// Writer   RING-1  One thread at a time records: the one that acquired the ring.
/// Readers  RING-2  Any thread, any time, without stopping the writer. An entry is shown only
///                  after all its words were written.
/// Torn     RING-3  A reader skips the `kGuard` oldest entries of a full ring, because the
///                  writer may be replacing them. Should the writer lap more than that during
///                  one read, what it replaced is left out.
/// Lifetime       Rings live as long as the process; a released ring is used again.
/// Cost           record(): about 3 ns, no read-modify-write.
class alignas(64) MessageRing {
 public:
  static constexpr std::uint64_t kEntries = format::kRingEntries;
  static constexpr std::uint64_t kGuard = 64;

  /// For Evidence, which places both halves in the mapped file or in memory.
  MessageRing(format::RingHeader& header, MessageEntry* entries) noexcept
      : entries_(entries), header_(&header) {}

  MessageRing(const MessageRing&) = delete;
  MessageRing& operator=(const MessageRing&) = delete;
  ~MessageRing() = default;

  /// Remembers one message. RING-1.
  void record(std::uint64_t id, std::uint64_t cause, std::uint32_t slot, NameIndex type,
              std::uint64_t when) noexcept {
    MessageEntry& entry = entries_[next_ & (kEntries - 1)];
    // Relaxed: a reader looks at an entry only below a head it has acquired.
    entry.id.store(id, std::memory_order_relaxed);
    entry.cause.store(cause, std::memory_order_relaxed);
    entry.slot.store(slot, std::memory_order_relaxed);
    entry.type.store(type, std::memory_order_relaxed);
    entry.when.store(when, std::memory_order_relaxed);
    ++next_;
    // RING-2: release publishes the five stores to the acquire of the head in recent(). On
    // x86-64 it is the same instruction as a relaxed store.
    header_->head.store(next_, std::memory_order_release);
  }

  /// How many messages were ever recorded.
  [[nodiscard]] std::uint64_t recorded() const noexcept {
    return header_->head.load(std::memory_order_acquire);  // pairs with record()
  }

  /// At most `limit` of the remembered messages, newest first. RING-2, RING-3.
  [[nodiscard]] std::vector<MessageSeen> recent(std::size_t limit) const;

  /// Whether its entries lie in the evidence file.
  [[nodiscard]] bool in_file() const noexcept;

  [[nodiscard]] format::RingHeader& header() noexcept { return *header_; }

 private:
  static_assert((kEntries & (kEntries - 1)) == 0, "the index is masked");
  static_assert(kGuard < kEntries);

  MessageEntry* entries_;
  format::RingHeader* header_;
  std::uint64_t next_ = 0;  // only the writer; handed over under the lock of Evidence
};

}  // namespace hyperactor::telemetry
