// actor/spawn.hpp - makes instances, and the parts of Context and Ask that need their types.
#pragma once

#include "hyperactor/actor/context.hpp"
#include "hyperactor/actor/handle.hpp"
#include "hyperactor/actor/instance_of.hpp"
#include "hyperactor/runtime/scheduler.hpp"

#include <chrono>
#include <concepts>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace hyperactor {

/// Stands first in spawn() when an actor's own first argument is a string and it has no name:
/// `proc.spawn<Greeter>(ha::unnamed, "hello")`.
struct Unnamed {};

/// See Unnamed.
inline constexpr Unnamed unnamed{};

namespace actor {

/// Whether spawn's first argument is the name: a string, and the rest makes an A.
template <class A, class First, class... Rest>
inline constexpr bool starts_with_name =
    std::is_convertible_v<First&&, std::string_view> && std::is_constructible_v<A, Rest&&...>;

/// Calls `make(name, rest...)`, with an empty name if the arguments do not start with one.
template <class A, class Make>
auto with_name(Make&& make) {
  return make(std::string_view{});
}

template <class A, class Make, class First, class... Rest>
auto with_name(Make&& make, First&& first, Rest&&... rest) {
  if constexpr (std::is_same_v<std::remove_cvref_t<First>, Unnamed>) {
    return make(std::string_view{}, std::forward<Rest>(rest)...);
  } else if constexpr (starts_with_name<A, First, Rest...>) {
    const std::string_view name(first);
    return make(name.empty() ? std::string_view(" ") : name, std::forward<Rest>(rest)...);
  } else {
    return make(std::string_view{}, std::forward<First>(first), std::forward<Rest>(rest)...);
  }
}

/// Whether spawn's arguments start with SpawnOptions.
template <class... Args>
inline constexpr bool starts_with_options = false;
template <class First, class... Rest>
inline constexpr bool starts_with_options<First, Rest...> =
    std::is_same_v<std::remove_cvref_t<First>, SpawnOptions>;

/// Calls `make(options, name, rest...)`, with default options if the arguments do not start
/// with SpawnOptions, and refuses options that make no sense.
template <class A, class Make, class... Args>
Result<ActorHandle<A>> with_options(Make&& make, Args&&... args) {
  if constexpr (starts_with_options<Args...>) {
    return [&](const SpawnOptions& options, auto&&... rest) -> Result<ActorHandle<A>> {
      if (auto refused = refuse_options(options)) {
        return std::unexpected(
            std::move(*refused).in("spawning " + std::string(short_type_name<A>())));
      }
      return with_name<A>(
          [&](std::string_view name, auto&&... last) -> Result<ActorHandle<A>> {
            return make(options, name, std::forward<decltype(last)>(last)...);
          },
          std::forward<decltype(rest)>(rest)...);
    }(std::forward<Args>(args)...);
  } else {
    return with_name<A>(
        [&](std::string_view name, auto&&... rest) -> Result<ActorHandle<A>> {
          return make(SpawnOptions{}, name, std::forward<decltype(rest)>(rest)...);
        },
        std::forward<Args>(args)...);
  }
}

/// Links a new instance to its parent, or to its proc.
/// Fails if that takes no more actors.
[[nodiscard]] Result<void> adopt(Instance& instance, const Kinship& kinship);
/// Why `parent` cannot have a child of that name, if so.
[[nodiscard]] std::optional<Error> refuse_child(const Instance& parent, std::string_view name);
[[nodiscard]] Error invalid_name(std::string_view name);
[[nodiscard]] Error constructor_threw(const Kinship& kinship, std::string_view what);
/// A type's name as an element of an id: what is not allowed there becomes `_`.
[[nodiscard]] std::string element_name(std::string_view type);
[[nodiscard]] std::int64_t saturating_add(std::int64_t a, std::int64_t b) noexcept;

/// Whether actors of type A ask for a thread of their own.
template <class A>
inline constexpr bool wants_own_thread = requires { requires A::own_thread; };

/// Allocates, constructs and starts an A. Exceptions of its constructor become the error.
template <class A, class... Args>
Result<ActorHandle<A>> spawn_instance(ProcServices& proc, const Kinship& kinship,
                                      Args&&... args) {
  static_assert(std::is_base_of_v<Actor<A>, A>,
                "an actor class derives publicly from hyperactor::Actor<itself>");
  static_assert(std::is_constructible_v<A, Args&&...>,
                "this actor cannot be made from these arguments");
  InstanceOf<A>* instance = nullptr;
  try {
    instance = new InstanceOf<A>(proc, proc.runtime().scheduler(), kinship,
                                 std::forward<Args>(args)...);
  } catch (const std::exception& error) {
    return std::unexpected(constructor_threw(kinship, error.what()));
  } catch (...) {
    return std::unexpected(constructor_threw(kinship, "something that is no std::exception"));
  }
  instance->add_reference();  // the handle's; the first is the running loop's
  ActorHandle<A> handle(*instance);
  if constexpr (wants_own_thread<A>) {
    if (auto started = instance->run_apart(); !started) {
      instance->discard();
      return std::unexpected(std::move(started).error());
    }
  }
  if (auto adopted = adopt(*instance, kinship); !adopted) {
    instance->discard();
    return std::unexpected(std::move(adopted).error());
  }
  instance->start();
  return handle;
}

/// The name of A for unnamed actors.
template <class A>
telemetry::NameIndex type_name_index() {
  static const telemetry::NameIndex index =
      telemetry::intern(element_name(short_type_name<A>()));
  return index;
}

/// Makes a child of `parent`.
template <class B, class... Args>
Result<ActorHandle<B>> spawn_child(Instance& parent, const SpawnOptions& options,
                                   std::string_view name, Args&&... args) {
  if (auto refused = refuse_child(parent, name)) return std::unexpected(*std::move(refused));
  Kinship kinship;
  kinship.options = options;
  kinship.parent = &parent;
  kinship.parent_id = parent.id();
  kinship.name = name.empty() ? parent.id().name : telemetry::intern(name);
  kinship.pid = parent.next_child_pid();
  return spawn_instance<B>(parent.proc(), kinship, std::forward<Args>(args)...);
}

/// A message that comes later, perhaps again.
template <class A, class M>
struct Delayed final : runtime::Wait {
  Delayed(Context<A>& cx, M&& later, std::int64_t every)
      : context(cx), message(std::move(later)), period_ns(every) {
    what = "delayed post";
    complete = [](runtime::Wait& wait, runtime::Node&) { static_cast<Delayed&>(wait).fire(); };
    abandon = [](runtime::Wait& wait) {
      auto& self = static_cast<Delayed&>(wait);
      if (self.timer != nullptr)
        runtime::cancel_wait_timer(wait.strand->scheduler(), self.timer);
      runtime::close_wait(wait);
      delete &self;
    };
  }

