// wire/type_name.hpp - names a type for a peer: the same text from every compiler and machine.
//
//   wire::type_name<bank::Deposit>()              "bank::Deposit"
//   wire::type_name<std::vector<long>>()          "vector<i64>"
//   wire::type_name<bank::Box<std::string>>()     "bank::Box<string>"
//   HYPERACTOR_TYPE_NAME(Local, "bank::Local");   where no name can be derived
//
// A name is derived for built-in types, the standard types that the codec knows, and classes
// and enumerations in named namespaces (or inside such a class), whose template parameters, if
// any, are all types. The spellings are listed in docs/protocol/type-names.md.
#pragma once

#include "hyperactor/base/type_name.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ratio>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace hyperactor::wire {

/// XXH64 of the text with seed 0: what stands for a name on the wire. 0 is reserved, and no
/// type has it.
[[nodiscard]] std::uint64_t hash_name(std::string_view name) noexcept;

namespace detail {

// Says how the name of `T` is written. HYPERACTOR_TYPE_NAME specialises it.
template <class T>
struct TypeNameOf;

struct TypeNameRecord {
  std::string name;
  std::uint64_t hash;
};

using AppendName = void (*)(std::string&);

// Made once for each type, never destroyed.
const TypeNameRecord& make_type_name(AppendName append);

// Fails a CHECK if the compiler left out a scope of the type: a function, an inline namespace.
void check_scopes(std::string_view spelled, const char* mangled);

template <class T>
const TypeNameRecord& type_name_record() {
  static const TypeNameRecord& record = make_type_name(&TypeNameOf<T>::append);
  return record;
}

// Letters, digits and _ : . - / < > ( ) and at least one of them.
constexpr bool is_type_name(std::string_view name) {
  for (const char c : name) {
    if (!hyperactor::detail::is_word(c) && std::string_view(":.-/<>()").find(c) == name.npos) {
      return false;
    }
  }
  return !name.empty() && name.find('$') == name.npos;
}

// What stands before the template arguments: "bank::Box" of "bank::Box<long>". The whole of a
// name that has none.
constexpr std::string_view template_head(std::string_view raw) {
  if (!raw.ends_with('>')) return raw;
  int depth = 0;
  for (std::size_t i = raw.size(); i-- > 0;) {
    if (raw[i] == '>') ++depth;
    if (raw[i] == '<' && --depth == 0) return raw.substr(0, i);
  }
  return raw;
}

// Names only, joined by "::": nothing anonymous, no function, no template.
constexpr bool is_plain(std::string_view head) {
  for (const char c : head) {
    if (!hyperactor::detail::is_word(c) && c != ':') return false;
  }
  return !head.empty() && head.find('$') == head.npos;
}

struct StandardName {
  std::string_view from;
  std::string_view to;
  std::size_t parameters;  // how many of them matter on the wire; the rest is not written
};

inline constexpr std::size_t kAllParameters = 1000;

// An empty `to` is a tuple: "(A, B)".
inline constexpr std::array<StandardName, 14> kStandardNames{{
    {"std::byte", "byte", 0},
    {"std::monostate", "()", 0},
    {"std::vector", "vector", 1},
    {"std::list", "list", 1},
    {"std::deque", "deque", 1},
    {"std::set", "set", 1},
    {"std::map", "map", 2},
    {"std::unordered_set", "unordered_set", 1},
    {"std::unordered_map", "unordered_map", 2},
    {"std::optional", "optional", 1},
    {"std::variant", "variant", kAllParameters},
    {"std::expected", "expected", 2},
    {"std::pair", "", kAllParameters},
    {"std::tuple", "", kAllParameters},
}};

// With an empty `from` when there is none.
constexpr StandardName find_standard_name(std::string_view head) {
  for (const StandardName& known : kStandardNames) {
    if (known.from == head) return known;
  }
  return {};
}

// The name of a class that is no template, or of a template without its arguments.
template <bool IsTemplate>
constexpr std::string_view plain_head(std::string_view name) {
  return IsTemplate ? template_head(name) : name;
}

// Without the "__cxx11::" that libstdc++ puts some of its types into.
template <class T, bool IsTemplate>
inline constexpr std::string_view kHead = plain_head<IsTemplate>(hyperactor::type_name<T>());

template <class T, bool IsTemplate>
constexpr bool has_derived_name() {
  if (kHead<T, IsTemplate>.starts_with("std::")) {
    return !find_standard_name(kHead<T, IsTemplate>).from.empty();
  }
  return is_plain(plain_head<IsTemplate>(hyperactor::detail::raw_type_name<T>()));
}

template <class T>
constexpr std::string_view built_in_name() {
  if (std::is_same_v<T, bool>) return "bool";
  if (std::is_same_v<T, char>) return "char";
  if (std::is_same_v<T, char8_t> || std::is_same_v<T, char16_t> ||
      std::is_same_v<T, char32_t> || std::is_same_v<T, wchar_t>) {
    return {};
  }
  if (std::is_integral_v<T> && sizeof(T) <= 8) {
    constexpr std::array<std::string_view, 8> kNames{"u8",  "i8",  "u16", "i16",
                                                     "u32", "i32", "u64", "i64"};
    constexpr std::size_t kLog = sizeof(T) == 1   ? 0
                                 : sizeof(T) == 2 ? 1
                                 : sizeof(T) == 4 ? 2
                                                  : 3;
    return kNames[(2 * kLog) + (std::is_signed_v<T> ? 1 : 0)];
  }
  if (std::is_same_v<T, float>) return "f32";
  if (std::is_same_v<T, double>) return "f64";
  return {};
}

template <std::size_t Keep, class... Parameters>
void append_parameters(std::string& out) {
  std::size_t index = 0;
  const auto one = [&]<class P, bool Kept>() {
    if constexpr (Kept) {
      if (index++ > 0) out += ", ";
      TypeNameOf<P>::append(out);
    }
  };
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (one.template operator()<Parameters, (I < Keep)>(), ...);
  }(std::index_sequence_for<Parameters...>());
}

