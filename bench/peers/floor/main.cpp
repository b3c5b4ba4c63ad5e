// bench/peers/floor/main.cpp - the peer `floor`: the works on an inbox and a loop.
#include "peer_main.hpp"
#include "works.hpp"

int main(int argc, char** argv) {
  namespace floor = hyperactor::floor;
  return hyperactor::bench::peer_main(
      argc, argv,
      {
          {"pingpong_ns_per_hop", floor::ping_pong},
          {"oneway_msgs_per_s", floor::one_way},
          {"fanin4_msgs_per_s", floor::fan_in},
          {"external_msgs_per_s", floor::external},
          {"bounded_pipeline_msgs_per_s", floor::bounded_pipeline},
          {"ring_hops_per_s", floor::ring},
          {"spawn_actors_per_s", floor::spawn},
          {"skynet_1m_s", floor::skynet},
          {"idle_actor_bytes", floor::idle_memory, {}, false},
          {"ask_ns", floor::ask},
          {"timer_ns", floor::timer},
      },
      {});
}
