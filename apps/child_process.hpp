// apps/child_process.hpp - runs another program for a limited time and keeps what it prints.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace hyperactor::app {

struct ChildProgram {
  std::vector<std::string> arguments;  ///< the first is the path of the program
  std::vector<std::pair<std::string, std::string>>
      environment;  ///< beside that of this process
};

struct ChildOutcome {
  enum class End : std::uint8_t {
    Exited,       ///< `code` is its exit code
    Killed,       ///< by the signal `code`, which was not ours
    TimedOut,     ///< it was killed at the limit
    Interrupted,  ///< it was killed because of Ctrl-C (interrupt.hpp)
    NotStarted,   ///< `code` is the errno
  };

  End end = End::NotStarted;
  int code = 0;
  std::string out;  ///< its standard output, the first 64 KiB
  std::string err;  ///< its standard error, the first 64 KiB
};

/// Waits until it has ended, and sees that it has.
///
/// Guarantees  CHP-1  Neither the child nor what it started in its process group outlives the
///                    call: they are killed at the limit, at Ctrl-C, and after the child's
///                    exit.
///             CHP-2  If this process dies, however, the child is killed by the kernel.
/// Threads     The main thread: CHP-2 holds as long as the calling thread lives.
[[nodiscard]] ChildOutcome run_child(const ChildProgram& program, std::chrono::seconds limit);

}  // namespace hyperactor::app
