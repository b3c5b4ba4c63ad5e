// runtime/combine.hpp - several tasks at once on one strand: all of them, or the first.
#pragma once

#include "hyperactor/base/error.hpp"
#include "hyperactor/runtime/sleep.hpp"
#include "hyperactor/runtime/task.hpp"

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace hyperactor {

namespace runtime {

// A task's value as something that can be stored: void becomes monostate.
template <class T>
using Stored = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class T>
Stored<T> take_stored(Task<T>& task) {
  if constexpr (std::is_void_v<T>) {
    task.take();
    return {};
  } else {
    return task.take();
  }
}

/// Counts children down and wakes the frame that awaits them.
class Gather final : public Join {
 public:
  explicit Gather(std::size_t needed) noexcept : missing_(needed) {}

  template <class T>
  void add(Task<T>& task, Strand& strand) noexcept {
    if (task.frame() == nullptr) {
      note(nullptr);
    } else {
      task.frame()->start(strand, nullptr, this);
    }
  }

  void on_done(TaskPromise& child) override { note(&child); }

  [[nodiscard]] bool complete() const noexcept { return missing_ == 0; }

  /// The frame that was done first; null: one that needed no frame.
  [[nodiscard]] const TaskPromise* first() const noexcept { return first_; }

  void await(Resumable& frame) noexcept { waiting_ = &frame; }

 private:
  void note(TaskPromise* child) noexcept {
    if (missing_ == 0) return;
    if (!any_) {
      any_ = true;
      first_ = child;
    }
    if (--missing_ == 0 && waiting_ != nullptr) waiting_->strand->make_ready(*waiting_);
  }

  std::size_t missing_;
  bool any_ = false;
  const TaskPromise* first_ = nullptr;
  Resumable* waiting_ = nullptr;
};

/// Awaits a Gather whose children were added by `start(strand)`.
template <class Start>
struct GatherAwaiter {
  bool await_ready() const noexcept { return false; }

  template <std::derived_from<Resumable> Promise>
  bool await_suspend(std::coroutine_handle<Promise> frame) {
    start(*frame.promise().strand);
    if (gather.complete()) return false;
    gather.await(frame.promise());
    return true;
  }

  void await_resume() const noexcept {}

  Gather& gather;
  Start start;
};

template <class Start>
GatherAwaiter(Gather&, Start) -> GatherAwaiter<Start>;

}  // namespace runtime

/// Runs the tasks together on this strand; their values in order. If one throws, the exception
/// comes out of here after all have ended. Cancelling the result cancels all.
template <class... T>
Task<std::tuple<runtime::Stored<T>...>> all(Task<T>... tasks) {
  runtime::Gather gather(sizeof...(T));
  auto start = [&](runtime::Strand& strand) { (gather.add(tasks, strand), ...); };
  runtime::GatherAwaiter awaiter{gather, start};
  co_await awaiter;
  co_return std::tuple<runtime::Stored<T>...>{runtime::take_stored(tasks)...};
}

/// The same for any number of tasks of one type.
template <class T>
Task<std::vector<runtime::Stored<T>>> all(std::vector<Task<T>> tasks) {
  std::vector<runtime::Stored<T>> values;
  values.reserve(tasks.size());
  if (!tasks.empty()) {
    runtime::Gather gather(tasks.size());
    auto start = [&](runtime::Strand& strand) {
      for (auto& task : tasks) gather.add(task, strand);
    };
    runtime::GatherAwaiter awaiter{gather, start};
    co_await awaiter;
    for (auto& task : tasks) values.push_back(runtime::take_stored(task));
  }
  co_return values;
}

/// Runs the tasks together until the first has ended; the others are cancelled by destruction.
/// The variant's index says which it was.
template <class... T>
Task<std::variant<runtime::Stored<T>...>> race(Task<T>... tasks) {
  using Outcome = std::variant<runtime::Stored<T>...>;
  runtime::Gather gather(1);
  auto start = [&](runtime::Strand& strand) { (gather.add(tasks, strand), ...); };
  runtime::GatherAwaiter awaiter{gather, start};
  co_await awaiter;
  std::optional<Outcome> outcome;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    auto all_tasks = std::tie(tasks...);
    const auto pick = [&]<std::size_t N>(auto& task) {
      if (!outcome && task.frame() == gather.first()) {
        outcome.emplace(std::in_place_index<N>, runtime::take_stored(task));
      }
    };
    (pick.template operator()<I>(std::get<I>(all_tasks)), ...);
  }(std::index_sequence_for<T...>{});
  co_return std::move(*outcome);
}

/// The task's value, or Errc::Timeout after `limit`, when the task is cancelled.
template <class T>
Task<Result<T>> timeout(std::chrono::nanoseconds limit, Task<T> task) {
  auto timer = [](std::chrono::nanoseconds duration) -> Task<void> {
    co_await sleep(duration);
  };
  auto first = co_await race(std::move(task), timer(limit));
  if (first.index() == 0) {
    if constexpr (std::is_void_v<T>) {
      co_return Result<T>{};
    } else {
      co_return Result<T>(std::get<0>(std::move(first)));
    }
  }
  const double seconds = std::chrono::duration<double>(limit).count();
  co_return std::unexpected(
      Error(Errc::Timeout, "not done after " + std::to_string(seconds) + " s, cancelled"));
}

}  // namespace hyperactor
