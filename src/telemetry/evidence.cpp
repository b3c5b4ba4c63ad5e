// telemetry/evidence.cpp - what a process leaves behind about its actors when it dies.
#include "hyperactor/telemetry/evidence.hpp"

#include "hyperactor/base/check.hpp"
#include "hyperactor/telemetry/evidence_format.hpp"
#include "hyperactor/telemetry/message_ring.hpp"
#include "hyperactor/telemetry/names.hpp"

#include "evidence_file.hpp"
#include "process_state.hpp"
#include "unit_store.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

#include <linux/prctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace hyperactor::telemetry {

class Evidence::Impl {
 public:
  explicit Impl(UnitStore& store);

  [[nodiscard]] MessageRing& make_ring();

  UnitStore& units;
  char* records = nullptr;
  std::size_t record_units = 0;

  // Whether the unit of these 4,096 slots is mapped. Set under the lock of the units.
  std::array<std::atomic<bool>, format::kRecordUnitLimit> ready{};

  // Under the lock of the units:
  std::vector<MessageRing*> rings;
  std::vector<MessageRing*> free_rings;
};

Evidence& Evidence::process() {
  return ProcessState::get().evidence;
}

// Impl lives as long as the process. Mapped zero bytes are StatusRecords, because the members
// of these are atomics over their bytes.
Evidence::Evidence(UnitStore& units)
    : impl_(new Impl(units)),
      records_(reinterpret_cast<StatusRecord*>(impl_->records)),
      slot_limit_(static_cast<std::uint32_t>(impl_->record_units) * format::kRecordsPerUnit) {}

// Reserves address space for every record there can be, without memory behind it, so that a
// record is an addition away (EV-6). A process with RLIMIT_AS may get fewer.
Evidence::Impl::Impl(UnitStore& store) : units(store) {
  for (record_units = format::kRecordUnitLimit; record_units > 0; record_units /= 2) {
    void* const base = ::mmap(nullptr, record_units * format::kUnitBytes, PROT_NONE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) continue;
    records = static_cast<char*>(base);
    return;
  }
  warn("out of memory");
  std::abort();
}

bool Evidence::ensure_slot(std::uint32_t slot) {
  if (slot >= slot_limit_) return false;
  const std::uint32_t unit = slot / format::kRecordsPerUnit;
  std::atomic<bool>& ready = impl_->ready[unit];
  // Acquire: pairs with the release below, so that whoever sees the flag may use the mapping.
  if (ready.load(std::memory_order_acquire)) return true;
  const std::lock_guard lock(impl_->units.mutex());
  if (ready.load(std::memory_order_relaxed)) return true;  // the lock orders it
  char* const where = impl_->records + std::size_t{unit} * format::kUnitBytes;
  (void)impl_->units.take(format::UnitKind::Records, unit, where);
  ready.store(true, std::memory_order_release);
  return true;
}

bool Evidence::has_slot(std::uint32_t slot) const noexcept {
  return slot < slot_limit_ && impl_->ready[slot / format::kRecordsPerUnit].load(
                                   std::memory_order_acquire);  // pairs with ensure_slot()
}

MessageRing& Evidence::acquire_ring() {
  const std::lock_guard lock(impl_->units.mutex());
  MessageRing* ring = nullptr;
  if (impl_->free_rings.empty()) {
    ring = &impl_->make_ring();
  } else {
    ring = impl_->free_rings.back();
    impl_->free_rings.pop_back();
  }
  // Relaxed, all: for a post-mortem; readers in this process do not look at them.
  format::RingHeader& header = ring->header();
  header.first.store(ring->recorded(), std::memory_order_relaxed);
  header.thread.store(static_cast<std::uint32_t>(::gettid()), std::memory_order_relaxed);
  header.holders.fetch_add(1, std::memory_order_relaxed);
  header.in_use.store(1, std::memory_order_relaxed);
  (void)::prctl(PR_GET_NAME, header.thread_name.data());
  impl_->units.calibrate();
  return *ring;
}

MessageRing& Evidence::Impl::make_ring() {
  const auto index = static_cast<std::uint32_t>(rings.size());
  const bool listed = index < format::kRingLimit;
  UnitStore::Unit unit{};
  format::RingHeader* header = nullptr;
  if (listed) {
    unit = units.take(format::UnitKind::Ring, index, nullptr);
    header = &units.ring_header(index);
  } else {
    unit = units.take_memory();
    header = new format::RingHeader{};
  }
  header->offset.store(unit.offset, std::memory_order_relaxed);  // the lock orders it
  header->entries.store(format::kRingEntries, std::memory_order_relaxed);
  auto* const ring = new MessageRing(*header, static_cast<MessageEntry*>(unit.address));
  rings.push_back(ring);
  return *ring;
}

void Evidence::release_ring(MessageRing& ring) {
  const std::lock_guard lock(impl_->units.mutex());
  HYPERACTOR_CHECK(ring.header().in_use.load(std::memory_order_relaxed) == 1,
                   "this ring was released before");
  ring.header().in_use.store(0, std::memory_order_relaxed);
  impl_->free_rings.push_back(&ring);
}

std::vector<const MessageRing*> Evidence::rings() const {
  const std::lock_guard lock(impl_->units.mutex());
  return {impl_->rings.begin(), impl_->rings.end()};
}

std::string Evidence::path() const {
  const std::lock_guard lock(impl_->units.mutex());
  return impl_->units.path();
}

void Evidence::keep_file() noexcept {
  // Relaxed: read by the atexit handler, which runs on the thread that calls exit().
  impl_->units.header().kept.store(1, std::memory_order_relaxed);
}

void Evidence::describe_state(std::uint8_t code, std::string_view text) {
  auto& names = impl_->units.header().state_names;
  HYPERACTOR_CHECK(code < names.size(), code);
  names[code].store(intern(text), std::memory_order_relaxed);  // one word, right by itself
}

std::uint64_t Evidence::ticks_per_second() const noexcept {
  return impl_->units.header().ticks_per_second.load(std::memory_order_relaxed);
}

}  // namespace hyperactor::telemetry
