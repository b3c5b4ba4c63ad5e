// tests/soak/gate.hpp - actors whose mailboxes have limits, and those who overload them.
#pragma once

#include "work.hpp"

namespace hyperactor::soak {

/// A receiver with a limit, slower than what is sent to it.
class Gate : public Actor<Gate> {
 public:
  Task<void> handle(Context<Gate>&, Work work) {
    work.ticket.settle(Fate::Handled);
    if (work.deed == Deed::Nap) {
      Sleep nap(std::chrono::microseconds(200));
      co_await nap;
    }
  }

  std::uint64_t handle(Context<Gate>&, Query query) {
    query.ticket.settle(Fate::Handled);
    return query.value;
  }

 private:
  Counted counted_;
};

/// Spawns the drivers that send to gates of every policy in every way, and replace them.
void spawn_pushers(const Proc& proc, Client& client, Plan& plan);

}  // namespace hyperactor::soak
