// tests/unit/proc/tombstones_test.cpp - how the dead are remembered, and for how long.
#include "proc/tombstones.hpp"

#include "support/scenario.hpp"
#include "support/test_actor.hpp"

#include <gtest/gtest.h>

namespace hyperactor::support {
namespace {

using State = ActorStatus::State;

ActorId numbered(std::uint32_t n) {
  ActorId id;
  id.proc = telemetry::intern("p");
  id.name = telemetry::intern("a");
  id.pid = n;
  id.strand = {n, 1};
  return id;
}

TEST(Tombstones, RememberHowEachActorEnded) {
  proc::Tombstones stones;
  stones.add(numbered(1), State::Stopped);
  stones.add(numbered(2), State::Failed);
  EXPECT_EQ(stones.find(numbered(1)), State::Stopped);
  EXPECT_EQ(stones.find(numbered(2)), State::Failed);
  EXPECT_EQ(stones.find(numbered(3)), std::nullopt);
}

TEST(Tombstones, TellALaterActorOfTheSamePlaceApart) {
  proc::Tombstones stones;
  stones.add(numbered(1), State::Stopped);
  ActorId later = numbered(1);
  ++later.strand.generation;
  EXPECT_EQ(stones.find(later), std::nullopt);
}

TEST(Tombstones, ForgetTheOldestWhenTheyAreFull) {
  proc::Tombstones stones;
  constexpr std::uint32_t kCapacity = proc::Tombstones::kCapacity;
  for (std::uint32_t i = 0; i <= kCapacity; ++i) stones.add(numbered(i), State::Stopped);
  EXPECT_EQ(stones.find(numbered(0)), std::nullopt);
  EXPECT_EQ(stones.find(numbered(1)), State::Stopped);
  EXPECT_EQ(stones.find(numbered(kCapacity)), State::Stopped);
}

HYPERACTOR_SCENARIO(StatusOf, IsLiveWhileTheActorLivesAndItsTombstoneLater) {
  ActorId stopped;
  ActorId failed;
  {
    auto actor = env.spawn<TestActor>("actor");
    stopped = actor.id();
    EXPECT_FALSE(env.proc().status_of(stopped).is_terminal());
    actor.stop("enough");
    env.ended(actor);
    EXPECT_EQ(env.proc().status_of(stopped).state, State::Stopped);
    auto other = env.spawn<TestActor>("other");
    failed = other.id();
    other.post<Fail>(env.client(), "boom");
    env.ended(other);
  }
  const auto has_stone = [&](const ActorId& id) {
    return env.proc().status_of(id).reason == "ended earlier";
  };
  // Once its last handle is gone.
  EXPECT_TRUE(ok(env.eventually([&] { return has_stone(stopped) && has_stone(failed); })));
  EXPECT_EQ(env.proc().status_of(stopped).state, State::Stopped);
  EXPECT_EQ(env.proc().status_of(failed).state, State::Failed);
  EXPECT_EQ(env.take_crashes().size(), 1U);
}

HYPERACTOR_SCENARIO(StatusOf, IsUnknownForAnActorThatNeverWas) {
  EXPECT_EQ(env.proc().status_of(ActorId{}).state, State::Unknown);
}

}  // namespace
}  // namespace hyperactor::support
