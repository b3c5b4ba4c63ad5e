// bench/peers/floor/nodes.hpp - messages of one size, reused, in batches between threads.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace hyperactor::floor {

/// A message: what it is, a number, and perhaps an address. Nothing else: no id, no sender.
struct alignas(32) Node {
  std::atomic<Node*> next{nullptr};
  std::uint64_t kind = 0;
  std::uint64_t value = 0;
  void* pointer = nullptr;
};

/// The nodes that no message uses. Each thread keeps up to two batches; the rest is shared.
/// Nodes are never given back to the system.
class Nodes {
 public:
  static Node* take() {
    auto& mine = kept();
    if (mine.empty()) refill(mine);
    Node* node = mine.back();
    mine.pop_back();
    return node;
  }

  static void give(Node* node) {
    auto& mine = kept();
    mine.push_back(node);
    if (mine.size() == 2 * kBatch) spill(mine);
  }

 private:
  using Batch = std::vector<Node*>;
  static constexpr std::size_t kBatch = 128;

  struct Shared {
    std::mutex mutex;
    std::vector<Batch> batches;
  };

  static Shared& shared() {
    static Shared& all = *new Shared;  // never destroyed: threads may end late
    return all;
  }

  static Batch& kept() {
    thread_local Batch mine;
    return mine;
  }

  static void refill(Batch& mine) {
    {
      const std::lock_guard lock(shared().mutex);
      if (!shared().batches.empty()) {
        mine = std::move(shared().batches.back());
        shared().batches.pop_back();
        return;
      }
    }
    auto* fresh = new Node[kBatch];
    for (std::size_t i = 0; i < kBatch; ++i) mine.push_back(fresh + i);
  }

  static void spill(Batch& mine) {
    Batch batch(mine.end() - kBatch, mine.end());
    mine.resize(kBatch);
    const std::lock_guard lock(shared().mutex);
    shared().batches.push_back(std::move(batch));
  }
};

}  // namespace hyperactor::floor
