// child_process.hpp - runs one scenario of children.cpp in a process of its own.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace hyperactor::telemetry::test {

/// A directory of its own, removed with all it holds.
class TempDirectory {
 public:
  TempDirectory();
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  ~TempDirectory();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// Names of the evidence files in it.
  [[nodiscard]] std::size_t evidence_files() const;

 private:
  std::string path_;
};

/// A started child. What it prints is collected; it is killed if it still runs at the end.
class ChildProcess {
 public:
  /// Starts this program again as `scenario`, with `environment` added to ours.
  ChildProcess(std::string_view scenario,
               const std::map<std::string, std::string>& environment);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  /// The next line on its stdout; empty at the end.
  [[nodiscard]] std::string line();

  void kill(int signal) const;

  /// Waits for the end: exit code, or 1000 + signal.
  [[nodiscard]] int wait();

  /// All of its stderr; after wait().
  [[nodiscard]] std::string errors() const;

 private:
  pid_t pid_ = -1;
  bool waited_ = false;
  int output_ = -1;
  TempDirectory place_;
};

/// Exit code of a scenario that this machine does not allow.
inline constexpr int kSkipped = 77;

/// Runs a scenario in this process; for main().
int run_scenario(std::string_view name);

}  // namespace hyperactor::telemetry::test
