// bench/peers/floor/done.hpp - how an actor tells a waiting thread the outcome of a work.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace hyperactor::floor {

/// Set any number of times, waited for once each.
class Done {
 public:
  void set(std::uint64_t value) {
    const std::lock_guard lock(mutex_);
    value_ = value;
    is_set_ = true;
    changed_.notify_one();
  }

  std::uint64_t wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_set_; });
    is_set_ = false;
    return value_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t value_ = 0;
  bool is_set_ = false;
};

}  // namespace hyperactor::floor
