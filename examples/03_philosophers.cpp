// examples/03_philosophers.cpp - one program on threads, and in simulation where a seed replays
// it.
#include "philosophers.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

namespace ha = hyperactor;

namespace {

constexpr int kMeals = 20;

// False if somebody did not eat.
bool dine_and_tell(std::string_view where, const ha::Runtime& runtime) {
  const auto begin = runtime.now_ns();
  const auto plates = dining::dine(runtime, kMeals);
  if (!plates) return fmt::print(stderr, "{}: {}\n", where, plates.error()), false;
  fmt::print("{}\n", where);
  bool all_ate = true;
  for (std::size_t i = 0; i < plates->size(); ++i) {
    const dining::Plate& plate = (*plates)[i];
    fmt::print("  {:<10} ate {} times, waited {} times for a fork\n", dining::kNames[i],
               plate.meals, plate.waits);
    all_ate = all_ate && plate.meals == kMeals;
  }
  fmt::print("  in {:.3f} s\n", static_cast<double>(runtime.now_ns() - begin) * 1e-9);
  return all_ate;
}

}  // namespace

int main() {
  auto threads = ha::Runtime::threads();
  if (!threads) return fmt::print(stderr, "{}\n", threads.error()), EXIT_FAILURE;
  bool all_ate = dine_and_tell("on threads", *threads);

  // The same seed gives the same choices, the same history, the same virtual time.
  std::uint64_t histories[2];
  for (auto& history : histories) {
    auto simulated = ha::Runtime::simulated(42);
    if (!simulated) return fmt::print(stderr, "{}\n", simulated.error()), EXIT_FAILURE;
    all_ate = dine_and_tell("simulated, seed 42", *simulated) && all_ate;
    history = simulated->history();
    fmt::print("  history {:016x}\n", history);
  }
  if (!all_ate || histories[0] != histories[1]) return EXIT_FAILURE;
  fmt::print("all ate, and the simulation repeats itself\n");
}
