// tests/system/overload/pipeline_test.cpp - a pipeline with Overflow::Wait runs at the pace of
// its slow stage, in memory that does not grow.
#include "hyperactor/hyperactor.hpp"
#include "hyperactor/runtime/node_pool.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kLimit = 128;
constexpr AskOptions kPatient{.timeout = 100s};

// As many rounds as it takes for `time`, on this machine now. Rounds, not a clock, so that a
// stage which is not on a core does not work.
class Spin {
 public:
  explicit Spin(std::chrono::nanoseconds time) {
    constexpr std::uint64_t kTried = 2'000'000;
    double best = 1e9;
    for (int i = 0; i < 5; ++i) {
      const auto begin = Clock::now();
      turn(kTried);
      best = std::min(best,
                      std::chrono::duration<double, std::nano>(Clock::now() - begin).count());
    }
    rounds_ = static_cast<std::uint64_t>(static_cast<double>(time.count()) / best *
                                         static_cast<double>(kTried));
  }

  void work() const { turn(rounds_); }

 private:
  static void turn(std::uint64_t rounds) {
    std::uint64_t x = rounds;
    for (std::uint64_t i = 0; i < rounds; ++i) {
      x = x * 6364136223846793005U + 1;
      asm volatile("" : "+r"(x));
    }
  }

  std::uint64_t rounds_ = 0;
};

struct Item {
  std::uint64_t value;
};

/// Answered with the items a second between the first and the last of the next `items`.
struct Measure {
  using Reply = double;
  std::uint64_t items;
};

/// Answered once all items have been sent.
struct Produce {
  using Reply = bool;
  std::uint64_t items;
};

class Slow : public Actor<Slow> {
 public:
  explicit Slow(const Spin* spin) : spin_(spin) {}

  void handle(Context<Slow>&, Measure measure, ReplyPort<double> done) {
    items_ = measure.items;
    seen_ = 0;
    done_ = std::move(done);
  }

  void handle(Context<Slow>&, Item item) {
    if (spin_ != nullptr) spin_->work();
    ordered_ = ordered_ && item.value == seen_;
    if (++seen_ == 1) began_ = Clock::now();
    if (seen_ != items_) return;
    const std::chrono::duration<double> taken = Clock::now() - began_;
    done_.send(ordered_ ? static_cast<double>(items_ - 1) / taken.count() : -1.0);
  }

 private:
  const Spin* spin_;
  std::uint64_t items_ = 0;
  std::uint64_t seen_ = 0;
  bool ordered_ = true;
  Clock::time_point began_;
  ReplyPort<double> done_;
};

class Middle : public Actor<Middle> {
 public:
  explicit Middle(ActorHandle<Slow> next) : next_(std::move(next)) {}

  Task<Result<void>> handle(Context<Middle>& cx, Item item) {
    auto sent = co_await next_.send_wait<Item>(cx, item.value);
    if (!sent) co_return std::unexpected(std::move(sent).error().why);
    co_return Result<void>{};
  }

 private:
  ActorHandle<Slow> next_;
};

class Source : public Actor<Source> {
 public:
  explicit Source(ActorHandle<Middle> next) : next_(std::move(next)) {}

  Task<Result<bool>> handle(Context<Source>& cx, Produce produce) {
    for (std::uint64_t i = 0; i < produce.items; ++i) {
      auto sent = co_await next_.send_wait<Item>(cx, i);
      if (!sent) co_return std::unexpected(std::move(sent).error().why);
    }
    co_return true;
  }

 private:
  ActorHandle<Middle> next_;
};

class Machine {
 public:
  explicit Machine(std::size_t workers)
      : runtime_(Runtime::threads({.workers = workers}).value()),
        proc_(Proc::local(runtime_)),
        client_(proc_.client("test")) {}

