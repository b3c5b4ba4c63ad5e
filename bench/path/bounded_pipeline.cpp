// bench/path/bounded_pipeline.cpp - what is the pace of a pipeline whose mailboxes have limits?
#include "hyperactor/hyperactor.hpp"

#include "measurement.hpp"
#include "sizes.hpp"
#include "stopwatch.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace hyperactor::bench {

namespace {

struct PipelineItem {
  std::uint64_t value;
};

/// Answered with the sum of all values, once `items` have arrived.
struct Collect {
  using Reply = std::uint64_t;
  std::uint64_t items;
};

/// Answered once `items` have been sent.
struct Produce {
  using Reply = bool;
  std::uint64_t items;
};

class LastStage : public Actor<LastStage> {
 public:
  void handle(Context<LastStage>&, Collect collect, ReplyPort<std::uint64_t> done) {
    done_ = std::move(done);
    missing_ = collect.items;
  }

  void handle(Context<LastStage>&, PipelineItem item) {
    sum_ += item.value;
    if (--missing_ == 0) done_.send(sum_);
  }

 private:
  std::uint64_t sum_ = 0;
  std::uint64_t missing_ = 0;
  ReplyPort<std::uint64_t> done_;
};

class MiddleStage : public Actor<MiddleStage> {
 public:
  explicit MiddleStage(ActorHandle<LastStage> next) : next_(std::move(next)) {}

  Task<Result<void>> handle(Context<MiddleStage>& cx, PipelineItem item) {
    auto sent = co_await next_.send_wait<PipelineItem>(cx, item.value);
    if (!sent) co_return std::unexpected(std::move(sent).error().why);
    co_return Result<void>{};
  }

 private:
  ActorHandle<LastStage> next_;
};

class FirstStage : public Actor<FirstStage> {
 public:
  explicit FirstStage(ActorHandle<MiddleStage> next) : next_(std::move(next)) {}

  Task<Result<bool>> handle(Context<FirstStage>& cx, Produce produce) {
    for (std::uint64_t i = 1; i <= produce.items; ++i) {
      auto sent = co_await next_.send_wait<PipelineItem>(cx, i);
      if (!sent) co_return std::unexpected(std::move(sent).error().why);
    }
    co_return true;
  }

 private:
  ActorHandle<MiddleStage> next_;
};

}  // namespace

Result<double> bounded_pipeline(const Runtime& runtime) {
  auto proc = Proc::local(runtime);
  auto client = proc.client("bench");
  const SpawnOptions narrow{.mailbox_limit = kPipelineLimit, .overflow = Overflow::Wait};
  auto last = proc.spawn<LastStage>(narrow, unnamed).value();
  auto middle = proc.spawn<MiddleStage>(narrow, unnamed, last).value();
  auto first = proc.spawn<FirstStage>(unnamed, middle).value();
  std::optional<Ask<bool>> produced;
  auto seconds =
      seconds_until("bounded pipeline", kPipelineItems * (kPipelineItems + 1) / 2, [&] {
        auto sum = last.ask<Collect>(client, kPatient, kPipelineItems);
        produced.emplace(first.ask<Produce>(client, kPatient, kPipelineItems));
        return sum;
      });
  if (!seconds) return seconds;
  if (last.depth_max() > kPipelineLimit || middle.depth_max() > kPipelineLimit) {
    return std::unexpected(Error(Errc::Failed, "bounded pipeline: a limit was passed"));
  }
  return static_cast<double>(kPipelineItems) / *seconds;
}

}  // namespace hyperactor::bench
