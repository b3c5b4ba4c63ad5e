// bench/path/measurement.cpp - the list of measurements, with the promise beside each.
#include "measurement.hpp"

#include <array>
#include <optional>

namespace hyperactor::bench {

namespace {

constexpr bool kLower = true;
constexpr bool kHigher = false;
constexpr bool kJson = true;
constexpr bool kTableOnly = false;
constexpr bool kHere = false;
constexpr bool kNewProcess = true;
constexpr std::nullopt_t kNoPromise = std::nullopt;

// clang-format off
constexpr std::array kMeasurements{
    Measurement{"pingpong_ns_per_hop", "ping-pong, a hop", "ns", 80, kLower, kJson, kHere, ping_pong},
    Measurement{"oneway_msgs_per_s", "one sender, one receiver", "msg/s", 20e6, kHigher, kJson, kHere, one_way},
    Measurement{"fanin4_msgs_per_s", "four senders, one receiver", "msg/s", 15e6, kHigher, kJson, kHere, fan_in},
    Measurement{"external_msgs_per_s", "plain thread to actor", "msg/s", 15e6, kHigher, kJson, kHere, external},
    Measurement{"bounded_pipeline_msgs_per_s", "three stages, mailboxes of 128", "msg/s", kNoPromise, kHigher, kJson, kHere, bounded_pipeline},
    Measurement{"ring_hops_per_s", "ring: 10,000 actors, 1,000 tokens", "hops/s", 30e6, kHigher, kJson, kHere, ring},
    Measurement{"spawn_actors_per_s", "spawn, one message, stop", "actors/s", 1.5e6, kHigher, kJson, kHere, spawn},
    Measurement{"skynet_1m_s", "skynet, 1,000,000 leaves", "s", kNoPromise, kLower, kJson, kHere, skynet},
    Measurement{"idle_actor_bytes", "an idle actor, all told", "bytes", 768, kLower, kJson, kNewProcess, idle_memory},
    Measurement{"ask_ns", "ask, co_await, round trip", "ns", 250, kLower, kJson, kHere, ask_await},
    Measurement{"ask_then_ns", "ask, .then, round trip", "ns", 250, kLower, kTableOnly, kHere, ask_then},
    Measurement{"timer_ns", "timer, arm and cancel, 1 M wait", "ns", kNoPromise, kLower, kJson, kHere, timer},
    Measurement{"allocs_per_message", "allocations a message", "", 0, kLower, kJson, kHere, allocations},
    Measurement{"idle_cpu_percent", "CPU of an idle runtime", "%", 1, kLower, kJson, kHere, idle_cpu},
};
// clang-format on

}  // namespace

std::span<const Measurement> measurements() {
  return kMeasurements;
}

}  // namespace hyperactor::bench
