// bench/peers/caf/stream.cpp - actors of CAF that fill one receiver.
#include "peer_main.hpp"
#include "seconds.hpp"
#include "sizes.hpp"
#include "system.hpp"
#include "works.hpp"

#include <vector>

namespace hyperactor::caf_peer {

namespace {

/// Sends bursts and asks itself for the next one, so that others get their turn.
class Source : public caf::event_based_actor {
 public:
  Source(caf::actor_config& config, caf::actor sink, std::uint64_t window)
      : event_based_actor(config), sink_(std::move(sink)), credit_(window) {}

  caf::behavior make_behavior() override {
    return {
        [this](RunAtom, std::uint64_t items) {
          left_ = items;
          burst();
        },
        [this](CreditAtom, std::uint64_t items) {
          const bool waited = credit_ < bench::kBurst;
          credit_ += items;
          if (waited && left_ != 0) burst();
        },
        [this](GoOnAtom) { burst(); },
    };
  }

  void on_exit() override { sink_ = nullptr; }  // the two refer to each other

 private:
  void burst() {
    for (std::uint64_t i = 0; i < bench::kBurst && left_ != 0; ++i) {
      send(sink_, left_);
      --left_;
      --credit_;
    }
    if (left_ != 0 && credit_ >= bench::kBurst) send(this, GoOnAtom::value);
  }

  caf::actor sink_;
  std::uint64_t left_ = 0;
  std::uint64_t credit_;
};

class Sink : public caf::event_based_actor {
 public:
  using event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {
        [this](std::uint64_t item) { take(item); },
        [this](AttachAtom, const caf::actor& source) { sources_.push_back(source); },
        [this](RunAtom, std::uint64_t items) {
          missing_ = items;
          sum_ = 0;
          done_ = make_response_promise<std::uint64_t>();
          for (const auto& source : sources_) {
            send(source, RunAtom::value, items / sources_.size());
          }
          return done_;
        },
    };
  }

  void on_exit() override {
    for (const auto& source : sources_) end(source);
    sources_.clear();
  }

 private:
  void take(std::uint64_t item) {
    sum_ += item;
    if (++uncredited_ == bench::kCreditBatch) {
      uncredited_ = 0;
      for (const auto& source : sources_) {
        send(source, CreditAtom::value, bench::kCreditBatch / sources_.size());
      }
    }
    if (--missing_ == 0) done_.deliver(sum_);
  }

  std::uint64_t sum_ = 0;
  std::uint64_t missing_ = 0;
  std::uint64_t uncredited_ = 0;
  std::vector<caf::actor> sources_;
  caf::typed_response_promise<std::uint64_t> done_;
};

double messages_per_second(std::size_t workers, std::uint64_t senders) {
  const std::uint64_t each = bench::kStreamItems / senders;
  auto& system = system_of(workers);
  const caf::actor sink = system.spawn<Sink>();
  caf::scoped_actor self(system);
  for (std::uint64_t i = 0; i < senders; ++i) {
    const caf::actor source = system.spawn<Source>(sink, bench::kWindow / senders);
    self->send(sink, AttachAtom::value, source);
  }
  const double seconds = bench::seconds_of([&] {
    bench::check_sum("stream", ask_and_wait(self, sink, RunAtom::value, bench::kStreamItems),
                     senders * (each * (each + 1) / 2));
  });
  end(sink);
  return static_cast<double>(bench::kStreamItems) / seconds;
}

}  // namespace

double one_way(std::size_t workers) {
  return messages_per_second(workers, 1);
}

double fan_in(std::size_t workers) {
  return messages_per_second(workers, bench::kFanInSenders);
}

}  // namespace hyperactor::caf_peer
