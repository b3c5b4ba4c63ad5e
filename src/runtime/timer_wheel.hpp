// runtime/timer_wheel.hpp - millions of pending deadlines, ordered only as far as needed.
#pragma once

#include "hyperactor/runtime/timer_entry.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace hyperactor::runtime {

/// A hierarchical timing wheel (G. Varghese and A. Lauck, "Hashed and Hierarchical Timing
/// Wheels", SOSP 1987) whose buckets are small heaps, so that deadlines are exact and nothing
/// is ever moved from one level to the next.
///
/// A time is eight digits of six bits above 16 bits of fraction. An entry lies on the level of
/// the highest digit in which its deadline differs from the present, in the slot its own digit
/// names: a level 0 slot is 65.5 us wide, each further level is 64 times coarser, and eight
/// levels reach every 64-bit time.
///
/// Buckets that are plain lists, whose entries move down as the present reaches them, are
/// simpler, but a million requests with one timeout share a bucket: the list would be searched
/// each time the first of them is answered, and moved in one go, under the caller's lock.
///
/// Exact    TW-1  expire(now) returns every entry with deadline_ns <= now and no other.
/// Order    TW-2  Entries fire by deadline, equal ones in the order in which they were armed.
///                Addresses decide nothing, so a simulation replays.
/// Places   TW-3  An entry stays in the bucket it was armed into. A bucket whose slot lies
///                above the present's digit on its level is later than all lower levels; the
///                slot at that digit may overlap them; slots below it are empty. A slot's
///                occupancy bit is set if and only if its bucket holds an entry.
/// Heaps    TW-4  A bucket is a list of trees in which no child is due before its parent. From
///                head to tail the ranks of the roots never rise, and no three are equal: there
///                are at most 128 roots, and about as many as the bucket's size has bits.
/// Cache    TW-5  earliest_ is the first entry of all, or null if that is not known.
/// Cost     TW-6  arm(): at most one link of two trees, amortised. cancel(): the same for each
///                child of the entry, of which there is less than one on average, and about the
///                logarithm of the bucket's size for its first. next_deadline(): O(1) until
///                the earliest entry leaves, then one look at the roots of at most eight
///                buckets. expire(): O(1) if nothing is due, else the fired entries, sorted,
///                and the occupied slots passed; a far jump costs no more.
/// Memory   TW-7  Nothing is allocated and nothing is owned.
/// Threads        None: the caller locks. Time is passed in, never read.
/// Lifetime       The wheel may die before its armed entries, which are then worthless: they
///                can be neither cancelled nor armed again.
/// See also       tests/unit/runtime/timer_wheel_test.cpp
class TimerWheel {
 public:
  explicit TimerWheel(std::int64_t start_ns = 0) noexcept;
  ~TimerWheel() = default;
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  /// Every 64-bit time is accepted; one in the past is due at once. Arming an armed entry is a
  /// bug in the caller and fails a CHECK.
  void arm(TimerEntry& entry, std::int64_t deadline_ns) noexcept;

  /// False if the entry is not armed: it has fired, was cancelled, or never was.
  bool cancel(TimerEntry& entry) noexcept;

  /// Detaches what is due into a list linked by `next`; null if nothing is. A `now_ns` behind
  /// an earlier one is taken at its word and does not turn the wheel back.
  [[nodiscard]] TimerEntry* expire(std::int64_t now_ns) noexcept;

  /// The earliest deadline of all armed entries, to the nanosecond.
  [[nodiscard]] std::optional<std::int64_t> next_deadline() noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Entries looked at since construction: the unit in which TW-6 is tested.
  [[nodiscard]] std::uint64_t visits() const noexcept { return visits_; }

  /// Walks everything and tells whether TW-2 to TW-5 hold. For tests.
  [[nodiscard]] bool audit() const noexcept;

 private:
  static constexpr unsigned kFractionBits = 16;
  static constexpr unsigned kDigitBits = 6;
  static constexpr unsigned kLevels = 8;
  static constexpr unsigned kSlots = 1U << kDigitBits;
  static constexpr std::size_t kPlaces = std::size_t{kLevels} * kSlots;
  static constexpr std::uint8_t kRankMax = 63;
  static_assert(kFractionBits + kLevels * kDigitBits == 64, "all 64-bit times have a place");
  static_assert(kPlaces < TimerEntry::kNowhere);

  struct Bucket {
    TimerEntry* head = nullptr;
    TimerEntry* tail = nullptr;
  };

  class FiredList;

  [[nodiscard]] static constexpr unsigned shift_of(unsigned level) noexcept {
    return kFractionBits + level * kDigitBits;
  }

  [[nodiscard]] static constexpr unsigned digit_of(std::uint64_t tick,
                                                   unsigned level) noexcept {
    return static_cast<unsigned>(tick >> shift_of(level)) % kSlots;
  }

  [[nodiscard]] std::uint16_t place_of(std::int64_t deadline_ns) const noexcept;

  void add_tree(Bucket& bucket, TimerEntry& root) noexcept;
  void unlink(Bucket& bucket, TimerEntry& entry) noexcept;
  void mark_empty(unsigned place) noexcept;
  void drain(unsigned place, std::int64_t now_ns, FiredList& fired) noexcept;
  [[nodiscard]] TimerEntry* first_in(unsigned place) noexcept;
  [[nodiscard]] TimerEntry* find_earliest() noexcept;
  [[nodiscard]] static bool audit_roots(const Bucket& bucket) noexcept;
  [[nodiscard]] bool audit_bucket(unsigned place, std::size_t& entries) const noexcept;
  [[nodiscard]] bool audit_entry(const TimerEntry& entry, unsigned place) const noexcept;

  std::uint64_t present_;           // latest time seen, as a tick
  TimerEntry* earliest_ = nullptr;  // TW-5
  std::size_t size_ = 0;
  std::uint64_t next_order_ = 0;
  std::uint64_t visits_ = 0;
  unsigned occupied_levels_ = 0;                   // bit n: occupied_[n] is not zero
  std::array<std::uint64_t, kLevels> occupied_{};  // bit s: slot s is not empty
  std::array<Bucket, kPlaces> buckets_{};          // by place
};

}  // namespace hyperactor::runtime
