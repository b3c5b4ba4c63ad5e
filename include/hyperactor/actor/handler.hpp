// actor/handler.hpp - finds an actor's handler for a message and calls it.
// Path: local send, step 9 of 9. Before: runtime/strand.cpp. Next: the user's function.
#pragma once

#include "hyperactor/actor/instance.hpp"
#include "hyperactor/mailbox/admission.hpp"
#include "hyperactor/mailbox/reply_port.hpp"
#include "hyperactor/runtime/task.hpp"

#include <expected>
#include <memory>
#include <type_traits>
#include <utility>

namespace hyperactor {

template <class A>
class Context;

namespace actor {

template <class A>
class InstanceOf;

/// What a request that dies unhandled answers.
[[nodiscard]] Error unhandled_request(runtime::Strand* holder, const std::string& type,
                                      runtime::DropReason why);

namespace detail {

// The return type of the one member of &A::handle with this signature. Deduced from the
// overload set by exact type, never by calling: a call would accept conversions. No parameter
// packs: a pack whose beginning is given may be deduced to be longer. Defined, because nobody
// else can define them for an actor without linkage.
template <class A, class P, class R>
constexpr std::type_identity<R> match(R (A::*)(Context<A>&, P)) {
  return {};
}

template <class A, class P, class R>
constexpr std::type_identity<R> match_const(R (A::*)(Context<A>&, P) const) {
  return {};
}

template <class A, class P, class Port, class R>
constexpr std::type_identity<R> match_port(R (A::*)(Context<A>&, P, Port)) {
  return {};
}

template <class A, class P, class Port, class R>
constexpr std::type_identity<R> match_port_const(R (A::*)(Context<A>&, P, Port) const) {
  return {};
}

template <class A, class P>
concept HasPlain = requires { actor::detail::match<A, P>(&A::handle); };
template <class A, class P>
concept HasConst = requires { actor::detail::match_const<A, P>(&A::handle); };
template <class A, class P, class Port>
concept HasPort = requires { actor::detail::match_port<A, P, Port>(&A::handle); };
template <class A, class P, class Port>
concept HasPortConst = requires { actor::detail::match_port_const<A, P, Port>(&A::handle); };

template <class A, class M>
using PortOf = ReplyPort<mailbox::ReplyOf<M>>;

template <class A, class M, class Arg>
constexpr int count_forms() {
  int n = (HasPlain<A, Arg> ? 1 : 0) + (HasConst<A, Arg> ? 1 : 0);
  if constexpr (mailbox::Request<M>) {
    n += (HasPort<A, Arg, PortOf<A, M>> ? 1 : 0) + (HasPortConst<A, Arg, PortOf<A, M>> ? 1 : 0);
  }
  return n;
}

template <class A, class M>
constexpr int count_handlers() {
  return count_forms<A, M, M>() + count_forms<A, M, const M&>() + count_forms<A, M, M&&>();
}

// Whether A has no handler for M, but a call would find one: a template, or a conversion.
template <class A, class M>
constexpr bool handles_otherwise() {
  if constexpr (count_handlers<A, M>() != 0) {
    return false;
  } else {
    return requires(A& self, Context<A>& cx, M&& message) {
      self.handle(cx, static_cast<M&&>(message));
    };
  }
}

// A fresh type at each use, so that "incomplete" is never remembered.
template <class T, auto = [] {}>
constexpr bool is_complete() {
  return requires { sizeof(T); };
}

template <class A, class M, class Arg>
struct Form {
  static constexpr bool kPlain = HasPlain<A, Arg>;
  static constexpr bool kConst = HasConst<A, Arg>;
  static constexpr bool kPortPlain = [] {
    if constexpr (mailbox::Request<M>) return HasPort<A, Arg, PortOf<A, M>>;
    return false;
  }();
  static constexpr bool kPortConst = [] {
    if constexpr (mailbox::Request<M>) return HasPortConst<A, Arg, PortOf<A, M>>;
    return false;
  }();
  static constexpr bool kAny = kPlain || kConst || kPortPlain || kPortConst;
  static constexpr bool kPort = kPortPlain || kPortConst;

