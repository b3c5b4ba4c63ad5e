// telemetry/evidence_format.hpp - the bytes of an evidence file.
//
// docs/design/evidence.md has the same as tables. All numbers are in the byte order of the
// machine; `byte_order` tells a reader. Version 1 readers must accept nonzero bytes in what is
// reserved here and ignore them; every other change raises `kVersion`.
//
//   offset      bytes     what
//   0           4,096     FileHeader
//   4,096       16,384    256 x RingHeader
//   20,480      45,056    5,632 x unit table word: kind in the low half, number in the high
//   65,536      262,144   unit 0
//   327,680     262,144   unit 1, and so on to the end of the file
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace hyperactor::telemetry::format {

inline constexpr std::array<char, 8> kMagic = {'H', 'A', 'E', 'V', 'I', 'D', 'E', 'N'};
inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::uint32_t kByteOrder = 0x01020304;

inline constexpr std::uint32_t kHeaderBytes = 64 * 1024;
inline constexpr std::uint32_t kRingTableOffset = 4096;
inline constexpr std::uint32_t kRingLimit = 256;
inline constexpr std::uint32_t kUnitTableOffset = 20480;
inline constexpr std::uint32_t kUnitLimit = 5632;
inline constexpr std::uint32_t kUnitBytes = 256 * 1024;

inline constexpr std::uint32_t kRecordBytes = 64;
inline constexpr std::uint32_t kRecordsPerUnit = kUnitBytes / kRecordBytes;
inline constexpr std::uint32_t kRecordUnitLimit = 4096;
inline constexpr std::uint32_t kRecordLimit = kRecordsPerUnit * kRecordUnitLimit;

inline constexpr std::uint32_t kRingEntryBytes = 32;
inline constexpr std::uint32_t kRingEntries = kUnitBytes / kRingEntryBytes;

inline constexpr std::uint32_t kNameUnitLimit = 256;
inline constexpr std::uint32_t kNameBytesLimit = 4096;

/// What a unit holds, and what the number beside it in the unit table means.
enum class UnitKind : std::uint32_t {  // NOLINT(performance-enum-size): as wide as in the file
  Free = 0,                            ///< Nothing yet: end of the table.
  Records = 1,  ///< 4,096 StatusRecords; the first is of slot number * 4,096.
  Ring = 2,     ///< 8,192 MessageEntries; number is the index in the ring table.
  Names = 3,    ///< NameCells back to back until one has index 0; number counts from 0.
  Log = 4,      ///< Reserved for structured log events.
};

/// What the ticks of this file count.
enum class TickSource : std::uint32_t {  // NOLINT(performance-enum-size): as in the file
  Tsc = 1,                               ///< x86-64 time stamp counter.
  CntVct = 2,                            ///< aarch64 virtual counter.
  SteadyClock = 3,                       ///< Nanoseconds of CLOCK_MONOTONIC.
};

/// The first page. The magic is written last; after it, only other atomics change.
struct FileHeader {
  std::atomic<std::uint64_t> magic;  ///< the bytes of kMagic
  std::uint32_t version;
  std::uint32_t byte_order;
  std::uint32_t header_bytes;
  std::uint32_t unit_bytes;
  std::uint32_t record_bytes;
  std::uint32_t ring_entry_bytes;
  std::uint32_t ring_table_offset;
  std::uint32_t unit_table_offset;
  std::uint32_t ring_limit;
  std::uint32_t unit_limit;
  std::uint32_t pid;
  std::uint32_t uid;
  std::uint64_t process_start;        ///< field 22 of /proc/<pid>/stat
  std::uint64_t tick_origin;          ///< ticks, monotonic and real time of one moment
  std::uint64_t monotonic_origin_ns;  ///< CLOCK_MONOTONIC
  std::uint64_t realtime_origin_ns;   ///< CLOCK_REALTIME
  std::atomic<std::uint64_t> ticks_per_second;  ///< measured since the origin, ever better
  TickSource tick_source;
  std::atomic<std::uint32_t> units_used;       ///< valid words in the unit table
  std::atomic<std::uint32_t> units_in_memory;  ///< units that are not in this file
  std::atomic<std::uint32_t> names_in_memory;  ///< names that are not in this file
  std::atomic<std::uint32_t> kept;             ///< 1: left behind on purpose, see keep_file()
  std::uint32_t reserved_116;
  std::atomic<std::uint64_t> noticed_dead;  ///< unix seconds; by the first process to see it
  std::array<char, 40> boot_id;             ///< of the kernel; texts here end with a zero byte
  std::array<char, 64> host;
  std::array<char, 280> program;
  std::array<std::atomic<std::uint32_t>, 64> state_names;  ///< NameIndex by state code
  std::uint32_t log_first_unit;   ///< reserved for structured log events: zero
  std::uint32_t log_units;        ///< zero
  std::uint32_t log_entry_bytes;  ///< zero
  std::uint32_t reserved_780;
  std::array<char, 3312> reserved_784;  ///< zero
};

static_assert(sizeof(FileHeader) == kRingTableOffset);
static_assert(offsetof(FileHeader, pid) == 48);
static_assert(offsetof(FileHeader, tick_origin) == 64);
static_assert(offsetof(FileHeader, units_used) == 100);
static_assert(offsetof(FileHeader, noticed_dead) == 120);
static_assert(offsetof(FileHeader, boot_id) == 128);
static_assert(offsetof(FileHeader, program) == 232);
static_assert(offsetof(FileHeader, state_names) == 512);
static_assert(offsetof(FileHeader, log_first_unit) == 768);

/// The head of one thread's ring of messages.
struct RingHeader {
  std::atomic<std::uint64_t> head;     ///< messages ever recorded; the newest is at head - 1
  std::atomic<std::uint64_t> first;    ///< head when the present or last holder took the ring
  std::atomic<std::uint64_t> offset;   ///< of its entries in the file; 0: not in the file
  std::atomic<std::uint32_t> entries;  ///< a power of two
  std::atomic<std::uint32_t> thread;   ///< kernel id of the present or last holder
  std::atomic<std::uint32_t> in_use;   ///< 1 while a thread holds it
  std::atomic<std::uint32_t> holders;  ///< threads that ever held it
  std::array<char, 16> thread_name;    ///< of the present or last holder, zero-terminated
  std::uint64_t reserved_56;
};

static_assert(sizeof(RingHeader) == 64);
static_assert(kRingTableOffset + kRingLimit * sizeof(RingHeader) == kUnitTableOffset);
static_assert(kUnitTableOffset + kUnitLimit * sizeof(std::uint64_t) == kHeaderBytes);
static_assert(kRecordUnitLimit + kRingLimit + kNameUnitLimit <= kUnitLimit);

/// Precedes the bytes of a name, which end with a zero byte; the next cell starts at the next
/// multiple of eight. Index 0 is no cell: what follows in the unit is unused.
struct NameCell {
  std::atomic<std::uint32_t> index;  ///< written last
  std::uint32_t length;              ///< without the zero byte
};

static_assert(sizeof(NameCell) == 8);

}  // namespace hyperactor::telemetry::format
