// actor/proc_services.hpp - what an instance needs of its proc, and no more (D16).
#pragma once

#include "hyperactor/mailbox/actor_id.hpp"
#include "hyperactor/mailbox/status.hpp"
#include "hyperactor/runtime/runtime.hpp"

#include <cstdint>

namespace hyperactor::actor {

class Instance;

/// Implemented by the proc. Every live instance holds a reference.
class ProcServices {
 public:
  virtual void add_reference() noexcept = 0;
  virtual void drop_reference() noexcept = 0;

  [[nodiscard]] virtual const Runtime& runtime() const noexcept = 0;
  [[nodiscard]] virtual telemetry::NameIndex name() const noexcept = 0;
  /// False once the proc takes no more actors.
  [[nodiscard]] virtual bool accepts_actors() const noexcept = 0;
  /// False once the proc is being torn down by force: what fails then is not news.
  [[nodiscard]] virtual bool reports_failures() const noexcept = 0;
  /// A number for an unnamed root or client.
  [[nodiscard]] virtual std::uint64_t next_pid() noexcept = 0;

  /// False, and not listed, once the proc takes no more actors.
  [[nodiscard]] virtual bool add_root(Instance& root) = 0;
  virtual void remove_root(Instance& root) noexcept = 0;
  /// Leaves a tombstone.
  virtual void on_ended(const Instance& instance) noexcept = 0;

 protected:
  ~ProcServices() = default;
};

}  // namespace hyperactor::actor
