// runtime/node_pool.cpp - slabs, the depot, and what happens when a magazine is full or empty.
#include "hyperactor/runtime/node_pool.hpp"

#include "hyperactor/runtime/thread_state.hpp"

#include <array>
#include <atomic>
#include <mutex>
#include <new>
#include <vector>

namespace hyperactor::runtime {

/// Full magazines on their way between threads.
struct NodeDepot {
  using Magazine = NodePool::Magazine;

  static constexpr std::size_t kSlots = 32;

  struct Shelf {
    // Filled by compare-exchange of null, emptied by exchange (NP-2).
    std::array<std::atomic<Magazine*>, kSlots> slots{};
    // Where to look first, so that magazines leave in about the order in which they came.
    std::atomic<std::uint32_t> put_at{0};
    std::atomic<std::uint32_t> take_at{0};
    // Beyond the slots: a glut of free memory, never steady traffic.
    std::atomic<std::size_t> overflow_size{0};
    std::mutex overflow_mutex;
    Magazine* overflow = nullptr;
  };

  std::array<Shelf, NodePool::kClasses> shelves;
  Shelf empties;
  // Large enough for the global allocator to map each chunk by itself, so that a worker's arena
  // does not grow by a system call for every few kilobytes.
  static constexpr std::size_t kChunkBytes = 1U << 20U;

  std::mutex slab_mutex;
  std::byte* chunk = nullptr;
  std::size_t chunk_left = 0;
  std::vector<std::byte*> chunks;  // keeps them reachable for leak checkers
  std::atomic<std::size_t> reserved{0};

  static NodeDepot& instance() {
    static NodeDepot* const depot = new NodeDepot;  // outlives every thread
    return *depot;
  }

  using Slots = std::array<std::atomic<Magazine*>, kSlots>;

  static bool put_into(Slots& slots, std::atomic<std::uint32_t>& at,
                       Magazine* magazine) noexcept {
    // relaxed: a hint, see Shelf.
    const std::uint32_t begin = at.load(std::memory_order_relaxed);
    for (std::uint32_t i = 0; i < kSlots; ++i) {
      auto& slot = slots[(begin + i) % kSlots];
      Magazine* expected = nullptr;
      // release: pairs with the acquire of take_from(); the receiver reads the addresses.
      if (slot.load(std::memory_order_relaxed) == nullptr &&
          slot.compare_exchange_strong(expected, magazine, std::memory_order_release,
                                       std::memory_order_relaxed)) {
        at.store(begin + i + 1, std::memory_order_relaxed);
        return true;
      }
    }
    return false;
  }

  static Magazine* take_from(Slots& slots, std::atomic<std::uint32_t>& at) noexcept {
    const std::uint32_t begin = at.load(std::memory_order_relaxed);
    for (std::uint32_t i = 0; i < kSlots; ++i) {
      auto& slot = slots[(begin + i) % kSlots];
      if (slot.load(std::memory_order_relaxed) == nullptr) continue;
      // acquire: pairs with the release of put_into().
      if (Magazine* magazine = slot.exchange(nullptr, std::memory_order_acquire)) {
        at.store(begin + i + 1, std::memory_order_relaxed);
        return magazine;
      }
    }
    return nullptr;
  }

  static void put(Shelf& shelf, Magazine* magazine) noexcept {
    if (put_into(shelf.slots, shelf.put_at, magazine)) return;
    const std::scoped_lock lock(shelf.overflow_mutex);
    magazine->next = shelf.overflow;
    shelf.overflow = magazine;
    shelf.overflow_size.fetch_add(1, std::memory_order_relaxed);
  }

  static Magazine* take(Shelf& shelf) noexcept {
    if (Magazine* magazine = take_from(shelf.slots, shelf.take_at)) return magazine;
    // relaxed: a hint; a missed magazine only costs a slab.
    if (shelf.overflow_size.load(std::memory_order_relaxed) == 0) return nullptr;
    const std::scoped_lock lock(shelf.overflow_mutex);
    Magazine* magazine = shelf.overflow;
    if (magazine != nullptr) {
      shelf.overflow = magazine->next;
      shelf.overflow_size.fetch_sub(1, std::memory_order_relaxed);
    }
    return magazine;
  }

