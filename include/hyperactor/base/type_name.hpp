// base/type_name.hpp - names a type for people to read, at compile time.
//
//   type_name<bank::Box<long>>()        "bank::Box<long>"
//   short_type_name<bank::Box<long>>()  "Box<long>"
//
// GCC and Clang agree on class, enumeration and built-in types, their pointers, references,
// arrays and functions, and templates of these; `(anonymous)` stands for an unnamed namespace,
// a type inside a function loses the function. They differ for lambdas, inline namespaces, and
// default template arguments inside a pack, which GCC writes out.
// For logs and error texts: names on the wire are another matter.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace hyperactor {
namespace detail {

template <class T>
constexpr std::string_view compiler_type_name() {
  return __PRETTY_FUNCTION__;
}

// The compiler's own spelling: what stands where `void` stands in the name for void.
template <class T>
constexpr std::string_view raw_type_name() {
  constexpr std::string_view sample = compiler_type_name<void>();
  constexpr std::size_t before = sample.find("void");
  constexpr std::size_t after = sample.size() - before - 4;
  static_assert(before != std::string_view::npos);
  const std::string_view name = compiler_type_name<T>();
  return name.substr(before, name.size() - before - after);
}

constexpr bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         c == '_' || c == '$';
}

struct Respelling {
  std::string_view from;
  std::string_view to;
};

// What the two compilers spell differently; no `to` is longer than its `from`.
inline constexpr std::array<Respelling, 9> kRespellings{{
    {"(anonymous namespace)", "(anonymous)"},
    {"{anonymous}", "(anonymous)"},
    {"long long unsigned int", "unsigned long long"},
    {"long long int", "long long"},
    {"long unsigned int", "unsigned long"},
    {"long int", "long"},
    {"short unsigned int", "unsigned short"},
    {"short int", "short"},
    {"__cxx11::", ""},
}};

// A name under construction, never longer than the text it is made from.
template <std::size_t Capacity>
struct TypeNameBuffer {
  std::array<char, Capacity + 1> text{};
  std::size_t size = 0;

  constexpr void append(std::string_view more) {
    for (const char c : more) text[size++] = c;
  }

  constexpr char last() const { return size == 0 ? '\0' : text[size - 1]; }

  // Steps back over brackets that balance, such as "(int)" or "<A, B<C>>".
  constexpr void drop_brackets() {
    int depth = 0;
    do {
      const char c = text[--size];
      if (c == ')' || c == '>') ++depth;
      if (c == '(' || c == '<') --depth;
    } while (depth > 0 && size > 0);
  }

  // Steps back over the name that ends here, with the scopes before it when `whole`.
  constexpr void drop_name(bool whole) {
    for (;;) {
      while (last() == ')' || last() == '>') drop_brackets();
      while (is_word(last())) --size;
      if (!whole || last() != ':') return;
      size -= 2;
    }
  }

  constexpr std::string_view view() const { return {text.data(), size}; }
};

template <std::size_t Capacity>
constexpr TypeNameBuffer<Capacity> spell_type_name(std::string_view raw) {
  TypeNameBuffer<Capacity> name;
  while (!raw.empty()) {
    bool respelled = false;
    if (!is_word(name.last())) {
      for (const Respelling& r : kRespellings) {
        if (!raw.starts_with(r.from)) continue;
        if (is_word(r.from.back()) && raw.size() > r.from.size() && is_word(raw[r.from.size()]))
          continue;
        name.append(r.to);
        raw.remove_prefix(r.from.size());
        respelled = true;
        break;
      }
    }
    if (respelled) continue;
    if (raw.starts_with("::") && name.last() == ')' && !name.view().ends_with("(anonymous)")) {
      name.drop_name(true);  // the function that a local type belongs to
      raw.remove_prefix(2);
    } else if (raw.front() == ' ' && name.last() != ',' &&
               !(is_word(name.last()) && raw.size() > 1 && is_word(raw[1]))) {
      raw.remove_prefix(1);  // keeps a space only after a comma and between words
    } else {
      name.append(raw.substr(0, 1));
      raw.remove_prefix(1);
    }
  }
  return name;
}

template <std::size_t Capacity>
constexpr TypeNameBuffer<Capacity> shorten_type_name(std::string_view full) {
  TypeNameBuffer<Capacity> name;
  while (!full.empty()) {
    if (full.starts_with("::")) {
      name.drop_name(false);
      full.remove_prefix(2);
    } else {
      name.append(full.substr(0, 1));
      full.remove_prefix(1);
    }
  }
  return name;
}

template <class T>
inline constexpr auto kTypeName =
    spell_type_name<raw_type_name<T>().size()>(raw_type_name<T>());

template <class T>
inline constexpr auto kShortTypeName =
    shorten_type_name<kTypeName<T>.size>(kTypeName<T>.view());

}  // namespace detail

/// The name with its namespaces. The view is null-terminated and lives for ever.
template <class T>
[[nodiscard]] constexpr std::string_view type_name() noexcept {
  return detail::kTypeName<T>.view();
}

/// The name without namespaces and enclosing classes, inside template arguments too.
template <class T>
[[nodiscard]] constexpr std::string_view short_type_name() noexcept {
  return detail::kShortTypeName<T>.view();
}

}  // namespace hyperactor
