// runtime/slot_table.hpp - every strand of the process by slot and generation, with its owners.
#pragma once

#include "hyperactor/runtime/node.hpp"

#include <array>
#include <atomic>
#include <cstdint>

namespace hyperactor::runtime {

class Strand;

/// Slot -> strand, and the strand's reference count.
///
/// SLT-1  A slot's word is {generation, references}. A reference may be taken from an id only
/// by
///        a compare-exchange that finds the id's generation and a count above zero.
/// SLT-2  The count reaches zero once; whoever takes it there destroys the strand and then
/// moves
///        the slot to its next generation, so an old id never resolves again.
/// SLT-3  Entries are never unmapped: reading the entry of any id is always safe.
/// Threads  Any.  Cost: acquire and release one read-modify-write each.
class SlotTable {
 public:
  struct Entry {
    std::atomic<std::uint64_t> word{0};
    Strand* strand = nullptr;
  };

  static constexpr std::uint32_t kChunkBits = 12;
  static constexpr std::uint32_t kChunk = 1U << kChunkBits;
  static constexpr std::uint32_t kSlotsMax = 1U << 24;

  static SlotTable& process() noexcept;

  /// A slot for `strand` with one reference, which is the caller's.
  StrandId open(Strand& strand);

  /// The slot is free for another strand. Only from the destruction of its strand (SLT-2).
  void close(StrandId id) noexcept;

  [[nodiscard]] Entry& entry(std::uint32_t slot) noexcept {
    // acquire: pairs with the publication of the chunk.
    return chunks_[slot >> kChunkBits].load(std::memory_order_acquire)[slot & (kChunk - 1)];
  }

  /// The strand named by `id` with a new reference, or null if it is gone (SLT-1).
  [[nodiscard]] Strand* acquire(StrandId id) noexcept {
    if (!id) return nullptr;
    Entry& at = entry(id.slot);
    std::uint64_t seen = at.word.load(std::memory_order_acquire);
    for (;;) {
      if (seen >> 32U != id.generation || (seen & kCountMask) == 0) return nullptr;
      // acquire: pairs with the release of open(), so `strand` is readable.
      if (at.word.compare_exchange_weak(seen, seen + 1, std::memory_order_acq_rel,
                                        std::memory_order_acquire)) {
        return at.strand;
      }
    }
  }

  /// Calls `visit(strand)` for every strand, each kept alive during its call. No order: sort
  /// what you show.
  template <class Visit>
  void for_each(Visit&& visit) {
    const std::uint32_t end = slots_used_.load(std::memory_order_acquire);
    for (std::uint32_t slot = 1; slot < end; ++slot) {
      const std::uint64_t word = entry(slot).word.load(std::memory_order_acquire);
      const StrandId id{slot, static_cast<std::uint32_t>(word >> 32U)};
      if (Strand* strand = acquire(id)) {
        visit(*strand);
        release(*strand);
      }
    }
  }

  /// Strands alive in the process, a momentary figure.
  [[nodiscard]] std::uint64_t live() const noexcept {
    return live_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::uint64_t kCountMask = 0xffffffffU;

  SlotTable() = default;

  std::uint32_t take_slot();
  static void release(Strand& strand) noexcept;

  std::array<std::atomic<Entry*>, kSlotsMax / kChunk> chunks_{};
  std::atomic<std::uint32_t> slots_used_{1};
  std::atomic<std::uint64_t> live_{0};
};

}  // namespace hyperactor::runtime
