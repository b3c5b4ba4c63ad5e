// actor/actor.hpp - Actor<Self>: the base of every actor class, with its hooks.
#pragma once

#include "hyperactor/base/error.hpp"
#include "hyperactor/mailbox/undeliverable.hpp"
#include "hyperactor/runtime/task.hpp"

namespace hyperactor {

template <class A>
class Context;

/// What a reference from another process may send. Within a process every handler may be used.
template <class... M>
struct Exports {};

/// Derive from it: `class Account : public ha::Actor<Account>`, and write `handle` overloads:
///
///     void         handle(Context<Account>&, Deposit);            runs to completion
///     std::int64_t handle(Context<Account>&, Balance);            the value is the reply
///     Result<…>    handle(…)                                      an error fails the actor
///     Task<…>      handle(…)                                      may co_await
///     void         handle(Context<Account>&, Transfer, ReplyPort<Receipt>); answers later
///
/// Messages are taken by value, const& or &&. A const& lives until the Task ends. Handlers of
/// one actor never overlap: while one is suspended, no other message is handled.
///
/// `static constexpr bool own_thread = true;` in the class gives each of its actors a thread of
/// its own, for code that blocks, or for libraries that want one thread (not under simulation).
/// For a single call that blocks, see blocking().
///
/// Hooks return Task<Result<void>>; `return Result<void>{};` costs no coroutine frame.
/// Exceptions from hooks and handlers are panics: the actor fails, cleanup is skipped.
template <class Self>
class Actor {
 public:
  /// Runs before any message. An error fails the actor ("initialization error: ").
  virtual Task<Result<void>> init(Context<Self>&) { return Result<void>{}; }

  /// Runs after all children are gone, at most 3 s; `failure` is null on a clean stop. Skipped
  /// after a panic.
  virtual Task<Result<void>> cleanup(Context<Self>&, const Error* failure) {
    (void)failure;
    return Result<void>{};
  }

  /// A message this actor sent came back. It was counted and recorded before; an error from
  /// here fails the actor.
  virtual Task<Result<void>> handle_undeliverable(Context<Self>&, Undeliverable& returned) {
    (void)returned;
    return Result<void>{};
  }

 protected:
  Actor() = default;
  Actor(const Actor&) = default;
  Actor(Actor&&) = default;
  Actor& operator=(const Actor&) = default;
  Actor& operator=(Actor&&) = default;
  virtual ~Actor() = default;
};

}  // namespace hyperactor
