// apps/child_process.cpp - fork, exec, poll, and kill.
#include "child_process.hpp"

#include "interrupt.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hyperactor::app {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kKeptMax = 65'536;
constexpr int kPollMs = 20;
constexpr int kCannotExec = 127;

/// A pipe whose ends close with it.
class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_, O_CLOEXEC) != 0) ends_[0] = ends_[1] = -1;
  }

  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  ~Pipe() {
    for (int& end : ends_) close_end(end);
  }

  [[nodiscard]] bool is_open() const { return ends_[0] >= 0; }

  [[nodiscard]] int reading() const { return ends_[0]; }

  [[nodiscard]] int writing() const { return ends_[1]; }

  void keep_reading() {
    close_end(ends_[1]);
    fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  }

  /// Appends what is there to `text`; whatever exceeds kKeptMax is dropped.
  void read_into(std::string& text) {
    char part[4096];
    while (ends_[0] >= 0) {
      const ssize_t n = read(ends_[0], part, sizeof part);
      if (n > 0) {
        const auto room = kKeptMax - std::min(kKeptMax, text.size());
        text.append(part, std::min(room, static_cast<std::size_t>(n)));
      } else if (n == 0) {
        close_end(ends_[0]);
      } else if (errno != EINTR) {
        return;  // EAGAIN: nothing more now
      }
    }
  }

 private:
  static void close_end(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }

  int ends_[2] = {-1, -1};
};

/// Arrays of C strings for exec, made before fork: the child of a process with threads may not
/// allocate.
class Words {
 public:
  explicit Words(std::vector<std::string> words) : words_(std::move(words)) {
    for (std::string& word : words_) pointers_.push_back(word.data());
    pointers_.push_back(nullptr);
  }

  [[nodiscard]] char* const* data() const { return pointers_.data(); }

 private:
  std::vector<std::string> words_;
  std::vector<char*> pointers_;
};

std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> lines;
  for (char** line = environ; *line != nullptr; ++line) {
    const std::string_view text = *line;
    const bool is_replaced = std::ranges::any_of(
        added, [&](const auto& variable) { return text.starts_with(variable.first + "="); });
    if (!is_replaced) lines.emplace_back(text);
  }
  for (const auto& [name, value] : added) {
    std::string line = name;
    line.append("=").append(value);
    lines.push_back(std::move(line));
  }
  return lines;
}

[[noreturn]] void become(const Words& arguments, const Words& environment, pid_t parent,
                         const Pipe& out, const Pipe& err, const Pipe& failure) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);             // CHP-2
  if (getppid() != parent) _exit(kCannotExec);  // it died before it could be said
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(nothing, STDIN_FILENO);
  dup2(out.writing(), STDOUT_FILENO);
  dup2(err.writing(), STDERR_FILENO);
  execve(arguments.data()[0], arguments.data(), environment.data());
  const int why = errno;
  (void)!write(failure.writing(), &why, sizeof why);
  _exit(kCannotExec);
}

bool has_exited(pid_t child) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == child;
}

// Why the wait ended; `Exited` also for a child that a signal ended.
ChildOutcome::End wait_for(pid_t child, Clock::time_point deadline, Pipe& out, Pipe& err,
                           ChildOutcome& outcome) {
  for (;;) {
    pollfd ends[] = {{out.reading(), POLLIN, 0}, {err.reading(), POLLIN, 0}};
    poll(ends, 2, kPollMs);
    const bool exited = has_exited(child);
    out.read_into(outcome.out);
    err.read_into(outcome.err);
    if (exited) return ChildOutcome::End::Exited;
    if (interrupted()) return ChildOutcome::End::Interrupted;
    if (Clock::now() >= deadline) return ChildOutcome::End::TimedOut;
  }
}

void reap(pid_t child, ChildOutcome& outcome) {
  kill(-child, SIGKILL);  // CHP-1; the group cannot be another's before the child is reaped
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (outcome.end != ChildOutcome::End::Exited) return;
  if (WIFSIGNALED(status)) {
    outcome.end = ChildOutcome::End::Killed;
    outcome.code = WTERMSIG(status);
  } else {
    outcome.code = WEXITSTATUS(status);
  }
}

}  // namespace

ChildOutcome run_child(const ChildProgram& program, std::chrono::seconds limit) {
  const auto deadline = Clock::now() + limit;
  const Words arguments(program.arguments);
  const Words environment(environment_with(program.environment));
  Pipe out;
  Pipe err;
  Pipe failure;
  if (!out.is_open() || !err.is_open() || !failure.is_open()) {
    return {.code = EMFILE, .out = {}, .err = {}};
  }
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) become(arguments, environment, parent, out, err, failure);
  if (child < 0) return {.code = errno, .out = {}, .err = {}};
  setpgid(child, child);  // whichever of the two comes first
  out.keep_reading();
  err.keep_reading();
  failure.keep_reading();
  ChildOutcome outcome;
  outcome.end = wait_for(child, deadline, out, err, outcome);
  reap(child, outcome);
  std::string why;
  failure.read_into(why);
  if (why.size() == sizeof outcome.code) {
    outcome.end = ChildOutcome::End::NotStarted;
    std::copy_n(why.data(), why.size(), reinterpret_cast<char*>(&outcome.code));
  }
  return outcome;
}

}  // namespace hyperactor::app
