// runtime/sentinel.cpp - the sentinel's loop.
#include "sentinel.hpp"

#include "thread_pool.hpp"

#include <algorithm>

#include <pthread.h>

namespace hyperactor::runtime {

void Sentinel::start() {
  thread_ = std::thread([this] { main(); });
}

void Sentinel::join() {
  wake();
  if (thread_.joinable()) thread_.join();
}

void Sentinel::main() {
  ::pthread_setname_np(::pthread_self(), "ha-sentinel");
  int quiet = 0;
  while (!pool_.stopping()) {
    const std::int64_t now = pool_.now_ns();
    const bool running = pool_.running().load(std::memory_order_seq_cst) > 0;
    const std::int64_t earliest = pool_.timers().earliest();
    // A parked worker that sleeps until this timer drives it; we are its second chance.
    const bool driven = pool_.driver_until().load(std::memory_order_seq_cst) <= earliest;
    const std::int64_t due =
        earliest == INT64_MAX || !driven ? earliest : earliest + kDriverSlackNs;
    if (due <= now) {
      pool_.timers().fire_due(now);
      continue;
    }
    if (running) {
      quiet = 0;
      rescue_stuck();
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
    if (pool_.running().load(std::memory_order_seq_cst) == 0 &&
        pool_.timers().earliest() >= earliest && !pool_.stopping()) {
      parker_.park(due == INT64_MAX ? Parker::kForever : due - now);
    }
    asleep_.store(false, std::memory_order_seq_cst);
    quiet = 0;
    if (pool_.running().load(std::memory_order_seq_cst) == 0) quiet = kQuietTicks;
  }
}

void Sentinel::rescue_stuck() {
  const std::uint64_t before = pool_.now_ticks() - pool_.scale().to_ticks(kStuckNs);
  for (auto& worker : pool_.workers()) {
    if (worker->rescue(before) > 0) pool_.wake_one();
  }
  // A producer that saw a searching worker relies on it; a parked pool with injected work means
  // that worker was stopped in between.
  if (!pool_.injector().empty()) pool_.wake_one();
}

}  // namespace hyperactor::runtime
