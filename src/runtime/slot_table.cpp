// runtime/slot_table.cpp - hands out slots, with a small cache of free ones per thread.
#include "hyperactor/runtime/slot_table.hpp"

#include "hyperactor/base/check.hpp"
#include "hyperactor/runtime/strand.hpp"
#include "hyperactor/telemetry/evidence.hpp"

#include <mutex>
#include <vector>

namespace hyperactor::runtime {

namespace {

constexpr std::size_t kCacheBatch = 64;

struct FreeSlots {
  std::mutex mutex;
  std::vector<std::uint32_t> slots;
  std::uint32_t next = 1;  // slot 0 stays unused: it is what an empty id names
};

FreeSlots& free_slots() {
  static FreeSlots* const shared = new FreeSlots;  // outlives every thread
  return *shared;
}

// The end of the thread has come to its cache. Its other thread_locals, and in the main thread
// the statics, may end strands and waits later: those use the shared list.
thread_local constinit bool slot_cache_gone = false;

// Free slots of this thread; what is left goes back when the thread ends.
struct SlotCache {
  std::vector<std::uint32_t> slots;

  SlotCache() { slots.reserve(2 * kCacheBatch + 1); }

  SlotCache(const SlotCache&) = delete;
  SlotCache& operator=(const SlotCache&) = delete;

  ~SlotCache() {
    FreeSlots& shared = free_slots();
    const std::scoped_lock lock(shared.mutex);
    shared.slots.insert(shared.slots.end(), slots.begin(), slots.end());
    slot_cache_gone = true;
  }
};

SlotCache& slot_cache() {
  thread_local SlotCache cache;
  return cache;
}

}  // namespace

SlotTable& SlotTable::process() noexcept {
  static SlotTable* const table = new SlotTable;  // read by threads until the very end
  return *table;
}

std::uint32_t SlotTable::take_slot() {
  std::vector<std::uint32_t> late;
  auto& cache = slot_cache_gone ? late : slot_cache().slots;
  if (cache.empty()) {
    FreeSlots& shared = free_slots();
    const std::scoped_lock lock(shared.mutex);
    while (cache.size() < kCacheBatch && !shared.slots.empty()) {
      cache.push_back(shared.slots.back());
      shared.slots.pop_back();
    }
    if (cache.empty()) {
      HYPERACTOR_CHECK(shared.next + kCacheBatch <= kSlotsMax, shared.next);
      for (std::size_t i = 0; i < kCacheBatch; ++i) {
        const std::uint32_t slot = shared.next++;
        auto& chunk = chunks_[slot >> kChunkBits];
        if (chunk.load(std::memory_order_relaxed) == nullptr) {
          // release: pairs with entry().
          chunk.store(new Entry[kChunk], std::memory_order_release);
        }
        HYPERACTOR_CHECK(telemetry::Evidence::process().ensure_slot(slot), slot);
        cache.push_back(slot);
      }
      slots_used_.store(shared.next, std::memory_order_release);
    }
  }
  const std::uint32_t slot = cache.back();
  cache.pop_back();
  if (!late.empty()) [[unlikely]] {
    FreeSlots& shared = free_slots();
    const std::scoped_lock lock(shared.mutex);
    shared.slots.insert(shared.slots.end(), late.begin(), late.end());
  }
  return slot;
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
  if (slot_cache_gone) [[unlikely]] {
    FreeSlots& shared = free_slots();
    const std::scoped_lock lock(shared.mutex);
    shared.slots.push_back(id.slot);
    return;
  }
  auto& cache = slot_cache().slots;
  cache.push_back(id.slot);
  if (cache.size() <= 2 * kCacheBatch) return;
  FreeSlots& shared = free_slots();
  const std::scoped_lock lock(shared.mutex);
  for (std::size_t i = 0; i < kCacheBatch; ++i) {
    shared.slots.push_back(cache.back());
    cache.pop_back();
  }
}

}  // namespace hyperactor::runtime
