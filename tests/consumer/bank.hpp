// tests/consumer/bank.hpp - a user's library of actors: a vault, which has an auditor.
#pragma once

#include <hyperactor/hyperactor.hpp>

#include <cstdint>
#include <expected>
#include <string>

namespace bank {

struct Withdraw {
  using Reply = std::expected<std::int64_t, std::string>;  // what is left, or why not
  std::int64_t cents;
};

struct Lend {  // answered by a coroutine that waits an hour
  using Reply = std::int64_t;
  std::int64_t cents;
};

struct Alarm {};  // the auditor kills the process

class Vault : public hyperactor::Actor<Vault> {
 public:
  explicit Vault(std::int64_t cents);

  Withdraw::Reply handle(hyperactor::Context<Vault>&, Withdraw m);
  hyperactor::Task<std::int64_t> handle(hyperactor::Context<Vault>&, const Lend& m);
  hyperactor::Result<void> handle(hyperactor::Context<Vault>& cx, Alarm);

 private:
  std::int64_t cents_;
};

/// Spawned in the library: a program that only calls this never names its handlers.
hyperactor::ActorHandle<Vault> open_vault(const hyperactor::ProcHandle& proc,
                                          std::int64_t cents);

}  // namespace bank
