// bench/peers/floor/timer.cpp - the floor of arming and cancelling: a list a tick, no lock.
#include "peer_main.hpp"
#include "seconds.hpp"
#include "sizes.hpp"
#include "works.hpp"

#include <array>
#include <memory>
#include <vector>

namespace hyperactor::floor {

namespace {

struct Timer {
  Timer* previous = nullptr;
  Timer* next = nullptr;
  std::uint64_t due_ms = 0;
};

/// A wheel of 4,096 ticks of a millisecond. Nothing fires here, so nothing turns it.
class Wheel {
 public:
  void arm(Timer& timer, std::uint64_t due_ms) {
    timer.due_ms = due_ms;
    Timer& head = heads_[due_ms % heads_.size()];
    timer.previous = &head;
    timer.next = head.next;
    if (head.next != nullptr) head.next->previous = &timer;
    head.next = &timer;
  }

  static void cancel(Timer& timer) {
    timer.previous->next = timer.next;
    if (timer.next != nullptr) timer.next->previous = timer.previous;
  }

 private:
  std::array<Timer, 4096> heads_;
};

constexpr std::uint64_t deadline_ms(std::uint64_t i) {
  return 3'600'000 + i * 7'919 % 3'600'000;
}

}  // namespace

double timer(std::size_t) {
  auto wheel = std::make_unique<Wheel>();
  for (std::uint64_t i = 0; i < bench::kTimersPending; ++i) {
    wheel->arm(*new Timer, deadline_ms(i));  // stays until the process ends
  }
  std::uint64_t done = 0;
  const double seconds = bench::seconds_of([&] {
    for (; done < bench::kTimersCancelled; ++done) {
      auto* const timer = new Timer;
      wheel->arm(*timer, deadline_ms(done));
      Wheel::cancel(*timer);
      delete timer;
    }
  });
  return seconds * 1e9 / static_cast<double>(bench::kTimersCancelled);
}

}  // namespace hyperactor::floor
