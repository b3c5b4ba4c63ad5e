// runtime/node_pool.hpp - memory for nodes, coroutine frames and instances, cached per thread.
#pragma once

#include <cstddef>
#include <cstdint>

// Defined by a build of the whole library with the address sanitizer. A program that uses it
// with archives made without it must not poison: the archives would not unpoison.
#ifdef HYPERACTOR_POOL_POISON
extern "C" void __asan_poison_memory_region(const volatile void*, std::size_t);
extern "C" void __asan_unpoison_memory_region(const volatile void*, std::size_t);
#endif

namespace hyperactor::runtime {

/// Blocks in steps of 64 bytes up to 1,024, cached by the thread that uses them.
///
/// Design   Two magazines a size class (Bonwick & Adams, "Magazines and Vmem", 2001): a thread
///          fills and empties magazines of 121 blocks; full ones travel between threads through
///          a depot of exchange slots. So a message that is allocated here and freed there
///          costs no shared write of its own. Blocks come back in the order in which they were
///          freed and magazines in the order in which they were filled, so a stream of messages
///          stays a walk through neighbouring lines, which the hardware and the run loop
///          prefetch; with last-in-first-out reuse the order decays and a cross-core stream
///          runs at the pace of one cache miss a message (docs/design/engine.md).
/// NP-1     A block is in exactly one place: with its user, in one magazine, or in the depot.
/// NP-2     A magazine enters and leaves the depot by one exchange of one slot; no pointer is
///          ever compared, so there is no ABA.
/// NP-3     Memory of a size class is never given to another class: a stale pointer to a block
///          still points to a block of that class.
/// Threads  Each thread uses its own pool; the depot is shared.
/// Cost     about 3 ns for a pair on one thread, the same when nodes cross threads in steady
///          state; blocks over 1,024 bytes come from the global allocator.
class NodePool {
 public:
  static constexpr std::size_t kGrain = 64;
  static constexpr std::size_t kClasses = 16;
  static constexpr std::uint8_t kLarge = 255;  ///< "class" of blocks from the global allocator
  static constexpr std::uint32_t kMagazine = 121;  ///< so that a magazine is 1 KiB

  [[nodiscard]] static constexpr std::uint8_t class_of(std::size_t bytes) noexcept {
    return bytes > kGrain * kClasses
               ? kLarge
               : static_cast<std::uint8_t>((bytes + kGrain - 1) / kGrain - 1);
  }

  /// A block of class `size_class`, aligned to 64 bytes.
  [[nodiscard]] void* allocate(std::uint8_t size_class) {
    Magazine* const full = bins_[size_class].full;
    if (full == nullptr || full->first == full->count) [[unlikely]] {
      return allocate_slow(size_class);
    }
    void* const block = full->blocks[full->first++];
    // The blocks to come were last touched by another core: fetch them while this one is
    // filled.
    __builtin_prefetch(full->blocks[full->first + kAhead], 1);
    unpoison(block, size_class);
    return block;
  }

  void release(void* block, std::uint8_t size_class) noexcept {
    Magazine* filling = bins_[size_class].filling;
    if (filling == nullptr || filling->count == kMagazine) [[unlikely]] {
      filling = rotate(size_class);
    }
    poison(block, size_class);
    filling->blocks[filling->count++] = block;
  }

  /// Any size; `release_bytes` takes the same number.
  [[nodiscard]] void* allocate_bytes(std::size_t bytes) {
    const std::uint8_t size_class = class_of(bytes);
    return size_class == kLarge ? allocate_large(bytes) : allocate(size_class);
  }

  void release_bytes(void* memory, std::size_t bytes) noexcept {
    const std::uint8_t size_class = class_of(bytes);
    if (size_class == kLarge) {
      release_large(memory);
    } else {
      release(memory, size_class);
    }
  }

  [[nodiscard]] static void* allocate_large(std::size_t bytes);
  static void release_large(void* memory) noexcept;

  /// Hands everything cached to the depot (thread exit).
  void flush() noexcept;

  /// Bytes taken from the operating system for blocks so far, all threads.
  [[nodiscard]] static std::size_t reserved_bytes() noexcept;

 private:
  static constexpr std::uint32_t kAhead = 4;

  // Addresses beside the blocks, not links inside them: neither freeing a block nor taking the
  // next one waits for a cache line of the block.
  struct Magazine {
    std::uint32_t first = 0;  // blocks[first, count) are here
    std::uint32_t count = 0;
    Magazine* next = nullptr;                   // depot overflow and empties
    void* blocks[kMagazine + kAhead + 1] = {};  // prefetching looks past the end, at nulls
  };

  struct Bin {
    Magazine* full = nullptr;     // taken from, in the order in which it was filled
    Magazine* filling = nullptr;  // released into
  };

  friend struct NodeDepot;

  void* allocate_slow(std::uint8_t size_class);
  Magazine* rotate(std::uint8_t size_class) noexcept;
  Magazine* take_empty();
  void put_empty(Magazine* magazine) noexcept;

#ifdef HYPERACTOR_POOL_POISON
  static void poison(void* block, std::uint8_t size_class) noexcept {
    __asan_poison_memory_region(block, (size_class + 1U) * kGrain);
  }

  static void unpoison(void* block, std::uint8_t size_class) noexcept {
    __asan_unpoison_memory_region(block, (size_class + 1U) * kGrain);
  }
#else
  static void poison(void*, std::uint8_t) noexcept {}

  static void unpoison(void*, std::uint8_t) noexcept {}
#endif

  Bin bins_[kClasses];
  Magazine* empties_ = nullptr;
  std::uint32_t empties_count_ = 0;
};

}  // namespace hyperactor::runtime
