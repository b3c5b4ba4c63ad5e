// bench/path/ping_pong.hpp - two actors that pass one message to and fro.
#pragma once

#include "hyperactor/hyperactor.hpp"

#include "stopwatch.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace hyperactor::bench {

class Player;

struct Meet {
  ActorHandle<Player> other;
};

/// Answered with the number of times the asked player was hit.
struct Rally {
  using Reply = std::uint64_t;
  std::uint64_t hops;
};

struct Ball {
  std::uint64_t hops_left;
};

class Player : public Actor<Player> {
 public:
  void handle(Context<Player>&, Meet meet) { other_ = std::move(meet.other); }

  void handle(Context<Player>& cx, Rally rally, ReplyPort<std::uint64_t> done) {
    hits_ = 0;
    done_ = std::move(done);
    other_->post<Ball>(cx, rally.hops - 1);
  }

  void handle(Context<Player>& cx, Ball ball) {
    ++hits_;
    if (ball.hops_left == 0) {
      done_.send(hits_);
    } else {
      other_->post<Ball>(cx, ball.hops_left - 1);
    }
  }

 private:
  std::optional<ActorHandle<Player>> other_;
  std::uint64_t hits_ = 0;
  ReplyPort<std::uint64_t> done_;
};

/// Two players who have met.
class PingPong {
 public:
  explicit PingPong(Proc& proc)
      : client_(proc.client("bench")),
        first_(proc.spawn<Player>().value()),
        second_(proc.spawn<Player>().value()) {
    first_.post<Meet>(client_, second_);
    second_.post<Meet>(client_, first_);
  }

  /// Seconds for `hops` hops; even, so that the ball ends where it came from.
  Result<double> seconds(std::uint64_t hops) {
    return seconds_until("ping-pong", hops / 2,
                         [&] { return first_.ask<Rally>(client_, kPatient, hops); });
  }

 private:
  Client client_;
  ActorHandle<Player> first_;
  ActorHandle<Player> second_;
};

}  // namespace hyperactor::bench
