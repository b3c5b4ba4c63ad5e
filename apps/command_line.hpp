// apps/command_line.hpp - what the user asked for, as values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hyperactor::app {

inline constexpr int kOk = 0;
inline constexpr int kFailure = 1;
inline constexpr int kUsage = 2;

struct BenchLocal {
  std::optional<std::size_t> workers;  ///< none: as the runtime chooses
  std::string json;                    ///< empty: no file
  std::vector<std::string> only;       ///< empty: all
  std::size_t repetitions = 5;
  bool peers = false;             ///< also run the same works on other runtimes
  std::string peers_from;         ///< their folder; empty: beside this program
  std::size_t peer_limit_s = 60;  ///< for one run of a peer
};

struct Demo {
  std::uint64_t seed = 42;
};

/// Nothing is left to do: help or version was printed, or a sentence about wrong usage.
struct Answered {
  int exit_code = kOk;
};

using Command = std::variant<Answered, BenchLocal, Demo>;

/// Reads the command line. `bench_keys` are the values that `bench local --only` takes.
Command read_command_line(int argc, const char* const* argv,
                          const std::vector<std::string_view>& bench_keys);

}  // namespace hyperactor::app
