// bench/peers/caf/ask.cpp - an actor of CAF that asks another.
#include "peer_main.hpp"
#include "seconds.hpp"
#include "sizes.hpp"
#include "system.hpp"
#include "works.hpp"

namespace hyperactor::caf_peer {

namespace {

caf::behavior oracle() {
  return {
      [](std::uint64_t of) { return of + 1; },
  };
}

class Asker : public caf::event_based_actor {
 public:
  Asker(caf::actor_config& config, caf::actor oracle)
      : event_based_actor(config), oracle_(std::move(oracle)) {}

  caf::behavior make_behavior() override {
    return {
        [this](RunAtom, std::uint64_t questions) {
          done_ = make_response_promise<std::uint64_t>();
          questions_ = questions;
          next_ = sum_ = 0;
          ask_next();
          return done_;
        },
    };
  }

 private:
  // Without a deadline, which spares CAF a timer.
  void ask_next() {
    request(oracle_, caf::infinite, next_).then([this](std::uint64_t answer) {
      sum_ += answer;
      if (++next_ == questions_) {
        done_.deliver(sum_);
      } else {
        ask_next();
      }
    });
  }

  caf::actor oracle_;
  std::uint64_t questions_ = 0;
  std::uint64_t next_ = 0;
  std::uint64_t sum_ = 0;
  caf::typed_response_promise<std::uint64_t> done_;
};

}  // namespace

double ask(std::size_t workers) {
  constexpr std::uint64_t kQuestions = bench::kAskQuestions;
  auto& system = system_of(workers);
  const caf::actor answering = system.spawn(oracle);
  const caf::actor asker = system.spawn<Asker>(answering);
  caf::scoped_actor self(system);
  const double seconds = bench::seconds_of([&] {
    bench::check_sum("ask", ask_and_wait(self, asker, RunAtom::value, kQuestions),
                     kQuestions * (kQuestions + 1) / 2);
  });
  end(asker);
  end(answering);
  return seconds * 1e9 / static_cast<double>(kQuestions);
}

}  // namespace hyperactor::caf_peer
