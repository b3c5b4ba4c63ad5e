// proc/proc.hpp - Proc: holds actors, and ends them in order.
#pragma once

#include "hyperactor/actor/spawn.hpp"
#include "hyperactor/proc/client.hpp"
#include "hyperactor/runtime/runtime.hpp"

#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

namespace hyperactor {

namespace proc {

class ProcCore;

}  // namespace proc

/// What destroy_and_wait did, by id, in id order.
struct Destroyed {
  std::vector<ActorId> stopped;  ///< seen to end (cleanly or not)
  std::vector<ActorId> aborted;  ///< did not end in time: asked to abort, not waited for
};

/// Shared, copyable access to a proc. Does not end it.
///
/// Threads  Any member from any thread; under simulation from its thread.
class ProcHandle {
 public:
  /// For the runtime's own layers.
  explicit ProcHandle(proc::ProcCore& core) noexcept;
  ProcHandle(const ProcHandle& other) noexcept;
  ProcHandle& operator=(const ProcHandle& other) noexcept;
  ~ProcHandle();

  /// "local:0,local_0-1c2d3e4f".
  [[nodiscard]] std::string_view name() const noexcept;
  /// What it runs on.
  [[nodiscard]] const Runtime& runtime() const noexcept;

  /// Spawns a root: `proc.spawn<Account>("account", 100)` reserves the name for ever and fails
  /// if it is taken; without a name the actor is called after its type and reserves nothing.
  /// Returns at once; init runs on a worker. SpawnOptions may stand first.
  template <class A, class... Args>
  Result<ActorHandle<A>> spawn(Args&&... args) const {
    return actor::with_options<A>(
        [this](const SpawnOptions& options, std::string_view name,
               auto&&... rest) -> Result<ActorHandle<A>> {
          auto kinship =
              name.empty() ? unnamed_root(actor::type_name_index<A>()) : named_root(name);
          if (!kinship) return std::unexpected(std::move(kinship).error());
          kinship->options = options;
          auto spawned = actor::spawn_instance<A>(services(), *kinship,
                                                  std::forward<decltype(rest)>(rest)...);
          if (!spawned && !name.empty()) forget_name(kinship->name);
          return spawned;
        },
        std::forward<Args>(args)...);
  }

  /// A caller for the present thread. A name that cannot be one is replaced by "client".
  [[nodiscard]] Client client(std::string_view name) const;

  /// Ids of the roots that have not ended, in id order.
  [[nodiscard]] std::vector<ActorId> roots() const;

  /// The status of an actor of this process by its id: live, or how it ended while its
  /// tombstone lasts (65,536 of them), else `unknown`.
  [[nodiscard]] ActorStatus status_of(const ActorId& id) const;

  /// Drains every root, waits up to `limit` for each, aborts those that have not ended. Further
  /// spawns fail. Must not be called on a worker. Fails, and does nothing, if `limit` is
  /// negative; nanoseconds::max() waits for ever.
  Result<Destroyed> destroy_and_wait(std::chrono::nanoseconds limit,
                                     std::string_view reason) const;

  /// For the runtime's own layers.
  [[nodiscard]] proc::ProcCore& core() const noexcept { return *core_; }

 private:
  [[nodiscard]] Result<actor::Kinship> named_root(std::string_view name) const;
  /// The name of a root that was not made after all is free again.
  void forget_name(telemetry::NameIndex name) const noexcept;
  [[nodiscard]] Result<actor::Kinship> unnamed_root(telemetry::NameIndex name) const;
  [[nodiscard]] actor::ProcServices& services() const noexcept;

  proc::ProcCore* core_;
};

/// Owns a proc: its destructor drains the roots; after 1 s it prints what it waits for and
/// aborts them; an actor that cannot be interrupted (a handler that never returns) is named and
/// left behind a second later.
class Proc : public ProcHandle {
 public:
  /// A proc on the shared default runtime, which ends with its last proc.
  static Proc local() { return local(Runtime::shared()); }

  /// A proc on this runtime, which lives at least as long.
  static Proc local(const Runtime& runtime);

  Proc(Proc&& other) noexcept : ProcHandle(other), owns_(std::exchange(other.owns_, false)) {}

  Proc& operator=(Proc&&) = delete;
  Proc(const Proc&) = delete;
  Proc& operator=(const Proc&) = delete;
  ~Proc();

  /// Access for others, who do not end it.
  [[nodiscard]] ProcHandle handle() const noexcept { return *this; }

 private:
  explicit Proc(proc::ProcCore& core) noexcept : ProcHandle(core) {}

  bool owns_ = true;
};

/// Runs `task` on the calling thread until it is done.
template <class T>
Result<T> block_on(const ProcHandle& proc, Task<T> task) {
  return block_on(proc.runtime(), std::move(task));
}

}  // namespace hyperactor
