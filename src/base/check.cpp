// base/check.cpp - prints a failed CHECK and hands it to the fatal handler.
#include "hyperactor/base/check.hpp"

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace hyperactor {
namespace {

// A process-wide default: what a CHECK does cannot be passed to every place that has one.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): see above
std::atomic<FatalHandler> fatal_handler{nullptr};

std::vector<std::string_view> split_arguments(std::string_view names);
std::string label_values(const std::vector<std::string_view>& names, fmt::format_args values,
                         int count);

}  // namespace

void detail::fail_check(std::string_view expression, std::string_view names,
                        fmt::format_args values, int count, std::source_location place) {
  const CheckFailure failure{.expression = expression,
                             .values = label_values(split_arguments(names), values, count),
                             .place = place};
  const std::string line = failure.to_string() + '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
  // Acquire pairs with the release in set_fatal_handler: what the installer prepared is seen.
  if (FatalHandler handler = fatal_handler.load(std::memory_order_acquire)) handler(failure);
  std::abort();
}

FatalHandler set_fatal_handler(FatalHandler handler) noexcept {
  return fatal_handler.exchange(handler, std::memory_order_acq_rel);
}

std::string CheckFailure::to_string() const {
  std::string text =
      fmt::format("{}:{}: CHECK failed: {}", place.file_name(), place.line(), expression);
  if (!values.empty()) text += fmt::format(" ({})", values);
  return text;
}

namespace {

// "used, f(a, b), \"x, y\"" becomes its three parts: commas inside brackets or quotes are kept.
std::vector<std::string_view> split_arguments(std::string_view names) {
  std::vector<std::string_view> parts;
  int depth = 0;
  char quote = 0;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < names.size(); ++at) {
    const char c = names[at];
    if (quote != 0) {
      if (c == '\\') {
        ++at;
      } else if (c == quote) {
        quote = 0;
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ')' || c == ']' || c == '}') {
      --depth;
    } else if (c == ',' && depth == 0) {
      parts.push_back(names.substr(begin, at - begin));
      begin = names.find_first_not_of(' ', at + 1);
      if (begin == std::string_view::npos) begin = names.size();
    }
  }
  if (begin < names.size()) parts.push_back(names.substr(begin));
  return parts;
}

std::string label_values(const std::vector<std::string_view>& names, fmt::format_args values,
                         int count) {
  // Template arguments can hide a comma from the split: then the values stand alone.
  const bool labelled = names.size() == static_cast<std::size_t>(count);
  std::string text;
  for (int i = 0; i < count; ++i) {
    if (i > 0) text += ", ";
    if (labelled) {
      const std::string_view name = names[static_cast<std::size_t>(i)];
      if (!name.starts_with('"')) text += fmt::format("{} = ", name);
    }
    text += fmt::vformat(fmt::format("{{{}}}", i), values);
  }
  return text;
}

}  // namespace
}  // namespace hyperactor
