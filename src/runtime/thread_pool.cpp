// runtime/thread_pool.cpp - start, stop, injection, and who is woken.
#include "thread_pool.hpp"

#include "hyperactor/base/check.hpp"
#include "hyperactor/base/random.hpp"

#include <chrono>
#include <random>

namespace hyperactor::runtime {

namespace {

std::int64_t steady_ns() noexcept {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

}  // namespace

ThreadPool::ThreadPool(std::size_t workers, std::size_t blocking_threads)
    : scale_(TickScale::machine()),
      timers_(steady_ns()),
      sentinel_(*this),
      blocking_(blocking_threads) {
  HYPERACTOR_CHECK(workers >= 1 && workers <= IdleSet::kWorkersMax, workers);
  workers_.reserve(workers);
  for (std::size_t i = 0; i < workers; ++i) {
    workers_.push_back(std::make_unique<Worker>(*this, i));
  }
}

ThreadPool::~ThreadPool() {
  stop();
}

void ThreadPool::start() {
  started_ = true;
  running_.store(static_cast<std::int32_t>(workers_.size()), std::memory_order_seq_cst);
  for (auto& worker : workers_) worker->start();
  sentinel_.start();
}

void ThreadPool::stop() {
  if (!started_) return;
  started_ = false;
  blocking_.stop();
  {
    const std::scoped_lock lock(own_threads_mutex_);
    for (const auto& thread : own_threads_) thread->join();  // their strands have ended
    own_threads_.clear();
  }
  stopping_.store(true, std::memory_order_seq_cst);  // POOL-2 (1)
  for (auto& worker : workers_) worker->parker().unpark();
  sentinel_.wake();
  for (auto& worker : workers_) worker->join();
  sentinel_.join();
}

std::shared_ptr<OwnThread> ThreadPool::run_apart(Strand& strand, const std::string& name) {
  auto made = std::make_shared<OwnThread>();
  const std::scoped_lock lock(own_threads_mutex_);
  std::erase_if(own_threads_, [](const std::shared_ptr<OwnThread>& thread) {
    if (!thread->has_ended()) return false;
    thread->join();
    return true;
  });
  OwnThread::start(made, *this, strand, name);
  own_threads_.push_back(made);
  return made;
}

void ThreadPool::inject(Strand& strand) {
  injector_.push(strand);
  // IDL-2: looked at after the push. A searching worker looks at the injector again before it
  // parks, so it needs no wake-up.
  if (searching_.load(std::memory_order_seq_cst) == 0 && idle_.any(workers_.size())) wake_one();
}

void ThreadPool::yield(Strand& strand) {
  Worker* const worker = tls.worker;
  if (worker != nullptr && tls.scheduler == this) {
    worker->push_back(strand);
  } else {
    inject(strand);
  }
}

void ThreadPool::wake_one() {
  const std::size_t worker = idle_.claim(workers_.size());
  if (worker == IdleSet::kWorkersMax) return;
  // Counted for the woken worker, so that nobody wakes a second one meanwhile.
  searching_.fetch_add(1, std::memory_order_seq_cst);
  workers_[worker]->parker().unpark();
}

std::int64_t ThreadPool::now_ns() noexcept {
  return steady_ns();
}

std::uint64_t ThreadPool::random() {
  thread_local base::Random generator{std::random_device{}()};
  return generator();
}

void ThreadPool::arm(Timer& timer, std::int64_t deadline_ns) {
  timers_.arm(timer, deadline_ns);
  if (deadline_ns < driver_until_.load(std::memory_order_seq_cst))
    sentinel_.on_timer(deadline_ns);
}

}  // namespace hyperactor::runtime
