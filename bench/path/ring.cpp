// bench/path/ring.cpp - how many hops a second do many tokens make through many actors?
#include "measurement.hpp"
#include "sizes.hpp"
#include "stopwatch.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace hyperactor::bench {

namespace {

/// Answered with the hops that all tokens made, once the last has arrived.
struct Count {
  using Reply = std::uint64_t;
};

struct Arrived {
  std::uint64_t hops;
};

class Judge : public Actor<Judge> {
 public:
  void handle(Context<Judge>&, Count, ReplyPort<std::uint64_t> done) {
    done_ = std::move(done);
    report();
  }

  void handle(Context<Judge>&, Arrived arrived) {
    hops_ += arrived.hops;
    --running_;
    report();
  }

 private:
  void report() {
    if (running_ == 0) done_.send(hops_);
  }

  std::uint64_t running_ = kRingTokens;
  std::uint64_t hops_ = 0;
  ReplyPort<std::uint64_t> done_;
};

struct Token {
  std::uint64_t hops;
};

class Runner;

struct Link {
  ActorHandle<Runner> next;
};

class Runner : public Actor<Runner> {
 public:
  explicit Runner(ActorHandle<Judge> judge) : judge_(std::move(judge)) {}

  void handle(Context<Runner>&, Link link) { next_ = std::move(link.next); }

  void handle(Context<Runner>& cx, Token token) {
    if (token.hops == kRingHops) {
      judge_.post<Arrived>(cx, token.hops);
    } else {
      next_->post<Token>(cx, token.hops + 1);
    }
  }

 private:
  ActorHandle<Judge> judge_;
  std::optional<ActorHandle<Runner>> next_;
};

}  // namespace

Result<double> ring(const Runtime& runtime) {
  auto proc = Proc::local(runtime);
  auto client = proc.client("bench");
  const auto judge = proc.spawn<Judge>().value();
  std::vector<ActorHandle<Runner>> runners;
  runners.reserve(kRingActors);
  for (std::uint64_t i = 0; i < kRingActors; ++i) {
    runners.push_back(proc.spawn<Runner>(judge).value());
  }
  for (std::uint64_t i = 0; i < kRingActors; ++i) {
    runners[i].post<Link>(client, runners[(i + 1) % kRingActors]);
  }
  auto seconds = seconds_until("ring", kRingTokens * kRingHops, [&] {
    for (std::uint64_t i = 0; i < kRingTokens; ++i) {
      runners[i * (kRingActors / kRingTokens)].post<Token>(client, std::uint64_t{0});
    }
    return judge.ask<Count>(client, kPatient);
  });
  if (!seconds) return seconds;
  return static_cast<double>(kRingTokens * kRingHops) / *seconds;
}

}  // namespace hyperactor::bench
