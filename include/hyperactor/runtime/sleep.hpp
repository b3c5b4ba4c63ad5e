// runtime/sleep.hpp - awaiting a time, or everybody else's turn.
#pragma once

#include "hyperactor/runtime/task.hpp"
#include "hyperactor/runtime/wait.hpp"

#include <chrono>
#include <concepts>
#include <coroutine>
#include <cstdint>

namespace hyperactor {

/// `co_await sleep(d)`: goes on after at least `d`. Zero or less goes on at once; anything
/// beyond about 290 years is that. Cancel-safe: destroying the awaiting task disarms the timer.
class [[nodiscard]] Sleep {
 public:
  /// Begins when it is awaited.
  explicit Sleep(std::chrono::nanoseconds duration) noexcept : duration_(duration) {}

  Sleep(const Sleep&) = delete;
  Sleep& operator=(const Sleep&) = delete;
  ~Sleep();

  bool await_ready() const noexcept { return duration_.count() <= 0; }

  template <std::derived_from<runtime::Resumable> Promise>
  void await_suspend(std::coroutine_handle<Promise> frame) {
    begin(frame.promise());
  }

  void await_resume() const noexcept {}

 private:
  void begin(runtime::Resumable& frame);
  static void on_time(runtime::Wait& wait, runtime::Node&);

  struct SleepWait : runtime::Wait {
    Sleep* owner = nullptr;
  };

  std::chrono::nanoseconds duration_;
  runtime::Resumable* frame_ = nullptr;
  runtime::WaitTimer* timer_ = nullptr;
  SleepWait wait_;
};

/// To be awaited; see Sleep.
[[nodiscard]] inline Sleep sleep(std::chrono::nanoseconds duration) noexcept {
  return Sleep(duration);
}

}  // namespace hyperactor
