// runtime/watch.hpp - Watch<T>: the latest value, for any number of readers.
#pragma once

#include "hyperactor/runtime/task.hpp"
#include "hyperactor/runtime/wait.hpp"

#include <algorithm>
#include <concepts>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace hyperactor {

/// A value that changes and may be awaited. Readers may miss values in between, never the
/// latest.
///
/// Threads  Any; copies share the value. One short lock per access.
template <class T>
class Watch {
 public:
  /// Holds `initial`; copies of this Watch share it.
  explicit Watch(T initial) : state_(std::make_shared<State>(std::move(initial))) {}

  /// The latest value.
  [[nodiscard]] T get() const {
    const std::scoped_lock lock(state_->mutex);
    return state_->value;
  }

  /// Changes it, and wakes whoever awaits a change.
  void set(T value) const {
    std::vector<runtime::WaitId> waiting;
    {
      const std::scoped_lock lock(state_->mutex);
      state_->value = std::move(value);
      ++state_->version;
      waiting.swap(state_->waiting);
    }
    for (const runtime::WaitId wait : waiting) runtime::wake(wait);
  }

  /// Awaits a value that satisfies `wanted` and returns it.
  template <std::predicate<const T&> Wanted>
  Task<T> until(Wanted wanted) const {
    const std::shared_ptr<State> state = state_;
    for (;;) {
      std::uint64_t version = 0;
      {
        const std::scoped_lock lock(state->mutex);
        if (wanted(state->value)) co_return state->value;
        version = state->version;
      }
      Change change(*state, version);
      co_await change;
    }
  }

 private:
  struct State {
    explicit State(T initial) : value(std::move(initial)) {}

    std::mutex mutex;
    T value;
    std::uint64_t version = 0;
    std::vector<runtime::WaitId> waiting;
  };

  struct Change {
    Change(State& watched, std::uint64_t seen) : state(watched), version(seen) {}

    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;

    ~Change() { end(); }

    bool await_ready() const noexcept { return false; }

    template <std::derived_from<runtime::Resumable> Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
      frame = &handle.promise();
      wait.owner = this;
      wait.what = "watch";
      wait.complete = [](runtime::Wait& done, runtime::Node&) {
        Change& self = *static_cast<Registered&>(done).owner;
        runtime::close_wait(done);
        self.frame->strand->make_ready(*self.frame);
      };
      runtime::open_wait(*frame->strand, wait);
      {
        const std::scoped_lock lock(state.mutex);
        if (state.version == version) {
          state.waiting.push_back(wait.id);
          return true;
        }
      }
      end();
      return false;
    }

    void await_resume() const noexcept {}

    void end() noexcept {
      if (!wait.id) return;
      {
        const std::scoped_lock lock(state.mutex);
        std::erase(state.waiting, wait.id);
      }
      runtime::close_wait(wait);
    }

    struct Registered : runtime::Wait {
      Change* owner = nullptr;
    };

    State& state;
    std::uint64_t version;
    runtime::Resumable* frame = nullptr;
    Registered wait;
  };

  std::shared_ptr<State> state_;
};

}  // namespace hyperactor
