// apps/bench_report.hpp - the figures of a benchmark run, for people and for programs.
#pragma once

#include "hyperactor/base/error.hpp"

#include "measurement.hpp"

#include <string>
#include <vector>

namespace hyperactor::app {

/// The outcome of one measurement; `values` are sorted, or empty if it did not come about.
struct Figure {
  const bench::Measurement* measurement = nullptr;
  std::vector<double> values;

  [[nodiscard]] double median() const;
  [[nodiscard]] bool keeps_promise() const;
};

/// One line a figure: median, spread, the promise, whether it is kept.
[[nodiscard]] std::string table_of(const std::vector<Figure>& figures, bool colours);

/// One flat object of medians.
[[nodiscard]] std::string json_of(const std::vector<Figure>& figures);

/// A file that is opened before the work, so that a wrong path is known at once, and written
/// after it.
class LateFile {
 public:
  static Result<LateFile> open(const std::string& path);

  LateFile(LateFile&& other) noexcept;
  LateFile& operator=(LateFile&&) = delete;
  LateFile(const LateFile&) = delete;
  LateFile& operator=(const LateFile&) = delete;
  ~LateFile();

  /// Replaces what was in it.
  Result<void> write(const std::string& text);

 private:
  LateFile(int descriptor, std::string path) noexcept;

  int descriptor_;
  std::string path_;
};

}  // namespace hyperactor::app
