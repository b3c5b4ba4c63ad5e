// runtime/scheduler.hpp - what both runtimes, threads and simulation, offer to strands.
#pragma once

#include "hyperactor/runtime/thread_state.hpp"
#include "hyperactor/runtime/ticks.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace hyperactor::runtime {

class Strand;
class OwnThread;
struct BlockingJob;
struct Timer;

/// Runs strands and owns their time.
///
/// Threads  Any member from any thread, except yield(), which is for the thread that runs the
///          strand. Under simulation every call must come from the simulation's own thread.
class Scheduler {
 public:
  Scheduler() = default;
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;
  virtual ~Scheduler() = default;

  /// Takes an activated strand from a thread that is not one of its workers.
  virtual void inject(Strand& strand) = 0;

  /// Runs the strand again after what else is waiting.
  virtual void yield(Strand& strand) = 0;

  /// The present time of durations; see TickScale.
  [[nodiscard]] virtual std::uint64_t now_ticks() noexcept = 0;

  /// The present time of deadlines: steady clock, or virtual time. Nanoseconds.
  [[nodiscard]] virtual std::int64_t now_ns() noexcept = 0;

  [[nodiscard]] virtual const TickScale& scale() const noexcept = 0;

  [[nodiscard]] virtual bool simulated() const noexcept = 0;

  /// Simulation: runs one strand, or lets time jump to the next timer; false if neither is
  /// left.
  virtual bool step() { return false; }

  /// 64 random bits; under simulation from the seed.
  [[nodiscard]] virtual std::uint64_t random() = 0;

  /// Fires `timer` at `deadline_ns`, never earlier. O(1).
  virtual void arm(Timer& timer, std::int64_t deadline_ns) = 0;

  /// Ends the process with a sentence if this is a simulation and the calling thread is not its
  /// own: what another OS thread does could not be replayed. Cost: one load.
  void check_thread() const {
    if (home_ != nullptr && home_ != &tls) [[unlikely]] {
      refuse_thread();
    }
  }

  /// Runs `job` on a thread where it may block; under simulation here and now, and completes
  /// its wait after a virtual duration drawn from the seed. `job` must live until then.
  virtual void run_blocking(BlockingJob& job) = 0;

  /// Gives `strand`, which nobody has activated yet, a thread of its own, called `name`. Null
  /// under simulation, where it runs like any other. Throws std::system_error if the system has
  /// no more threads.
  virtual std::shared_ptr<OwnThread> run_apart(Strand& strand, const std::string& name) = 0;

  /// True if the timer will not fire. False: it fired, or is about to, or was not armed. O(1).
  virtual bool cancel(Timer& timer) noexcept = 0;

 protected:
  /// From now on check_thread() takes only the calling thread.
  void bind_to_this_thread() noexcept { home_ = &tls; }

 private:
  [[noreturn]] static void refuse_thread();

  const ThreadState* home_ = nullptr;
};

}  // namespace hyperactor::runtime
