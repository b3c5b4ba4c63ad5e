// tests/soak/main.cpp - the program `soak`: mixed load for a time, then the balance.
//
//   soak --duration 1h --seed 1 --alive 2000000 --created 10000000 --workers 2
//
// Exit 0   every message is accounted for, memory was flat, the targets were reached
//      1   not so; stderr says what, a sentence each
//      2   wrong usage
// Ctrl-C ends the load; the balance is judged as ever, the targets and memory are not.
#include "hyperactor/base/duration_text.hpp"
#include "hyperactor/hyperactor.hpp"

#include "balance.hpp"
#include "clan.hpp"
#include "gate.hpp"
#include "interrupt.hpp"
#include "keeper.hpp"
#include "memory.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace hyperactor::soak {

namespace {

using namespace std::chrono_literals;

constexpr auto kPrintEvery = 10s;
constexpr auto kSettleLimit = 120s;
constexpr double kGrowthPart = 0.02;
constexpr std::size_t kGrowthBytes = std::size_t{16} << 20U;

struct Wanted {
  std::string duration = "1h";
  std::uint64_t seed = 1;
  std::uint64_t alive = 2'000'000;
  std::uint64_t created = 10'000'000;
  std::size_t workers = 2;
  bool any_memory = false;
};

struct Seen {
  std::uint64_t alive_most = 0;
  Memory memory;
};

std::uint64_t alive_of(const Totals& totals) {
  const std::uint64_t gone = totals.of(Count::ActorsGone);
  return totals.of(Count::ActorsMade) - std::min(gone, totals.of(Count::ActorsMade));
}

void print_progress(const Totals& now, std::uint64_t sent_before, double seconds, double at) {
  fmt::print("{:>6.0f} s  alive {}  created {}  messages {}  {:.0f}/s  rss {} MB\n", at,
             alive_of(now), now.of(Count::ActorsMade), now.sent(),
             static_cast<double>(now.sent() - sent_before) / seconds, resident_bytes() >> 20U);
  std::fflush(stdout);
}

// Until the time is over, or Ctrl-C.
Seen watch(const Plan& plan) {
  Seen seen;
  Clock::time_point printed = plan.began;
  std::uint64_t sent = 0;
  const auto step = std::clamp<std::chrono::nanoseconds>(plan.duration / 200, 10ms, 1s);
  for (;;) {
    std::this_thread::sleep_for(step);
    const auto passed = Clock::now() - plan.began;
    if (passed >= plan.duration || app::interrupted()) return seen;
    const Totals now = totals();
    seen.alive_most = std::max(seen.alive_most, alive_of(now));
    seen.memory.add(std::chrono::duration<double>(passed) / plan.duration, resident_bytes());
    const std::chrono::duration<double> since = Clock::now() - printed;
    if (since < kPrintEvery) continue;
    print_progress(now, sent, since.count(), std::chrono::duration<double>(passed).count());
    printed = Clock::now();
    sent = now.sent();
  }
}

// The drivers leave, and what is under way arrives. False: something does not.
bool settle(Plan& plan) {
  plan.ending.store(true);
  const auto limit = Clock::now() + kSettleLimit;
  while (Clock::now() < limit) {
    const Totals now = totals();
    const bool arrived =
        std::ranges::all_of(std::vector{Kind::Post, Kind::Waiting, Kind::Request, Kind::Answer},
                            [&](Kind kind) { return now.open(kind) == 0; });
    if (plan.drivers.load() == 0 && arrived) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

void note_crash(const CrashReport& report) {
  const bool is_child = report.actor.find(fmt::format(",{}[", kChildName)) != std::string::npos;
  count(is_child ? Count::Orphans : Count::Crashes);
}

std::vector<std::string> run(const Wanted& wanted, std::chrono::nanoseconds duration) {
  std::vector<std::string> broken;
  auto runtime =
      Runtime::threads({.workers = wanted.workers, .blocking_threads = 8, .crash = note_crash});
  if (!runtime) return {runtime.error().to_string()};
  Plan plan;
  plan.duration = duration;
  plan.seed = wanted.seed;
  plan.alive = wanted.alive;
  plan.created = wanted.created;
  plan.began = Clock::now();
  Seen seen;
  Totals most;
  {
    auto proc = Proc::local(*runtime);
    std::vector<std::function<void()>> end_keepers;
    {
      auto client = proc.client("soak");
      end_keepers = spawn_keepers(proc, client, plan);
      spawn_pushers(proc, client, plan);
      spawn_reapers(proc, client, plan);
    }
    seen = watch(plan);
    if (!settle(plan)) {
      broken.push_back(
          fmt::format("{} drivers had not ended, or messages not arrived, {} s after the load",
                      plan.drivers.load(), kSettleLimit.count()));
    }
    most = totals();
    for (const auto& end : end_keepers) end();
    const auto ended = proc.destroy_and_wait(60s, "the run is over");
    if (!ended) broken.push_back(ended.error().to_string());
    if (ended && !ended->aborted.empty()) {
      broken.push_back(fmt::format("{} roots had to be aborted", ended->aborted.size()));
    }
  }
  // Actors without a parent any more end by themselves.
  for (int i = 0; i < 1'000 && alive_of(totals()) != 0; ++i) std::this_thread::sleep_for(10ms);
  const Totals end = totals();
  fmt::print("{}", table_of(end));
  fmt::print("most alive {}, seed {}\n", seen.alive_most, wanted.seed);
  for (std::string& sentence : broken_balances(end)) broken.push_back(std::move(sentence));
  if (app::interrupted()) {
    fmt::print("interrupted: targets and memory are not judged\n");
    return broken;
  }
  if (auto growth = seen.memory.growth(kGrowthPart, kGrowthBytes);
      growth && !wanted.any_memory) {
    broken.push_back(*growth);
  }
  if (seen.alive_most < wanted.alive) {
    broken.push_back(fmt::format("{} actors were alive at once at most, {} are wanted",
                                 seen.alive_most, wanted.alive));
  }
  if (most.of(Count::ActorsMade) < wanted.created) {
    broken.push_back(fmt::format("{} actors were made, {} are wanted",
                                 most.of(Count::ActorsMade), wanted.created));
  }
  return broken;
}

int soak_main(int argc, char** argv) {
  Wanted wanted;
  CLI::App program("Mixed load for a time, then the balance of all messages.", "soak");
  program.add_option("--duration", wanted.duration, "how long: 10s, 30m, 1h")
      ->capture_default_str();
  program.add_option("--seed", wanted.seed, "of what the load is drawn from")
      ->capture_default_str();
  program.add_option("--alive", wanted.alive, "actors alive at once, at least")
      ->check(CLI::Range(std::uint64_t{1'000}, std::uint64_t{10'000'000}))
      ->capture_default_str();
  program.add_option("--created", wanted.created, "actors made in all, at least")
      ->capture_default_str();
  program.add_option("--workers", wanted.workers, "worker threads")
      ->check(CLI::Range(1, 1'024))
      ->capture_default_str();
  program.add_flag("--any-memory", wanted.any_memory,
                   "do not judge memory: sanitizers keep what was freed");
  CLI11_PARSE(program, argc, argv);
  const auto duration = base::parse_duration(wanted.duration);
  if (!duration || *duration < 1s) {
    fmt::print(stderr, "soak: --duration: {}\n",
               duration ? "give at least 1s" : duration.error().to_string());
    return 2;
  }
  wanted.created = std::max(wanted.created, wanted.alive);
  app::watch_for_interrupt();
  const std::vector<std::string> broken = run(wanted, *duration);
  for (const std::string& sentence : broken) fmt::print(stderr, "soak: {}\n", sentence);
  fmt::print("{}\n", broken.empty() ? "balanced" : "BROKEN");
  return broken.empty() ? 0 : 1;
}

}  // namespace

}  // namespace hyperactor::soak

int main(int argc, char** argv) {
  return hyperactor::soak::soak_main(argc, argv);
}
