// config/environment.cpp - reads and checks HYPERACTOR_* environment variables.
#include "hyperactor/config/environment.hpp"

#include "hyperactor/base/duration_text.hpp"
#include "hyperactor/base/error.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

namespace hyperactor::config {
namespace {

constexpr std::string_view kPrefix = "HYPERACTOR_";

// ENV-2
std::unexpected<Error> refuse(std::string_view name, std::string_view value,
                              std::string_view expected, std::string_view example) {
  return std::unexpected(Error(
      Errc::Failed, fmt::format("the environment variable {} is \"{}\", but must be {}; for "
                                "example {}={}",
                                name, value, expected, name, example)));
}

std::string describe_range(std::int64_t low, std::int64_t high) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (low == Limits::min() && high == Limits::max()) return "a whole number";
  if (high == Limits::max()) return fmt::format("a whole number of at least {}", low);
  if (low == Limits::min()) return fmt::format("a whole number of at most {}", high);
  return fmt::format("a whole number from {} to {}", low, high);
}

std::string describe_range(Environment::Duration low, Environment::Duration high) {
  const bool bounded_below = low > Environment::Duration::zero();
  const bool bounded_above = high < Environment::Duration::max();
  std::string text = "a duration (number and unit: ns, us, ms, s, m, h, d)";
  if (bounded_below && bounded_above) {
    text +=
        fmt::format(" from {} to {}", base::format_duration(low), base::format_duration(high));
  } else if (bounded_below) {
    text += fmt::format(" of at least {}", base::format_duration(low));
  } else if (bounded_above) {
    text += fmt::format(" of at most {}", base::format_duration(high));
  }
  return text;
}

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

Environment Environment::of_process() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view line(*entry);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || !line.starts_with(kPrefix)) continue;
    environment.variables_.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return environment;
}

std::optional<std::string> Environment::text(std::string_view name) const {
  const std::string* value = find(name);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

Result<std::optional<std::int64_t>> Environment::integer(std::string_view name,
                                                         std::int64_t low,
                                                         std::int64_t high) const {
  const std::string* value = find(name);
  if (value == nullptr) return std::nullopt;
  std::int64_t number = 0;
  const char* const end = value->data() + value->size();
  const auto [rest, status] = std::from_chars(value->data(), end, number);
  if (status != std::errc() || rest != end || number < low || number > high) {
    const std::int64_t example = std::clamp(std::int64_t{4}, low, high);
    return refuse(name, *value, describe_range(low, high), fmt::format("{}", example));
  }
  return number;
}

Result<std::optional<Environment::Duration>> Environment::duration(std::string_view name,
                                                                   Duration low,
                                                                   Duration high) const {
  const std::string* value = find(name);
  if (value == nullptr) return std::nullopt;
  const auto parsed = base::parse_duration(*value);
  if (!parsed || *parsed < low || *parsed > high) {
    const Duration example = std::clamp(Duration(std::chrono::seconds(30)), low, high);
    return refuse(name, *value, describe_range(low, high), base::format_duration(example));
  }
  return *parsed;
}

Result<std::optional<bool>> Environment::boolean(std::string_view name) const {
  static constexpr std::array<std::string_view, 4> kTrue{"1", "true", "yes", "on"};
  static constexpr std::array<std::string_view, 4> kFalse{"0", "false", "no", "off"};
  const std::string* value = find(name);
  if (value == nullptr) return std::nullopt;
  const std::string word = lower_case(*value);
  if (std::ranges::find(kTrue, word) != kTrue.end()) return true;
  if (std::ranges::find(kFalse, word) != kFalse.end()) return false;
  return refuse(name, *value, "1, true, yes or on, or else 0, false, no or off", "1");
}

const std::string* Environment::find(std::string_view name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end() || found->second.empty()) return nullptr;  // ENV-1
  return &found->second;
}

}  // namespace hyperactor::config
