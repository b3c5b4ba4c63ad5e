// actor/signal.hpp - control messages between the runtime and an instance.
#pragma once

#include "hyperactor/mailbox/actor_id.hpp"
#include "hyperactor/mailbox/status.hpp"
#include "hyperactor/runtime/strand.hpp"
#include "hyperactor/runtime/wait.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

namespace hyperactor::actor {

/// Some of the states of an actor.
class StateSet {
 public:
  StateSet() = default;

  StateSet(std::initializer_list<runtime::StrandState> states) noexcept {
    for (const runtime::StrandState state : states) bits_ |= bit(state);
  }

  [[nodiscard]] bool contains(runtime::StrandState state) const noexcept {
    return (bits_ & bit(state)) != 0;
  }

 private:
  static std::uint32_t bit(runtime::StrandState state) noexcept {
    return 1U << static_cast<unsigned>(state);
  }

  std::uint32_t bits_ = 0;
};

enum class SignalKind : std::uint8_t {
  Stop,         ///< leave what is queued
  Drain,        ///< handle what was accepted, then stop
  Abort,        ///< interrupt an await, then fail
  ChildFailed,  ///< a child failed: its event, before its status is terminal
  ChildEnded,   ///< a child's status is terminal: unlink it
  Watch,        ///< wake `watcher` in a state of `states`, or at the end
};

struct SignalNode : runtime::Node {
  SignalKind kind{};
  std::string reason;
  ActorId child;            // ChildFailed, ChildEnded
  runtime::WaitId watcher;  // Watch
  StateSet states;          // Watch
};

/// A signal ready to be pushed into a control lane. It runs Instance::on_signal.
SignalNode& make_signal(SignalKind kind, std::string reason);

}  // namespace hyperactor::actor
