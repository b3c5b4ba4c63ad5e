// runtime/backoff.hpp - waiting for a thread that was stopped between two steps.
#pragma once

#include <chrono>
#include <thread>

namespace hyperactor::runtime {

/// Tells the core that this is a spin.
inline void cpu_pause() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// The waits of one spin, each longer than the last: the other thread needs a few instructions,
/// or its time slice, or, where priorities are strict, that this thread sleeps.
class Backoff {
 public:
  void wait() noexcept {
    ++round_;
    if (round_ <= kPauses) {
      cpu_pause();
    } else if (round_ <= kPauses + kYields) {
      std::this_thread::yield();
    } else {
      round_ = kPauses + kYields;
      std::this_thread::sleep_for(kNap);
    }
  }

 private:
  static constexpr int kPauses = 128;
  static constexpr int kYields = 16;
  static constexpr std::chrono::microseconds kNap{50};

  int round_ = 0;
};

}  // namespace hyperactor::runtime
