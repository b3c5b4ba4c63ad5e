// apps/bench_local.hpp - `hyperactor bench local`.
#pragma once

#include "command_line.hpp"

#include <string_view>
#include <vector>

namespace hyperactor::app {

[[nodiscard]] std::vector<std::string_view> bench_keys();

/// Measures, prints, writes the file. Returns the exit code.
int bench_local(const BenchLocal& wanted);

}  // namespace hyperactor::app
