// examples/philosophers.hpp - five philosophers and five forks; the same on any runtime.
#pragma once

#include <hyperactor/hyperactor.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dining {

namespace ha = hyperactor;

// Answered when the asker holds the fork: true if it had to wait for it.
struct Take {
  using Reply = bool;
};

struct PutDown {};

class Fork : public ha::Actor<Fork> {
 public:
  // The fork is free for the next message meanwhile: who waits is kept, and answered later.
  void handle(ha::Context<Fork>&, Take, ha::ReplyPort<bool> asker) {
    if (taken_) {
      waiting_.push_back(std::move(asker));
    } else {
      taken_ = true;
      asker.send(false);
    }
  }

  void handle(ha::Context<Fork>&, PutDown) {
    taken_ = !waiting_.empty();
    if (!taken_) return;
    waiting_.front().send(true);
    waiting_.pop_front();
  }

 private:
  bool taken_ = false;
  std::deque<ha::ReplyPort<bool>> waiting_;
};

struct Plate {
  int meals = 0;
  int waits = 0;  // for a fork that somebody else held
};

struct Dine {
  using Reply = Plate;
  int meals;
};

class Philosopher : public ha::Actor<Philosopher> {
 public:
  Philosopher(ha::ActorHandle<Fork> first, ha::ActorHandle<Fork> second, int seat)
      : forks_{std::move(first), std::move(second)}, seat_(seat) {}

  // Each co_await lets other actors run; this one takes no other message until it returns.
  ha::Task<ha::Result<Plate>> handle(ha::Context<Philosopher>& cx, Dine dine) {
    Plate plate;
    while (plate.meals < dine.meals) {
      co_await ha::sleep(std::chrono::milliseconds(2 + seat_));  // thinks
      for (const auto& fork : forks_) {
        auto waited = co_await fork.ask<Take>(cx);
        if (!waited) co_return std::unexpected(std::move(waited).error());
        if (*waited) ++plate.waits;
      }
      co_await ha::sleep(std::chrono::milliseconds(5));  // eats
      for (const auto& fork : forks_) fork.post<PutDown>(cx);
      ++plate.meals;
    }
    co_return plate;
  }

 private:
  std::array<ha::ActorHandle<Fork>, 2> forks_;
  int seat_;
};

inline constexpr std::array kNames{"Aristotle", "Diotima", "Epicurus", "Hypatia", "Zeno"};

// Lets all of them eat `meals` times; the plates in the order of kNames.
inline ha::Result<std::vector<Plate>> dine(const ha::Runtime& runtime, int meals) {
  auto proc = ha::Proc::local(runtime);
  auto client = proc.client("host");
  std::vector<ha::ActorHandle<Fork>> forks;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    forks.push_back(proc.spawn<Fork>("fork" + std::to_string(i)).value());
  }
  std::vector<ha::Ask<Plate>> guests;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    // The fork with the lower number first: so they never wait for each other in a circle.
    const std::size_t next = (i + 1) % kNames.size();
    const auto& low = forks[std::min(i, next)];
    const auto& high = forks[std::max(i, next)];
    auto guest = proc.spawn<Philosopher>(kNames[i], low, high, static_cast<int>(i));
    guests.push_back(guest.value().ask<Dine>(client, meals));
  }
  std::vector<Plate> plates;
  for (auto& guest : guests) {
    auto plate = ha::block_on(std::move(guest));
    if (!plate) return std::unexpected(std::move(plate).error());
    plates.push_back(*plate);
  }
  return plates;
}

}  // namespace dining
