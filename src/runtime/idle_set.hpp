// runtime/idle_set.hpp - which workers are parked, found and claimed without a lock.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace hyperactor::runtime {

/// IDL-1  A set bit means: the worker is parked or about to be, and nobody has claimed it. Only
///        the worker sets its bit; whoever clears it must unpark the worker (or is the worker).
/// IDL-2  No lost wake-up: a worker sets its bit and *then* looks at the shared queues; a
/// producer
///        pushes and *then* looks at the bits. All four are sequentially consistent, so at
///        least one sees the other.
class IdleSet {
 public:
  static constexpr std::size_t kWorkersMax = 1024;

  void add(std::size_t worker) noexcept {
    words_[worker / 64].fetch_or(bit(worker), std::memory_order_seq_cst);
  }

  /// True if the worker was still unclaimed.
  bool remove(std::size_t worker) noexcept {
    return (words_[worker / 64].fetch_and(~bit(worker), std::memory_order_seq_cst) &
            bit(worker)) != 0;
  }

  /// Any parked worker, now claimed, or kWorkersMax.
  [[nodiscard]] std::size_t claim(std::size_t workers) noexcept {
    for (std::size_t i = 0; i <= (workers - 1) / 64; ++i) {
      std::uint64_t seen = words_[i].load(std::memory_order_seq_cst);
      while (seen != 0) {
        const auto lowest = static_cast<std::size_t>(std::countr_zero(seen));
        const std::size_t worker = i * 64 + lowest;
        if (remove(worker)) return worker;
        seen = words_[i].load(std::memory_order_seq_cst);
      }
    }
    return kWorkersMax;
  }

  [[nodiscard]] bool any(std::size_t workers) const noexcept {
    for (std::size_t i = 0; i <= (workers - 1) / 64; ++i) {
      if (words_[i].load(std::memory_order_seq_cst) != 0) return true;
    }
    return false;
  }

 private:
  static constexpr std::uint64_t bit(std::size_t worker) noexcept {
    return std::uint64_t{1} << (worker % 64);
  }

  std::array<std::atomic<std::uint64_t>, kWorkersMax / 64> words_{};
};

}  // namespace hyperactor::runtime
