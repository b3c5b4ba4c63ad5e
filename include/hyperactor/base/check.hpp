// base/check.hpp - stops a program that has found a bug in itself.
//
//   HYPERACTOR_CHECK(used <= limit, used, limit);           on in every build
//   HYPERACTOR_CHECK(node, "the inbox lost a node", depth);  a literal is printed as it is
//   HYPERACTOR_DCHECK(is_sorted(table));                    costs more than O(1): not in
//   release
//
// For bugs only. Input from a user or a peer is answered with an Error, never with a CHECK.
#pragma once

#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>

#include <fmt/core.h>

namespace hyperactor {

/// What a failed CHECK knows.
struct CheckFailure {
  std::string_view expression;  ///< as written
  std::string values;           ///< such as "used = 9, limit = 8"; empty when none were given
  std::source_location place;   ///< of the CHECK

  /// "src/net/outbox.cpp:41: CHECK failed: used <= limit (used = 9, limit = 8)".
  [[nodiscard]] std::string to_string() const;
};

/// Called after the failure was printed. May throw, to end only what runs now; when it returns,
/// the process aborts.
using FatalHandler = void (*)(const CheckFailure& failure);

/// Installs `handler` for the whole process and returns the one before; null means "abort".
FatalHandler set_fatal_handler(FatalHandler handler) noexcept;

namespace detail {

[[noreturn, gnu::cold, gnu::noinline]] void fail_check(std::string_view expression,
                                                       std::string_view names,
                                                       fmt::format_args values, int count,
                                                       std::source_location place);

// What is printed for a value: itself, the number of an enumerator, or the address of a
// pointer.
template <class T>
decltype(auto) printable(const T& value) {
  if constexpr (std::is_pointer_v<T> && !std::is_convertible_v<T, std::string_view>) {
    return static_cast<const void*>(value);
  } else if constexpr (fmt::is_formattable<T>::value) {
    return (value);
  } else if constexpr (std::is_enum_v<T>) {
    return +static_cast<std::underlying_type_t<T>>(value);
  } else {
    static_assert(fmt::is_formattable<T>::value,
                  "HYPERACTOR_CHECK cannot print this value: give it an fmt::formatter, or "
                  "pass one of its members");
  }
}

template <class... Values>
[[noreturn, gnu::cold, gnu::noinline]] void check_failed(std::source_location place,
                                                         std::string_view expression,
                                                         std::string_view names,
                                                         const Values&... values) {
  const auto pack = [&](const auto&... shown) {
    fail_check(expression, names, fmt::make_format_args(shown...),
               static_cast<int>(sizeof...(shown)), place);
  };
  pack(printable(values)...);
  __builtin_unreachable();
}

}  // namespace detail
}  // namespace hyperactor

#define HYPERACTOR_CHECK(condition, ...)                                              \
  do {                                                                                \
    if (!(condition)) [[unlikely]] {                                                  \
      ::hyperactor::detail::check_failed(std::source_location::current(), #condition, \
                                         #__VA_ARGS__ __VA_OPT__(, ) __VA_ARGS__);    \
    }                                                                                 \
  } while (false)

#if defined(HYPERACTOR_DCHECKS) && HYPERACTOR_DCHECKS
#define HYPERACTOR_DCHECK(condition, ...) HYPERACTOR_CHECK(condition __VA_OPT__(, ) __VA_ARGS__)
#else
// Compiled, so that it cannot rot, but never run.
#define HYPERACTOR_DCHECK(condition, ...)                              \
  do {                                                                 \
    if (false) HYPERACTOR_CHECK(condition __VA_OPT__(, ) __VA_ARGS__); \
  } while (false)
#endif
