// bench/peers/floor/skynet.cpp - the floor of a tree of a million actors.
#include "done.hpp"
#include "loop.hpp"
#include "peer_main.hpp"
#include "seconds.hpp"
#include "sizes.hpp"
#include "works.hpp"

namespace hyperactor::floor {

namespace {

enum Kind : std::uint64_t { kGrow, kSubtotal };

/// The one without a parent is the root.
class Branch : public Actor {
 public:
  Branch(Loop& loop, Done& done, Branch* parent, std::uint64_t first, std::uint64_t leaves)
      : loop_(loop), done_(done), parent_(parent), first_(first), leaves_(leaves) {}

  bool handle(const Node& node) override {
    if (node.kind == kSubtotal) {
      sum_ += node.value;
      return ++reported_ != bench::kSkynetChildren || report(sum_);
    }
    if (leaves_ == 1) return report(first_);
    const std::uint64_t each = leaves_ / bench::kSkynetChildren;
    for (std::uint64_t i = 0; i < bench::kSkynetChildren; ++i) {
      loop_.send(*new Branch(loop_, done_, this, first_ + i * each, each), kGrow, 0);
    }
    return true;
  }

 private:
  bool report(std::uint64_t sum) {
    if (parent_ == nullptr) {
      done_.set(sum);
    } else {
      loop_.send(*parent_, kSubtotal, sum);
    }
    return false;
  }

  Loop& loop_;
  Done& done_;
  Branch* parent_;
  std::uint64_t first_;
  std::uint64_t leaves_;
  std::uint64_t sum_ = 0;
  std::uint64_t reported_ = 0;
};

}  // namespace

double skynet(std::size_t workers) {
  Done done;
  Loop loop(workers);
  auto* const root = new Branch(loop, done, nullptr, 0, bench::kSkynetLeaves);
  return bench::seconds_of([&] {
    loop.send(*root, kGrow, 0);  // deletes itself
    bench::check_sum("skynet", done.wait(),
                     bench::kSkynetLeaves * (bench::kSkynetLeaves - 1) / 2);
  });
}

}  // namespace hyperactor::floor
