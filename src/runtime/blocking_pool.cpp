// runtime/blocking_pool.cpp - queueing jobs, making threads, ending idle ones.
#include "blocking_pool.hpp"

#include "hyperactor/base/check.hpp"

#include <algorithm>
#include <memory>
#include <system_error>
#include <utility>

#include <pthread.h>

namespace hyperactor::runtime {

void BlockingPool::submit(BlockingJob& job) {
  std::unique_lock lock(mutex_);
  job.next = nullptr;
  (last_ == nullptr ? first_ : last_->next) = &job;
  last_ = &job;
  ++queued_;
  join_ended(lock);
  if (idle_ >= queued_ || workers_.size() >= threads_max_) {
    lock.unlock();
    wanted_.notify_one();
    return;
  }
  auto made = std::make_unique<Worker>();
  Worker& worker = *made;
  try {
    worker.thread = std::thread([this, &worker] { main(worker); });
    workers_.push_back(std::move(made));
  } catch (const std::system_error& error) {
    // The system gives no more threads. Those there are will come to it.
    HYPERACTOR_CHECK(!workers_.empty(), "no thread for blocking work", error.what());
  }
}

void BlockingPool::main(Worker& self) {
  ::pthread_setname_np(::pthread_self(), "ha-blocking");
  tls.runtime_thread = true;
  std::unique_lock lock(mutex_);
  for (;;) {
    if (first_ == nullptr) {
      if (stopping_) break;
      ++idle_;
      const bool wanted =
          wanted_.wait_for(lock, kIdle, [this] { return first_ != nullptr || stopping_; });
      --idle_;
      if (!wanted) break;
      continue;
    }
    BlockingJob& job = *std::exchange(first_, first_->next);
    if (first_ == nullptr) last_ = nullptr;
    --queued_;
    lock.unlock();
    const WaitId id = job.id;
    job.run(job);
    wake(id);  // BLK-1
    lock.lock();
  }
  self.ended = true;
}

void BlockingPool::join_ended(std::unique_lock<std::mutex>&) {
  std::erase_if(workers_, [](const std::unique_ptr<Worker>& worker) {
    if (!worker->ended) return false;
    worker->thread.join();  // it has nothing left to do
    return true;
  });
}

void BlockingPool::stop() {
  std::vector<std::unique_ptr<Worker>> workers;
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    workers.swap(workers_);
  }
  wanted_.notify_all();
  for (const auto& worker : workers) worker->thread.join();
}

}  // namespace hyperactor::runtime
