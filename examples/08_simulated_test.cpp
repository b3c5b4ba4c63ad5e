// examples/08_simulated_test.cpp - a user's test: real threads, and 200 schedules of a
// simulation.
//
// A reservation is held for an hour, then the seat is free again. No test waits for an hour: in
// the simulation time is a number. Any test framework will do; here CHECK stands for it.
#include <hyperactor/hyperactor.hpp>
#include <hyperactor/testing/test_env.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace ha = hyperactor;
using namespace std::chrono_literals;

struct Reserve {
  using Reply = bool;  // whether the seat was free
  int seat;
  std::string guest;
};

struct Expire {
  int seat;
  std::string guest;
};

class Theatre : public ha::Actor<Theatre> {
 public:
  bool handle(ha::Context<Theatre>& cx, Reserve m) {
    const bool free = held_.emplace(m.seat, m.guest).second;
    if (free) cx.post_after(1h, Expire(m.seat, m.guest));
    return free;
  }

  void handle(ha::Context<Theatre>&, Expire m) { held_.erase(m.seat); }

 private:
  std::map<int, std::string> held_;
};

#define CHECK(condition)                                                         \
  if (!(condition)) {                                                            \
    fmt::print(stderr, "{}:{}: not true: {}\n", __FILE__, __LINE__, #condition); \
    std::abort();                                                                \
  }

// The bodies do not know which runtime they run on.
void a_seat_is_reserved_once(ha::TestEnv& env) {
  auto theatre = env.spawn<Theatre>("theatre");
  CHECK(env.await(theatre.ask<Reserve>(env.client(), 7, "Ada")) == true);
  CHECK(env.await(theatre.ask<Reserve>(env.client(), 7, "Alan")) == false);
  CHECK(env.await(theatre.ask<Reserve>(env.client(), 8, "Alan")) == true);
}

// Asks for a seat, in competition with others.
struct TakeSeat {
  using Reply = bool;
};

class Guest : public ha::Actor<Guest> {
 public:
  explicit Guest(ha::ActorHandle<Theatre> theatre) : theatre_(std::move(theatre)) {}

  ha::Task<ha::Result<bool>> handle(ha::Context<Guest>& cx, TakeSeat) {
    auto taken = co_await theatre_.ask<Reserve>(cx, 1, "a guest");
    co_return taken;
  }

 private:
  ha::ActorHandle<Theatre> theatre_;
};

void one_of_three_guests_gets_the_seat(ha::TestEnv& env) {
  auto theatre = env.spawn<Theatre>("theatre");
  std::vector<ha::Ask<bool>> asked;
  for (int i = 0; i < 3; ++i) {
    asked.push_back(env.spawn<Guest>(theatre).ask<TakeSeat>(env.client()));
  }
  int winners = 0;
  for (auto& ask : asked) winners += env.await(std::move(ask)).value() ? 1 : 0;
  CHECK(winners == 1);
}

void a_seat_is_free_again_after_an_hour(ha::TestEnv& env) {
  auto theatre = env.spawn<Theatre>("theatre");
  CHECK(env.await(theatre.ask<Reserve>(env.client(), 7, "Ada")) == true);
  env.sleep(59min);
  CHECK(env.await(theatre.ask<Reserve>(env.client(), 7, "Alan")) == false);
  env.sleep(2min);
  CHECK(env.await(theatre.ask<Reserve>(env.client(), 7, "Alan")) == true);
}

int main() {
  for (auto* body : {a_seat_is_reserved_once, one_of_three_guests_gets_the_seat}) {
    auto threads = ha::TestEnv::threads();
    body(threads);
  }
  for (auto* body : {a_seat_is_reserved_once, one_of_three_guests_gets_the_seat,
                     a_seat_is_free_again_after_an_hour}) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
      auto simulated = ha::TestEnv::simulated(seed);
      body(simulated);
      CHECK(simulated.crashes().empty());
    }
  }
  fmt::print("all tests hold\n");
}
