// examples/tutorial/simulated_test.cpp - page 7 of the tutorial: a test in virtual time.

// [tutorial:include]
#include <hyperactor/hyperactor.hpp>
#include <hyperactor/testing/test_env.hpp>
// [/tutorial]

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <fmt/format.h>

namespace ha = hyperactor;
using namespace std::chrono_literals;

// [tutorial:actor]
struct Light {
  using Reply = bool;  // whether it was out
};

struct BurnDown {};

class Candle : public ha::Actor<Candle> {
 public:
  bool handle(ha::Context<Candle>& cx, Light) {
    if (burning_) return false;
    burning_ = true;
    cx.post_after(4h, BurnDown());
    return true;
  }

  void handle(ha::Context<Candle>&, BurnDown) { burning_ = false; }

 private:
  bool burning_ = false;
};

// [/tutorial]

// [tutorial:bodies]
void check(bool holds, const char* what) {
  if (holds) return;
  fmt::print(stderr, "does not hold: {}\n", what);
  std::exit(1);
}

void a_burning_candle_is_not_lit_again(ha::TestEnv& env) {
  auto candle = env.spawn<Candle>("candle");
  check(env.await(candle.ask<Light>(env.client())) == true, "it was out");
  check(env.await(candle.ask<Light>(env.client())) == false, "it burns");
}

void a_candle_burns_for_four_hours(ha::TestEnv& env) {
  auto candle = env.spawn<Candle>("candle");
  check(env.await(candle.ask<Light>(env.client())) == true, "it was out");
  env.sleep(3h);
  check(env.await(candle.ask<Light>(env.client())) == false, "it still burns");
  env.sleep(2h);
  check(env.await(candle.ask<Light>(env.client())) == true, "it is out again");
}

// [/tutorial]

// [tutorial:main]
int main() {
  auto threads = ha::TestEnv::threads();
  a_burning_candle_is_not_lit_again(threads);

  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    auto simulated = ha::TestEnv::simulated(seed);
    a_burning_candle_is_not_lit_again(simulated);
  }
  // [/tutorial]

  // [tutorial:replay]
  std::uint64_t histories[2] = {};
  for (auto& history : histories) {
    auto simulated = ha::TestEnv::simulated(7);
    a_candle_burns_for_four_hours(simulated);
    history = simulated.runtime().history();
  }
  check(histories[0] == histories[1], "a seed replays");
  fmt::print("all hold\n");
}

// [/tutorial]
