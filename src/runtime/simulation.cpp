// runtime/simulation.cpp - one step of the simulation.
#include "simulation.hpp"

#include "hyperactor/base/check.hpp"
#include "hyperactor/runtime/blocking.hpp"
#include "hyperactor/runtime/strand.hpp"

#include <cstdlib>
#include <utility>

namespace hyperactor::runtime {

namespace {

// The thread's state while a simulated strand runs: its clock is the simulation's.
class Enter {
 public:
  Enter(Scheduler& scheduler, std::int64_t now, std::uint32_t messages)
      : saved_scheduler_(std::exchange(tls.scheduler, &scheduler)),
        saved_messages_(std::exchange(tls.slice_messages, messages)),
        saved_strand_(std::exchange(tls.strand, nullptr)) {
    tls.now = static_cast<std::uint64_t>(now);
  }

  Enter(const Enter&) = delete;
  Enter& operator=(const Enter&) = delete;

  ~Enter() {
    tls.scheduler = saved_scheduler_;
    tls.slice_messages = saved_messages_;
    tls.strand = saved_strand_;
  }

 private:
  Scheduler* saved_scheduler_;
  std::uint32_t saved_messages_;
  Strand* saved_strand_;
};

}  // namespace

Simulation::Simulation(std::uint64_t seed)
    : random_(seed),
      saved_id_(std::exchange(tls.next_id, 1)),
      saved_last_id_(std::exchange(tls.last_id, ~0ULL)) {
  bind_to_this_thread();
}

Simulation::~Simulation() {
  tls.next_id = saved_id_;
  tls.last_id = saved_last_id_;
}

void Simulation::inject(Strand& strand) {
  check_thread();
  ready_.push_back(&strand);
}

void Simulation::run_blocking(BlockingJob& job) {
  {
    // As on a thread of its own: no strand is running there.
    Strand* const strand = std::exchange(tls.strand, nullptr);
    job.run(job);
    tls.strand = strand;
  }
  (void)arm_wait_timer(*job.wait,
                       now_ns_ + 1 + static_cast<std::int64_t>(random_.below(kBlockingNsMax)));
}

void Scheduler::refuse_thread() {
  HYPERACTOR_CHECK(false,
                   "a post, signal or step from another OS thread cannot be part of a "
                   "simulation: do it on the thread that made the runtime, or use "
                   "Runtime::threads()");
  std::abort();
}

bool Simulation::step() {
  check_thread();
  if (ready_.empty()) {
    const std::int64_t next = timers_.earliest();
    if (next == INT64_MAX) return false;
    if (next > now_ns_) now_ns_ = next;  // SIM-2
  }
  if (timers_.earliest() <= now_ns_) {
    const Enter entered(*this, now_ns_, 0);
    timers_.fire_due(now_ns_);
    return true;
  }
  if (ready_.empty()) return true;  // a cancelled timer was still the earliest
  const std::uint64_t choice = random_.below(ready_.size());
  Strand* const strand = std::exchange(ready_[choice], ready_.back());
  ready_.pop_back();
  const auto messages = static_cast<std::uint32_t>(1 + random_.below(kSliceMessagesMax));
  note(choice << 8U | messages);
  ++steps_;
  {
    const Enter entered(*this, now_ns_, messages);
    strand->run(tls);
  }
  now_ns_ += kSliceNs;
  return true;
}

void Simulation::note(std::uint64_t value) noexcept {
  // splitmix64's finaliser over a running sum.
  std::uint64_t mixed = history_ + 0x9e3779b97f4a7c15ULL + value;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebULL;
  history_ = mixed ^ (mixed >> 31U);
}

}  // namespace hyperactor::runtime
