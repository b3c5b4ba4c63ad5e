// mailbox/owner.hpp - the strand behind a mailbox: an actor or a client, with its identity.
#pragma once

#include "hyperactor/base/error.hpp"
#include "hyperactor/mailbox/actor_id.hpp"
#include "hyperactor/mailbox/status.hpp"
#include "hyperactor/runtime/wait.hpp"

#include <cstdint>
#include <string>

namespace hyperactor {

class Undeliverable;

namespace mailbox {

/// What messages, asks and ports need to know of the actor or client at either end.
class Owner {
 public:
  Owner(runtime::Strand& strand, ActorId id) noexcept : strand_(strand), id_(id) {}

  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;

  [[nodiscard]] runtime::Strand& strand() const noexcept { return strand_; }

  [[nodiscard]] const ActorId& id() const noexcept { return id_; }

  /// How it ended, or what it is doing. Any thread that holds a reference to the strand.
  [[nodiscard]] virtual ActorStatus status() const = 0;

  /// A message this one sent came back. On its own strand. True: `returned` is still in use;
  /// the owner drops the current node when it is not.
  [[nodiscard]] virtual bool on_undeliverable(Undeliverable& returned) = 0;

  /// The deadline that asks made now inherit, in ticks; 0 = none.
  [[nodiscard]] virtual std::uint64_t inherited_deadline() const noexcept = 0;

  /// The deadline of asks that name none, in nanoseconds.
  [[nodiscard]] virtual std::int64_t ask_timeout_ns() const noexcept = 0;

 protected:
  ~Owner() = default;

 private:
  runtime::Strand& strand_;
  const ActorId id_;
};

/// Why a send to `owner` is refused: names it, and how it ended.
[[nodiscard]] Error owner_ended(const Owner& owner, std::string_view doing);

/// The owner that a strand belongs to; null for root tasks.
[[nodiscard]] Owner* owner_of(runtime::Strand& strand) noexcept;

}  // namespace mailbox

/// Who sends: the context of a handler, or a client. Every send names its caller, so that what
/// cannot be delivered comes back to it and what it caused can be told.
class Caller {
 public:
  /// For the runtime's own layers.
  [[nodiscard]] mailbox::Owner& owner() const noexcept { return *owner_; }

  /// For the runtime's own layers.
  [[nodiscard]] runtime::Strand& strand() const noexcept { return *strand_; }

  /// Of the actor or client that sends.
  [[nodiscard]] const ActorId& id() const noexcept { return owner_->id(); }

 protected:
  /// For the runtime's own layers.
  Caller(mailbox::Owner& owner) noexcept : owner_(&owner), strand_(&owner.strand()) {}

  Caller(const Caller&) = default;
  Caller& operator=(const Caller&) = default;
  ~Caller() = default;

 private:
  mailbox::Owner* owner_;
  runtime::Strand* strand_;
};

}  // namespace hyperactor
