// bench/peers/floor/pipeline.cpp - the floor of three stages with a bounded ring before two.
#include "done.hpp"
#include "loop.hpp"
#include "peer_main.hpp"
#include "seconds.hpp"
#include "sizes.hpp"
#include "works.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace hyperactor::floor {

namespace {

/// One producer, one consumer. Whoever finds nothing to do says so, looks once more, and is
/// woken by the other's next step.
class Ring {
 public:
  Ring(Loop& loop, Actor& producer, Actor& consumer)
      : loop_(loop), producer_(producer), consumer_(consumer) {}

  /// False: it is full, and the producer will be woken.
  bool push(std::uint64_t value) {
    if (sent_.load() - taken_.load() == bench::kPipelineLimit) {
      producer_waits_.store(true);
      if (sent_.load() - taken_.load() == bench::kPipelineLimit) return false;
      producer_waits_.store(false);  // a needless wake-up may be under way
    }
    places_[sent_.load() % bench::kPipelineLimit] = value;
    sent_.fetch_add(1);
    if (consumer_waits_.load() && consumer_waits_.exchange(false)) loop_.send(consumer_, 0, 0);
    return true;
  }

  /// False: it is empty, and the consumer will be woken.
  bool pop(std::uint64_t& value) {
    if (sent_.load() == taken_.load()) {
      consumer_waits_.store(true);
      if (sent_.load() == taken_.load()) return false;
      consumer_waits_.store(false);
    }
    value = places_[taken_.load() % bench::kPipelineLimit];
    taken_.fetch_add(1);
    if (producer_waits_.load() && producer_waits_.exchange(false)) loop_.send(producer_, 0, 0);
    return true;
  }

 private:
  Loop& loop_;
  Actor& producer_;
  Actor& consumer_;
  std::array<std::uint64_t, bench::kPipelineLimit> places_{};
  alignas(64) std::atomic<std::uint64_t> sent_{0};
  std::atomic<bool> consumer_waits_{true};
  alignas(64) std::atomic<std::uint64_t> taken_{0};
  std::atomic<bool> producer_waits_{false};
};

struct First : Actor {
  Ring* out = nullptr;
  std::uint64_t next = 1;

  bool handle(const Node&) override {
    while (next <= bench::kPipelineItems && out->push(next)) ++next;
    return true;
  }
};

struct Middle : Actor {
  Ring* in = nullptr;
  Ring* out = nullptr;
  std::uint64_t held = 0;  // taken, not passed on yet

  bool handle(const Node&) override {
    for (;;) {
      if (held == 0 && !in->pop(held)) return true;
      if (!out->push(held)) return true;
      held = 0;
    }
  }
};

struct Last : Actor {
  explicit Last(Done& ended) : done(ended) {}

  Ring* in = nullptr;
  Done& done;
  std::uint64_t missing = bench::kPipelineItems;
  std::uint64_t sum = 0;

  bool handle(const Node&) override {
    for (std::uint64_t value = 0; in->pop(value);) {
      sum += value;
      if (--missing == 0) done.set(sum);
    }
    return true;
  }
};

}  // namespace

double bounded_pipeline(std::size_t workers) {
  Done done;
  // Actors live longer than the loop: it may still be running one when the last item is in.
  First first;
  Middle middle;
  Last last(done);
  std::unique_ptr<Ring> left;
  std::unique_ptr<Ring> right;
  Loop loop(workers);
  left = std::make_unique<Ring>(loop, first, middle);
  right = std::make_unique<Ring>(loop, middle, last);
  first.out = middle.in = left.get();
  middle.out = last.in = right.get();
  const double seconds = bench::seconds_of([&] {
    loop.send(first, 0, 0);
    bench::check_sum("bounded pipeline", done.wait(),
                     bench::kPipelineItems * (bench::kPipelineItems + 1) / 2);
  });
  return static_cast<double>(bench::kPipelineItems) / seconds;
}

}  // namespace hyperactor::floor
