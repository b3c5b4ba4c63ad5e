// runtime/combine.hpp - several tasks at once on one strand: all of them, or the first.
#pragma once

#include "hyperactor/base/error.hpp"
#include "hyperactor/runtime/foreign.hpp"
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
      note();
    } else {
      task.frame()->start(strand, nullptr, this);
    }
  }

  void on_done(TaskPromise&) override { note(); }

  [[nodiscard]] const Resumable* awaiting() const noexcept override { return waiting_; }

  [[nodiscard]] bool complete() const noexcept { return missing_ == 0; }

  void await(Resumable& frame) noexcept { waiting_ = &frame; }

  /// All children were added; from now on the last one wakes the frame. True: it is done.
  [[nodiscard]] bool start() noexcept {
    started_ = true;
    return complete();
  }

 private:
  void note() noexcept {
    if (--missing_ == 0 && started_) waiting_->strand->make_ready(*waiting_);
  }

  std::size_t missing_;
  bool started_ = false;
  Resumable* waiting_ = nullptr;
};

/// Awaits a Gather whose children were added by `start(strand)`.
template <class Start>
struct GatherAwaiter {
  bool await_ready() const noexcept { return false; }

  template <std::derived_from<Resumable> Promise>
  bool await_suspend(std::coroutine_handle<Promise> frame) {
    gather.await(frame.promise());
    start(*frame.promise().strand);
    return !gather.start();
  }

  void await_resume() const noexcept {}

  Gather& gather;
  Start start;
};

template <class Start>
GatherAwaiter(Gather&, Start) -> GatherAwaiter<Start>;

/// Wakes the frame that awaits a race when one task is done, and destroys the others at that
/// moment: one that is about to go on must not take what the race would throw away. Those that
/// wait for foreign operations are destroyed when these have ended, and the frame waits for
/// that.
template <class... T>
class First final : public Join, private Drain {
 public:
  explicit First(Task<T>&... tasks) noexcept : tasks_(tasks...) {}

  First(const First&) = delete;
  First& operator=(const First&) = delete;
  ~First() = default;

  /// Which task was done first.
  [[nodiscard]] std::size_t winner() const noexcept { return winner_; }

  bool await_ready() const noexcept { return false; }

  template <std::derived_from<Resumable> Promise>
  bool await_suspend(std::coroutine_handle<Promise> frame) noexcept {
    waiting_ = &frame.promise();
    for_each([&](std::size_t index, auto& task) {
      if (settled_) return;
      if (task.frame() == nullptr) {
        settle(index);
      } else {
        task.frame()->start(*waiting_->strand, nullptr, this);
      }
    });
    started_ = true;
    return !settled_ || draining_;
  }

  void await_resume() const noexcept {}

  [[nodiscard]] const Resumable* awaiting() const noexcept override { return waiting_; }

  void on_done(TaskPromise& child) override {
    if (settled_) return;  // a loser whose operations are being interrupted
    std::size_t winner = 0;
    for_each([&](std::size_t index, auto& task) {
      if (task.frame() == &child) winner = index;
    });
    settle(winner);
    if (!draining_) waiting_->strand->make_ready(*waiting_);
  }

 private:
  template <class Visit>
  void for_each(Visit visit) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (visit(I, std::get<I>(tasks_)), ...);
    }(std::index_sequence_for<T...>{});
  }

  void settle(std::size_t winner) noexcept {
    settled_ = true;
    winner_ = winner;
    for_each([&](std::size_t index, auto& task) {
      if (index == winner || task.frame() == nullptr) return;
      if (has_foreign(*waiting_->strand, *task.frame())) {
        task.frame()->abandon();
      } else {
        task.release()->handle.destroy();
      }
    });
    // The winner is done, so what foreign waits there are below the awaiting frame belong to
    // the losers that are left.
    draining_ = interrupt_foreign(*waiting_->strand, waiting_, *this) != 0;
  }

  void on_drained() override {
    draining_ = false;
    for_each([&](std::size_t index, auto& task) {
      if (index == winner_) return;
      if (auto* loser = task.release()) loser->handle.destroy();
    });
    if (started_) waiting_->strand->make_ready(*waiting_);
  }

  std::tuple<Task<T>&...> tasks_;
  bool settled_ = false;
  bool started_ = false;
  bool draining_ = false;
  std::size_t winner_ = 0;
  Resumable* waiting_ = nullptr;
};

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

/// Runs the tasks together until the first has ended; the others are cancelled by destruction
/// at that moment. The variant's index says which it was.
template <class... T>
Task<std::variant<runtime::Stored<T>...>> race(Task<T>... tasks) {
  using Outcome = std::variant<runtime::Stored<T>...>;
  runtime::First<T...> first(tasks...);
  co_await first;
  std::optional<Outcome> outcome;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    const auto pick = [&]<std::size_t N>(auto& task) {
      if (N == first.winner()) {
        outcome.emplace(std::in_place_index<N>, runtime::take_stored(task));
      }
    };
    (pick.template operator()<I>(tasks), ...);
  }(std::index_sequence_for<T...>{});
  co_return std::move(*outcome);
}

/// The task's value, or Errc::Timeout after `limit`, when the task is cancelled. Zero has
/// passed at once, after the task ran up to its first await; a negative limit is an error, and
/// the task does not run.
template <class T>
Task<Result<T>> timeout(std::chrono::nanoseconds limit, Task<T> task) {
  if (limit.count() < 0) {
    co_return std::unexpected(
        Error(Errc::Failed,
              "timeout of " + std::to_string(limit.count()) +
                  " ns: give zero or more; the deadline it was computed from has passed"));
  }
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
