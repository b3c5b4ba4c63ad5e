// runtime/thread_state.hpp - what a thread keeps for the message path: pool, clock, ids, ring.
#pragma once

#include "hyperactor/runtime/node_pool.hpp"

#include <cstdint>

namespace hyperactor::telemetry {
class MessageRing;
}

namespace hyperactor::runtime {

class Scheduler;
class Strand;
class Worker;

/// One per thread; constant-initialised so that reading it costs no guard.
struct ThreadState {
  Worker* worker = nullptr;        ///< null outside worker threads
  Scheduler* scheduler = nullptr;  ///< whose strands this thread is running, if any
  Strand* strand = nullptr;        ///< the strand being run here
  std::uint64_t now = 0;           ///< ticks, read once a slice and every 16 messages
  std::uint64_t next_id = 0;       ///< the next message id
  std::uint64_t last_id = 0;       ///< end of the block of ids this thread owns
  telemetry::MessageRing* ring = nullptr;
  std::uint64_t slice_ticks = ~0ULL >> 2;  ///< how long a strand may run here, looked at
                                           ///< every 16 messages
  std::uint32_t slice_messages = ~0U;      ///< how many messages it may handle
  std::uint64_t pace_ticks = 0;  ///< how long a sender to a backlogged strand waits (STR-5)
  std::uint32_t pressed = 0;     ///< sends of the present slice to such strands
  std::uint32_t handled = 0;     ///< messages of the last slice
  bool runtime_thread = false;   ///< a worker or a sentinel
  bool exit_armed = false;
  NodePool pool;
};

extern thread_local constinit ThreadState tls;

/// A new block of message ids for this thread (2^20 at a time; ids are unique in the process).
void refill_ids(ThreadState& state) noexcept;

[[nodiscard]] inline std::uint64_t next_message_id(ThreadState& state) noexcept {
  if (state.next_id == state.last_id) [[unlikely]] {
    refill_ids(state);
  }
  return state.next_id++;
}

/// Sees to it that this thread's pool and ring are handed back when it ends.
void arm_thread_exit() noexcept;

}  // namespace hyperactor::runtime
