// evidence_file_test.cpp - where the file is, when it goes, and what happens without one.
#include "hyperactor/telemetry/evidence.hpp"

#include "child_process.hpp"
#include "evidence_reader.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hyperactor::telemetry {

namespace {

namespace fs = std::filesystem;
using test::ChildProcess;
using test::TempDirectory;

std::ptrdiff_t lines(const std::string& text) {
  return std::ranges::count(text, '\n');
}

}  // namespace

TEST(EvidenceFile, HasAPrivateModeAndANameThatTellsTheProcess) {  // EV-4
  const TempDirectory place;
  ChildProcess child("stuck", {{"HYPERACTOR_EVIDENCE", place.path()}});
  const fs::path path = child.line();
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  EXPECT_EQ(path.parent_path(), place.path());
  const std::string start =
      "hyperactor-" + std::to_string(::geteuid()) + "-" + std::to_string(child.pid()) + "-";
  EXPECT_TRUE(path.filename().native().starts_with(start)) << path;
}

TEST(EvidenceFile, IsRemovedByANormalExit) {  // EV-1
  const TempDirectory place;
  ChildProcess child("exit", {{"HYPERACTOR_EVIDENCE", place.path()}});
  EXPECT_TRUE(child.line().starts_with(place.path()));
  EXPECT_EQ(child.wait(), 0) << child.errors();
  EXPECT_EQ(place.evidence_files(), 0U);
  EXPECT_EQ(child.errors(), "");
}

TEST(EvidenceFile, IsLeftBehindByACrash) {  // EV-1
  const TempDirectory place;
  ChildProcess child("crash", {{"HYPERACTOR_EVIDENCE", place.path()}});
  EXPECT_EQ(child.wait(), 1000 + SIGABRT);
  EXPECT_EQ(place.evidence_files(), 1U);
}

TEST(EvidenceFile, IsLeftBehindOnRequest) {
  const TempDirectory place;
  ChildProcess child("keep", {{"HYPERACTOR_EVIDENCE", place.path()}});
  const std::string path = child.line();
  EXPECT_EQ(child.wait(), 0) << child.errors();
  EXPECT_EQ(test::EvidenceReader(path).number<std::uint32_t>(112), 1U);  // kept
}

TEST(EvidenceFile, IsReplacedWhenTheProcessExecsAgain) {  // EV-4
  const TempDirectory place;
  ChildProcess child("exec", {{"HYPERACTOR_EVIDENCE", place.path()}});
  const std::string first = child.line();
  EXPECT_EQ(child.line(), first);
  EXPECT_EQ(child.wait(), 0) << child.errors();
  EXPECT_EQ(place.evidence_files(), 0U);
}

TEST(EvidenceFile, IsNeverTouchedByAForkedChild) {  // EV-3, EV-6
  const TempDirectory place;
  ChildProcess child("fork", {{"HYPERACTOR_EVIDENCE", place.path()}});
  const std::string path = child.line();
  EXPECT_EQ(child.line(), "ok");
  child.kill(SIGKILL);
  EXPECT_EQ(child.wait(), 1000 + SIGKILL);
  EXPECT_EQ(child.errors(), "");
  const test::EvidenceReader file(path);
  EXPECT_EQ(file.record(1).status, 11U);
  EXPECT_FALSE(file.has_record(1'000'000));
  for (const auto& [index, name] : file.names) EXPECT_NE(name, "of the child");
}

TEST(EvidenceFile, IsWholeInAChildForkedDuringTheFirstUse) {  // EV-7
  const TempDirectory place;
  for (int round = 0; round < 20; ++round) {
    ChildProcess child("fork_at_first_use", {{"HYPERACTOR_EVIDENCE", place.path()}});
    ASSERT_EQ(child.wait(), 0) << child.errors();
  }
  EXPECT_EQ(place.evidence_files(), 0U);
}

TEST(EvidenceFile, LeavesNoLockBehindInAForkedChild) {  // EV-7
  const TempDirectory place;
  ChildProcess child("fork_under_load", {{"HYPERACTOR_EVIDENCE", place.path()}});
  EXPECT_EQ(child.wait(), 0) << child.errors();
  EXPECT_EQ(place.evidence_files(), 0U);
}

TEST(EvidenceFile, IsNotMadeWhenEvidenceIsOff) {
  ChildProcess child("exit", {{"HYPERACTOR_EVIDENCE", "off"}});
  EXPECT_EQ(child.line(), "");
  EXPECT_EQ(child.wait(), 0) << child.errors();
  EXPECT_EQ(child.errors(), "");
}

