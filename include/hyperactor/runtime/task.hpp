// runtime/task.hpp - Task<T>: a lazy coroutine of one strand; destroying it cancels it.
#pragma once

#include "hyperactor/runtime/strand.hpp"

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace hyperactor {

template <class T = void>
class Task;

namespace runtime {

class TaskPromise;

/// Told when a child task ends, instead of the frame that awaits it (race, all).
class Join {
 public:
  virtual void on_done(TaskPromise& child) = 0;

  /// The frame that awaits it; null if it is no frame, or not yet.
  [[nodiscard]] virtual const Resumable* awaiting() const noexcept = 0;

 protected:
  ~Join() = default;
};

/// What every task's promise has. Frames come from the pool of the thread.
class TaskPromise : public Resumable {
 public:
  TaskPromise() = default;

  ~TaskPromise() {
    if (abandoned_) strand->count_abandoned(-1);
  }

  static void* operator new(std::size_t bytes) { return tls.pool.allocate_bytes(bytes); }

  static void operator delete(void* memory, std::size_t bytes) noexcept {
    tls.pool.release_bytes(memory, bytes);
  }

  std::suspend_always initial_suspend() noexcept { return {}; }

  // Ends through the strand's loop, never by a jump into the next frame: GCC 12 makes no tail
  // call of that, and a loop of awaits would eat the stack (chapter 80 §4.1, bug C).
  struct Final {
    bool await_ready() noexcept { return false; }

    void await_suspend(std::coroutine_handle<>) noexcept { self.done(); }

    void await_resume() noexcept {}

    TaskPromise& self;
  };

  Final final_suspend() noexcept { return Final{*this}; }

  void unhandled_exception() noexcept { thrown = std::current_exception(); }

  /// Lets the task run on `where`; `then` goes on when it is done, or `join` is told.
  void start(Strand& where, Resumable* then, Join* join) noexcept {
    strand = &where;
    continuation_ = then;
    join_ = join;
    where.make_ready(*this);
  }

  [[nodiscard]] bool is_done() const noexcept { return done_; }

  /// It will be destroyed when its foreign operations have ended; until then nothing of it, nor
  /// of what it awaits, is resumed.
  void abandon() noexcept {
    if (std::exchange(abandoned_, true)) return;
    strand->count_abandoned(1);
  }

  [[nodiscard]] bool is_abandoned() const noexcept { return abandoned_; }

  /// The frame that awaits this one, perhaps together with others; null if none does.
  [[nodiscard]] const Resumable* awaiting() const noexcept {
    return join_ != nullptr ? join_->awaiting() : continuation_;
  }

  std::exception_ptr thrown;

 private:
  void done() noexcept {
    done_ = true;
    if (join_ != nullptr) {
      join_->on_done(*this);
    } else if (continuation_ != nullptr) {
      strand->make_ready(*continuation_);
    }
  }

  Resumable* continuation_ = nullptr;
  Join* join_ = nullptr;
  bool done_ = false;
  bool abandoned_ = false;
};

template <class T>
class TaskPromiseOf : public TaskPromise {
 public:
  Task<T> get_return_object() noexcept;

  template <class U>
    requires std::convertible_to<U&&, T>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }

  T take() {
    if (thrown) std::rethrow_exception(std::exchange(thrown, nullptr));
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class TaskPromiseOf<void> : public TaskPromise {
 public:
  inline Task<void> get_return_object() noexcept;

  void return_void() noexcept {}

  void take() {
    if (thrown) std::rethrow_exception(std::exchange(thrown, nullptr));
  }
};

/// Awaiting a task from a task of the same strand.
template <class T>
struct TaskAwaiter {
  bool await_ready() const noexcept { return frame == nullptr; }

  template <std::derived_from<Resumable> Promise>
  void await_suspend(std::coroutine_handle<Promise> parent) noexcept {
    frame->start(*parent.promise().strand, &parent.promise(), nullptr);
  }

  T await_resume() {
    if constexpr (std::is_void_v<T>) {
      if (frame != nullptr) frame->take();
    } else {
      return frame == nullptr ? std::move(**ready) : frame->take();
    }
  }

  TaskPromiseOf<T>* frame;
  std::conditional_t<std::is_void_v<T>, std::nullptr_t, std::optional<T>>* ready;
};

}  // namespace runtime

/// A lazy coroutine: nothing runs before it is awaited, or handed to block_on or an actor.
///
/// Lifetime  Owns its frame, and through its frame everything it waits for. Destroying a task
/// that
///           is suspended cancels it: its awaits unregister, its locals are destroyed.
///           Move-only.
/// Ready     Constructible from a value without a coroutine frame: `return Result<void>{};`.
/// Threads   A task runs on one strand; awaiting it on another is not possible.
/// Cost      About 10 ns a frame, from a per-thread pool; no stack growth however long the
/// chain.
template <class T>
class [[nodiscard]] Task {
 public:
  /// What the compiler asks for.
  using promise_type = runtime::TaskPromiseOf<T>;
  /// What awaiting it gives.
  using value_type = T;

  /// Already done, with `value`.
  template <class U = T>
    requires(std::convertible_to<U &&, T> && !std::same_as<std::remove_cvref_t<U>, Task>)
  Task(U&& value) : ready_(std::in_place, std::forward<U>(value)) {}  // NOLINT(*-explicit-*)

  Task(Task&& other) noexcept
      : frame_(std::exchange(other.frame_, nullptr)), ready_(std::move(other.ready_)) {}

  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      cancel();
      frame_ = std::exchange(other.frame_, nullptr);
      ready_ = std::move(other.ready_);
    }
    return *this;
  }

  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  ~Task() { cancel(); }

  runtime::TaskAwaiter<T> operator co_await() && noexcept { return {frame_, &ready_}; }

  /// The frame, or null when made from a value. For those who run tasks.
  [[nodiscard]] promise_type* frame() const noexcept { return frame_; }

  /// Hands the frame to the caller, who destroys it.
  [[nodiscard]] promise_type* release() noexcept { return std::exchange(frame_, nullptr); }

  /// The value, once the frame is done or if there is none. Throws what the task threw.
  T take() { return frame_ == nullptr ? std::move(*ready_) : frame_->take(); }

 private:
  friend promise_type;

  explicit Task(promise_type* frame) noexcept : frame_(frame) {}

  void cancel() noexcept {
    if (frame_ != nullptr) std::exchange(frame_, nullptr)->handle.destroy();
  }

  promise_type* frame_ = nullptr;
  std::optional<T> ready_;
};

