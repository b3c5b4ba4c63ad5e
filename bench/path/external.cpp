// bench/path/external.cpp - how many messages a second does a plain thread send to an actor?
#include "measurement.hpp"
#include "sizes.hpp"
#include "stopwatch.hpp"

#include <atomic>
#include <cstdint>
#include <thread>
#include <utility>

namespace hyperactor::bench {

namespace {

struct Value {
  std::uint64_t value;
};

struct Sum {
  using Reply = std::uint64_t;
};

class Adder : public Actor<Adder> {
 public:
  explicit Adder(std::atomic<std::uint64_t>& taken) : taken_(taken) {}

  void handle(Context<Adder>&, Value value) {
    sum_ += value.value;
    // relaxed: a hint for the sender's window.
    if (++count_ % kExternalReport == 0) taken_.store(count_, std::memory_order_relaxed);
  }

  std::uint64_t handle(Context<Adder>&, Sum) { return sum_; }

 private:
  std::atomic<std::uint64_t>& taken_;
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
};

}  // namespace

Result<double> external(const Runtime& runtime) {
  std::atomic<std::uint64_t> taken{0};
  auto proc = Proc::local(runtime);
  auto client = proc.client("bench");
  const auto adder = proc.spawn<Adder>(taken).value();
  auto seconds = seconds_until("external", kStreamItems * (kStreamItems - 1) / 2, [&] {
    for (std::uint64_t i = 0; i < kStreamItems; ++i) {
      if (i % kExternalReport == 0) {
        while (i - taken.load(std::memory_order_relaxed) > kWindow) std::this_thread::yield();
      }
      adder.post<Value>(client, i);
    }
    return adder.ask<Sum>(client, kPatient);
  });
  if (!seconds) return seconds;
  return static_cast<double>(kStreamItems) / *seconds;
}

}  // namespace hyperactor::bench
