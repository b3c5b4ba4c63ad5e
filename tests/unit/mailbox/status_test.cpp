// tests/unit/mailbox/status_test.cpp - statuses as text.
#include "hyperactor/mailbox/status.hpp"

#include <chrono>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace hyperactor {
namespace {

using State = ActorStatus::State;
using namespace std::chrono_literals;

ActorStatus make_status(State state, std::string reason = {}) {
  ActorStatus status;
  status.state = state;
  status.reason = std::move(reason);
  return status;
}

TEST(ActorStatus, PrintsEachStateAsChapterTenSays) {
  EXPECT_EQ(make_status(State::Unknown).to_string(), "unknown");
  EXPECT_EQ(make_status(State::Created).to_string(), "created");
  EXPECT_EQ(make_status(State::Initializing).to_string(), "initializing");
  EXPECT_EQ(make_status(State::Client).to_string(), "client");
  EXPECT_EQ(make_status(State::Idle).to_string(), "idle");
  EXPECT_EQ(make_status(State::Stopping).to_string(), "stopping");
  EXPECT_EQ(make_status(State::Stopped, "done").to_string(), "stopped: done");
  EXPECT_EQ(make_status(State::Failed, "boom").to_string(), "failed: boom");
}

TEST(ActorStatus, PrintsTheHandlerAndSinceWhenItRuns) {
  ActorStatus status = make_status(State::Processing);
  status.for_time = 3'900us;
  EXPECT_EQ(status.to_string(), "processing for 3ms");
  status.handler = "Deposit";
  EXPECT_EQ(status.to_string(), "Deposit: processing for 3ms");
  EXPECT_EQ(fmt::format("{:.7}", status), "Deposit");
}

TEST(ActorStatus, IsTerminalOnlyWhenStoppedOrFailed) {
  EXPECT_TRUE(make_status(State::Stopped).is_terminal());
  EXPECT_TRUE(make_status(State::Failed).is_terminal());
  EXPECT_FALSE(make_status(State::Stopping).is_terminal());
  EXPECT_FALSE(make_status(State::Unknown).is_terminal());
  EXPECT_TRUE(make_status(State::Failed).is_failed());
  EXPECT_FALSE(make_status(State::Stopped).is_failed());
}

}  // namespace
}  // namespace hyperactor
