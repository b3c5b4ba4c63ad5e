// runtime/blocking.hpp - blocking(fn): work that may block a thread, away from the workers.
#pragma once

#include "hyperactor/runtime/foreign.hpp"
#include "hyperactor/runtime/scheduler.hpp"
#include "hyperactor/runtime/task.hpp"

#include <atomic>
#include <concepts>
#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace hyperactor {

namespace runtime {

/// A function on its way to the blocking pool. Lives in the awaiting frame until its wait has
/// been completed.
struct BlockingJob {
  void (*run)(BlockingJob& job) = nullptr;
  BlockingJob* next = nullptr;  ///< the pool's
  ForeignWait* wait = nullptr;
  WaitId id;                             ///< of the wait, for the pool's thread
  std::atomic<bool> interrupted{false};  ///< not begun by then: not run
};

}  // namespace runtime

/// `co_await blocking(fn)`: runs `fn()` on a thread of the blocking pool and answers its value,
/// or throws here what it threw. The actor is held meanwhile, its worker is not.
///
/// Cancelling  A function that has begun cannot be interrupted, and may use what the awaiting
///             frame owns: an abort, or a lost race, waits until it has returned. Its actor's
///             status is "stopping (cancelling blocking)" meanwhile. One that has not begun is
///             not run.
/// Simulation  `fn` runs at once on the simulation's thread; the answer comes after a virtual
/// time
///             of up to 1 ms, drawn from the seed.
/// Cost        two thread switches, some 10 to 100 µs.
template <std::invocable Fn>
class [[nodiscard]] Blocking {
 public:
  /// What awaiting it gives.
  using Value = std::invoke_result_t<Fn&>;

  /// `fn` runs when this is awaited.
  explicit Blocking(Fn fn) : fn_(std::move(fn)) {}

  Blocking(const Blocking&) = delete;
  Blocking& operator=(const Blocking&) = delete;

  bool await_ready() const noexcept { return false; }

  template <std::derived_from<runtime::Resumable> Promise>
  void await_suspend(std::coroutine_handle<Promise> frame) {
    job_.owner = this;
    job_.wait = &wait_;
    job_.run = [](runtime::BlockingJob& job) { static_cast<Job&>(job).owner->call(); };
    wait_.owner = this;
    wait_.what = "blocking";
    wait_.complete = [](runtime::Wait& wait, runtime::Node&) {
      static_cast<Registered&>(wait).finish();
    };
    wait_.interrupt = [](runtime::ForeignWait& wait) noexcept {
      static_cast<Registered&>(wait).owner->job_.interrupted.store(true,
                                                                   std::memory_order_relaxed);
    };
    wait_.begin(frame.promise());
    job_.id = wait_.id;
    frame.promise().strand->scheduler().run_blocking(job_);
  }

  Value await_resume() {
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
    if constexpr (!std::is_void_v<Value>) return std::move(*value_);
  }

 private:
  struct Job : runtime::BlockingJob {
    Blocking* owner = nullptr;
  };

  struct Registered : runtime::ForeignWait {
    Blocking* owner = nullptr;
  };

  void call() noexcept {
    // relaxed: only advice; whoever awaits is told by the completion either way.
    if (job_.interrupted.load(std::memory_order_relaxed)) return;
    try {
      if constexpr (std::is_void_v<Value>) {
        fn_();
      } else {
        value_.emplace(fn_());
      }
    } catch (...) {
      thrown_ = std::current_exception();
    }
  }

  Fn fn_;
  std::conditional_t<std::is_void_v<Value>, std::nullptr_t, std::optional<Value>> value_{};
  std::exception_ptr thrown_;
  Job job_;
  Registered wait_;
};

/// To be awaited; see Blocking.
template <std::invocable Fn>
[[nodiscard]] Blocking<Fn> blocking(Fn fn) {
  static_assert(
      !std::is_reference_v<std::invoke_result_t<Fn&>>,
      "a function for blocking() returns a value, or nothing: a reference could outlive "
      "what it refers to");
  return Blocking<Fn>(std::move(fn));
}

}  // namespace hyperactor
