// bench/path/measurement.hpp - what `hyperactor bench local` measures, one entry a figure.
#pragma once

#include "hyperactor/hyperactor.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace hyperactor::bench {

/// One figure. bench/METHOD.md says of each what exactly is counted and timed.
struct Measurement {
  std::string_view key;    ///< in JSON
  std::string_view title;  ///< in the table
  std::string_view unit;
  std::optional<double> promise;  ///< chapter 00 §5; none: it promises nothing
  bool lower_is_better;
  bool in_json;
  /// Needs memory that no earlier measurement has used.
  bool in_new_process;
  /// One repetition. Fails if the work was not done in full.
  Result<double> (*repeat)(const Runtime& runtime);
};

/// In the order of the report.
[[nodiscard]] std::span<const Measurement> measurements();

/// Runs one repetition in a forked process with a runtime of its own. The caller has no other
/// thread.
[[nodiscard]] Result<double> repeat_in_new_process(const Measurement& measurement,
                                                   const RuntimeOptions& options);

// The repetitions, each in the file of its name.
Result<double> ping_pong(const Runtime& runtime);
Result<double> one_way(const Runtime& runtime);
Result<double> fan_in(const Runtime& runtime);
Result<double> external(const Runtime& runtime);
Result<double> bounded_pipeline(const Runtime& runtime);
Result<double> ring(const Runtime& runtime);
Result<double> spawn(const Runtime& runtime);
Result<double> skynet(const Runtime& runtime);
Result<double> idle_memory(const Runtime& runtime);
Result<double> ask_await(const Runtime& runtime);
Result<double> ask_then(const Runtime& runtime);
Result<double> timer(const Runtime& runtime);
Result<double> allocations(const Runtime& runtime);
Result<double> idle_cpu(const Runtime& runtime);

}  // namespace hyperactor::bench
