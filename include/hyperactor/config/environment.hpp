// config/environment.hpp - typed values from HYPERACTOR_* environment variables.
#pragma once

#include "hyperactor/base/error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace hyperactor::config {

/// The HYPERACTOR_* variables as they were when it was made.
///
/// Absent    ENV-1  A variable that is not set, or set to nothing, answers an empty optional.
/// Refuses   ENV-2  A value that cannot be used is never replaced by a default: the error names
///                  the variable, its value, what is accepted, and an example.
/// Threads          Any thread, once made. Only of_process() looks at the process, and the C
///                  library lets nobody change the environment meanwhile.
class Environment {
 public:
  using Duration = std::chrono::nanoseconds;

  /// What this process was started with.
  [[nodiscard]] static Environment of_process();

  /// These variables and no others, for tests and for programs that configure by hand.
  Environment(std::initializer_list<std::pair<const std::string, std::string>> variables)
      : variables_(variables) {}

  /// The value itself.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;

  /// A decimal number of low … high, both included.
  [[nodiscard]] Result<std::optional<std::int64_t>> integer(
      std::string_view name, std::int64_t low = std::numeric_limits<std::int64_t>::min(),
      std::int64_t high = std::numeric_limits<std::int64_t>::max()) const;

  /// A duration such as 30s or 500ms, of low … high, both included.
  [[nodiscard]] Result<std::optional<Duration>> duration(std::string_view name,
                                                         Duration low = Duration::zero(),
                                                         Duration high = Duration::max()) const;

  /// 1, true, yes, on; 0, false, no, off; in any case.
  [[nodiscard]] Result<std::optional<bool>> boolean(std::string_view name) const;

 private:
  Environment() = default;
  [[nodiscard]] const std::string* find(std::string_view name) const;

  std::map<std::string, std::string, std::less<>> variables_;
};

}  // namespace hyperactor::config
