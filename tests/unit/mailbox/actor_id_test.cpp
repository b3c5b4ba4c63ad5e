// tests/unit/mailbox/actor_id_test.cpp - ids as text, their order, and which names are allowed.
#include "hyperactor/mailbox/actor_id.hpp"

#include <functional>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace hyperactor {
namespace {

ActorId make_id(std::string_view proc, std::string_view name, std::uint64_t pid,
                runtime::StrandId strand = {}) {
  return ActorId{telemetry::intern(proc), telemetry::intern(name), pid, strand};
}

TEST(ActorId, PrintsProcNameAndNumber) {
  const ActorId id = make_id("local:0,main", "account", 3);
  EXPECT_EQ(id.to_string(), "local:0,main,account[3]");
  EXPECT_EQ(fmt::format("{:>26}", id), "   local:0,main,account[3]");
}

TEST(ActorId, IsEqualWhereverTheActorLives) {
  const ActorId here = make_id("p", "a", 1, {4, 1});
  const ActorId there = make_id("p", "a", 1, {9, 7});
  EXPECT_EQ(here, there);
  EXPECT_EQ(std::hash<ActorId>{}(here), std::hash<ActorId>{}(there));
}

TEST(ActorId, DiffersByEachOfItsParts) {
  const ActorId id = make_id("p", "a", 1);
  EXPECT_NE(id, make_id("q", "a", 1));
  EXPECT_NE(id, make_id("p", "b", 1));
  EXPECT_NE(id, make_id("p", "a", 2));
}

TEST(ActorId, IsOrderedByTextAndThenByNumber) {
  // Interned the other way round, so that an order by index would be the wrong one.
  const ActorId late = make_id("order_z", "a", 1);
  const ActorId early = make_id("order_a", "z", 9);
  const ActorId middle = make_id("order_a", "z", 10);
  const std::set<ActorId> sorted{late, middle, early};
  EXPECT_EQ((std::vector<ActorId>(sorted.begin(), sorted.end())),
            (std::vector<ActorId>{early, middle, late}));
}

TEST(ActorName, MayBeWordsJoinedByColons) {
  for (const char* name :
       {"a", "_", "account", "my-actor", "a1", "mesh::worker", "x_9", "Ärger"}) {
    EXPECT_TRUE(is_valid_name(name)) << name;
  }
}

TEST(ActorName, MayNotBeEmptyANumberOrHaveOtherSigns) {
  for (const char* name : {"", "7", "42", "1a", "-a", "a b", "a:b", "a:", "a,b", "a[0]", "a/b",
                           "r#type", " ", "a\n"}) {
    EXPECT_FALSE(is_valid_name(name)) << name;
  }
}

}  // namespace
}  // namespace hyperactor