TEST(EvidenceFile, GoesToTheDefaultPlaceWhenTheDirectoryIsMissing) {
  const TempDirectory place;
  const std::string missing = place.path() + "/missing";
  ChildProcess child("exit", {{"HYPERACTOR_EVIDENCE", missing}});
  const std::string path = child.line();
  EXPECT_FALSE(path.starts_with(place.path()));
  EXPECT_EQ(child.wait(), 0) << child.errors();
  EXPECT_NE(child.errors().find("HYPERACTOR_EVIDENCE=" + missing), std::string::npos);
  if (!path.empty()) {
    EXPECT_EQ(lines(child.errors()), 1) << child.errors();
  }
}

TEST(EvidenceFile, GoesToTheDefaultPlaceWhenTheDirectoryIsAFile) {
  const TempDirectory place;
  const std::string file = place.path() + "/file";
  std::ofstream(file) << "not a directory";
  ChildProcess child("exit", {{"HYPERACTOR_EVIDENCE", file}});
  const std::string path = child.line();
  EXPECT_FALSE(path.starts_with(place.path()));
  EXPECT_EQ(child.wait(), 0) << child.errors();
  EXPECT_NE(child.errors().find("HYPERACTOR_EVIDENCE: cannot create " + file),
            std::string::npos);
  if (!path.empty()) {
    EXPECT_EQ(lines(child.errors()), 1) << child.errors();
  }
}

TEST(EvidenceFile, GoesToTheRuntimeDirectoryWithoutSharedMemory) {
  const TempDirectory place;
  ChildProcess child("no_shared_memory",
                     {{"HYPERACTOR_EVIDENCE", ""}, {"XDG_RUNTIME_DIR", place.path()}});
  const std::string path = child.line();
  const int code = child.wait();
  if (code == test::kSkipped) GTEST_SKIP() << "this machine does not allow a mount";
  EXPECT_EQ(code, 0) << child.errors();
  EXPECT_TRUE(path.starts_with(place.path())) << path;
  EXPECT_EQ(child.errors(), "");
}

TEST(EvidenceFile, CostsOneWarningWhenThereIsNoPlaceForIt) {  // EV-2
  ChildProcess child("no_shared_memory",
                     {{"HYPERACTOR_EVIDENCE", ""}, {"XDG_RUNTIME_DIR", ""}});
  EXPECT_EQ(child.line(), "");
  const int code = child.wait();
  if (code == test::kSkipped) GTEST_SKIP() << "this machine does not allow a mount";
  EXPECT_EQ(code, 0) << child.errors();
  EXPECT_EQ(lines(child.errors()), 1) << child.errors();
  EXPECT_NE(child.errors().find("in memory only"), std::string::npos) << child.errors();
}

TEST(EvidenceFile, CostsOneWarningWhenItCannotGrow) {  // EV-2
  const TempDirectory place;
  ChildProcess child("file_size_limit", {{"HYPERACTOR_EVIDENCE", place.path()}});
  EXPECT_NE(child.line(), "");
  EXPECT_EQ(child.wait(), 0) << child.errors();
  EXPECT_EQ(lines(child.errors()), 1) << child.errors();
  EXPECT_NE(child.errors().find("cannot grow"), std::string::npos) << child.errors();
}

TEST(EvidenceFile, CostsOneWarningWhenNotEvenTheHeaderFits) {  // EV-2
  const TempDirectory place;
  ChildProcess child("no_header_fits", {{"HYPERACTOR_EVIDENCE", place.path()}});
  EXPECT_EQ(child.line(), "");
  EXPECT_EQ(child.wait(), 0) << child.errors();
  EXPECT_EQ(lines(child.errors()), 1) << child.errors();
  EXPECT_EQ(place.evidence_files(), 0U);
}

TEST(EvidenceFile, CostsOneWarningAndNoSigbusWhenTheFileSystemIsFull) {  // EV-2
  const TempDirectory place;
  ChildProcess child("full_file_system", {{"HYPERACTOR_EVIDENCE", place.path()}});
  const int code = child.wait();
  if (code == test::kSkipped) GTEST_SKIP() << "this machine does not allow a mount";
  EXPECT_EQ(code, 0) << child.errors();
  EXPECT_EQ(lines(child.errors()), 1) << child.errors();
  EXPECT_NE(child.errors().find("No space left"), std::string::npos) << child.errors();
}

}  // namespace hyperactor::telemetry
