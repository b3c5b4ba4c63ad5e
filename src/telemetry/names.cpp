// telemetry/names.cpp - the texts behind name indices.
#include "hyperactor/telemetry/names.hpp"

#include "hyperactor/base/check.hpp"
#include "hyperactor/telemetry/evidence_format.hpp"

#include "name_table.hpp"
#include "process_state.hpp"

#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <functional>
#include <mutex>
#include <new>
#include <string_view>
#include <utility>

namespace hyperactor::telemetry {

NameIndex intern(std::string_view text) {
  return ProcessState::get().names.intern(text);
}

std::string_view name_text(NameIndex index) noexcept {
  return ProcessState::get().names.text(index);
}

NameIndex NameTable::intern(std::string_view text) {
  if (text.empty()) return 0;
  const std::size_t hash = std::hash<std::string_view>{}(text);
  Shard& shard = shards_[(hash >> 32) % kShards];
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.indices.find(text);
  if (found != shard.indices.end()) return found->second;  // NAME-1
  const NameIndex index = append(text);
  shard.indices.emplace(this->text(index), index);
  return index;
}

std::string_view NameTable::text(NameIndex index) const noexcept {
  const Place place = place_of(index);
  // Acquire, both: pairs with the releases in publish(), so that an index which came here by a
  // relaxed load still finds complete bytes.
  const Entry* const block = blocks_[place.block].load(std::memory_order_acquire);
  if (block == nullptr) return {};
  const format::NameCell* const cell = block[place.entry].load(std::memory_order_acquire);
  if (cell == nullptr) return {};
  return {reinterpret_cast<const char*>(cell + 1), cell->length};
}

NameTable::Place NameTable::place_of(NameIndex index) noexcept {
  const std::uint64_t shifted = index + kFirstBlock;
  const auto width = static_cast<std::size_t>(std::bit_width(shifted));
  return {width - static_cast<std::size_t>(std::bit_width(kFirstBlock)),
          static_cast<std::size_t>(shifted - std::bit_floor(shifted))};
}

NameIndex NameTable::append(std::string_view text) {
  HYPERACTOR_CHECK(text.size() <= kLongestName, text.size());
  const std::lock_guard lock(store_.mutex());
  const NameIndex index = next_++;
  const std::size_t bytes = sizeof(format::NameCell) + text.size() + 1;
  char* const room = room_for((bytes + 7) & ~std::size_t{7});
  auto* const cell = new (room) format::NameCell{{0}, static_cast<std::uint32_t>(text.size())};
  std::memcpy(room + sizeof(format::NameCell), text.data(), text.size());
  room[bytes - 1] = '\0';
  // NAME-3: release, so that the index of a cell in the file never precedes its bytes.
  cell->index.store(index, std::memory_order_release);
  publish(index, cell);
  return index;
}

// Space that stays for ever: in the present unit, in a new one, or on the heap.
char* NameTable::room_for(std::size_t bytes) {
  const bool fits_a_unit = bytes <= format::kNameBytesLimit + 16;
  if (fits_a_unit && room_left_ < bytes && units_ < format::kNameUnitLimit) {
    const auto unit = store_.take(format::UnitKind::Names, units_++, nullptr);
    room_ = static_cast<char*>(unit.address);
    room_left_ = format::kUnitBytes;
    room_in_file_ = unit.offset != 0;
  }
  const bool from_unit = fits_a_unit && room_left_ >= bytes;
  if (!from_unit || !room_in_file_) {
    store_.header().names_in_memory.fetch_add(1, std::memory_order_relaxed);  // only counted
  }
  if (!from_unit) return static_cast<char*>(::operator new(bytes));
  room_left_ -= bytes;
  return std::exchange(room_, room_ + bytes);
}

void NameTable::publish(NameIndex index, const format::NameCell* cell) {
  const Place place = place_of(index);
  Entry* block =
      blocks_[place.block].load(std::memory_order_relaxed);  // written under the lock
  if (block == nullptr) {
    block = new Entry[kFirstBlock << place.block]();
    blocks_[place.block].store(block, std::memory_order_release);
  }
  block[place.entry].store(cell, std::memory_order_release);
}

void NameTable::lock_all() {
  for (Shard& shard : shards_) shard.mutex.lock();
}

void NameTable::unlock_all() {
  for (Shard& shard : shards_) shard.mutex.unlock();
}

}  // namespace hyperactor::telemetry