  /// A piece of a chunk, aligned to 64 bytes. Chunks are never given back.
  std::byte* take_slab(std::size_t bytes) {
    const std::scoped_lock lock(slab_mutex);
    if (chunk_left < bytes) {
      chunk = static_cast<std::byte*>(::operator new(kChunkBytes, std::align_val_t{4096}));
      chunk_left = kChunkBytes;
      chunks.push_back(chunk);
    }
    std::byte* const slab = chunk;
    chunk += bytes;
    chunk_left -= bytes;
    reserved.fetch_add(bytes, std::memory_order_relaxed);
    return slab;
  }

  /// Fills an empty magazine with new blocks.
  void carve(std::uint8_t size_class, Magazine& magazine) {
    const std::size_t size = (size_class + 1U) * NodePool::kGrain;
    std::byte* const slab = take_slab(size * NodePool::kMagazine);
    for (std::size_t i = 0; i < NodePool::kMagazine; ++i) magazine.blocks[i] = slab + i * size;
    magazine.first = 0;
    magazine.count = NodePool::kMagazine;
  }
};

void* NodePool::allocate_slow(std::uint8_t size_class) {
  static_assert(sizeof(Magazine) == 1024);
  arm_thread_exit();
  Bin& bin = bins_[size_class];
  NodeDepot& depot = NodeDepot::instance();
  if (bin.filling != nullptr && bin.filling->count != 0) {
    // What this thread has freed is nearest.
    std::swap(bin.full, bin.filling);
    if (bin.filling != nullptr) bin.filling->first = bin.filling->count = 0;
  } else if (Magazine* full = depot.take(depot.shelves[size_class])) {
    if (bin.full != nullptr) put_empty(bin.full);
    bin.full = full;
  } else {
    if (bin.full == nullptr) bin.full = take_empty();
    depot.carve(size_class, *bin.full);
  }
  return allocate(size_class);
}

NodePool::Magazine* NodePool::rotate(std::uint8_t size_class) noexcept {
  arm_thread_exit();
  Bin& bin = bins_[size_class];
  if (bin.filling != nullptr) {
    if (bin.full != nullptr && bin.full->first == bin.full->count) {
      std::swap(bin.full, bin.filling);  // our own allocations go on with what we freed
      bin.filling->first = bin.filling->count = 0;
      return bin.filling;
    }
    NodeDepot& depot = NodeDepot::instance();
    depot.put(depot.shelves[size_class], bin.filling);
  }
  bin.filling = take_empty();
  return bin.filling;
}

NodePool::Magazine* NodePool::take_empty() {
  Magazine* magazine = empties_;
  if (magazine != nullptr) {
    empties_ = magazine->next;
    --empties_count_;
  } else {
    magazine = NodeDepot::take(NodeDepot::instance().empties);
    if (magazine == nullptr) {
      magazine = ::new (::operator new(sizeof(Magazine), std::align_val_t{64})) Magazine;
    }
  }
  magazine->first = magazine->count = 0;
  return magazine;
}

void NodePool::put_empty(Magazine* magazine) noexcept {
  // Producers drain magazines, consumers fill them: what piles up here is needed there. However
  // many: kept here, they would be allocated there again at each swing of a long queue.
  constexpr std::uint32_t kKeep = 4;
  if (empties_count_ >= kKeep) {
    NodeDepot::put(NodeDepot::instance().empties, magazine);
    return;
  }
  magazine->next = empties_;
  empties_ = magazine;
  ++empties_count_;
}

void NodePool::flush() noexcept {
  NodeDepot& depot = NodeDepot::instance();
  for (std::size_t i = 0; i < kClasses; ++i) {
    Bin& bin = bins_[i];
    const auto size_class = static_cast<std::uint8_t>(i);
    for (Magazine* magazine : {bin.full, bin.filling}) {
      if (magazine != nullptr && magazine->first != magazine->count) {
        depot.put(depot.shelves[size_class], magazine);
      } else if (magazine != nullptr) {
        put_empty(magazine);
      }
    }
    bin = Bin{};
  }
  while (Magazine* magazine = empties_) {
    empties_ = magazine->next;
    NodeDepot::put(depot.empties, magazine);
  }
  empties_count_ = 0;
}

void* NodePool::allocate_large(std::size_t bytes) {
  return ::operator new(bytes, std::align_val_t{64});
}

void NodePool::release_large(void* memory) noexcept {
  ::operator delete(memory, std::align_val_t{64});
}

std::size_t NodePool::reserved_bytes() noexcept {
  return NodeDepot::instance().reserved.load(std::memory_order_relaxed);
}

}  // namespace hyperactor::runtime
