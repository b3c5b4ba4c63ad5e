// telemetry/process_state.cpp - owns what telemetry has one of in each process.
#include "process_state.hpp"

#include <atomic>
#include <cstdlib>
#include <mutex>

#include <pthread.h>

namespace hyperactor::telemetry {

namespace {

// The handlers of fork() and exit() take no argument, so what they work on is found here.
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables)
constinit std::mutex g_making;
constinit std::atomic<ProcessState*> g_state = nullptr;

// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

ProcessState* made() noexcept {
  return g_state.load(std::memory_order_acquire);  // pairs with the release in make()
}

void before_fork() {
  g_making.lock();
  ProcessState* const state = made();
  if (state == nullptr) return;
  state->names.lock_all();
  state->units.mutex().lock();
}

void after_fork() {
  ProcessState* const state = made();
  if (state != nullptr) {
    state->units.mutex().unlock();
    state->names.unlock_all();
  }
  g_making.unlock();
}

void after_fork_in_child() {
  if (ProcessState* const state = made()) state->units.leave_file_to_parent();  // EV-3
  after_fork();
}

// EV-7: registered while the program is loaded, before there is a second thread.
[[maybe_unused]] const int kForkHandlers =
    ::pthread_atfork(before_fork, after_fork, after_fork_in_child);

}  // namespace

ProcessState& ProcessState::get() {
  ProcessState* const state = made();
  return state != nullptr ? *state : make();
}

ProcessState& ProcessState::make() {
  const std::lock_guard lock(g_making);
  ProcessState* state = made();
  if (state != nullptr) return *state;
  state = new ProcessState;
  g_state.store(state, std::memory_order_release);
  (void)std::atexit([] { made()->units.remove_file(); });
  return *state;
}

}  // namespace hyperactor::telemetry