  static constexpr auto result() {
    if constexpr (kPlain) {
      return actor::detail::match<A, Arg>(&A::handle);
    } else if constexpr (kConst) {
      return actor::detail::match_const<A, Arg>(&A::handle);
    } else if constexpr (kPortPlain) {
      return actor::detail::match_port<A, Arg, PortOf<A, M>>(&A::handle);
    } else {
      return actor::detail::match_port_const<A, Arg, PortOf<A, M>>(&A::handle);
    }
  }
};

}  // namespace detail

/// Whether `A` handles `M`: the overload set &A::handle has exactly one of the signatures
/// (Context<A>&, M | const M& | M&& [, ReplyPort<M::Reply>]), const or not.
template <class A, class M>
constexpr bool handles() {
  return detail::count_handlers<A, M>() == 1;
}

/// How A's handler for M looks. Only for handles<A, M>().
template <class A, class M>
struct Handler {
  static constexpr bool kByValue = detail::Form<A, M, M>::kAny;
  static constexpr bool kByConst = detail::Form<A, M, const M&>::kAny;
  using Arg = std::conditional_t<kByValue, M, std::conditional_t<kByConst, const M&, M&&>>;
  using Form = detail::Form<A, M, Arg>;
  using Result = typename decltype(Form::result())::type;
  using Reply = mailbox::ReplyOf<M>;
  static constexpr bool kTakesPort = Form::kPort;

  /// Calls the handler. The overload is chosen by the exact signature.
  static Result call(A& self, Context<A>& cx, mailbox::MessageNode<M>& node) {
    if constexpr (kTakesPort) {
      using Port = ReplyPort<Reply>;
      using Signature =
          std::conditional_t<Form::kPortPlain, Result (A::*)(Context<A>&, Arg, Port),
                             Result (A::*)(Context<A>&, Arg, Port) const>;
      return (self.*static_cast<Signature>(&A::handle))(cx, argument(node), Port(node));
    } else {
      using Signature = std::conditional_t<Form::kPlain, Result (A::*)(Context<A>&, Arg),
                                           Result (A::*)(Context<A>&, Arg) const>;
      return (self.*static_cast<Signature>(&A::handle))(cx, argument(node));
    }
  }

 private:
  static decltype(auto) argument(mailbox::MessageNode<M>& node) noexcept {
    if constexpr (kByConst) {
      return static_cast<const M&>(node.message);
    } else {
      return static_cast<M&&>(node.message);
    }
  }
};

namespace detail {

// Whether a handler's value V is the reply itself, or a Result of it.
template <class V, class Reply>
inline constexpr bool is_value_of =
    std::is_same_v<V, Reply> ||
    (!std::is_void_v<V> && !std::is_void_v<Reply> && std::is_convertible_v<V, Reply>);

template <class V>
struct ResultValue {
  static constexpr bool kIsResult = false;
  using type = V;
};

template <class T>
struct ResultValue<std::expected<T, Error>> {
  static constexpr bool kIsResult = true;
  using type = T;
};

template <class V>
struct TaskValue {
  using type = V;
};

template <class T>
struct TaskValue<Task<T>> {
  using type = T;
};

/// Runs messages of type M on actors of type A.
template <class A, class M>
struct Dispatch {
  using H = Handler<A, M>;
  using Node = mailbox::MessageNode<M>;
  using Reply = mailbox::ReplyOf<M>;
  using Value = typename TaskValue<typename H::Result>::type;
  static constexpr bool kAnswers = mailbox::Request<M> && !H::kTakesPort;
  static constexpr bool kErrorFails =
      ResultValue<Value>::kIsResult && !(kAnswers && std::is_same_v<Value, Reply>);
  using Plain = std::conditional_t<kErrorFails, typename ResultValue<Value>::type, Value>;

  static_assert(
      kAnswers || std::is_void_v<Plain>,
      "this handler returns a value, but its message has no Reply (or it has a ReplyPort "
      "to answer with): return void, Result<void> or a Task of these");
  static_assert(
      !kAnswers || is_value_of<Plain, Reply>,
      "this handler does not return its message's Reply: return Reply, Result<Reply> or "
      "a Task of these, or take a ReplyPort<Reply>");

  static void run(runtime::Strand& strand, runtime::Node& base) {
    auto& self = static_cast<InstanceOf<A>&>(strand);
    auto& node = static_cast<Node&>(base);
    if constexpr (mailbox::Request<M>) {
      if (node.asker && !runtime::WaitTable::process().wanted(node.asker)) [[unlikely]] {
        self.count_unwanted();
        if (runtime::WaitTable::process().open(node.asker)) {
          refuse(node, &self, runtime::DropReason::Cancelled);
        }
        end(node);
        return;
      }
    }
    try {
      if constexpr (is_task<typename H::Result>) {
        auto task = H::call(self.actor(), self.context(), node);
        if (task.frame() != nullptr) {
          self.run_frame(task.release(), finish_frame);
          return;
        }
        settle(self, node, task);
      } else if constexpr (std::is_void_v<Value>) {
        H::call(self.actor(), self.context(), node);
        if constexpr (kAnswers) answer(node, Result<void>{});
      } else {
        deliver(self, node, H::call(self.actor(), self.context(), node));
      }
    } catch (...) {
      fail(self, node);
    }
    end(node);
  }

