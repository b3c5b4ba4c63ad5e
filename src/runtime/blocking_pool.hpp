// runtime/blocking_pool.hpp - threads for functions that block.
#pragma once

#include "hyperactor/runtime/blocking.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

namespace hyperactor::runtime {

/// Threads are made when a job finds none idle, up to a limit; then jobs queue. A thread that
/// had nothing to do for kIdle ends.
///
/// BLK-1  A job is not touched after its wait was completed: it may be gone by then.
/// BLK-2  stop() lets what has begun and what is queued return, and joins.
/// Threads  submit() from any.  Not on the message path: one lock a job.
class BlockingPool {
 public:
  explicit BlockingPool(std::size_t threads_max) : threads_max_(threads_max) {}

  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  ~BlockingPool() { stop(); }

  void submit(BlockingJob& job);
  void stop();

  static constexpr std::chrono::seconds kIdle{10};

 private:
  struct Worker {
    std::thread thread;
    bool ended = false;
  };

  void main(Worker& self);
  void join_ended(std::unique_lock<std::mutex>& lock);

  const std::size_t threads_max_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  BlockingJob* first_ = nullptr;
  BlockingJob* last_ = nullptr;
  std::size_t queued_ = 0;
  std::size_t idle_ = 0;
  bool stopping_ = false;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace hyperactor::runtime
