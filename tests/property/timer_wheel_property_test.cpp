// tests/property/timer_wheel_property_test.cpp - the wheel against an ordered multimap.
#include "hyperactor/base/random.hpp"

#include "runtime/timer_wheel.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::runtime {
namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t kSeeds = 200;
constexpr std::size_t kSteps = 3'000;

// A multimap inserts after its equals, which is the order that TW-2 asks for.
using Model = std::multimap<std::int64_t, std::size_t>;

class Sequence {
 public:
  explicit Sequence(std::uint64_t seed)
      : random_(seed),
        entries_(1 + random_.below(400)),
        armed_(entries_.size()),
        now_ns_(random_.chance(1, 4) ? any_time() : 0),
        wheel_(now_ns_),
        arm_share_(20 + random_.below(60)) {}

  void step() {
    const std::uint64_t dice = random_.below(100);
    if (dice < arm_share_) {
      arm(random_.below(entries_.size()));
    } else if (dice < 90) {
      cancel(random_.below(entries_.size()));
    } else {
      advance_to(next_now());
    }
    // Not always, so that the wheel also lives with an unknown first entry (TW-5).
    if (random_.chance(1, 3)) compare_next_deadline();
    ASSERT_EQ(wheel_.size(), model_.size());
    if (random_.chance(1, 16)) {  // TW-3, TW-4
      ASSERT_TRUE(wheel_.audit());
    }
  }

  void finish() {
    advance_to(kMax);
    ASSERT_EQ(wheel_.size(), 0U);
    ASSERT_EQ(wheel_.next_deadline(), std::nullopt);
    ASSERT_TRUE(wheel_.audit());
  }

 private:
  void arm(std::size_t index) {
    if (entries_[index].armed()) return;
    const std::int64_t deadline_ns = next_deadline_to_arm();
    wheel_.arm(entries_[index], deadline_ns);
    armed_[index] = model_.emplace(deadline_ns, index);
  }

  void cancel(std::size_t index) {
    const bool armed = armed_[index].has_value();
    ASSERT_EQ(entries_[index].armed(), armed);
    ASSERT_EQ(wheel_.cancel(entries_[index]), armed);
    if (armed) model_.erase(*armed_[index]);
    armed_[index].reset();
  }

  void advance_to(std::int64_t now_ns) {
    now_ns_ = std::max(now_ns_, now_ns);
    const TimerEntry* fired = wheel_.expire(now_ns);
    for (; fired != nullptr; fired = fired->next) {
      ASSERT_FALSE(model_.empty());
      const auto [deadline_ns, index] = *model_.begin();
      ASSERT_LE(fired->deadline_ns, now_ns);  // TW-1: none early
      ASSERT_EQ(fired->deadline_ns, deadline_ns);
      ASSERT_EQ(fired, &entries_[index]);  // TW-2
      ASSERT_FALSE(fired->armed());
      model_.erase(model_.begin());
      armed_[index].reset();
    }
    if (!model_.empty()) {  // TW-1: none late
      ASSERT_GT(model_.begin()->first, now_ns);
    }
  }

  void compare_next_deadline() {
    const auto next = wheel_.next_deadline();
    ASSERT_EQ(next.has_value(), !model_.empty());
    if (next) {
      ASSERT_EQ(*next, model_.begin()->first);
    }
  }

  // All orders of magnitude are equally likely.
  std::int64_t some_wait() {
    return static_cast<std::int64_t>(random_() >> 1 >> random_.below(63));
  }

  std::int64_t any_time() { return static_cast<std::int64_t>(random_()); }

  static std::int64_t add(std::int64_t time_ns, std::int64_t wait_ns) {
    return time_ns > kMax - wait_ns ? kMax : time_ns + wait_ns;
  }

  std::int64_t next_deadline_to_arm() {
    switch (random_.below(16)) {
      case 0:
        return any_time();
      case 1:
        return random_.chance(1, 2) ? kMin : kMax;
      case 2:
        return now_ns_;
      case 3:
        return random_.between(kMin, now_ns_);
      case 4:
      case 5:
      case 6:
        return model_.empty() ? now_ns_ : model_.begin()->first;  // the first again
      case 7:
        return model_.empty() ? now_ns_ : model_.rbegin()->first;  // the last again
      case 8:
      case 9:
      case 10:
        return add(now_ns_, random_.between(0, 1'000));  // a crowded slot
      case 11:
        return add(now_ns_, random_.between(0, 100) * 65'536);  // edges of slots
      default:
        return add(now_ns_, some_wait() % (std::int64_t{1} << 45));
    }
  }

  std::int64_t next_now() {
    const std::int64_t next = model_.empty() ? now_ns_ : model_.begin()->first;
    switch (random_.below(32)) {
      case 0:
        return any_time();  // also backwards
      case 1:
        return random_.between(kMin, now_ns_);
      case 2:
        return add(now_ns_, some_wait());
      case 3:
      case 4:
        return std::max(next, kMin + 1) - 1;
      case 5:
      case 6:
      case 7:
      case 8:
        return next;
      case 9:
        return now_ns_;
      case 10:
        return add(now_ns_, random_.between(0, 200) * 65'536);
      default:
        return add(now_ns_, some_wait() % (std::int64_t{1} << (10 + random_.below(36))));
    }
  }

  base::Random random_;
  std::vector<TimerEntry> entries_;
  std::vector<std::optional<Model::iterator>> armed_;  // by index of the entry
  Model model_;
  std::int64_t now_ns_;
  TimerWheel wheel_;
  std::uint64_t arm_share_;
};

void run(std::uint64_t seed) {
  SCOPED_TRACE(testing::Message() << "replay with HYPERACTOR_SEED=" << seed
                                  << " and --gtest_filter=TimerWheelProperty.*");
  Sequence sequence(seed);
  for (std::size_t i = 0; i < kSteps; ++i) {
    sequence.step();
    if (testing::Test::HasFatalFailure()) {
      ADD_FAILURE() << "in step " << i;
      return;
    }
  }
  sequence.finish();
}

TEST(TimerWheelProperty, BehavesLikeAnOrderedMultimap) {  // TW-1 to TW-5
  if (const char* const seed = std::getenv("HYPERACTOR_SEED")) {
    run(std::strtoull(seed, nullptr, 10));
    return;
  }
  for (std::uint64_t seed = 1; seed <= kSeeds && !HasFatalFailure(); ++seed) run(seed);
}

}  // namespace
}  // namespace hyperactor::runtime
