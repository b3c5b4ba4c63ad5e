// runtime/timer_entry.hpp - one pending deadline, embedded in the object that waits for it.
#pragma once

#include <cstdint>

namespace hyperactor::runtime {

/// A node of the timer wheel. Its owner supplies the memory, so arming never allocates.
///
/// Locks     None of its own: every member belongs to the wheel, under the lock that guards it.
/// Lifetime  Must neither move nor die while armed. May be armed again once it has fired or was
///           cancelled; in the list that expire() returns, read `next` first.
/// Cost      48 bytes.
/// See also  src/runtime/timer_wheel.hpp, which owns the meaning of the links.
struct TimerEntry {
  static constexpr std::uint16_t kNowhere = 0xFFFF;

  TimerEntry() = default;
  ~TimerEntry() = default;
  TimerEntry(const TimerEntry&) = delete;
  TimerEntry& operator=(const TimerEntry&) = delete;

  [[nodiscard]] bool armed() const noexcept { return place != kNowhere; }

  TimerEntry* next = nullptr;      ///< Next sibling; once fired, the entry that fires next.
  TimerEntry* prev = nullptr;      ///< Previous sibling; of a first child, its parent.
  TimerEntry* child = nullptr;     ///< First of the entries that come after this one.
  std::int64_t deadline_ns = 0;    ///< As given to arm(), kept after firing.
  std::uint64_t order = 0;         ///< Number of the arm(): decides between equal deadlines.
  std::uint16_t place = kNowhere;  ///< The bucket that holds it: level * 64 + slot.
  std::uint8_t rank = 0;           ///< About the binary logarithm of the subtree's size.
};

static_assert(sizeof(TimerEntry) <= 48, "a timer entry is embedded in small objects");

}  // namespace hyperactor::runtime
