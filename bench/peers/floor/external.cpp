// bench/peers/floor/external.cpp - the floor of a plain thread that fills one receiver.
#include "done.hpp"
#include "loop.hpp"
#include "peer_main.hpp"
#include "seconds.hpp"
#include "sizes.hpp"
#include "works.hpp"

#include <thread>

namespace hyperactor::floor {

namespace {

class Adder : public Actor {
 public:
  explicit Adder(Done& done) : done_(done) {}

  std::atomic<std::uint64_t> taken{0};

  bool handle(const Node& node) override {
    sum_ += node.value;
    if (++count_ % bench::kExternalReport == 0) taken.store(count_, std::memory_order_relaxed);
    if (count_ == bench::kStreamItems) done_.set(sum_);
    return true;
  }

 private:
  Done& done_;
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
};

}  // namespace

double external(std::size_t workers) {
  constexpr std::uint64_t kItems = bench::kStreamItems;
  Done done;
  Adder adder(done);
  Loop loop(workers);
  const double seconds = bench::seconds_of([&] {
    for (std::uint64_t i = 0; i < kItems; ++i) {
      if (i % bench::kExternalReport == 0) {
        while (i - adder.taken.load(std::memory_order_relaxed) > bench::kWindow) {
          std::this_thread::yield();
        }
      }
      loop.send(adder, 0, i);
    }
    bench::check_sum("external", done.wait(), kItems * (kItems - 1) / 2);
  });
  return static_cast<double>(kItems) / seconds;
}

}  // namespace hyperactor::floor
