// telemetry/name_table.hpp - the texts behind name indices.
#pragma once

#include "hyperactor/telemetry/evidence_format.hpp"
#include "hyperactor/telemetry/names.hpp"

#include "unit_store.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace hyperactor::telemetry {

/// Finds an index by text under one of sixteen locks, and a text by index without any.
///
/// Order of locks: a shard's, then the store's.
class NameTable {
 public:
  explicit NameTable(UnitStore& store) : store_(store) {}

  NameTable(const NameTable&) = delete;
  NameTable& operator=(const NameTable&) = delete;
  ~NameTable() = default;

  [[nodiscard]] NameIndex intern(std::string_view text);
  [[nodiscard]] std::string_view text(NameIndex index) const noexcept;

  /// All shards at once, for a fork.
  void lock_all();
  void unlock_all();

 private:
  struct alignas(64) Shard {
    std::mutex mutex;
    std::unordered_map<std::string_view, NameIndex> indices;
  };

  using Entry = std::atomic<const format::NameCell*>;

  // Block b has kFirstBlock << b entries, so that entries never move and 23 blocks are enough.
  struct Place {
    std::size_t block;
    std::size_t entry;
  };

  static constexpr std::uint64_t kFirstBlock = 1024;
  static constexpr std::size_t kBlocks = 23;
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kLongestName = 0xFFFF'FFFF;

  [[nodiscard]] static Place place_of(NameIndex index) noexcept;
  [[nodiscard]] NameIndex append(std::string_view text);
  [[nodiscard]] char* room_for(std::size_t bytes);
  void publish(NameIndex index, const format::NameCell* cell);

  UnitStore& store_;
  std::array<Shard, kShards> shards_;
  std::array<std::atomic<Entry*>, kBlocks> blocks_{};

  // Under the store's lock:
  NameIndex next_ = 1;
  char* room_ = nullptr;
  std::size_t room_left_ = 0;
  bool room_in_file_ = false;
  std::uint32_t units_ = 0;
};

}  // namespace hyperactor::telemetry
