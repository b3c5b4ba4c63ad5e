// apps/demo.cpp - dining philosophers on threads, then the same twice from one seed.
#include "demo.hpp"

#include "philosophers.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string>

#include <fmt/format.h>

namespace hyperactor::app {

namespace {

constexpr int kMeals = 20;

struct Evening {
  std::vector<dining::Plate> plates;
  double seconds = 0;
  std::uint64_t history = 0;
};

Result<Evening> spend(Result<Runtime> runtime) {
  if (!runtime) return std::unexpected(std::move(runtime).error());
  const auto begin = runtime->now_ns();
  auto plates = dining::dine(*runtime, kMeals);
  if (!plates) return std::unexpected(std::move(plates).error());
  const double seconds = static_cast<double>(runtime->now_ns() - begin) * 1e-9;
  return Evening{*std::move(plates), seconds, runtime->history()};
}

void print_plates(const Evening& evening) {
  for (std::size_t i = 0; i < evening.plates.size(); ++i) {
    fmt::print("  {:<10} ate {:>2} times, waited {:>2} times for a fork\n", dining::kNames[i],
               evening.plates[i].meals, evening.plates[i].waits);
  }
  std::fflush(stdout);
}

bool all_ate(const Evening& evening) {
  return std::ranges::all_of(evening.plates,
                             [](const dining::Plate& plate) { return plate.meals == kMeals; });
}

int fail(const std::string& why) {
  fmt::print(stderr, "hyperactor demo: {}\n", why);
  return kFailure;
}

}  // namespace

int demo(const Demo& wanted) {
  fmt::print("Five philosophers, five forks, {} meals each.\n\nOn threads:\n", kMeals);
  std::fflush(stdout);
  const auto threads = spend(Runtime::threads());
  if (!threads) return fail(threads.error().to_string());
  print_plates(*threads);
  fmt::print("  {:.3f} s of real time\n\nSimulated twice, seed {}:\n", threads->seconds,
             wanted.seed);
  const std::array runs{spend(Runtime::simulated(wanted.seed)),
                        spend(Runtime::simulated(wanted.seed))};
  for (const auto& run : runs) {
    if (!run) return fail(run.error().to_string());
  }
  const Evening& first = *runs[0];
  const Evening& second = *runs[1];
  print_plates(first);
  fmt::print("  {:.3f} s of virtual time\n", first.seconds);
  fmt::print("  history {:016x} and {:016x}\n\n", first.history, second.history);
  if (first.history != second.history) return fail("two runs of one seed differ");
  if (!all_ate(*threads) || !all_ate(first) || !all_ate(second))
    return fail("somebody is hungry");
  fmt::print("All ate on both runtimes, and the seed replays.\n");
  return kOk;
}

}  // namespace hyperactor::app
