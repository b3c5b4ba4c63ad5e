// bench/sizes.hpp - how large each work is: the same numbers for hyperactor and for its peers.
//
// bench/peers/erlang/bench.erl repeats them; tests/system/cli/sizes_test.py compares. C++17, as
// a peer may need it.
#pragma once

#include <cstdint>

namespace hyperactor::bench {

// pingpong_ns_per_hop
inline constexpr std::uint64_t kPingPongHops = 4'000'000;

// oneway_msgs_per_s, fanin4_msgs_per_s, external_msgs_per_s
inline constexpr std::uint64_t kStreamItems = 8'000'000;
inline constexpr std::uint64_t kFanInSenders = 4;
/// Messages in flight, all senders together, at most. Without a bound the fastest sender would
/// measure how quickly memory grows.
inline constexpr std::uint64_t kWindow = 100'000;
inline constexpr std::uint64_t kBurst = 100;
/// After as many items the receiver of a stream gives credit for them.
inline constexpr std::uint64_t kCreditBatch = kWindow / 10;
/// After as many items the receiver tells the plain thread how far it is.
inline constexpr std::uint64_t kExternalReport = 1'000;

// bounded_pipeline_msgs_per_s
inline constexpr std::uint64_t kPipelineItems = 1'000'000;
inline constexpr std::uint64_t kPipelineLimit = 128;  // of the mailboxes of both later stages

// ring_hops_per_s
inline constexpr std::uint64_t kRingActors = 10'000;
inline constexpr std::uint64_t kRingTokens = 1'000;
inline constexpr std::uint64_t kRingHops = 8'000;  // of each token

// spawn_actors_per_s
inline constexpr std::uint64_t kSpawnActors = 400'000;
inline constexpr std::uint64_t kSpawners = 4;
inline constexpr std::uint64_t kSpawnAlive = 128;  // children of one spawner at a time

// skynet_1m_s
inline constexpr std::uint64_t kSkynetLeaves = 1'000'000;
inline constexpr std::uint64_t kSkynetChildren = 10;

// idle_actor_bytes
inline constexpr std::uint64_t kIdleWarmUp = 20'000;
inline constexpr std::uint64_t kIdleActors = 300'000;

// ask_ns, ask_then_ns
inline constexpr std::uint64_t kAskQuestions = 1'000'000;

// timer_ns
inline constexpr std::uint64_t kTimersPending = 1'000'000;
inline constexpr std::uint64_t kTimersCancelled = 1'000'000;

}  // namespace hyperactor::bench
