// bench/peers/caf/main.cpp - the peer `caf`: the works on the C++ Actor Framework 0.17.
#include "peer_main.hpp"
#include "works.hpp"

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  namespace peer = hyperactor::caf_peer;
  const int code = hyperactor::bench::peer_main(
      argc, argv,
      {
          {"pingpong_ns_per_hop", peer::ping_pong},
          {"oneway_msgs_per_s", peer::one_way},
          {"fanin4_msgs_per_s", peer::fan_in},
          {"external_msgs_per_s", peer::external},
          {"ring_hops_per_s", peer::ring},
          {"spawn_actors_per_s", peer::spawn},
          {"skynet_1m_s", peer::skynet},
          {"idle_actor_bytes", peer::idle_memory, {}, false},
          {"ask_ns", peer::ask},
      },
      {{"bounded_pipeline_msgs_per_s", "CAF 0.17 has no mailbox with a limit"},
       {"timer_ns", "CAF 0.17 cannot cancel a delayed message"}});
  std::fflush(nullptr);
  std::_Exit(code);  // the system would wait for its actors
}
