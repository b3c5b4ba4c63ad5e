// tests/consumer/branch.cpp - shows by what names the actors of a library are known.
//
// Posts to a vault that has ended, which prints an undeliverable message on stderr; then lets
// itself be killed in a handler of the library, which leaves an evidence file behind.
#include "bank.hpp"

#include <chrono>
#include <cstdio>
#include <thread>

#include <fmt/format.h>

namespace ha = hyperactor;

int main() {
  auto proc = ha::Proc::local();
  auto client = proc.client("main");

  auto closed = bank::open_vault(proc, 0);
  closed.stop("the branch is closed");
  if (!ha::wait_ended(closed)) return 1;
  closed.post<bank::Alarm>(client);
  if (client.undeliverable_count() != 1) return 1;

  auto vault = bank::open_vault(proc, 100);
  auto left = ha::block_on(vault.ask<bank::Withdraw>(client, 40));
  if (!left || !*left) return 1;
  fmt::print("left: {}\n", **left);
  std::fflush(stdout);
  vault.post<bank::Alarm>(client);
  std::this_thread::sleep_for(std::chrono::seconds(30));
  return 1;  // nobody killed it
}
