// tests/consumer/bank.cpp - the vault, and an auditor whom only this library knows.
#include "bank.hpp"

#include <chrono>
#include <csignal>
#include <utility>

namespace ha = hyperactor;

namespace bank {

namespace {

struct Seal {};

class Auditor : public ha::Actor<Auditor> {
 public:
  void handle(ha::Context<Auditor>&, Seal) { std::raise(SIGKILL); }
};

}  // namespace

Vault::Vault(std::int64_t cents) : cents_(cents) {}

Withdraw::Reply Vault::handle(ha::Context<Vault>&, Withdraw m) {
  if (m.cents > cents_) return std::unexpected("only " + std::to_string(cents_) + " left");
  cents_ -= m.cents;
  return cents_;
}

ha::Task<std::int64_t> Vault::handle(ha::Context<Vault>&, const Lend& m) {
  cents_ -= m.cents;
  co_await ha::sleep(std::chrono::hours(1));
  cents_ += m.cents;
  co_return cents_;
}

ha::Result<void> Vault::handle(ha::Context<Vault>& cx, Alarm) {
  auto auditor = cx.spawn<Auditor>();
  if (!auditor) return std::unexpected(std::move(auditor).error());
  auditor->post<Seal>(cx);
  return {};
}

ha::ActorHandle<Vault> open_vault(const ha::ProcHandle& proc, std::int64_t cents) {
  return proc.spawn<Vault>(cents).value();
}

}  // namespace bank
