// telemetry/names.hpp - names as small numbers, for the whole process.
#pragma once

#include <cstdint>
#include <string_view>

namespace hyperactor::telemetry {

/// Stands for a text. Index 0 is the empty text; every other index was given out by `intern`.
using NameIndex = std::uint32_t;

/// Gives `text` its number.
///
/// Same     NAME-1  Equal texts get equal indices, unequal texts unequal ones, on all threads.
/// Stays    NAME-2  An index and its text stay valid for the life of the process.
/// Survives NAME-3  A text of at most 4,096 bytes lies in the evidence file while that has room
///                  (64 MiB), so a post-mortem can print it. Others live in memory only.
/// Fails          Never; when memory ends, the process ends.
/// Threads        Any. One of sixteen locks for a look-up, one more for a new text.
/// Cost           A hash look-up; names are not freed, so do not intern what has no bound.
/// See also       docs/design/evidence.md
[[nodiscard]] NameIndex intern(std::string_view text);

/// The text of `index`; empty for an index that was never given out.
///
/// Takes no lock and allocates nothing: usable from any thread, also on an index that another
/// thread has just handed over by a relaxed store.
[[nodiscard]] std::string_view name_text(NameIndex index) noexcept;

}  // namespace hyperactor::telemetry
