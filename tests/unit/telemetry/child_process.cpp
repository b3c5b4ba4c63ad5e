// child_process.cpp - runs one scenario of children.cpp in a process of its own.
#include "child_process.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hyperactor::telemetry::test {

namespace fs = std::filesystem;

TempDirectory::TempDirectory() : path_(::testing::TempDir() + "/evidence_test_XXXXXX") {
  if (::mkdtemp(path_.data()) == nullptr) std::abort();
  path_ = fs::canonical(path_);
}

TempDirectory::~TempDirectory() {
  std::error_code error;
  fs::remove_all(path_, error);
}

std::size_t TempDirectory::evidence_files() const {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(path_)) {
    if (entry.path().extension() == ".evidence") ++count;
  }
  return count;
}

namespace {

// Our environment with `added` in front, where the first of equal names wins.
std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
  std::vector<std::string> result;
  for (const auto& [name, value] : added) result.push_back(name + "=" + value);
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string entry = *at;
    if (!added.contains(entry.substr(0, entry.find('=')))) result.push_back(entry);
  }
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

ChildProcess::ChildProcess(std::string_view scenario,
                           const std::map<std::string, std::string>& environment) {
  auto added = environment;
  added["HYPERACTOR_TEST_CHILD"] = scenario;
  std::vector<std::string> variables = environment_with(added);
  std::vector<std::string> arguments = {std::string(scenario)};
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
  output_ = ends[0];

  posix_spawn_file_actions_t actions{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, (place_.path() + "/err").c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int error = ::posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr,
                                  pointers(arguments).data(), pointers(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  EXPECT_EQ(error, 0);
  waited_ = error != 0;
}

ChildProcess::~ChildProcess() {
  if (!waited_) {
    kill(SIGKILL);
    (void)wait();
  }
  ::close(output_);
}

std::string ChildProcess::line() {
  std::string result;
  char character = 0;
  while (::read(output_, &character, 1) == 1 && character != '\n') result += character;
  return result;
}

void ChildProcess::kill(int signal) const {
  EXPECT_EQ(::kill(pid_, signal), 0);
}

int ChildProcess::wait() {
  int status = 0;
  if (waited_ || ::waitpid(pid_, &status, 0) != pid_) return -1;
  waited_ = true;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

std::string ChildProcess::errors() const {
  std::ifstream file(place_.path() + "/err");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace hyperactor::telemetry::test
