// bench/peers/caf/system.hpp - the one actor system of the process, and its messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include <caf/all.hpp>

namespace hyperactor::caf_peer {

using ArrivedAtom = caf::atom_constant<caf::atom("arrived")>;
using AttachAtom = caf::atom_constant<caf::atom("attach")>;
using CreditAtom = caf::atom_constant<caf::atom("credit")>;
using GoOnAtom = caf::atom_constant<caf::atom("go_on")>;
using LeavingAtom = caf::atom_constant<caf::atom("leaving")>;
using RunAtom = caf::atom_constant<caf::atom("run")>;

/// Made at the first call, with as many workers; never ended, as that waits for all actors.
caf::actor_system& system_of(std::size_t workers);

/// Ends an actor that has no more to do.
inline void end(const caf::actor& actor) {
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
}

/// Asks `actor` and waits on this thread. Throws std::runtime_error on an error.
template <class... Words>
std::uint64_t ask_and_wait(caf::scoped_actor& self, const caf::actor& actor, Words... words) {
  std::uint64_t answer = 0;
  self->request(actor, caf::infinite, words...)
      .receive([&](std::uint64_t value) { answer = value; },
               [&](caf::error& why) { throw std::runtime_error(self->system().render(why)); });
  return answer;
}

}  // namespace hyperactor::caf_peer
