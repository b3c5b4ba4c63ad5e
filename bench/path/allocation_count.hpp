// bench/path/allocation_count.hpp - counts the calls of the global allocator, all threads.
#pragma once

#include <cstdint>

namespace hyperactor::bench {

/// Calls of malloc and its kin since start_counting(). Whatever `new` takes is among them.
void start_counting() noexcept;
[[nodiscard]] std::uint64_t stop_counting() noexcept;

/// Whether the counter sees a `malloc`, a `new` and an aligned `new`: if not, a zero means
/// nothing.
[[nodiscard]] bool counter_works();

}  // namespace hyperactor::bench
