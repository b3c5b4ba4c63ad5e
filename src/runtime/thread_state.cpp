// runtime/thread_state.cpp - blocks of message ids, and what a thread hands back when it ends.
#include "hyperactor/runtime/thread_state.hpp"

#include "hyperactor/telemetry/evidence.hpp"

#include <atomic>

#include <pthread.h>

namespace hyperactor::runtime {

thread_local constinit ThreadState tls;

namespace {

constexpr std::uint64_t kIdBlock = 1U << 20;

// One id space for the process; blocks keep threads apart.
std::atomic<std::uint64_t> next_id_block{1};

void hand_back() noexcept {
  if (tls.ring != nullptr) {
    telemetry::Evidence::process().release_ring(*tls.ring);
    tls.ring = nullptr;
  }
  tls.pool.flush();
  tls.exit_armed = false;
}

// thread_locals that go after ours may free nodes: thread-specific data goes after all of them.
void hand_back_again() noexcept {
  static const pthread_key_t key = [] {
    pthread_key_t made{};
    (void)::pthread_key_create(&made, [](void*) { hand_back(); });
    return made;
  }();
  (void)::pthread_setspecific(key, &tls);
}

struct ThreadExit {
  ThreadExit() = default;
  ThreadExit(const ThreadExit&) = delete;
  ThreadExit& operator=(const ThreadExit&) = delete;

  ~ThreadExit() {
    hand_back();
    hand_back_again();
  }

  void touch() const noexcept {}
};

}  // namespace

void refill_ids(ThreadState& state) noexcept {
  // relaxed: only uniqueness matters.
  const auto block = next_id_block.fetch_add(1, std::memory_order_relaxed);
  state.next_id = block * kIdBlock;
  state.last_id = state.next_id + kIdBlock;
}

void arm_thread_exit() noexcept {
  if (tls.exit_armed) return;
  tls.exit_armed = true;
  thread_local const ThreadExit exit_hook;
  exit_hook.touch();
}

}  // namespace hyperactor::runtime
