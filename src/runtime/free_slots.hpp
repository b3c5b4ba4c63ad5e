// runtime/free_slots.hpp - numbers of slots that are free, with a small cache of them per
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace hyperactor::runtime {

/// Hands out the numbers 1, 2, ... and takes them back. 0 is never handed out: it is what an
/// empty id names. `Owner` tells the tables of the process apart: each has a list and caches of
/// its own.
///
/// FS-1  A number is given to one caller at a time.
/// FS-2  A thread that ends gives back what its cache holds. Its other thread_locals, and in
/// the
///       main thread the statics, may take and give later: those use the shared list.
/// FS-3  New numbers are made kBatch at a time, in order, by `make(first, end)` under the lock.
/// Threads  Any.  Cost: none shared but for one lock every kBatch calls.
template <class Owner>
class FreeSlots {
 public:
  static constexpr std::uint32_t kBatch = 64;

  /// A free number. `make` prepares those that were never handed out before.
  template <class Make>
  [[nodiscard]] static std::uint32_t take(Make&& make) {
    if (gone) [[unlikely]] {
      Shared& list = shared();
      const std::scoped_lock lock(list.mutex);
      if (list.slots.empty()) refill(list, list.slots, make);
      return pop(list.slots);
    }
    std::vector<std::uint32_t>& slots = cache().slots;
    if (slots.empty()) {
      Shared& list = shared();
      const std::scoped_lock lock(list.mutex);
      while (slots.size() < kBatch && !list.slots.empty()) slots.push_back(pop(list.slots));
      if (slots.empty()) refill(list, slots, make);
    }
    return pop(slots);
  }

  static void give_back(std::uint32_t slot) noexcept {
    if (gone) [[unlikely]] {
      Shared& list = shared();
      const std::scoped_lock lock(list.mutex);
      list.slots.push_back(slot);
      return;
    }
    std::vector<std::uint32_t>& slots = cache().slots;
    slots.push_back(slot);
    if (slots.size() <= 2 * kBatch) return;
    Shared& list = shared();
    const std::scoped_lock lock(list.mutex);
    for (std::uint32_t i = 0; i < kBatch; ++i) list.slots.push_back(pop(slots));
  }

 private:
  struct Shared {
    std::mutex mutex;
    std::vector<std::uint32_t> slots;
    std::uint32_t next = 1;
  };

  struct Cache {
    std::vector<std::uint32_t> slots;

    Cache() { slots.reserve(2 * kBatch + 1); }

    Cache(const Cache&) = delete;
    Cache& operator=(const Cache&) = delete;

    ~Cache() {
      Shared& list = shared();
      const std::scoped_lock lock(list.mutex);
      list.slots.insert(list.slots.end(), slots.begin(), slots.end());
      gone = true;
    }
  };

  static Shared& shared() {
    static Shared* const list = new Shared;  // outlives every thread
    return *list;
  }

  static Cache& cache() {
    thread_local Cache mine;
    return mine;
  }

  template <class Make>
  static void refill(Shared& list, std::vector<std::uint32_t>& slots, Make& make) {
    make(list.next, list.next + kBatch);
    for (std::uint32_t i = 0; i < kBatch; ++i) slots.push_back(list.next++);
  }

  static std::uint32_t pop(std::vector<std::uint32_t>& slots) noexcept {
    const std::uint32_t slot = slots.back();
    slots.pop_back();
    return slot;
  }

  // The end of the thread has come to its cache (FS-2).
  static inline thread_local constinit bool gone = false;
};

}  // namespace hyperactor::runtime
