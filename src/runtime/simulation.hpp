// runtime/simulation.hpp - the runtime in one thread, with a seed and virtual time.
#pragma once

#include "hyperactor/base/random.hpp"
#include "hyperactor/runtime/scheduler.hpp"

#include "timer_service.hpp"

#include <cstdint>
#include <vector>

namespace hyperactor::runtime {

/// SIM-1  One seed, one schedule: the next strand, the length of its slice and all random
/// numbers
///        come from one generator; time moves only by steps; nothing depends on an address.
/// SIM-2  Time jumps to the next timer only when nothing can run; each slice takes kSliceNs.
/// SIM-3  Everything happens on the thread that made it; what another OS thread posts, signals
///        or steps ends the process with a sentence, because it could not be replayed.
class Simulation final : public Scheduler {
 public:
  explicit Simulation(std::uint64_t seed);
  ~Simulation() override;

  void inject(Strand& strand) override;

  void yield(Strand& strand) override { inject(strand); }

  std::uint64_t now_ticks() noexcept override { return static_cast<std::uint64_t>(now_ns_); }

  std::int64_t now_ns() noexcept override { return now_ns_; }

  const TickScale& scale() const noexcept override { return scale_; }

  bool simulated() const noexcept override { return true; }

  bool step() override;

  std::uint64_t random() override { return random_(); }

  void arm(Timer& timer, std::int64_t deadline_ns) override { timers_.arm(timer, deadline_ns); }

  bool cancel(Timer& timer) noexcept override { return timers_.cancel(timer); }

  void run_blocking(BlockingJob& job) override;

  std::shared_ptr<OwnThread> run_apart(Strand&, const std::string&) override { return nullptr; }

  /// A hash over every choice made so far: equal for equal seeds.
  [[nodiscard]] std::uint64_t history() const noexcept { return history_; }

  [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }

 private:
  static constexpr std::int64_t kStartNs = 1'000'000'000;
  static constexpr std::int64_t kSliceNs = 200;
  static constexpr std::uint64_t kSliceMessagesMax = 8;
  static constexpr std::uint64_t kBlockingNsMax = 1'000'000;

  void note(std::uint64_t value) noexcept;

  base::Random random_;
  const TickScale scale_{1.0};
  std::int64_t now_ns_ = kStartNs;
  TimerService timers_{kStartNs};
  std::vector<Strand*> ready_;
  // SIM-4: while it lives, the thread's message ids are the simulation's, also of what clients
  // send between steps; they are put back afterwards.
  std::uint64_t saved_id_;
  std::uint64_t saved_last_id_;
  std::uint64_t history_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace hyperactor::runtime