  void arm(std::int64_t delay_ns) {
    runtime::Scheduler& scheduler = context.strand().scheduler();
    due_ns = saturating_add(due_ns != 0 ? due_ns : scheduler.now_ns(), delay_ns);
    timer = runtime::arm_wait_timer(*this, due_ns);
  }

  void fire() {
    timer = nullptr;
    try {
      send();
    } catch (...) {  // a copy or move of the message threw
      Instance& failed = context.instance();
      runtime::close_wait(*this);
      delete this;
      failed.fail_with_exception();
    }
  }

  void send() {
    InstanceOf<A>& self = instance_of(context);
    if constexpr (std::is_copy_constructible_v<M>) {
      if (period_ns > 0) {
        self.push_work(mailbox::make_message<M>(context, kMessageOps<A, M>, message));
        arm(period_ns);
        return;
      }
    }
    self.push_work(mailbox::make_message<M>(context, kMessageOps<A, M>, std::move(message)));
    runtime::close_wait(*this);
    delete this;
  }

  Context<A>& context;
  M message;
  std::int64_t period_ns;
  std::int64_t due_ns = 0;
  runtime::WaitTimer* timer = nullptr;
};

/// The continuation of an ask: runs `fn` with the answer as a work item. What it asks inherits
/// the deadline of the request during which it was made.
template <class A, class R, class Fn>
struct Continuation final : mailbox::DeadlineNode {
  Continuation(Context<A>& cx, mailbox::AskState<R>& asked, Fn&& function)
      : context(cx), state(asked), fn(std::move(function)) {}

