// base/duration_text.cpp - reads and writes durations.
#include "hyperactor/base/duration_text.hpp"

#include "hyperactor/base/error.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

namespace hyperactor::base {
namespace {

struct Unit {
  std::string_view suffix;
  std::int64_t nanoseconds;
};

// Largest first.
constexpr std::array<Unit, 7> kUnits{{{"d", 86'400'000'000'000},
                                      {"h", 3'600'000'000'000},
                                      {"m", 60'000'000'000},
                                      {"s", 1'000'000'000},
                                      {"ms", 1'000'000},
                                      {"us", 1'000},
                                      {"ns", 1}}};

const Unit* find_unit(std::string_view suffix) {
  for (const Unit& unit : kUnits) {
    if (unit.suffix == suffix) return &unit;
  }
  return nullptr;
}

std::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  return std::unexpected(
      Error(Errc::Failed, fmt::format("\"{}\" is not a duration: {}", text, why)));
}

}  // namespace

Result<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  if (text.empty()) return refuse(text, "write a number and a unit, as in 500ms");
  if (text.front() == '-') return refuse(text, "it may not be negative");

  std::int64_t count = 0;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [rest, status] = std::from_chars(begin, end, count);
  if (status == std::errc::invalid_argument) {
    return refuse(text, "it must start with a whole number, as in 500ms");
  }

  const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
  if (suffix.empty()) {
    return refuse(text, fmt::format("the unit is missing, as in {}ms or {}s", text, text));
  }
  if (suffix.front() == '.') {
    return refuse(text, "it has a fraction; use a smaller unit, as in 1500ms for 1.5 s");
  }
  const Unit* const unit = find_unit(suffix);
  if (unit == nullptr) {
    return refuse(text, fmt::format("\"{}\" is no unit; use ns, us, ms, s, m, h or d", suffix));
  }

  std::int64_t nanoseconds = 0;
  if (status == std::errc::result_out_of_range ||
      __builtin_mul_overflow(count, unit->nanoseconds, &nanoseconds)) {
    return refuse(text, "it is longer than 292 years");
  }
  return std::chrono::nanoseconds(nanoseconds);
}

std::string format_duration(std::chrono::nanoseconds duration) {
  const std::int64_t count = duration.count();
  if (count == 0) return "0s";
  for (const Unit& unit : kUnits) {
    if (count % unit.nanoseconds == 0) {
      return fmt::format("{}{}", count / unit.nanoseconds, unit.suffix);
    }
  }
  return fmt::format("{}ns", count);
}

}  // namespace hyperactor::base
