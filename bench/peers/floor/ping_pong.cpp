// bench/peers/floor/ping_pong.cpp - the floor of a hop and of a question with its answer.
#include "done.hpp"
#include "loop.hpp"
#include "peer_main.hpp"
#include "seconds.hpp"
#include "sizes.hpp"
#include "works.hpp"

#include <memory>

namespace hyperactor::floor {

namespace {

class Player : public Actor {
 public:
  Player(Loop& loop, Done& done) : loop_(loop), done_(done) {}

  Player* other = nullptr;

  bool handle(const Node& node) override {
    ++hits_;
    if (node.value == 0) {
      done_.set(hits_);
    } else {
      loop_.send(*other, 0, node.value - 1);
    }
    return true;
  }

 private:
  Loop& loop_;
  Done& done_;
  std::uint64_t hits_ = 0;
};

double seconds(std::size_t workers, std::uint64_t hops) {
  Done done;
  // Actors live longer than the loop: it may still be running one when the last hop is counted.
  std::unique_ptr<Player> first;
  std::unique_ptr<Player> second;
  Loop loop(workers);
  first = std::make_unique<Player>(loop, done);
  second = std::make_unique<Player>(loop, done);
  first->other = second.get();
  second->other = first.get();
  return bench::seconds_of([&] {
    loop.send(*second, 0, hops - 1);
    bench::check_sum("ping-pong", done.wait(), hops / 2);
  });
}

}  // namespace

double ping_pong(std::size_t workers) {
  return seconds(workers, bench::kPingPongHops) * 1e9 /
         static_cast<double>(bench::kPingPongHops);
}

// Nothing tells a question from a message here: it is two hops.
double ask(std::size_t workers) {
  return seconds(workers, 2 * bench::kAskQuestions) * 1e9 /
         static_cast<double>(bench::kAskQuestions);
}

}  // namespace hyperactor::floor