  static void run(runtime::Strand& strand, runtime::Node& node) {
    auto& self = static_cast<Continuation&>(node);
    try {
      if constexpr (std::is_invocable_v<Fn&, Context<A>&, Result<R>>) {
        finish(strand, [&] { return self.fn(self.context, self.state.take()); });
      } else {
        finish(strand, [&] { return self.fn(self.state.take()); });
      }
    } catch (...) {
      static_cast<Instance&>(strand).fail_with_exception();
    }
    end(node);
  }

  // After the answer: the state is this node's. Before: this node is the state's.
  static void end(runtime::Node& node) {
    auto& self = static_cast<Continuation&>(node);
    delete &self.state;
    self.~Continuation();
  }

  static void drop(runtime::Strand*, runtime::Node& node, runtime::DropReason) { end(node); }

  template <class Call>
  static void finish(runtime::Strand& strand, Call&& call) {
    using Value = std::invoke_result_t<Call>;
    if constexpr (std::is_void_v<Value>) {
      call();
    } else {
      static_assert(std::is_same_v<Value, Result<void>>,
                    "a continuation returns void, or Result<void> whose error fails the actor");
      if (auto value = call(); !value) {
        static_cast<Instance&>(strand).fail(value.error().to_string(), false);
      }
    }
  }

  Context<A>& context;
  mailbox::AskState<R>& state;
  Fn fn;
};

/// Shared with everybody's continuations in status and recorder.
extern constinit std::atomic<std::uint32_t> kContinuationName;
/// Gives it its text, on first use.
void name_continuations();

template <class A, class R, class Fn>
inline constexpr runtime::NodeOps kContinuationOps{
    Continuation<A, R, Fn>::run, Continuation<A, R, Fn>::drop, &kContinuationName};

template <class A, class R, class Fn>
void continue_with(Context<A>& cx, mailbox::AskState<R>& state, Fn fn) {
  using Made = Continuation<A, R, Fn>;
  name_continuations();
  auto* node = runtime::make_node<Made>(cx, state, std::move(fn));
  node->ops = &kContinuationOps<A, R, Fn>;
  node->id = runtime::next_message_id(runtime::tls);
  node->cause = cx.strand().current_id();
  node->deadline = cx.instance().inherited_deadline();
  if (node->deadline != 0) node->flags |= runtime::kNodeDeadline;
  state.then(*node, [](runtime::Node& dropped) {
    static_cast<Made&>(dropped).~Made();
    runtime::release_node(runtime::tls, dropped);
  });
}

}  // namespace actor

template <class A>
ActorHandle<A> Context<A>::self() const {
  instance().add_reference();
  return ActorHandle<A>(static_cast<actor::InstanceOf<A>&>(instance()));
}

template <class A>
template <class B, class... Args>
Result<ActorHandle<B>> Context<A>::spawn(Args&&... args) {
  return actor::with_options<B>(
      [this](const SpawnOptions& options, std::string_view name, auto&&... rest) {
        return actor::spawn_child<B>(instance(), options, name,
                                     std::forward<decltype(rest)>(rest)...);
      },
      std::forward<Args>(args)...);
}

template <class A>
template <class M>
DelayedPost Context<A>::post_repeatedly(std::chrono::nanoseconds delay,
                                        std::chrono::nanoseconds period, M message) {
  static_assert(actor::handles<A, M>(), "this actor does not handle this message");
  auto* delayed = new actor::Delayed<A, M>(*this, std::move(message), period.count());
  runtime::open_wait(strand(), *delayed);
  delayed->arm(delay.count());
  return DelayedPost(delayed->id);
}

/// Where the answer goes on; see Ask.
template <class R>
template <class Context, class Fn>
void Ask<R>::then(Context& cx, Fn fn) && {
  actor::continue_with(cx, *std::exchange(state_, nullptr), std::move(fn));
}

}  // namespace hyperactor
