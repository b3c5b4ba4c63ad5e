// bench/peers/floor/loop.hpp - an inbox and a loop that runs it, and nothing else.
//
// The floor: the same shapes of work without any duty. No ids, no causes, no sender, no status,
// no recorder, no counters, no control lane, no children, no failure, no back-pressure, no
// handle that keeps an actor alive: who sends to an actor that has ended crashes.
#pragma once

#include "nodes.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace hyperactor::floor {

class Loop;

/// A receiver of nodes. One thread at a time runs it.
class Actor {
 public:
  Actor() = default;
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;
  virtual ~Actor() = default;

  /// False: this was its last message; the loop deletes it.
  virtual bool handle(const Node& node) = 0;

 private:
  friend class Loop;

  /// True if the inbox was empty: the caller has to see that the actor is run.
  bool push(Node* node) {
    node->next.store(nullptr, std::memory_order_relaxed);
    Node* const before = last_.exchange(node, std::memory_order_acq_rel);
    if (before != nullptr) {
      before->next.store(node, std::memory_order_release);
      return false;
    }
    first_ = node;
    return true;
  }

  std::atomic<Node*> last_{nullptr};
  Node* first_ = nullptr;
};

/// Worker threads. An actor that becomes busy runs next on the worker that made it so; what is
/// too much for one worker's queue goes to the queue of all.
class Loop {
 public:
  explicit Loop(std::size_t workers);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  /// Ends the threads; what is still queued is left.
  ~Loop();

  /// From any thread.
  void send(Actor& to, std::uint64_t kind, std::uint64_t value, void* pointer = nullptr) {
    Node* const node = Nodes::take();
    node->kind = kind;
    node->value = value;
    node->pointer = pointer;
    if (to.push(node)) submit(to);
  }

 private:
  struct Queue {
    Actor* next = nullptr;
    std::deque<Actor*> rest;
  };

  void submit(Actor& actor);
  void submit_to_all(Actor& actor);
  void work();
  Actor* take(Queue& mine, std::size_t round);
  Actor* take_of_all(bool wait);
  static bool run(Actor& actor, std::size_t limit);

  static thread_local Queue* mine_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Actor*> all_;
  std::atomic<std::size_t> all_size_{0};
  std::atomic<std::size_t> idle_{0};
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace hyperactor::floor
