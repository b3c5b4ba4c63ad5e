// runtime/slot_table.cpp - opens a slot for a strand, and moves it to its next generation.
#include "hyperactor/runtime/slot_table.hpp"

#include "hyperactor/base/check.hpp"
#include "hyperactor/runtime/strand.hpp"
#include "hyperactor/telemetry/evidence.hpp"

#include "free_slots.hpp"

namespace hyperactor::runtime {

SlotTable& SlotTable::process() noexcept {
  static SlotTable* const table = new SlotTable;  // read by threads until the very end
  return *table;
}

std::uint32_t SlotTable::take_slot() {
  return FreeSlots<SlotTable>::take([this](std::uint32_t first, std::uint32_t end) {
    HYPERACTOR_CHECK(end <= kSlotsMax, end);
    for (std::uint32_t slot = first; slot < end; ++slot) {
      auto& chunk = chunks_[slot >> kChunkBits];
      // relaxed: the lock of the free slots orders those who make chunks.
      if (chunk.load(std::memory_order_relaxed) == nullptr) {
        // release: pairs with entry().
        chunk.store(new Entry[kChunk], std::memory_order_release);
      }
      HYPERACTOR_CHECK(telemetry::Evidence::process().ensure_slot(slot), slot);
    }
    // release: pairs with for_each().
    slots_used_.store(end, std::memory_order_release);
  });
}

void SlotTable::release(Strand& strand) noexcept {
  strand.drop_reference();
}

StrandId SlotTable::open(Strand& strand) {
  const std::uint32_t slot = take_slot();
  Entry& at = entry(slot);
  at.strand = &strand;
  // relaxed: the slot is ours alone; the store below publishes it.
  std::uint64_t generation = (at.word.load(std::memory_order_relaxed) >> 32U) + 1;
  if (generation > kCountMask) generation = 1;
  // release: pairs with acquire().
  at.word.store(generation << 32U | 1U, std::memory_order_release);
  live_.fetch_add(1, std::memory_order_relaxed);
  return StrandId{slot, static_cast<std::uint32_t>(generation)};
}

void SlotTable::close(StrandId id) noexcept {
  // A strand whose constructor threw still has its first reference; nobody may take another.
  entry(id.slot).word.store(std::uint64_t{id.generation} << 32U, std::memory_order_release);
  live_.fetch_sub(1, std::memory_order_relaxed);
  FreeSlots<SlotTable>::give_back(id.slot);
}

}  // namespace hyperactor::runtime
