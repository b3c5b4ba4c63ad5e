// runtime/timer_service.cpp - arm, cancel and fire under one lock.
#include "timer_service.hpp"

#include <cstddef>

namespace hyperactor::runtime {

namespace {

// The entry is the timer's first member, so one address names both.
Timer& timer_of(TimerEntry& entry) noexcept {
  static_assert(offsetof(Timer, entry) == 0);
  return reinterpret_cast<Timer&>(entry);
}

}  // namespace

void TimerService::arm(Timer& timer, std::int64_t deadline_ns) {
  const std::scoped_lock lock(mutex_);
  wheel_.arm(timer.entry, deadline_ns);
  publish_earliest();
}

bool TimerService::cancel(Timer& timer) noexcept {
  const std::scoped_lock lock(mutex_);
  return wheel_.cancel(timer.entry);
  // The earliest deadline may now be too early: a needless wake-up corrects it.
}

std::size_t TimerService::fire_due(std::int64_t now_ns) {
  TimerEntry* due = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    due = wheel_.expire(now_ns);
    publish_earliest();
  }
  std::size_t fired = 0;
  while (due != nullptr) {
    TimerEntry* const next = due->next;
    due->next = nullptr;
    Timer& timer = timer_of(*due);
    timer.fire(timer);
    ++fired;
    due = next;
  }
  return fired;
}

std::size_t TimerService::size() const {
  const std::scoped_lock lock(mutex_);
  return wheel_.size();
}

void TimerService::publish_earliest() noexcept {
  const auto next = wheel_.next_deadline();
  earliest_.store(next ? *next : INT64_MAX, std::memory_order_seq_cst);
}

}  // namespace hyperactor::runtime
