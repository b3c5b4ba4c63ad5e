// proc/client_strand.hpp - the strand and the identity behind a Client.
#pragma once

#include "hyperactor/actor/proc_services.hpp"
#include "hyperactor/mailbox/owner.hpp"
#include "hyperactor/runtime/manual_strand.hpp"

#include <atomic>
#include <cstdint>
#include <string>

namespace hyperactor::proc {

class ClientStrand final : public runtime::ManualStrand, public mailbox::Owner {
 public:
  ClientStrand(actor::ProcServices& proc, ActorId id);
  ~ClientStrand() override;

  [[nodiscard]] ActorStatus status() const override;
  bool on_undeliverable(Undeliverable& returned) override;

  [[nodiscard]] std::uint64_t inherited_deadline() const noexcept override { return 0; }

  [[nodiscard]] std::int64_t ask_timeout_ns() const noexcept override;

  [[nodiscard]] std::string label() const override { return id().to_string(); }

  [[nodiscard]] void* owner() noexcept override { return static_cast<mailbox::Owner*>(this); }

  /// The client object is gone.
  void close_client();

  [[nodiscard]] actor::ProcServices& services() const noexcept { return proc_; }

  [[nodiscard]] std::uint64_t undeliverable_count() const noexcept { return undeliverable_; }

 private:
  actor::ProcServices& proc_;
  std::uint64_t undeliverable_ = 0;
};

}  // namespace hyperactor::proc
