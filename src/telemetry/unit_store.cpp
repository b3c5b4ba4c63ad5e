// telemetry/unit_store.cpp - gives out the 256 KiB units that evidence is stored in.
#include "unit_store.hpp"

#include "hyperactor/telemetry/evidence_format.hpp"

#include "evidence_file.hpp"
#include "stale_files.hpp"
#include "tick_source.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <span>
#include <string>
#include <utility>

#include <fmt/core.h>
#include <sys/mman.h>
#include <unistd.h>

namespace hyperactor::telemetry {

namespace {

[[noreturn]] void die_without_memory() noexcept {
  warn("out of memory");
  std::abort();
}

void* map_memory(std::size_t bytes, void* where) noexcept {
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | (where == nullptr ? 0 : MAP_FIXED);
  void* const address = ::mmap(where, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (address == MAP_FAILED) die_without_memory();
  return address;
}

void copy_text(std::span<char> to, std::string_view text) noexcept {
  const std::size_t length = std::min(text.size(), to.size() - 1);
  std::copy_n(text.begin(), length, to.begin());
  to[length] = '\0';
}

// Puts a private copy in the place of a shared mapping.
void make_private(void* address, std::size_t bytes) noexcept {
  void* const copy = map_memory(bytes, nullptr);
  std::memcpy(copy, address, bytes);
  if (::mremap(copy, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, address) == MAP_FAILED) {
    die_without_memory();
  }
}

}  // namespace

UnitStore::UnitStore()
    : origin_(this_moment()), file_(EvidenceFile::open_for_this_process()), owner_(::getpid()) {
  void* memory = nullptr;
  if (file_) {
    remove_stale_files(file_->path());  // first, because they may fill the place
    const auto piece = file_->grow(format::kHeaderBytes, nullptr);
    if (piece) {
      memory = piece->address;
    } else {
      warn_once(piece.error());
      file_->remove();
      file_.reset();
    }
  }
  if (memory == nullptr) memory = map_memory(format::kHeaderBytes, nullptr);
  // Mapped zero bytes are a FileHeader: it and its members are implicit-lifetime or atomics
  // whose value is their bytes. The same holds for ring headers, records and entries.
  header_ = static_cast<format::FileHeader*>(memory);
  fill_header();
}

void UnitStore::fill_header() noexcept {
  format::FileHeader& header = *header_;
  header.version = format::kVersion;
  header.byte_order = format::kByteOrder;
  header.header_bytes = format::kHeaderBytes;
  header.unit_bytes = format::kUnitBytes;
  header.record_bytes = format::kRecordBytes;
  header.ring_entry_bytes = format::kRingEntryBytes;
  header.ring_table_offset = format::kRingTableOffset;
  header.unit_table_offset = format::kUnitTableOffset;
  header.ring_limit = format::kRingLimit;
  header.unit_limit = format::kUnitLimit;
  header.pid = static_cast<std::uint32_t>(owner_);
  header.uid = static_cast<std::uint32_t>(::geteuid());
  header.process_start = process_start_time();
  header.tick_origin = origin_.ticks;
  header.monotonic_origin_ns = origin_.monotonic_ns;
  header.realtime_origin_ns = origin_.realtime_ns;
  header.tick_source = tick_source();

  std::string boot_id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot_id;
  copy_text(header.boot_id, boot_id);
  (void)::gethostname(header.host.data(), header.host.size() - 1);
  (void)!::readlink("/proc/self/exe", header.program.data(), header.program.size() - 1);

  // A first measurement over a fifth of a millisecond is good to some 10^-4.
  constexpr std::uint64_t kShortestMeasurementNs = 200'000;
  while (this_moment().monotonic_ns < origin_.monotonic_ns + kShortestMeasurementNs) {
  }
  calibrate();
  // Release, so that a header which is found by its magic is complete.
  header.magic.store(std::bit_cast<std::uint64_t>(format::kMagic), std::memory_order_release);
}

format::RingHeader& UnitStore::ring_header(std::uint32_t index) noexcept {
  char* const table = reinterpret_cast<char*>(header_) + format::kRingTableOffset;
  return reinterpret_cast<format::RingHeader*>(table)[index];
}

UnitStore::Unit UnitStore::take(format::UnitKind kind, std::uint32_t number, void* where) {
  const std::uint32_t index = header_->units_used.load(std::memory_order_relaxed);
  if (file_ && index < format::kUnitLimit) {
    auto piece = file_->grow(format::kUnitBytes, where);
    if (piece) {
      file_units_.push_back(piece->address);
      char* const table = reinterpret_cast<char*>(header_) + format::kUnitTableOffset;
      // Release, both: a reader in another process acquires the count, then reads the words.
      reinterpret_cast<std::atomic<std::uint64_t>*>(table)[index].store(
          static_cast<std::uint64_t>(kind) | static_cast<std::uint64_t>(number) << 32,
          std::memory_order_release);
      header_->units_used.store(index + 1, std::memory_order_release);
      calibrate();
      return Unit{piece->address, piece->offset};
    }
    warn_once(piece.error());
  }
  header_->units_in_memory.fetch_add(1, std::memory_order_relaxed);  // only ever counted
  return Unit{map_memory(format::kUnitBytes, where), 0};
}

UnitStore::Unit UnitStore::take_memory() noexcept {
  header_->units_in_memory.fetch_add(1, std::memory_order_relaxed);  // only ever counted
  return Unit{map_memory(format::kUnitBytes, nullptr), 0};
}

void UnitStore::calibrate() noexcept {
  const std::uint64_t rate = tick_rate(origin_, this_moment());
  // Relaxed: one word, right by itself.
  if (rate != 0) header_->ticks_per_second.store(rate, std::memory_order_relaxed);
}

void UnitStore::remove_file() noexcept {
  // Relaxed: whoever keeps the file and then calls exit() does so on one thread.
  if (header_->kept.load(std::memory_order_relaxed) != 0) return;
  if (file_ && ::getpid() == owner_) file_->remove();  // EV-3
}

void UnitStore::leave_file_to_parent() noexcept {
  if (!file_) return;
  file_->disown();
  file_.reset();
  make_private(header_, format::kHeaderBytes);
  for (void* const unit : file_units_) make_private(unit, format::kUnitBytes);
  file_units_.clear();
  // Relaxed: the child has one thread.
  for (std::uint32_t index = 0; index < format::kRingLimit; ++index) {
    ring_header(index).offset.store(0, std::memory_order_relaxed);
  }
}

void UnitStore::warn_once(const std::string& why) noexcept {
  if (std::exchange(warned_, true)) return;
  warn(
      fmt::format("{}; keeping what does not fit in memory only, so it is lost if this process "
                  "is killed",
                  why));
}

}  // namespace hyperactor::telemetry