/// A task that ends without a value.
template <>
class [[nodiscard]] Task<void> {
 public:
  /// What the compiler asks for.
  using promise_type = runtime::TaskPromiseOf<void>;
  /// Nothing.
  using value_type = void;

  /// Already done.
  Task() noexcept = default;

  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}

  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      cancel();
      frame_ = std::exchange(other.frame_, nullptr);
    }
    return *this;
  }

  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  ~Task() { cancel(); }

  runtime::TaskAwaiter<void> operator co_await() && noexcept { return {frame_, nullptr}; }

  /// The frame, or null when done from the start. For those who run tasks.
  [[nodiscard]] promise_type* frame() const noexcept { return frame_; }

  /// Hands the frame to the caller, who destroys it.
  [[nodiscard]] promise_type* release() noexcept { return std::exchange(frame_, nullptr); }

  /// Once the frame is done or if there is none. Throws what the task threw.
  void take() {
    if (frame_ != nullptr) frame_->take();
  }

 private:
  friend promise_type;

  explicit Task(promise_type* frame) noexcept : frame_(frame) {}

  void cancel() noexcept {
    if (frame_ != nullptr) std::exchange(frame_, nullptr)->handle.destroy();
  }

  promise_type* frame_ = nullptr;
};

namespace runtime {

template <class T>
Task<T> TaskPromiseOf<T>::get_return_object() noexcept {
  handle = std::coroutine_handle<TaskPromiseOf>::from_promise(*this);
  return Task<T>(this);
}

inline Task<void> TaskPromiseOf<void>::get_return_object() noexcept {
  handle = std::coroutine_handle<TaskPromiseOf>::from_promise(*this);
  return Task<void>(this);
}

}  // namespace runtime

/// Whether T is a Task.
template <class T>
inline constexpr bool is_task = false;
/// Whether T is a Task.
template <class T>
inline constexpr bool is_task<Task<T>> = true;

}  // namespace hyperactor
