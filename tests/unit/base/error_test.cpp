// tests/unit/base/error_test.cpp - the chain of steps in an Error.
#include "hyperactor/base/error.hpp"

#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace hyperactor {
namespace {

Error refused() {
  return {Errc::Disconnected, "connection refused"};
}

TEST(Error, PrintsTheOutermostStepFirst) {
  const Error error = refused().in("dialling h7:9000").in("spawning worker-3");
  EXPECT_EQ(error.to_string(), "spawning worker-3: dialling h7:9000: connection refused");
}

TEST(Error, KeepsTheCodeAndTheTextOfItsRoot) {  // ERR-2
  const Error error = refused().in("dialling h7:9000");
  EXPECT_EQ(error.code(), Errc::Disconnected);
  EXPECT_EQ(error.what(), "connection refused");
}

TEST(Error, RemembersWhereItsRootWasMade) {
  const Error error(Errc::Failed, "no such port");
  const auto line = __LINE__ - 1;
  EXPECT_EQ(error.where().line(), static_cast<unsigned>(line));
  EXPECT_TRUE(std::string_view(error.where().file_name()).ends_with("error_test.cpp"));
}

TEST(Error, TracesEveryStepToItsLine) {
  const Error error = refused().in("dialling h7:9000");
  const std::string trace = error.to_trace();
  EXPECT_TRUE(trace.starts_with("Disconnected:\n  dialling h7:9000 (")) << trace;
  EXPECT_NE(trace.find("\n  connection refused ("), std::string::npos) << trace;
}

TEST(Error, CopyIsUntouchedByAStepAddedToTheOther) {  // ERR-1
  const Error root = refused();
  const Error outer = root.in("dialling");
  EXPECT_EQ(root.to_string(), "connection refused");
  EXPECT_EQ(outer.to_string(), "dialling: connection refused");
}

TEST(Error, AssignmentReplacesTheOldChain) {
  Error error = refused().in("dialling");
  error = Error(Errc::Overloaded, "queue full");
  EXPECT_EQ(error.to_string(), "queue full");
  const Error other = refused();
  error = other;
  EXPECT_EQ(error.to_string(), "connection refused");
  error = *&error;  // to itself
  EXPECT_EQ(error.to_string(), "connection refused");
}

TEST(Error, FormatsLikeItsTextWithWidth) {
  EXPECT_EQ(fmt::format("{}", refused().in("dialling")), "dialling: connection refused");
  EXPECT_EQ(fmt::format("[{:>20}]", refused()), "[  connection refused]");
  EXPECT_EQ(fmt::format("{:<9}|", Errc::Timeout), "Timeout  |");
}

TEST(Error, NamesEveryCode) {
  EXPECT_EQ(to_string(Errc::Failed), "Failed");
  EXPECT_EQ(to_string(Errc::Overloaded), "Overloaded");
  EXPECT_EQ(to_string(Errc::Disconnected), "Disconnected");
  EXPECT_EQ(to_string(Errc::Unimplemented), "Unimplemented");
  EXPECT_EQ(to_string(Errc::Cancelled), "Cancelled");
  EXPECT_EQ(to_string(Errc::Timeout), "Timeout");
}

TEST(Error, TravelsInsideAResult) {
  const Result<int> result = std::unexpected(refused().in("dialling"));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().to_string(), "dialling: connection refused");
  static_assert(sizeof(Result<void>) <= 2 * sizeof(void*));
}

TEST(Error, FreesAVeryLongChainWithoutRecursion) {
  Error error = refused();
  for (int i = 0; i < 200'000; ++i) error = std::move(error).in("again");
  EXPECT_EQ(error.what(), "connection refused");
}

TEST(Error, GivesTheRefusedMessageBack) {
  Undelivered<std::string> undelivered{.message = "hello", .why = refused()};
  EXPECT_EQ(undelivered.message, "hello");
  EXPECT_EQ(undelivered.why.code(), Errc::Disconnected);
}

TEST(ErrorDeathTest, UseAfterMoveFailsACheck) {  // ERR-3
  Error error = refused();
  const Error taken = std::move(error);
  // NOLINTNEXTLINE(bugprone-use-after-move): this is the fact under test
  EXPECT_DEATH((void)error.code(), "this Error was moved from");
  EXPECT_EQ(taken.code(), Errc::Disconnected);
}

TEST(Error, CopiesAreDestroyedOnOtherThreads) {  // ERR-1
  const Error shared = refused().in("dialling");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([copy = shared] {
      for (int i = 0; i < 1'000; ++i) {
        const Error again = copy;
        ASSERT_EQ(again.in("spawning").code(), Errc::Disconnected);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace hyperactor
