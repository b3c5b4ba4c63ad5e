// runtime/sentinel.cpp - the sentinel's loop.
#include "sentinel.hpp"

#include "thread_pool.hpp"

#include <algorithm>

#include <pthread.h>

namespace hyperactor::runtime {

void Sentinel::start() {
  light_.resize(pool_.workers().size());
  thread_ = std::thread([this] { main(); });
}

void Sentinel::join() {
  wake();
  if (thread_.joinable()) thread_.join();
}

void Sentinel::main() {
  ::pthread_setname_np(::pthread_self(), "ha-sentinel");
  tls.runtime_thread = true;
  int quiet = 0;
  while (!pool_.stopping()) {
    const std::int64_t now = pool_.now_ns();
    due_ns_ = std::min(now, until_.load(std::memory_order_relaxed));  // relaxed: our own
    looks_.fetch_add(1, std::memory_order_relaxed);
    const bool running = pool_.running().load(std::memory_order_seq_cst) > 0;
    const std::int64_t earliest = pool_.timers().earliest();
    // A parked worker that sleeps until this timer drives it; we are its second chance.
    const bool driven = pool_.driver_until().load(std::memory_order_seq_cst) <= earliest;
    const std::int64_t due =
        earliest == INT64_MAX || !driven ? earliest : earliest + kDriverSlackNs;
    if (due <= now) {
      repairs();
      pool_.timers().fire_due(now);
      continue;
    }
    // A producer that saw a searching worker relies on it, and a worker that hands over relies
    // on the others; either may have been about to park.
    if (!pool_.injector().empty()) {
      if (pool_.idle().any(pool_.workers().size())) repairs();
      pool_.wake_one();
      quiet = 0;
    }
    if (running) {
      quiet = 0;
      const std::uint64_t before = pool_.now_ticks() - pool_.scale().to_ticks(kStuckNs);
      help_waiting(before);
      consolidate(before);
    } else {
      ++quiet;
    }
    if (quiet < kQuietTicks) {
      const std::int64_t until = std::min(now + kTickNs, due);
      until_.store(until, std::memory_order_seq_cst);
      if (pool_.timers().earliest() >= earliest) parker_.park(until - now);
      continue;
    }
    until_.store(due, std::memory_order_seq_cst);
    asleep_.store(true, std::memory_order_seq_cst);
    // SEN-3: look again after saying so; the same for timers armed meanwhile.
    if (pool_.running().load(std::memory_order_seq_cst) == 0 && pool_.injector().empty() &&
        pool_.timers().earliest() >= earliest && !pool_.stopping()) {
      parker_.park(due == INT64_MAX ? Parker::kForever : due - now);
    }
    asleep_.store(false, std::memory_order_seq_cst);
    quiet = 0;
    if (pool_.running().load(std::memory_order_seq_cst) == 0) quiet = kQuietTicks;
  }
}

void Sentinel::consolidate(std::uint64_t before) {
  std::size_t busy = 0;
  Worker* light = nullptr;
  for (std::size_t i = 0; i < pool_.workers().size(); ++i) {
    Worker& worker = *pool_.workers()[i];
    Light& seen = light_[i];
    const std::uint64_t heavy = worker.heavy_slices();
    // One that is stuck in a slice neither hands over nor takes what another hands over.
    const bool stuck = worker.stuck_since(before);
    const bool lightly = !stuck && worker.lightly_loaded() && heavy == seen.heavy_slices;
    if (!stuck && (worker.lightly_loaded() || worker.has_work())) ++busy;
    seen.ticks = lightly ? seen.ticks + 1 : 0;
    seen.heavy_slices = heavy;
    if (seen.ticks >= kLightTicks) light = &worker;
  }
  if (busy < 2 || light == nullptr) return;
  light->retire();
  for (Light& seen : light_) seen.ticks = 0;  // one at a time
}

void Sentinel::help_waiting(std::uint64_t before) {
  const std::size_t count = pool_.workers().size();
  for (std::size_t i = 0; i < count; ++i) {
    Worker& worker = *pool_.workers()[i];
    std::size_t waiting = worker.rescue(before);
    // SEN-4: taken() first, so that what is pushed meanwhile cannot hide what waits.
    const bool slow = worker.queue().taken() < light_[i].pushed;
    light_[i].pushed = worker.queue().pushed();
    if (waiting == 0 && slow) waiting = 1;
    if (waiting == 0 || !pool_.idle().any(count)) continue;
    repairs();
    // What waits may keep its worker as long as what it waited behind: one worker for each.
    for (; waiting > 0 && pool_.idle().any(count); --waiting) pool_.wake_one();
  }
}

}  // namespace hyperactor::runtime
