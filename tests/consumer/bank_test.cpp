// tests/consumer/bank_test.cpp - a user's test: one body, on threads and under simulation.
#include "bank.hpp"

#include <hyperactor/testing/test_env.hpp>

#include <chrono>
#include <cstdint>

#include <fmt/format.h>

namespace ha = hyperactor;

namespace {

int failures = 0;

void expect(bool holds, const char* what) {
  if (holds) return;
  fmt::print(stderr, "does not hold: {}\n", what);
  ++failures;
}

void withdrawals_are_refused_when_empty(ha::TestEnv& env) {
  auto vault = env.spawn<bank::Vault>("vault", 100);
  auto left = env.await(vault.ask<bank::Withdraw>(env.client(), 40));
  expect(left && *left == 60, "60 are left");
  auto refused = env.await(vault.ask<bank::Withdraw>(env.client(), 70));
  expect(refused && !*refused && refused->error() == "only 60 left", "70 are too many");
}

// An hour passes in no time, so only under simulation.
void what_is_lent_comes_back(ha::TestEnv& env) {
  auto vault = env.spawn<bank::Vault>("lending", 100);
  auto options = ha::AskOptions{.timeout = std::chrono::hours(2)};
  auto back = env.await(vault.ask<bank::Lend>(env.client(), options, 40));
  expect(back && *back == 100, "it came back");
}

}  // namespace

int main() {
  auto threads = ha::TestEnv::threads();
  withdrawals_are_refused_when_empty(threads);

  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::uint64_t histories[2] = {};
    for (auto& history : histories) {
      auto simulated = ha::TestEnv::simulated(seed);
      withdrawals_are_refused_when_empty(simulated);
      what_is_lent_comes_back(simulated);
      history = simulated.runtime().history();
    }
    expect(histories[0] == histories[1], "a seed replays");
  }
  if (failures == 0) fmt::print("bank_test: all hold\n");
  return failures == 0 ? 0 : 1;
}
