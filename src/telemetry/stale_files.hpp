// telemetry/stale_files.hpp - removes the evidence of processes that died long ago.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace hyperactor::telemetry {

inline constexpr std::uint64_t kStaleAfter_s = std::uint64_t{7} * 24 * 60 * 60;
inline constexpr std::size_t kDeadFilesKept = 16;

/// Removes files of this user beside `own_path`, as EV-5 says.
///
/// A file is dead when nobody holds its lock. Its age counts from when it was first noticed dead,
/// which is stamped into it: the time of the file itself says nothing about a long-lived process
/// that was killed a moment ago.
void remove_stale_files(const std::string& own_path) noexcept;

}  // namespace hyperactor::telemetry
