// examples/04_sieve.cpp - a sieve for primes: each prime found is an actor that spawns the
// next.
//
// Numbers flow down a chain of stages. A stage drops the multiples of its prime; the first
// number that passes the last stage is a prime, and becomes a stage: a child of the one that
// found it.
#include <hyperactor/hyperactor.hpp>

#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace ha = hyperactor;

struct Number {
  int value;
};

// What is known when the question comes past: it goes down the chain behind the numbers,
// because messages from one actor to another are handled in the order in which they were sent.
struct Found {
  std::vector<int> primes;
  ha::ReplyPort<std::vector<int>> asker;  // whoever holds this has the duty to answer
};

struct Primes {
  using Reply = std::vector<int>;
};

class Stage : public ha::Actor<Stage> {
 public:
  explicit Stage(int prime) : prime_(prime) {}

  ha::Result<void> handle(ha::Context<Stage>& cx, Number m) {
    if (m.value % prime_ == 0) return {};
    if (next_) {
      next_->post<Number>(cx, m.value);
      return {};
    }
    auto stage = cx.spawn<Stage>(m.value);
    if (!stage) return std::unexpected(std::move(stage).error());  // fails this actor
    next_ = *std::move(stage);
    return {};
  }

  void handle(ha::Context<Stage>& cx, Primes, ha::ReplyPort<std::vector<int>> asker) {
    tell(cx, {}, std::move(asker));
  }

  void handle(ha::Context<Stage>& cx, Found m) {
    tell(cx, std::move(m.primes), std::move(m.asker));
  }

 private:
  void tell(ha::Context<Stage>& cx, std::vector<int> primes,
            ha::ReplyPort<std::vector<int>> asker) {
    primes.push_back(prime_);
    if (next_) {
      next_->post<Found>(cx, std::move(primes), std::move(asker));
    } else {
      asker.send(std::move(primes));
    }
  }

  int prime_;
  std::optional<ha::ActorHandle<Stage>> next_;
};

int main() {
  constexpr int kBelow = 1'000;
  auto proc = ha::Proc::local();
  auto client = proc.client("main");
  auto sieve = proc.spawn<Stage>("sieve", 2).value();
  for (int n = 3; n < kBelow; ++n) sieve.post<Number>(client, n);
  auto primes = ha::block_on(sieve.ask<Primes>(client));
  if (!primes) return fmt::print(stderr, "{}\n", primes.error()), 1;
  fmt::print("{} primes below {}, the last is {}\n", primes->size(), kBelow, primes->back());
}
