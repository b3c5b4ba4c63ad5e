// stale_files_test.cpp - which files of dead processes go, and which stay. All of it is EV-5.
#include "telemetry/stale_files.hpp"

#include "hyperactor/telemetry/evidence_format.hpp"

#include "child_process.hpp"

#include <cstddef>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

namespace hyperactor::telemetry {

namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t kDaySeconds = std::uint64_t{24} * 60 * 60;

class StaleFiles : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path_of(int pid) const {
    return place.path() + "/hyperactor-" + std::to_string(::geteuid()) + "-" +
           std::to_string(pid) + "-1.evidence";
  }

  // Leaves a file of a dead process that was first noticed `days_ago`; negative: never.
  std::string leave(int pid, int days_ago, bool with_magic = true) const {
    std::string bytes(format::kHeaderBytes, '\0');
    if (with_magic) std::memcpy(bytes.data(), format::kMagic.data(), format::kMagic.size());
    if (days_ago >= 0) {
      const std::uint64_t stamp =
          now_s - static_cast<std::uint64_t>(days_ago) * kDaySeconds - 1;
      std::memcpy(bytes.data() + offsetof(format::FileHeader, noticed_dead), &stamp,
                  sizeof stamp);
    }
    std::ofstream(path_of(pid), std::ios::binary) << bytes;
    return path_of(pid);
  }

  void clean(const StaleLimits& limits = {}) const {
    remove_stale_files(place.path() + "/hyperactor-own.evidence", limits);
  }

  test::TempDirectory place;
  std::uint64_t now_s = static_cast<std::uint64_t>(std::time(nullptr));
};

}  // namespace

TEST_F(StaleFiles, StayForSevenDaysAfterTheyWereNoticed) {
  const std::string young = leave(1, 6);
  const std::string old = leave(2, 7);
  clean();
  EXPECT_TRUE(fs::exists(young));
  EXPECT_FALSE(fs::exists(old));
}

TEST_F(StaleFiles, CountTheirAgeFromWhenTheyWereFirstNoticedAndNotFromTheirOwnTime) {
  const std::string path = leave(1, -1);
  fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(24 * 30));
  clean();
  clean();
  ASSERT_TRUE(fs::exists(path));
  std::ifstream file(path, std::ios::binary);
  file.seekg(offsetof(format::FileHeader, noticed_dead));
  std::uint64_t stamp = 0;
  file.read(reinterpret_cast<char*>(&stamp), sizeof stamp);
  EXPECT_NEAR(static_cast<double>(stamp), static_cast<double>(now_s), 60);
}

TEST_F(StaleFiles, WithoutAHeaderCountTheirOwnTime) {
  const std::string young = leave(1, -1, false);
  const std::string old = leave(2, -1, false);
  fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(24 * 8));
  clean();
  EXPECT_TRUE(fs::exists(young));
  EXPECT_FALSE(fs::exists(old));
}

TEST_F(StaleFiles, StayWhileTheyAreAmongTheNewestSixteen) {
  for (int pid = 0; pid < 20; ++pid) (void)leave(pid, pid % 5);  // 4 each of 0 … 4 days ago
  clean();
  EXPECT_EQ(place.evidence_files(), StaleLimits{}.files);
  for (int pid = 0; pid < 20; ++pid) EXPECT_EQ(fs::exists(path_of(pid)), pid % 5 != 4) << pid;
}

TEST_F(StaleFiles, GoWhenNewerOnesTakeTooMuchRoom) {
  for (int pid = 0; pid < 4; ++pid) (void)leave(pid, pid);
  clean({.bytes = 2 * format::kHeaderBytes});
  for (int pid = 0; pid < 4; ++pid) EXPECT_EQ(fs::exists(path_of(pid)), pid < 2) << pid;
  clean({.bytes = 1});
  EXPECT_TRUE(fs::exists(path_of(0)));  // the newest stays
  EXPECT_FALSE(fs::exists(path_of(1)));
}

TEST_F(StaleFiles, GoWhenNewerOnesTakeTooMuchOfTheirFileSystem) {
  for (int pid = 0; pid < 2; ++pid) (void)leave(pid, pid);
  clean({.part_of_file_system = fs::space(place.path()).capacity / format::kHeaderBytes});
  EXPECT_TRUE(fs::exists(path_of(0)));
  EXPECT_FALSE(fs::exists(path_of(1)));
}

TEST_F(StaleFiles, OfLivingProcessesAreNeverRemoved) {
  const std::string path = leave(1, 100);
  const int holder = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(holder, LOCK_EX | LOCK_NB), 0);
  clean();
  EXPECT_TRUE(fs::exists(path));
  ::close(holder);
  clean();
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(StaleFiles, OfAKilledProcessAreRemovedByTheNextOne) {
  (void)leave(1, 8);
  test::ChildProcess child("exit", {{"HYPERACTOR_EVIDENCE", place.path()}});
  EXPECT_EQ(child.wait(), 0) << child.errors();
  EXPECT_EQ(place.evidence_files(), 0U);
}

TEST_F(StaleFiles, AreTheOnlyOnesThatGo) {
  const std::string other_user =
      place.path() + "/hyperactor-" + std::to_string(::geteuid() + 1) + "-1-1.evidence";
  const std::string other_name = place.path() + "/notes.evidence";
  const std::string target = place.path() + "/target";
  fs::rename(leave(1, 100), other_user);
  fs::rename(leave(1, 100), other_name);
  fs::rename(leave(1, 100), target);
  fs::create_symlink(target, path_of(5));
  fs::create_directory(path_of(6));
  clean();
  EXPECT_TRUE(fs::exists(other_user));
  EXPECT_TRUE(fs::exists(other_name));
  EXPECT_TRUE(fs::exists(target));
  EXPECT_TRUE(fs::is_symlink(path_of(5)));
  EXPECT_TRUE(fs::exists(path_of(6)));
}

}  // namespace hyperactor::telemetry
