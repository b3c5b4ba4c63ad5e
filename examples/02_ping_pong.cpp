// examples/02_ping_pong.cpp - two actors that send each other a message, a million times.
#include <hyperactor/hyperactor.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace ha = hyperactor;

class Player;

// A message may hold handles of actors, also of those that are only declared yet.
struct Meet {
  ha::ActorHandle<Player> other;
};

struct Ball {
  std::uint32_t hops_left;
};

// Answered when the rally is over, with the number of hits of the player who was asked.
struct Play {
  using Reply = std::uint32_t;
  std::uint32_t hops;
};

class Player : public ha::Actor<Player> {
 public:
  void handle(ha::Context<Player>&, Meet meet) { other_ = std::move(meet.other); }

  // The answer comes later, so the handler takes the duty to answer and keeps it.
  void handle(ha::Context<Player>& cx, Play play, ha::ReplyPort<std::uint32_t> done) {
    done_ = std::move(done);
    other_->post<Ball>(cx, play.hops - 1);
  }

  void handle(ha::Context<Player>& cx, Ball ball) {
    ++hits_;
    if (ball.hops_left == 0) {
      done_.send(hits_);
    } else {
      other_->post<Ball>(cx, ball.hops_left - 1);
    }
  }

 private:
  std::optional<ha::ActorHandle<Player>> other_;
  std::uint32_t hits_ = 0;
  ha::ReplyPort<std::uint32_t> done_;
};

int main() {
  constexpr std::uint32_t kHops = 1'000'000;
  auto proc = ha::Proc::local();
  auto client = proc.client("main");
  auto ping = proc.spawn<Player>("ping").value();
  auto pong = proc.spawn<Player>("pong").value();
  ping.post<Meet>(client, pong);
  pong.post<Meet>(client, ping);

  const auto begin = std::chrono::steady_clock::now();
  auto hits = ha::block_on(ping.ask<Play>(client, kHops));
  const std::chrono::duration<double, std::nano> taken =
      std::chrono::steady_clock::now() - begin;
  if (!hits) return fmt::print(stderr, "{}\n", hits.error()), 1;
  fmt::print("{} hits, {:.0f} ns a hop\n", *hits, taken.count() / kHops);
}
