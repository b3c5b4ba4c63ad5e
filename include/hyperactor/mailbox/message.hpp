// mailbox/message.hpp - builds a message in place in its node (00 §3, "Sending").
// Path: local send, step 2 of 9. Before: actor/handle.hpp. Next: runtime/strand.hpp.
#pragma once

#include "hyperactor/base/type_name.hpp"
#include "hyperactor/mailbox/owner.hpp"
#include "hyperactor/runtime/make_node.hpp"
#include "hyperactor/runtime/manual_strand.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <tuple>
#include <type_traits>
#include <utility>

namespace hyperactor::mailbox {

/// A message with a `Reply` is a request.
template <class M>
concept Request = requires { typename M::Reply; };

namespace detail {

template <class M>
struct ReplyOf {
  using type = void;
};

template <Request M>
struct ReplyOf<M> {
  using type = typename M::Reply;
};

// Converts to integers only: whether a field would take a floating value apart.
struct IntegerOnly {
  template <class T>
    requires std::is_integral_v<T>
  operator T() const noexcept;  // NOLINT(google-explicit-constructor)
};

// Converts to anything: whether an aggregate has one more field.
struct Anything {
  template <class T>
  operator T() const noexcept;  // NOLINT(google-explicit-constructor)
};

template <class M, std::size_t At, class Tuple, class Index>
struct TruncatesAt;

template <class M, std::size_t At, class... Args, std::size_t... I>
struct TruncatesAt<M, At, std::tuple<Args...>, std::index_sequence<I...>> {
  static constexpr bool value =
      std::is_constructible_v<M, std::conditional_t<I == At, IntegerOnly, Args>...>;
};

template <class M, class... Args>
constexpr bool truncates() {
  if constexpr (!std::is_aggregate_v<M>) {
    return false;
  } else {
    return []<std::size_t... At>(std::index_sequence<At...>) {
      return (
          (std::is_floating_point_v<std::remove_cvref_t<Args>> &&
           TruncatesAt<M, At, std::tuple<Args...>, std::index_sequence_for<Args...>>::value) ||
          ...);
    }(std::index_sequence_for<Args...>{});
  }
}

template <class M, class... Args>
constexpr bool misses_field() {
  if constexpr (!std::is_aggregate_v<M>) {
    return false;
  } else if constexpr (sizeof...(Args) == 0) {
    return !std::is_empty_v<M>;
  } else if constexpr (sizeof...(Args) == 1 &&
                       (std::is_same_v<std::remove_cvref_t<Args>, M> && ...)) {
    return false;
  } else {
    return std::is_constructible_v<M, Args..., Anything>;
  }
}

}  // namespace detail

template <class M>
using ReplyOf = typename detail::ReplyOf<M>::type;

/// NameIndex of M's name, 0 until the first message; its address identifies M in this process.
template <class M>
inline constinit std::atomic<std::uint32_t> kTypeName{0};

template <class M>
void ensure_type_name() {
  // relaxed: interning is idempotent.
  if (kTypeName<M>.load(std::memory_order_relaxed) == 0) [[unlikely]] {
    kTypeName<M>.store(telemetry::intern(short_type_name<M>()), std::memory_order_relaxed);
  }
}

/// A queued message.
template <class M>
struct MessageNode : runtime::Node {
  template <class... Args>
  explicit MessageNode(std::in_place_t, Args&&... args)
      : message(std::forward<Args>(args)...) {}

  M message;
};

/// A node that may have a deadline: requests, and the continuations of what they asked.
struct DeadlineNode : runtime::Node {
  std::uint64_t deadline = 0;  ///< ticks; meant if kNodeDeadline is set
};

/// What a request carries beside its message.
struct RequestNode : DeadlineNode {
  runtime::WaitId asker;  ///< the wait to complete; empty once answered
};

template <Request M>
struct MessageNode<M> : RequestNode {
  template <class... Args>
  explicit MessageNode(std::in_place_t, Args&&... args)
      : message(std::forward<Args>(args)...) {}

  M message;
};

/// Destroys a message that was not queued, and frees its node, at the end of the scope.
template <class M>
class EndedMessage {
 public:
  explicit EndedMessage(MessageNode<M>& node) noexcept : node_(node) {}

  EndedMessage(const EndedMessage&) = delete;
  EndedMessage& operator=(const EndedMessage&) = delete;

  ~EndedMessage() {
    std::destroy_at(&node_.message);
    runtime::release_node(runtime::tls, node_);
  }

 private:
  MessageNode<M>& node_;
};

/// Refuses arguments that would not become the message the caller means.
template <class M, class... Args>
constexpr void check_arguments() {
  static_assert(
      !detail::truncates<M, Args...>(),
      "a floating-point argument would be cut to fit an integer field of this message: "
      "convert it yourself, as in std::llround(x)");
  static_assert(!detail::misses_field<M, Args...>(),
                "this message has more fields than arguments were given: name every field");
  static_assert(std::is_constructible_v<M, Args...>,
                "this message cannot be made from these arguments");
}

/// A node holding `M(args...)`, ready to be pushed. The only place where messages are made.
template <class M, class... Args>
MessageNode<M>& make_message(const Caller& caller, const runtime::NodeOps& ops,
                             Args&&... args) {
  using Made = MessageNode<M>;
  static_assert(alignof(Made) <= 64,
                "a message may not ask for more than 64 bytes of alignment");
  const runtime::ManualStrand::Sending sending(caller.strand());
  runtime::ThreadState& thread = runtime::tls;
  ensure_type_name<M>();
  auto* node = runtime::make_node<Made>(std::in_place, std::forward<Args>(args)...);
  node->ops = &ops;
  node->id = runtime::next_message_id(thread);
  node->cause = caller.strand().current_id();
  node->sender = caller.strand().strand_id();
  return *node;
}

}  // namespace hyperactor::mailbox
