// runtime/parker.cpp - Parker on a Linux futex (std::atomic::wait knows no time limit).
#include "parker.hpp"

#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace hyperactor::runtime {

bool Parker::park(std::int64_t timeout_ns) noexcept {
  std::uint32_t expected = kEmpty;
  // acq_rel / acquire: pairs with unpark(); the sleeper sees what the waker did before.
  if (!word_.compare_exchange_strong(expected, kParked, std::memory_order_acq_rel,
                                     std::memory_order_acquire)) {
    (void)word_.exchange(kEmpty, std::memory_order_acq_rel);
    return true;
  }
  constexpr std::int64_t kSecond = 1'000'000'000;
  timespec limit{};
  const bool limited = timeout_ns != kForever;
  if (limited) {
    const std::int64_t ns = timeout_ns > 0 ? timeout_ns : 0;
    limit.tv_sec = ns / kSecond;
    limit.tv_nsec = ns % kSecond;
  }
  // One wait: a spurious return is the caller's next turn, not a loop of ours.
  (void)::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word_), FUTEX_WAIT_PRIVATE,
                  kParked, limited ? &limit : nullptr, nullptr, 0);
  return word_.exchange(kEmpty, std::memory_order_acq_rel) == kNotified;
}

void Parker::unpark() noexcept {
  // release: pairs with park().
  if (word_.exchange(kNotified, std::memory_order_acq_rel) == kParked) {
    (void)::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word_), FUTEX_WAKE_PRIVATE, 1,
                    nullptr, nullptr, 0);
  }
}

}  // namespace hyperactor::runtime