  static void drop(runtime::Strand* strand, runtime::Node& base, runtime::DropReason why) {
    auto& node = static_cast<Node&>(base);
    const bool asked = (node.flags & runtime::kNodeRequest) != 0;
    if (asked) {
      answer_dropped(node, strand, why);
    } else {
      const bool returned = why == runtime::DropReason::Stopped ||
                            why == runtime::DropReason::Failed ||
                            why == runtime::DropReason::Overloaded;
      if (returned && strand != nullptr && node.sender) give_back(*strand, node, why);
    }
    end(node);
  }

  static void answer_dropped(Node& node, runtime::Strand* strand, runtime::DropReason why) {
    if constexpr (mailbox::Request<M>) {
      if (node.asker) refuse(node, strand, why);
    }
  }

  static void destroy(runtime::Node& base) { end(static_cast<Node&>(base)); }

 private:
  static void end(Node& node) noexcept { std::destroy_at(&node.message); }

  static void finish_frame(Instance& instance, runtime::TaskPromise& promise) {
    auto& self = static_cast<InstanceOf<A>&>(instance);
    auto& node = static_cast<Node&>(*self.current());
    try {
      settle(self, node, static_cast<runtime::TaskPromiseOf<Value>&>(promise));
    } catch (...) {
      fail(self, node);
    }
    end(node);
  }

  // `done` is a finished task or its promise.
  template <class Done>
  static void settle(InstanceOf<A>& self, Node& node, Done& done) {
    if constexpr (std::is_void_v<Value>) {
      done.take();
      if constexpr (kAnswers) answer(node, Result<void>{});
    } else {
      deliver(self, node, done.take());
    }
  }

  template <class V>
  static void deliver(InstanceOf<A>& self, Node& node, V&& value) {
    if constexpr (kErrorFails) {
      if (!value) {
        self.fail(value.error().to_string(), false);
        if constexpr (kAnswers) {
          answer(node, std::unexpected(value.error().in("handling " + type_text())));
        }
        return;
      }
      if constexpr (kAnswers) {
        if constexpr (std::is_void_v<Plain>) {
          answer(node, Result<void>{});
        } else {
          answer(node, Result<Reply>(Reply(*std::forward<V>(value))));
        }
      }
    } else {
      answer(node, Result<Reply>(Reply(std::forward<V>(value))));
    }
  }

  static void answer(Node& node, Result<Reply>&& value) {
    if (node.asker) {
      mailbox::send_reply<Reply>(node.asker, node.sender, std::move(value));
    }
  }

  static void fail(InstanceOf<A>& self, Node& node) noexcept {
    self.fail_with_exception();
    if constexpr (mailbox::Request<M>) {
      if (node.asker) refuse(node, &self, runtime::DropReason::Interrupted);
    }
  }

  static void refuse(Node& node, runtime::Strand* strand, runtime::DropReason why) {
    if constexpr (mailbox::Request<M>) {
      mailbox::send_reply<Reply>(node.asker, node.sender,
                                 std::unexpected(unhandled_request(strand, type_text(), why)));
    }
  }

  // Moves the message into a node of its own, which the sender gets back.
  static void give_back(runtime::Strand& strand, Node& node, runtime::DropReason why) {
    mailbox::Owner* const owner = mailbox::owner_of(strand);
    auto* returned = runtime::make_node<Node>(std::in_place, std::move(node.message));
    returned->ops = node.ops;
    returned->id = node.id;
    returned->cause = node.cause;
    returned->sender = node.sender;
    mailbox::bounce(*returned, owner->id(), mailbox::not_handled(*owner, why, "not handled"),
                    destroy);
  }

  static std::string type_text() { return std::string(short_type_name<M>()); }
};

}  // namespace detail

/// The operations of messages M queued at actors A.
template <class A, class M>
inline constexpr runtime::NodeOps kMessageOps{
    detail::Dispatch<A, M>::run, detail::Dispatch<A, M>::drop, &mailbox::kTypeName<M>};

}  // namespace actor

}  // namespace hyperactor
