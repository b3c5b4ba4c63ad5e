// runtime/runtime.hpp - Runtime: the threads, or the simulation, that procs run on.
#pragma once

#include "hyperactor/base/error.hpp"
#include "hyperactor/runtime/manual_strand.hpp"
#include "hyperactor/runtime/task.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace hyperactor {

/// A failure that nobody could take: what ends the process unless a policy says otherwise.
struct CrashReport {
  std::string actor;  ///< the root cause
  std::string text;   ///< what is printed
};

/// What to do with it. The default prints the report and exits with code 1. A policy that
/// returns lets the program go on. Called on the thread where it happened.
using CrashPolicy = std::function<void(const CrashReport&)>;

/// What may be chosen when a runtime is made; what is left out has a default.
struct RuntimeOptions {
  /// Worker threads, 1 to 1,024. Default: HYPERACTOR_WORKERS, else one per hardware thread.
  std::optional<std::size_t> workers{};
  /// The deadline of asks that name none. Default: HYPERACTOR_ASK_TIMEOUT, else 30 s.
  std::optional<std::chrono::nanoseconds> ask_timeout{};
  /// Threads for blocking() at most, 1 to 10,000; made as they are needed. Default: 64.
  std::size_t blocking_threads = 64;
  /// Default: prints the report and exits with code 1.
  CrashPolicy crash{};
};

/// Shared handle of a runtime; it ends when its last handle goes, and with it its threads.
///
/// Threads  Any. A simulated runtime belongs to the thread that made it.
/// See also ARCHITECTURE.md, docs/design/engine.md
class Runtime {
 public:
  /// The longest deadline of an ask. Longer ones are refused: a request always ends.
  static constexpr std::chrono::nanoseconds kAskTimeoutMax = std::chrono::hours(24 * 365);

  /// Threads. Fails on worker counts and timeouts out of range, and on environment values that
  /// cannot be parsed; the error says which.
  static Result<Runtime> threads(RuntimeOptions options = {});

  /// One thread (the caller's), virtual time, every choice drawn from `seed`. Things happen
  /// while somebody waits: block_on, TestEnv::await, or step(). Fails if `options.workers` is
  /// set, or a timeout is out of range.
  static Result<Runtime> simulated(std::uint64_t seed, RuntimeOptions options = {});

  /// The runtime that procs share when none is given: threads, made when it is first needed; it
  /// ends with its last user. Bad environment values end the process with a sentence and
  /// code 2.
  static Runtime shared();

  /// Whether it is a simulation.
  [[nodiscard]] bool is_simulated() const noexcept;
  /// For the runtime's own layers.
  [[nodiscard]] runtime::Scheduler& scheduler() const noexcept;
  /// The deadline of asks that name none.
  [[nodiscard]] std::chrono::nanoseconds ask_timeout() const noexcept;

  /// Simulation: runs one slice or lets time jump to the next timer. False if neither is left,
  /// and always on threads.
  bool step() const;

  /// Simulation: a hash over every choice so far, equal for equal seeds; 0 on threads.
  [[nodiscard]] std::uint64_t history() const noexcept;

  /// Nanoseconds since an arbitrary point: steady clock, or virtual time.
  [[nodiscard]] std::int64_t now_ns() const noexcept;

  /// An object that belongs to this runtime and is destroyed with it, before its threads end:
  /// made by `make(simulated)` when `key` is first asked for. For extensions such as
  /// hyperactor/asio.hpp. Any thread.
  [[nodiscard]] std::shared_ptr<void> service(
      const void* key, std::shared_ptr<void> (*make)(bool simulated)) const;

  /// Reports a failure that nobody could take (see CrashPolicy).
  /// A policy that throws ends the process.
  void crash(const CrashReport& report) const noexcept;

 private:
  struct Core;

  explicit Runtime(std::shared_ptr<Core> core) noexcept : core_(std::move(core)) {}

  std::shared_ptr<Core> core_;
};

/// Runs `task` on the calling thread until it is done. Fails on a worker ("co_await it there"),
/// and under simulation when nothing can run any more, with the wait-for graph.
template <class T>
Result<T> block_on(const Runtime& runtime, Task<T> task) {
  return runtime::block_on(runtime.scheduler(), std::move(task));
}

}  // namespace hyperactor
