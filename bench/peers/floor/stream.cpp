// bench/peers/floor/stream.cpp - the floor of senders that fill one receiver.
#include "done.hpp"
#include "loop.hpp"
#include "peer_main.hpp"
#include "seconds.hpp"
#include "sizes.hpp"
#include "works.hpp"

#include <memory>
#include <vector>

namespace hyperactor::floor {

namespace {

enum Kind : std::uint64_t { kItem, kSend, kCredit, kGoOn };

class Sink;

/// Sends bursts and asks itself for the next one, so that others get their turn.
class Source : public Actor {
 public:
  Source(Loop& loop, Actor& sink, std::uint64_t window)
      : loop_(loop), sink_(sink), credit_(window) {}

  bool handle(const Node& node) override {
    switch (node.kind) {
      case kSend:
        left_ = node.value;
        burst();
        break;
      case kCredit: {
        const bool waited = credit_ < bench::kBurst;
        credit_ += node.value;
        if (waited && left_ != 0) burst();
        break;
      }
      default:
        burst();
    }
    return true;
  }

 private:
  void burst() {
    for (std::uint64_t i = 0; i < bench::kBurst && left_ != 0; ++i) {
      loop_.send(sink_, kItem, left_);
      --left_;
      --credit_;
    }
    if (left_ != 0 && credit_ >= bench::kBurst) loop_.send(*this, kGoOn, 0);
  }

  Loop& loop_;
  Actor& sink_;
  std::uint64_t left_ = 0;
  std::uint64_t credit_;
};

class Sink : public Actor {
 public:
  Sink(Loop& loop, Done& done) : loop_(loop), done_(done) {}

  std::vector<std::unique_ptr<Source>> sources;
  std::uint64_t missing = 0;

  bool handle(const Node& node) override {
    sum_ += node.value;
    if (++uncredited_ == bench::kCreditBatch) {
      uncredited_ = 0;
      for (const auto& source : sources) {
        loop_.send(*source, kCredit, bench::kCreditBatch / sources.size());
      }
    }
    if (--missing == 0) done_.set(sum_);
    return true;
  }

 private:
  Loop& loop_;
  Done& done_;
  std::uint64_t sum_ = 0;
  std::uint64_t uncredited_ = 0;
};

double messages_per_second(std::size_t workers, std::uint64_t senders) {
  const std::uint64_t each = bench::kStreamItems / senders;
  Done done;
  // Actors live longer than the loop: it may still be running one when the last item is in.
  std::unique_ptr<Sink> sink;
  Loop loop(workers);
  sink = std::make_unique<Sink>(loop, done);
  sink->missing = bench::kStreamItems;
  for (std::uint64_t i = 0; i < senders; ++i) {
    sink->sources.push_back(std::make_unique<Source>(loop, *sink, bench::kWindow / senders));
  }
  const double seconds = bench::seconds_of([&] {
    for (const auto& source : sink->sources) loop.send(*source, kSend, each);
    bench::check_sum("stream", done.wait(), senders * (each * (each + 1) / 2));
  });
  return static_cast<double>(bench::kStreamItems) / seconds;
}

}  // namespace

double one_way(std::size_t workers) {
  return messages_per_second(workers, 1);
}

double fan_in(std::size_t workers) {
  return messages_per_second(workers, bench::kFanInSenders);
}

}  // namespace hyperactor::floor