  // Items a second of the slow stage when all of them wait from the beginning.
  double alone(const Spin& spin, std::uint64_t items) {
    auto slow = proc_.spawn<Slow>(unnamed, &spin).value();
    auto rate = slow.ask<Measure>(client_, kPatient, items);
    for (std::uint64_t i = 0; i < items; ++i) slow.post<Item>(client_, i);
    const double measured = block_on(std::move(rate)).value();
    slow.stop("measured");
    return measured;
  }

  // The same behind two stages that are as fast as they can be. `spin` may be null.
  double piped(const Spin* spin, std::uint64_t items) {
    const SpawnOptions narrow{.mailbox_limit = kLimit, .overflow = Overflow::Wait};
    auto slow = proc_.spawn<Slow>(narrow, unnamed, spin).value();
    auto middle = proc_.spawn<Middle>(narrow, unnamed, slow).value();
    auto source = proc_.spawn<Source>(unnamed, middle).value();
    auto rate = slow.ask<Measure>(client_, kPatient, items);
    auto produced = source.ask<Produce>(client_, kPatient, items);
    const double measured = block_on(std::move(rate)).value();
    EXPECT_TRUE(block_on(std::move(produced)).value());
    for (const std::uint64_t most : {slow.depth_max(), middle.depth_max()}) {
      EXPECT_LE(most, kLimit);
      EXPECT_GE(most, 1U);
    }
    EXPECT_EQ(slow.mailbox_limit()->beyond + middle.mailbox_limit()->beyond, 0U);
    source.stop("measured");
    middle.stop("measured");
    slow.stop("measured");
    return measured;
  }

 private:
  Runtime runtime_;
  Proc proc_;
  Client client_;
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

class Pipeline : public ::testing::TestWithParam<std::size_t> {};

// Pace of the pipeline / pace of its slow stage alone, `pairs` times. Each pair is measured
// within 0.1 s, so that both halves see the same machine.
std::vector<double> paces(Machine& machine, const Spin& spin, std::size_t pairs) {
  constexpr std::uint64_t kItems = 2'000;
  std::vector<double> ratios;
  while (ratios.size() < pairs) {
    const double alone = machine.alone(spin, kItems);
    const double piped = machine.piped(&spin, kItems);
    EXPECT_GT(std::min(alone, piped), 0) << "items came out of order";
    ratios.push_back(piped / alone);
  }
  return ratios;
}

TEST_P(Pipeline, RunsAtThePaceOfItsSlowStage) {
  const Spin spin(20us);
  Machine machine(GetParam());
  paces(machine, spin, 1);
  std::vector<double> ratios = paces(machine, spin, 9);
  // A machine that is busy with other work disturbs few pairs badly: more of them, and these
  // alone, decide. They are not stopped early, which would favour a pass.
  if (median(ratios) < 0.8) ratios = paces(machine, spin, 45);
  RecordProperty("ratio", std::to_string(median(ratios)));
  RecordProperty("pairs", static_cast<int>(ratios.size()));
  EXPECT_GE(median(ratios), 0.8) << "pace of the pipeline / pace of its slow stage alone: "
                                 << ::testing::PrintToString(ratios);
}

TEST_P(Pipeline, TakesNoMoreMemoryHoweverLongItRuns) {
  const Spin spin(20us);
  Machine machine(GetParam());
  constexpr std::size_t kAllowed = 256 * 1024;
  machine.piped(&spin, 5'000);
  machine.piped(nullptr, 50'000);
  const std::size_t before = runtime::NodePool::reserved_bytes();
  machine.piped(&spin, 100'000);
  EXPECT_LE(runtime::NodePool::reserved_bytes(), before + kAllowed);
  machine.piped(nullptr, 1'000'000);
  EXPECT_LE(runtime::NodePool::reserved_bytes(), before + kAllowed);
}

INSTANTIATE_TEST_SUITE_P(Workers, Pipeline, ::testing::Values(1, 2),
                         [](const auto& workers) { return std::to_string(workers.param); });

}  // namespace
}  // namespace hyperactor
