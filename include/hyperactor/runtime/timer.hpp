// runtime/timer.hpp - something that happens at a time.
#pragma once

#include "hyperactor/runtime/timer_entry.hpp"

namespace hyperactor::runtime {

/// Embedded in what it fires. After Scheduler::cancel() answered false the timer belongs to the
/// thread that fires it until fire() was called, so its memory must outlive that call.
struct Timer {
  TimerEntry entry;
  /// Called on the thread that drives timers, without locks; must be short.
  void (*fire)(Timer& timer) = nullptr;
};

}  // namespace hyperactor::runtime
