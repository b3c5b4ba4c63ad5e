// bench/path/skynet.cpp - how long does a tree of a million actors take to grow and report?
#include "measurement.hpp"
#include "sizes.hpp"
#include "stopwatch.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace hyperactor::bench {

namespace {

/// Answered by the root with the sum of the numbers of all leaves.
struct Grow {
  using Reply = std::uint64_t;
};

/// From a child: the sum of the leaves below it.
struct Subtotal {
  std::uint64_t sum;
};

/// A node with `leaves` leaves below it, the first of which has the number `first`; with one it
/// is a leaf itself. It ends when it has reported. The one without a parent is the root.
class Branch : public Actor<Branch> {
 public:
  Branch(std::optional<ActorHandle<Branch>> parent, std::uint64_t first, std::uint64_t leaves)
      : parent_(std::move(parent)), first_(first), leaves_(leaves) {}

  Task<Result<void>> init(Context<Branch>& cx) override {
    if (!parent_) return Result<void>{};  // the root waits until it is asked
    if (leaves_ > 1) return spawn_children(cx);
    report(cx, first_);
    return Result<void>{};
  }

  Result<void> handle(Context<Branch>& cx, Grow, ReplyPort<std::uint64_t> done) {
    done_ = std::move(done);
    return spawn_children(cx);
  }

  void handle(Context<Branch>& cx, Subtotal part) {
    sum_ += part.sum;
    if (++reported_ == kSkynetChildren) report(cx, sum_);
  }

 private:
  Result<void> spawn_children(Context<Branch>& cx) {
    const std::uint64_t each = leaves_ / kSkynetChildren;
    for (std::uint64_t i = 0; i < kSkynetChildren; ++i) {
      auto child = cx.spawn<Branch>(cx.self(), first_ + i * each, each);
      if (!child) return std::unexpected(std::move(child).error());
    }
    return {};
  }

  void report(Context<Branch>& cx, std::uint64_t sum) {
    if (parent_) {
      parent_->post<Subtotal>(cx, sum);
    } else {
      done_.send(sum);
    }
    cx.stop("reported");
  }

  std::optional<ActorHandle<Branch>> parent_;
  std::uint64_t first_;
  std::uint64_t leaves_;
  std::uint64_t sum_ = 0;
  std::uint64_t reported_ = 0;
  ReplyPort<std::uint64_t> done_;
};

}  // namespace

Result<double> skynet(const Runtime& runtime) {
  auto proc = Proc::local(runtime);
  auto client = proc.client("bench");
  const auto root = proc.spawn<Branch>(std::nullopt, std::uint64_t{0}, kSkynetLeaves).value();
  auto seconds = seconds_until("skynet", kSkynetLeaves * (kSkynetLeaves - 1) / 2,
                               [&] { return root.ask<Grow>(client, kPatient); });
  if (!seconds) return seconds;
  if (auto ended = wait_ended(root); !ended) return std::unexpected(std::move(ended).error());
  return seconds;
}

}  // namespace hyperactor::bench
