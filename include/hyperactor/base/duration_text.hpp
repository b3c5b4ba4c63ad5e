// base/duration_text.hpp - durations as text: "30s", "500ms", "2h".
//
//   text      number, then one of ns us ms s m h d; no sign, no fraction, no blanks
//   shortest  format_duration() uses the largest unit that needs no fraction: 90 s is "90s",
//             60 s is "1m", zero is "0s"; parse_duration() reads all of these back unchanged
#pragma once

#include "hyperactor/base/error.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace hyperactor::base {

/// Refuses what is not a duration, or is longer than 292 years, with a sentence for a user.
[[nodiscard]] Result<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// A negative duration gets a leading '-', which parse_duration() refuses.
[[nodiscard]] std::string format_duration(std::chrono::nanoseconds duration);

}  // namespace hyperactor::base
