// telemetry/stale_files.hpp - removes the evidence of processes that died long ago.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace hyperactor::telemetry {

/// How much of the past is kept.
struct StaleLimits {
  std::uint64_t age_s = std::uint64_t{7} * 24 * 60 * 60;
  std::size_t files = 16;
  std::uint64_t bytes = std::uint64_t{1} << 30;
  std::uint64_t part_of_file_system = 4;  ///< bytes are at most one in so many
};

/// Removes files of this user beside `own_path`, as EV-5 says: the older ones first, while
/// there are more of them, or more bytes in them, than `limits` allow. The newest stays until
/// it is too old, whatever it takes.
///
/// A file is dead when nobody holds its lock. Its age counts from when it was first noticed
/// dead, which is stamped into it: the time of the file itself says nothing about a long-lived
/// process that was killed a moment ago.
void remove_stale_files(const std::string& own_path, const StaleLimits& limits = {}) noexcept;

}  // namespace hyperactor::telemetry
