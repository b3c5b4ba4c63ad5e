// proc/client.hpp - Client: lets a plain thread send, ask, spawn and receive.
#pragma once

#include "hyperactor/actor/spawn.hpp"
#include "hyperactor/mailbox/owner.hpp"
#include "hyperactor/mailbox/port.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace hyperactor {

namespace proc {

class ClientStrand;

}  // namespace proc

/// A strong reference to a client's record, for those who look at its status.
class ClientHandle {
 public:
  /// For the runtime's own layers.
  explicit ClientHandle(proc::ClientStrand& strand) noexcept;
  ClientHandle(const ClientHandle& other) noexcept;
  ClientHandle& operator=(const ClientHandle&) = delete;
  ~ClientHandle();

  /// Of the client.
  [[nodiscard]] const ActorId& id() const noexcept;
  /// `client` while it is in use, then `stopped: client dropped`.
  [[nodiscard]] ActorStatus status() const;

 private:
  proc::ClientStrand* strand_;
};

/// A caller without a loop of its own, for `main`, tests and foreign threads.
///
/// Threads   One at a time: n threads make n clients. Two that use it at once fail a CHECK that
///           names it: at once if both wait or ask, soon if they only post or spawn.
/// Failure   A *failing* child of a client takes the process down (through the crash policy),
///           because nobody is there to hear of it. Messages that come back are counted; the
///           first is reported on stderr.
/// Lifetime  Dropping it refuses what is still sent to it; what its receivers hold stays
/// readable.
class Client : public Caller {
 public:
  /// For the runtime's own layers; see ProcHandle::client().
  Client(actor::ProcServices& proc, const ActorId& id);
  Client(Client&& other) noexcept;
  Client& operator=(Client&&) = delete;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  /// For those who look at its status.
  [[nodiscard]] ClientHandle handle() const noexcept;

  /// Messages this client sent that came back. Looks at what has arrived by now.
  [[nodiscard]] std::uint64_t undeliverable_count();

  /// Answers that came when this client waited for them no more. Looks at what has arrived.
  [[nodiscard]] std::uint64_t late_reply_count();

  /// A port of this client, with its receiver. `coalesce`: only the newest message matters.
  template <class M>
  std::pair<PortHandle<M>, PortReceiver<M>> open_port(bool coalesce = false) {
    auto [sender, receiver] = channel<M>(coalesce);
    return {PortHandle<M>(owner(), std::move(sender)),
            PortReceiver<M>(services().runtime(), std::move(receiver))};
  }

  /// A port for one message.
  template <class M>
  std::pair<OncePortHandle<M>, OncePortReceiver<M>> open_once_port() {
    auto [sender, receiver] = once_channel<M>();
    return {OncePortHandle<M>(owner(), std::move(sender)),
            OncePortReceiver<M>(services().runtime(), std::move(receiver))};
  }

  /// A port whose messages `fn` takes on the sender's thread.
  template <class M>
  PortHandle<M> open_function_port(std::function<Result<void>(M)> fn) {
    return PortHandle<M>(owner(), std::move(fn));
  }

  /// Spawns an actor whose parent is this client.
  template <class A, class... Args>
  Result<ActorHandle<A>> spawn(Args&&... args) {
    return actor::with_options<A>(
        [this](const SpawnOptions& options, std::string_view name,
               auto&&... rest) -> Result<ActorHandle<A>> {
          const runtime::ManualStrand::Sending used(strand());
          auto kinship = child_kinship(name);
          if (!kinship) return std::unexpected(std::move(kinship).error());
          kinship->options = options;
          return actor::spawn_instance<A>(services(), *kinship,
                                          std::forward<decltype(rest)>(rest)...);
        },
        std::forward<Args>(args)...);
  }

 private:
  Result<actor::Kinship> child_kinship(std::string_view name);
  actor::ProcServices& services() const noexcept;

  proc::ClientStrand* strand_;
};

}  // namespace hyperactor
