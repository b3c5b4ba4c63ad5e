// bench/path/timer.cpp - what does it cost to arm and cancel a timer while a million wait?
#include "measurement.hpp"
#include "sizes.hpp"
#include "stopwatch.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

namespace hyperactor::bench {

namespace {

/// Deadlines lie between one hour and two: none is reached, and they do not share a tick.
constexpr std::chrono::nanoseconds deadline(std::uint64_t i) {
  constexpr std::uint64_t kStep = 7'919;  // prime, so that neighbours lie far apart
  return std::chrono::hours{1} + std::chrono::milliseconds{i * kStep % 3'600'000};
}

struct Ring {};

/// Arms `timers` that stay.
struct Fill {
  using Reply = std::uint64_t;
  std::uint64_t timers;
};

/// Arms one and cancels it, `times` times; answered with `times`.
struct ArmAndCancel {
  using Reply = std::uint64_t;
  std::uint64_t times;
};

class Sleeper : public Actor<Sleeper> {
 public:
  std::uint64_t handle(Context<Sleeper>& cx, Fill fill) {
    pending_.reserve(fill.timers);
    for (std::uint64_t i = 0; i < fill.timers; ++i) {
      pending_.push_back(cx.post_after<Ring>(deadline(i), {}));
    }
    return pending_.size();
  }

  std::uint64_t handle(Context<Sleeper>& cx, ArmAndCancel run) {
    std::uint64_t done = 0;
    for (; done < run.times; ++done) cx.post_after<Ring>(deadline(done), {}).cancel(cx);
    return done;
  }

  void handle(Context<Sleeper>& cx, Ring) { cx.abort("a timer of an hour has fired"); }

 private:
  std::vector<DelayedPost> pending_;
};

}  // namespace

Result<double> timer(const Runtime& runtime) {
  auto proc = Proc::local(runtime);
  auto client = proc.client("bench");
  const auto sleeper = proc.spawn<Sleeper>().value();
  const auto filled = block_on(sleeper.ask<Fill>(client, kPatient, kTimersPending));
  if (!filled) return std::unexpected(Error(filled.error()).in("arming timers"));
  auto seconds = seconds_until("timer", kTimersCancelled, [&] {
    return sleeper.ask<ArmAndCancel>(client, kPatient, kTimersCancelled);
  });
  if (!seconds) return seconds;
  sleeper.stop("measured");
  if (auto ended = wait_ended(sleeper); !ended)
    return std::unexpected(std::move(ended).error());
  return *seconds * 1e9 / static_cast<double>(kTimersCancelled);
}

}  // namespace hyperactor::bench