// "ms", or "1/60" seconds.
template <class Period>
void append_period(std::string& out) {
  if constexpr (std::ratio_equal_v<Period, std::nano>) {
    out += "ns";
  } else if constexpr (std::ratio_equal_v<Period, std::micro>) {
    out += "us";
  } else if constexpr (std::ratio_equal_v<Period, std::milli>) {
    out += "ms";
  } else if constexpr (std::ratio_equal_v<Period, std::ratio<1>>) {
    out += "s";
  } else if constexpr (std::ratio_equal_v<Period, std::ratio<60>>) {
    out += "min";
  } else if constexpr (std::ratio_equal_v<Period, std::ratio<3600>>) {
    out += "h";
  } else {
    out += std::to_string(Period::type::num) + "/" + std::to_string(Period::type::den);
  }
}

template <class Rep, class Period>
void append_duration(std::string& out) {
  append_period<Period>(out);
  if constexpr (std::is_floating_point_v<Rep>) {
    out += ", ";
    TypeNameOf<Rep>::append(out);
  }
}

template <class T>
struct TypeNameOf {
  static void append(std::string& out) {
    if constexpr (std::is_class_v<T> || std::is_enum_v<T> || std::is_union_v<T>) {
      static_assert(
          has_derived_name<T, false>(),
          "this type has no name that every peer would derive: it is local, unnamed, "
          "in an anonymous namespace, part of a template, has parameters that are not "
          "types, or is of the standard library; give it one with "
          "HYPERACTOR_TYPE_NAME(T, \"name\")");
      if constexpr (has_derived_name<T, false>()) {
        constexpr std::string_view head = kHead<T, false>;
        constexpr StandardName known = find_standard_name(head);
        if constexpr (!known.from.empty()) {
          out += known.to;
        } else {
          check_scopes(head, typeid(T).name());
          out += head;
        }
      }
    } else {
      static_assert(
          !built_in_name<T>().empty(),
          "this built-in type does not travel: use bool, char, an integer of up to 64 "
          "bits, float or double; std::string for text");
      out += built_in_name<T>();
    }
  }
};

template <template <class...> class C, class... Parameters>
struct TypeNameOf<C<Parameters...>> {
  static void append(std::string& out) {
    using T = C<Parameters...>;
    static_assert(
        has_derived_name<T, true>(),
        "this template has no name that every peer would derive: it is unnamed, in an "
        "anonymous namespace, part of another template, or is of the standard "
        "library; give it one with HYPERACTOR_TYPE_NAME(T, \"name\")");
    if constexpr (has_derived_name<T, true>()) {
      constexpr std::string_view head = kHead<T, true>;
      constexpr StandardName known = find_standard_name(head);
      if constexpr (!known.from.empty()) {
        out += known.to;
        out += known.to.empty() ? '(' : '<';
        append_parameters<known.parameters, Parameters...>(out);
        out += known.to.empty() ? ')' : '>';
      } else {
        check_scopes(head, typeid(T).name());
        out += head;
        out += '<';
        append_parameters<kAllParameters, Parameters...>(out);
        out += '>';
      }
    }
  }
};

template <class Traits, class Allocator>
struct TypeNameOf<std::basic_string<char, Traits, Allocator>> {
  static void append(std::string& out) { out += "string"; }
};

template <class T, std::size_t N>
struct TypeNameOf<std::array<T, N>> {
  static void append(std::string& out) {
    out += "array<";
    TypeNameOf<T>::append(out);
    out += ", " + std::to_string(N) + ">";
  }
};

template <class Rep, class Period>
struct TypeNameOf<std::chrono::duration<Rep, Period>> {
  static void append(std::string& out) {
    out += "duration<";
    append_duration<Rep, Period>(out);
    out += '>';
  }
};

template <class Clock, class Duration>
struct TypeNameOf<std::chrono::time_point<Clock, Duration>> {
  static_assert(std::is_same_v<Clock, std::chrono::system_clock>,
                "only times of std::chrono::system_clock travel: those of other clocks mean "
                "nothing to another process");

  static void append(std::string& out) {
    out += "time<";
    append_duration<typename Duration::rep, typename Duration::period>(out);
    out += '>';
  }
};

}  // namespace detail

/// The name on the wire. Null-terminated, lives for ever.
///
/// Checks    A scope that the compiler hides, which is a function or an inline namespace, fails
/// a
///           CHECK that says to use HYPERACTOR_TYPE_NAME. GCC shows inline namespaces, so there
///           the name has them; Clang stops.
/// Threads   Any.
/// Cost      Built at the first call for each type; after that a load.
template <class T>
[[nodiscard]] std::string_view type_name() {
  return detail::type_name_record<T>().name;
}

/// hash_name() of type_name(); never 0. Cost as there.
template <class T>
[[nodiscard]] std::uint64_t type_hash() {
  return detail::type_name_record<T>().hash;
}

}  // namespace hyperactor::wire

/// Gives `T` its name on the wire. At global scope, before the name is first used. The name is
/// what peers know the type by: it stays when the class is renamed or moved.
#define HYPERACTOR_TYPE_NAME(T, name)                                                   \
  template <>                                                                           \
  struct hyperactor::wire::detail::TypeNameOf<T> {                                      \
    static_assert(hyperactor::wire::detail::is_type_name(name),                         \
                  "a name on the wire has letters, digits and _ : . - / < > ( ) only"); \
    static void append(std::string& out) {                                              \
      out += name;                                                                      \
    }                                                                                   \
  }
