// runtime/parker.hpp - one thread sleeps until it is woken or a time has come.
#pragma once

#include <atomic>
#include <cstdint>

namespace hyperactor::runtime {

///   state    | unpark()            | park()
///   ---------+---------------------+------------------------------
///   Empty    | Notified            | Parked, sleeps
///   Parked   | Notified, futex     | (asleep)
///   Notified | Notified            | Empty, returns at once
///
/// PRK-1  An unpark() before or during a park() makes that park() return: the word remembers
/// it. Model  tests/model/parker.pml; stressed by tests/unit/runtime/parker_test.cpp. Cost
/// unpark() of a sleeper is a system call, about 22 us for the waker on a sleeping core.
class Parker {
 public:
  static constexpr std::int64_t kForever = INT64_MAX;

  /// Owner. Sleeps at most `timeout_ns`; true if it was unparked.
  bool park(std::int64_t timeout_ns) noexcept;

  /// Any thread.
  void unpark() noexcept;

 private:
  static constexpr std::uint32_t kEmpty = 0;
  static constexpr std::uint32_t kParked = 1;
  static constexpr std::uint32_t kNotified = 2;

  std::atomic<std::uint32_t> word_{kEmpty};
};

}  // namespace hyperactor::runtime
