// bench/peers/floor/loop.cpp - what a worker of the floor does.
#include "loop.hpp"

namespace hyperactor::floor {

namespace {

constexpr std::size_t kQueueMax = 256;   // of one worker
constexpr std::size_t kSliceMax = 1024;  // messages of one actor in a row
constexpr std::size_t kFairness = 64;    // so often a worker looks at the queue of all first
constexpr int kSpins = 2'000;            // before a worker sleeps

}  // namespace

thread_local Loop::Queue* Loop::mine_ = nullptr;

Loop::Loop(std::size_t workers) {
  for (std::size_t i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
}

Loop::~Loop() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Loop::submit(Actor& actor) {
  if (mine_ == nullptr) return submit_to_all(actor);
  Actor* const before = mine_->next;
  mine_->next = &actor;
  if (before == nullptr) return;
  const bool others_idle = idle_.load(std::memory_order_relaxed) != 0;
  if (mine_->rest.size() >= (others_idle ? 8 : kQueueMax)) return submit_to_all(*before);
  mine_->rest.push_back(before);
}

void Loop::submit_to_all(Actor& actor) {
  {
    const std::lock_guard lock(mutex_);
    all_.push_back(&actor);
    all_size_.store(all_.size(), std::memory_order_relaxed);
  }
  if (idle_.load(std::memory_order_relaxed) != 0) changed_.notify_one();
}

void Loop::work() {
  Queue mine;
  mine_ = &mine;
  for (std::size_t round = 1;; ++round) {
    Actor* const actor = take(mine, round);
    if (actor == nullptr) return;
    if (run(*actor, kSliceMax)) mine.rest.push_back(actor);
  }
}

// Null: the loop ends.
Actor* Loop::take(Queue& mine, std::size_t round) {
  if (round % kFairness == 0) {
    if (Actor* const actor = take_of_all(false)) return actor;
    if (!mine.rest.empty()) {
      Actor* const actor = mine.rest.front();
      mine.rest.pop_front();
      return actor;
    }
  }
  if (mine.next != nullptr) {
    Actor* const actor = mine.next;
    mine.next = nullptr;
    return actor;
  }
  if (!mine.rest.empty()) {
    Actor* const actor = mine.rest.front();
    mine.rest.pop_front();
    return actor;
  }
  for (int i = 0; i < kSpins; ++i) {
    if (Actor* const actor = take_of_all(false)) return actor;
  }
  return take_of_all(true);
}

Actor* Loop::take_of_all(bool wait) {
  if (!wait && all_size_.load(std::memory_order_relaxed) == 0) return nullptr;
  std::unique_lock lock(mutex_);
  if (wait) {
    idle_.fetch_add(1, std::memory_order_relaxed);
    changed_.wait(lock, [this] { return ending_ || !all_.empty(); });
    idle_.fetch_sub(1, std::memory_order_relaxed);
  }
  if (all_.empty()) return nullptr;
  Actor* const actor = all_.front();
  all_.pop_front();
  all_size_.store(all_.size(), std::memory_order_relaxed);
  return actor;
}

// True: it has more to do, and still is the caller's to run.
bool Loop::run(Actor& actor, std::size_t limit) {
  Node* node = actor.first_;
  for (std::size_t i = 0; i < limit; ++i) {
    const bool goes_on = actor.handle(*node);
    Node* next = node->next.load(std::memory_order_acquire);
    if (!goes_on) {
      delete &actor;
      Nodes::give(node);
      return false;
    }
    if (next == nullptr) {
      Node* expected = node;
      if (actor.last_.compare_exchange_strong(expected, nullptr, std::memory_order_acq_rel)) {
        Nodes::give(node);
        return false;
      }
      do {
        next = node->next.load(std::memory_order_acquire);
      } while (next == nullptr);  // who pushed is between its two steps
    }
    Nodes::give(node);
    node = next;
    actor.first_ = node;
  }
  return true;
}

}  // namespace hyperactor::floor
