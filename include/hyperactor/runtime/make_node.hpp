// runtime/make_node.hpp - nodes come from the pool of the thread that makes them, and go to the
// pool of the thread that ends them.
#pragma once

#include "hyperactor/runtime/node.hpp"
#include "hyperactor/runtime/thread_state.hpp"

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

namespace hyperactor::runtime {

/// A `T(args...)` in memory of this thread's pool, its size class set. What the constructor
/// throws comes out of here, and nothing is left behind.
template <class T, class... Args>
T* make_node(Args&&... args) {
  constexpr std::uint8_t kClass = NodePool::class_of(sizeof(T));
  void* memory = nullptr;
  if constexpr (kClass == NodePool::kLarge) {
    memory = NodePool::allocate_large(sizeof(T));
  } else {
    memory = tls.pool.allocate(kClass);
  }
  T* node = nullptr;
  if constexpr (std::is_nothrow_constructible_v<T, Args&&...>) {
    node = ::new (memory) T(std::forward<Args>(args)...);
  } else {
    struct Guard {
      void* memory;

      ~Guard() {
        if (memory != nullptr) tls.pool.release_bytes(memory, sizeof(T));
      }
    } guard{memory};

    node = ::new (memory) T(std::forward<Args>(args)...);
    guard.memory = nullptr;
  }
  node->size_class = kClass;
  return node;
}

/// Gives the memory of `node` back to the pool of this thread.
inline void release_node(ThreadState& thread, Node& node) noexcept {
  if (node.size_class == NodePool::kLarge) {
    NodePool::release_large(&node);
  } else {
    thread.pool.release(&node, node.size_class);
  }
}

}  // namespace hyperactor::runtime
