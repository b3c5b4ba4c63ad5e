// apps/bench_report.hpp - the figures of a benchmark run, for people and for programs.
#pragma once

#include "hyperactor/base/error.hpp"

#include "measurement.hpp"
#include "peer.hpp"

#include <string>
#include <vector>

namespace hyperactor::app {

/// The outcome of one measurement; `values` are sorted, or empty if it did not come about.
struct Figure {
  const bench::Measurement* measurement = nullptr;
  std::vector<double> values;
  std::vector<PeerFigure> peers;  ///< one for each that was asked for, in the order of them

  [[nodiscard]] double median() const;
  [[nodiscard]] bool keeps_promise() const;
};

/// One line a figure: median, spread, the promise, whether it is kept.
[[nodiscard]] std::string table_of(const std::vector<Figure>& figures, bool colours);

/// One flat object of medians; `more` are members to add, each with a comma before it.
[[nodiscard]] std::string json_of(const std::vector<Figure>& figures,
                                  const std::string& more = {});

/// 21,345,678 -> "21.35 M"; 78.123 -> "78.1".
[[nodiscard]] std::string shown(double value);

[[nodiscard]] std::string json_number(double value);

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
