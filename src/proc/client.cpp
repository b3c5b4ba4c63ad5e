// proc/client.cpp - clients: made, used, dropped.
#include "hyperactor/proc/client.hpp"

#include "hyperactor/mailbox/undeliverable.hpp"
#include "hyperactor/runtime/scheduler.hpp"

#include "client_strand.hpp"

#include <fmt/format.h>

namespace hyperactor {

namespace proc {

namespace {

ActorId with_strand(ActorId id, const runtime::Strand& strand) {
  id.strand = strand.strand_id();
  return id;
}

}  // namespace

ClientStrand::ClientStrand(actor::ProcServices& proc, ActorId id)
    : runtime::ManualStrand(proc.runtime().scheduler()),
      mailbox::Owner(static_cast<runtime::Strand&>(*this), with_strand(id, *this)),
      proc_(proc) {
  proc_.add_reference();
  set_label(id.to_string());
  telemetry::StatusRecord& shown = record();
  shown.proc.store(id.proc, std::memory_order_relaxed);
  shown.name.store(id.name, std::memory_order_relaxed);
  shown.pid.store(id.pid, std::memory_order_relaxed);
  set_working_states(runtime::StrandState::Client, runtime::StrandState::Client);
  set_state(runtime::StrandState::Client, scheduler().now_ticks());
}

ClientStrand::~ClientStrand() {
  proc_.drop_reference();
}

ActorStatus ClientStrand::status() const {
  ActorStatus status;
  status.state = state();
  if (status.is_terminal()) status.reason = "client dropped";
  return status;
}

bool ClientStrand::on_undeliverable(Undeliverable& returned) {
  if (++undeliverable_ == 1) {
    fmt::print(stderr, "hyperactor: client {}: {} (further ones are only counted)\n", id(),
               returned.to_string());
  }
  return false;
}

std::int64_t ClientStrand::ask_timeout_ns() const noexcept {
  return proc_.runtime().ask_timeout().count();
}

void ClientStrand::close_client() {
  close();
  set_working_states(runtime::StrandState::Stopped, runtime::StrandState::Stopped);
  set_state(runtime::StrandState::Stopped, scheduler().now_ticks());
  retire();
}

}  // namespace proc

ClientHandle::ClientHandle(proc::ClientStrand& strand) noexcept : strand_(&strand) {
  strand_->add_reference();
}

ClientHandle::ClientHandle(const ClientHandle& other) noexcept : ClientHandle(*other.strand_) {}

ClientHandle::~ClientHandle() {
  strand_->drop_reference();
}

const ActorId& ClientHandle::id() const noexcept {
  return strand_->id();
}

ActorStatus ClientHandle::status() const {
  return strand_->status();
}

namespace {

// The first reference is the strand's own and goes with retire(); the second is the client's.
proc::ClientStrand& make_strand(actor::ProcServices& services, const ActorId& id) {
  auto* strand = new proc::ClientStrand(services, id);
  strand->add_reference();
  return *strand;
}

}  // namespace

Client::Client(actor::ProcServices& services, const ActorId& id)
    : Caller(make_strand(services, id)), strand_(static_cast<proc::ClientStrand*>(&owner())) {}

Client::Client(Client&& other) noexcept
    : Caller(other), strand_(std::exchange(other.strand_, nullptr)) {}

Client::~Client() {
  if (strand_ == nullptr) return;
  strand_->close_client();
  strand_->drop_reference();
}

ClientHandle Client::handle() const noexcept {
  return ClientHandle(*strand_);
}

std::uint64_t Client::undeliverable_count() {
  strand_->run_pending();
  return strand_->undeliverable_count();
}

std::uint64_t Client::late_reply_count() {
  strand_->run_pending();
  return strand_->late_replies();
}

Result<actor::Kinship> Client::child_kinship(std::string_view name) {
  if (!name.empty() && !is_valid_name(name)) {
    return std::unexpected(
        actor::invalid_name(name).in("spawning a child of " + id().to_string()));
  }
  if (!services().accepts_actors()) {
    return std::unexpected(Error(
        Errc::Failed, "spawning a child of " + id().to_string() + ": its proc is stopping"));
  }
  actor::Kinship kinship;
  kinship.parent_id = id();
  kinship.name = name.empty() ? id().name : telemetry::intern(name);
  kinship.pid = services().next_pid();
  return kinship;
}

actor::ProcServices& Client::services() const noexcept {
  return strand_->services();
}

}  // namespace hyperactor
