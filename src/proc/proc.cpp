// proc/proc.cpp - spawning roots, and the orderly end of a proc.
#include "hyperactor/proc/proc.hpp"

#include "hyperactor/base/duration_text.hpp"
#include "hyperactor/runtime/scheduler.hpp"
#include "hyperactor/runtime/slot_table.hpp"

#include "client_strand.hpp"
#include "proc_core.hpp"

#include <chrono>
#include <cstdio>
#include <thread>

#include <fmt/format.h>

namespace hyperactor {

ProcHandle::ProcHandle(proc::ProcCore& core) noexcept : core_(&core) {
  core_->add_reference();
}

ProcHandle::ProcHandle(const ProcHandle& other) noexcept : ProcHandle(*other.core_) {}

ProcHandle& ProcHandle::operator=(const ProcHandle& other) noexcept {
  other.core_->add_reference();
  core_->drop_reference();
  core_ = other.core_;
  return *this;
}

ProcHandle::~ProcHandle() {
  core_->drop_reference();
}

std::string_view ProcHandle::name() const noexcept {
  return telemetry::name_text(core_->name());
}

const Runtime& ProcHandle::runtime() const noexcept {
  return core_->runtime();
}

actor::ProcServices& ProcHandle::services() const noexcept {
  return *core_;
}

Result<actor::Kinship> ProcHandle::unnamed_root(telemetry::NameIndex name) const {
  if (!core_->accepts_actors()) {
    return std::unexpected(
        Error(Errc::Failed,
              fmt::format("spawning {} on proc {}: the proc has been stopped; spawn on another",
                          telemetry::name_text(name), this->name())));
  }
  actor::Kinship kinship;
  kinship.name = name;
  kinship.pid = core_->next_pid();
  return kinship;
}

Result<actor::Kinship> ProcHandle::named_root(std::string_view text) const {
  if (!is_valid_name(text)) {
    return std::unexpected(
        actor::invalid_name(text).in("spawning on proc " + std::string(name())));
  }
  if (!core_->accepts_actors()) {
    return std::unexpected(
        Error(Errc::Failed,
              fmt::format("spawning {} on proc {}: the proc has been stopped; spawn on another",
                          text, name())));
  }
  actor::Kinship kinship;
  kinship.name = telemetry::intern(text);
  if (!core_->reserve(kinship.name)) {
    return std::unexpected(
        Error(Errc::Failed,
              fmt::format("spawning {} on proc {}: a root of that name exists, or has "
                          "existed; names stay reserved, choose another or leave it out",
                          text, name())));
  }
  return kinship;
}

void ProcHandle::forget_name(telemetry::NameIndex name) const noexcept {
  core_->forget(name);
}

Client ProcHandle::client(std::string_view name) const {
  ActorId id;
  id.proc = core_->name();
  id.name = telemetry::intern(is_valid_name(name) ? name : std::string_view("client"));
  id.pid = core_->next_pid();
  return Client(*core_, id);
}

std::vector<ActorId> ProcHandle::roots() const {
  std::vector<ActorId> ids;
  for (actor::Instance* root : core_->take_roots()) {
    // An actor is unlisted a moment after its status says that it has ended.
    if (!root->status().is_terminal()) ids.push_back(root->id());
    root->drop_reference();
  }
  return ids;
}

ActorStatus ProcHandle::status_of(const ActorId& id) const {
  if (runtime::Strand* strand = runtime::SlotTable::process().acquire(id.strand)) {
    ActorStatus status;
    if (mailbox::Owner* owner = mailbox::owner_of(*strand)) status = owner->status();
    strand->drop_reference();
    return status;
  }
  ActorStatus status;
  if (const auto state = core_->tombstones().find(id)) {
    status.state = *state;
    status.reason = "ended earlier";
  }
  return status;
}

Result<Destroyed> ProcHandle::destroy_and_wait(std::chrono::nanoseconds limit,
                                               std::string_view reason) const {
  if (limit.count() < 0) {
    return std::unexpected(
        Error(Errc::Failed, fmt::format("destroying proc {} with a limit of {}: give zero to "
                                        "abort at once, or how long its actors may take",
                                        name(), base::format_duration(limit))));
  }
  core_->refuse_actors();
  auto waiting = core_->take_roots();
  Destroyed outcome;
  for (actor::Instance* root : waiting) {
    outcome.stopped.push_back(root->id());
    root->send_signal(actor::SignalKind::Drain, std::string(reason));
  }
  core_->wait_ended(waiting, limit.count());
  if (!waiting.empty()) core_->expect_failures();  // the aborts below are the caller's wish
  for (actor::Instance* root : waiting) {
    root->send_signal(actor::SignalKind::Abort, std::string(reason));
    outcome.aborted.push_back(root->id());
    std::erase(outcome.stopped, root->id());
    root->drop_reference();
  }
  return outcome;
}

Proc Proc::local(const Runtime& runtime) {
  auto* core = new proc::ProcCore(runtime);
  Proc owner(*core);
  core->drop_reference();  // the first reference was ours
  return owner;
}

namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

void print_waiting(const ProcHandle& proc, const std::vector<actor::Instance*>& waiting,
                   const char* what) {
  std::string text = fmt::format("hyperactor: proc {} {} {} of its actors:", proc.name(), what,
                                 waiting.size());
  constexpr std::size_t kShown = 16;
  for (std::size_t i = 0; i < waiting.size() && i < kShown; ++i) {
    const std::uint32_t handler = waiting[i]->record().handler.load(std::memory_order_relaxed);
    text += fmt::format(
        "\n  {}: {}, last message {}, {} children", waiting[i]->id(), waiting[i]->status(),
        handler == 0 ? "none" : telemetry::name_text(handler), waiting[i]->child_count());
  }
  if (waiting.size() > kShown) text += fmt::format("\n  and {} more", waiting.size() - kShown);
  fmt::print(stderr, "{}\n", text);
}

}  // namespace

Proc::~Proc() {
  if (!owns_) return;
  proc::ProcCore& core = this->core();
  core.refuse_actors();
  auto waiting = core.take_roots();
  for (actor::Instance* root : waiting) {
    root->send_signal(actor::SignalKind::Drain, "proc dropped");
  }
  core.wait_ended(waiting, kSecondNs);
  if (!waiting.empty()) {
    print_waiting(*this, waiting,
                  runtime().is_simulated() ? "sees nothing run any more and now aborts"
                                           : "has waited 1 s and now aborts");
    core.expect_failures();
    for (actor::Instance* root : waiting) {
      root->send_signal(actor::SignalKind::Abort, "proc dropped");
    }
    core.wait_ended(waiting, kSecondNs);
  }
  if (!waiting.empty()) {
    print_waiting(*this, waiting, "ends without waiting any longer for");
    // Their workers still run: the runtime must outlive them, so it is never joined.
    static_cast<void>(new Runtime(core.runtime()));
    for (actor::Instance* instance : waiting) instance->drop_reference();
    return;
  }
  // The workers let go of the last instances a moment after their end; wait for that here, so
  // that the threads of the runtime are joined by this one.
  for (int i = 0; i < 1'000 && core.references() > 1 && !core.runtime().is_simulated(); ++i) {
    std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
}

}  // namespace hyperactor
