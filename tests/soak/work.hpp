// tests/soak/work.hpp - the messages of the run, and what all of its drivers share.
//
// A driver is an actor that lives for the whole run and makes load. Once plan.ending is set it
// sends nothing new, and leaves when it is done.
#pragma once

#include "hyperactor/base/random.hpp"
#include "hyperactor/hyperactor.hpp"

#include "ledger.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

namespace hyperactor::soak {

using Clock = std::chrono::steady_clock;

class Gate;

/// What is wanted of the run.
struct Plan {
  std::chrono::nanoseconds duration{};
  std::uint64_t seed = 1;
  std::uint64_t alive = 0;    ///< actors at once
  std::uint64_t created = 0;  ///< actors in all
  Clock::time_point began;
  std::atomic<bool> ending{false};
  std::atomic<int> drivers{0};  ///< those that have not left
  std::mutex gate_mutex;
  std::optional<ActorHandle<Gate>> gate;  ///< one with Overflow::Wait, for everybody

  /// From 0 to 1: when all actors are to have been made, a little before the end.
  [[nodiscard]] double share(Clock::time_point since) const {
    const auto left = began + duration * 19 / 20 - since;
    const auto passed = Clock::now() - since;
    return left.count() <= 0 ? 1.0
                             : std::chrono::duration<double>(passed).count() /
                                   std::chrono::duration<double>(left).count();
  }
};

/// What a Work asks its receiver to do.
enum class Deed : std::uint8_t {
  Nothing,
  Answer,  ///< post one to the parent
  Pass,    ///< pass one on to a child
  Ask,     ///< ask the parent, who may be busy
  Arm,     ///< a timer
  Nap,     ///< suspend for a while
  Block,   ///< call something that blocks
  Wait,    ///< send to the gate, and wait for room there
  Tell,    ///< through the port
  Leave,   ///< stop oneself
  Fail,    ///< return an error
  Panic,   ///< throw
};

struct Work {
  Ticket ticket;
  Deed deed;
};

struct Query {
  using Reply = std::uint64_t;
  Ticket ticket;
  std::uint64_t value;
  bool slowly;
};

struct Alarm {
  Ticket ticket;
};

/// Through a port.
struct Item {
  Ticket ticket;
};

/// A driver to itself: make load.
struct Beat {};

/// Counts a message that came back to one of our actors.
inline void settle_returned(Undeliverable& returned) {
  if (Work* work = returned.message<Work>()) work->ticket.settle(Fate::Bounced);
}

}  // namespace hyperactor::soak
