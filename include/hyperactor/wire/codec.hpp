// wire/codec.hpp - values as bytes and back.
//
//   struct Deposit { std::int64_t cents; std::string memo; };      // no macros
//   Result<wire::Encoded> out = wire::encode(Deposit{25, "rent"});
//   Result<Deposit> in = wire::decode<Deposit>(*out);
//
// What travels: bool, char, integers, float, double; enumerations of a fixed type; std::string
// (UTF-8), Bytes; the containers vector, list, deque, array, set, map and the unordered ones;
// optional, variant, expected, pair, tuple, monostate; durations, and times of the system
// clock; aggregates of up to 32 of these without bases or C arrays; and classes with a public
// `template <class Archive> void serialize(Archive& ar) { ar(a_, b_); }`. All must be
// default-constructible.
//
// Fields may be added at the end: older readers skip them, newer ones leave them as they are in
// a new object. docs/protocol/encoding.md describes the bytes.
#pragma once

#include "hyperactor/base/error.hpp"
#include "hyperactor/wire/archive.hpp"
#include "hyperactor/wire/bytes.hpp"
#include "hyperactor/wire/fields.hpp"
#include "hyperactor/wire/type_name.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <expected>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace hyperactor::wire {
namespace detail {

template <class T, template <class...> class C>
inline constexpr bool kIs = false;
template <class... A, template <class...> class C>
inline constexpr bool kIs<C<A...>, C> = true;

template <class T>
inline constexpr bool kIsArray = false;
template <class T, std::size_t N>
inline constexpr bool kIsArray<std::array<T, N>> = true;

template <class T>
inline constexpr bool kIsDuration = false;
template <class R, class P>
inline constexpr bool kIsDuration<std::chrono::duration<R, P>> = true;

template <class T>
inline constexpr bool kIsTime = false;
template <class D>
inline constexpr bool kIsTime<std::chrono::time_point<std::chrono::system_clock, D>> = true;

template <class T>
inline constexpr bool kIsClass = requires(T& value, Encoder& out, Decoder& in) {
  value.serialize(out);
  value.serialize(in);
};

template <class T>
inline constexpr bool kIsSequence = requires(T& c, typename T::value_type v) {
  c.push_back(std::move(v));
  c.begin();
  c.end();
  c.size();
};

template <class T>
inline constexpr bool kIsSet = requires(T& c, typename T::key_type k) {
  c.insert(std::move(k)).second;
  c.begin();
  c.size();
};

template <class T>
inline constexpr bool kIsMap =
    requires(T& c, typename T::key_type k, typename T::mapped_type v) {
      c.emplace(std::move(k), std::move(v)).second;
      c.begin();
      c.size();
    };

template <class T>
inline constexpr bool kIsNumber =
    std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, char> ||
    (std::is_integral_v<T> && sizeof(T) <= 8 && !built_in_name<T>().empty());

// A compiler gives {0} to an enumeration only if its type is fixed.
template <class T>
inline constexpr bool kIsFixedEnum = requires { T{0}; };

template <class T>
inline constexpr bool kIsTuple = kIs<T, std::pair> || kIs<T, std::tuple>;

template <std::size_t Size>
using UnsignedOf = std::conditional_t<
    Size == 1, std::uint8_t,
    std::conditional_t<Size == 2, std::uint16_t,
                       std::conditional_t<Size == 4, std::uint32_t, std::uint64_t>>>;

template <class T>
using TicksOf =
    std::conditional_t<std::is_floating_point_v<typename T::rep>, double, std::int64_t>;

// The fewest bytes of a body that a value can take.
template <class T>
consteval std::size_t smallest_size() {
  if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
    return sizeof(T);
  } else if constexpr (kIsTuple<T>) {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return (std::size_t{0} + ... +
              smallest_size<std::remove_const_t<std::tuple_element_t<I, T>>>());
    }(std::make_index_sequence<std::tuple_size_v<T>>());
  } else if constexpr (kIsArray<T>) {
    return std::tuple_size_v<T> * smallest_size<typename T::value_type>();
  } else if constexpr (kIs<T, std::optional> || kIs<T, std::variant> || kIs<T, std::expected>) {
    return 1;
  } else if constexpr (kIsDuration<T> || kIsTime<T>) {
    return 8;
  } else {
    return std::is_same_v<T, std::monostate> ? 0 : 4;
  }
}

// Sequences whose elements lie in memory as they do on the wire.
template <class T>
inline constexpr bool kIsBlock = false;
template <class T>
inline constexpr bool kIsBlock<std::vector<T>> =
    !std::is_same_v<T, bool> &&
    (std::is_same_v<T, std::byte> ||
     (kIsNumber<T> && (sizeof(T) == 1 || std::endian::native == std::endian::little)));

// The sentences for what does not travel. True if the aggregate can.
template <class T>
consteval bool check_aggregate() {
  static_assert(!std::is_pointer_v<T> && !std::is_reference_v<T>,
                "a pointer does not travel: send the value, or an optional of it");
  static_assert(!std::is_array_v<T>, "a C array does not travel: use std::array");
  if constexpr (std::is_class_v<T>) {
    static_assert(std::is_aggregate_v<T>,
                  "this class does not travel: it is no aggregate; give it a public "
                  "`template <class Archive> void serialize(Archive& ar) { ar(fields_...); }`");
    if constexpr (std::is_aggregate_v<T>) {
      static_assert(!kHasBase<T>,
                    "an aggregate with a base class does not travel: make the base its first "
                    "field, or give it serialize()");
      static_assert(!has_array<T>(),
                    "an aggregate with a C array does not travel: use std::array");
      static_assert(
          kFieldCount<T> <= kMaxFields,
          "an aggregate of more than 32 fields does not travel: put some of them into "
          "an aggregate of their own");
      return !kHasBase<T> && !has_array<T>() && kFieldCount<T> <= kMaxFields;
    }
  } else {
    static_assert(std::is_pointer_v<T> || std::is_array_v<T>, "this type does not travel");
  }
  return false;
}

template <class T>
consteval bool check_default() {
  static_assert(
      std::is_default_constructible_v<T>,
      "what travels must be default-constructible, because it is read into a new object");
  return std::is_default_constructible_v<T>;
}

template <class T>
consteval bool check_element() {
  static_assert(smallest_size<T>() > 0,
                "elements that take no bytes do not travel: send how many there are");
  return smallest_size<T>() > 0;
}

template <class T>
void put(Encoder& out, const T& value);
template <class T>
bool get(Decoder& in, T& value);

template <class T>
void put_sequence(Encoder& out, const T& values) {
  out.count(values.size());
  if constexpr (kIsBlock<T>) {
    out.raw(values.data(), values.size() * sizeof(typename T::value_type));
  } else {
    for (const auto& value : values) {
      if (out.failed()) return;
      if constexpr (kIsMap<T>) {
        put(out, value.first);
        put(out, value.second);
      } else {
        put<typename T::value_type>(out, value);
      }
    }
  }
}

template <class T>
void put_struct(Encoder& out, const T& value) {
  const std::size_t opened = out.open();
  if (!out.failed()) {
    if constexpr (kIsClass<T>) {
      const_cast<T&>(value).serialize(out);  // as cereal does: an Encoder changes nothing
    } else {
      with_fields(value, [&](const auto&... fields) { (put(out, fields), ...); });
    }
  }
  out.close(opened);
}

template <class T>
void put(Encoder& out, const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    out.number(static_cast<std::uint8_t>(value ? 1 : 0));
  } else if constexpr (kIsNumber<T>) {
    out.number(std::bit_cast<UnsignedOf<sizeof(T)>>(value));
  } else if constexpr (std::is_enum_v<T>) {
    static_assert(kIsFixedEnum<T>,
                  "an enumeration travels only if its type is fixed: write `enum class`, or "
                  "`enum Name : int`");
    put(out, static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::is_same_v<T, std::string>) {
    out.text(value);
  } else if constexpr (std::is_same_v<T, Bytes>) {
    out.part(value);
  } else if constexpr (std::is_same_v<T, std::monostate>) {
  } else if constexpr (kIs<T, std::optional>) {
    put(out, value.has_value());
    if (value) put<typename T::value_type>(out, *value);
  } else if constexpr (kIs<T, std::expected>) {
    put(out, value.has_value());
    if (!value) {
      put<typename T::error_type>(out, value.error());
    } else if constexpr (!std::is_void_v<typename T::value_type>) {
      put<typename T::value_type>(out, *value);
    }
  } else if constexpr (kIs<T, std::variant>) {
    static_assert(std::variant_size_v<T> <= 255, "a variant of more than 255 does not travel");
    if (value.valueless_by_exception()) return out.fail("a variant has no value");
    out.number(static_cast<std::uint8_t>(value.index()));
    std::visit([&](const auto& held) { put(out, held); }, value);
  } else if constexpr (kIsTuple<T>) {
    std::apply([&](const auto&... fields) { (put(out, fields), ...); }, value);
  } else if constexpr (kIsArray<T>) {
    for (const auto& element : value) put<typename T::value_type>(out, element);
  } else if constexpr (kIsDuration<T>) {
    put(out, static_cast<TicksOf<T>>(value.count()));
  } else if constexpr (kIsTime<T>) {
    put(out, value.time_since_epoch());
  } else if constexpr (kIsClass<T>) {
    put_struct(out, value);
  } else if constexpr (kIsMap<T> || kIsSet<T> || kIsSequence<T>) {
    put_sequence(out, value);
  } else if constexpr (check_aggregate<T>()) {
    put_struct(out, value);
  }
}

template <class T>
bool get_sequence(Decoder& in, T& values) {
  using E = typename T::value_type;
  std::size_t count = 0;
  if constexpr (check_element<E>()) {
    if (!in.count(count, smallest_size<E>())) return false;
    if constexpr (kIsBlock<T>) {
      values.resize(count);
      return in.raw(values.data(), count * sizeof(E));
    } else {
      // What is reserved is never larger than what is left to read.
      if constexpr (requires { values.reserve(count); }) {
        values.reserve(std::min(count, in.left() / sizeof(E)));
      }
      for (; count > 0; --count) {
        E element{};
        if (!get(in, element)) return false;
        values.push_back(std::move(element));
      }
    }
  }
  return true;
}

template <class T>
bool get_keyed(Decoder& in, T& values) {
  using K = typename T::key_type;
  std::size_t count = 0;
  if constexpr (check_element<K>()) {
    if (!in.count(count, smallest_size<K>())) return false;
    for (; count > 0; --count) {
      K key{};
      if (!get(in, key)) return false;
      bool added = false;
      if constexpr (kIsMap<T>) {
        typename T::mapped_type mapped{};
        if (!get(in, mapped)) return false;
        added = values.emplace(std::move(key), std::move(mapped)).second;
      } else {
        added = values.insert(std::move(key)).second;
      }
      if (!added) {
        in.fail("the same key twice");
        return false;
      }
    }
  }
  return true;
}

template <class T>
bool get_field(Decoder& in, T& field, std::size_t index, std::string_view (*type)()) {
  if (in.left() == 0) return true;  // an older writer did not have it
  if (get(in, field)) return true;
  in.inside(index, type());
  return false;
}

template <class T>
bool get_struct(Decoder& in, T& value) {
  std::size_t outer_end = 0;
  if (!in.open(outer_end)) return false;
  if constexpr (kIsClass<T>) {
    value.serialize(in);
  } else {
    with_fields(value, [&](auto&... fields) {
      std::size_t index = 0;
      (void)(get_field(in, fields, ++index, &type_name<T>) && ...);
    });
  }
  in.close(outer_end);
  return !in.failed();
}

template <class T, std::size_t I = 0>
bool get_alternative(Decoder& in, T& value, std::size_t index) {
  if constexpr (I == std::variant_size_v<T>) {
    in.fail("alternative " + std::to_string(index) + " of " + std::to_string(I));
    return false;
  } else if (index == I) {
    return get(in, value.template emplace<I>());
  } else {
    return get_alternative<T, I + 1>(in, value, index);
  }
}

inline bool get_bool(Decoder& in, bool& value) {
  std::uint8_t byte = 0;
  if (!in.number(byte)) return false;
  value = byte == 1;
  if (byte <= 1) return true;
  in.fail("a truth value of " + std::to_string(byte));
  return false;
}

template <class T>
bool get_optional(Decoder& in, T& value) {
  bool present = false;
  if (!get_bool(in, present)) return false;
  if constexpr (kIs<T, std::optional>) {
    return !present || get(in, value.emplace());
  } else {
    if (!present) {
      typename T::error_type error{};
      const bool good = get(in, error);
      value = std::unexpected(std::move(error));
      return good;
    }
    if constexpr (std::is_void_v<typename T::value_type>) {
      value.emplace();
      return true;
    } else {
      typename T::value_type held{};
      const bool good = get(in, held);
      value = std::move(held);
      return good;
    }
  }
}

template <class T>
bool get_duration(Decoder& in, T& value) {
  TicksOf<T> ticks{};
  if (!get(in, ticks)) return false;
  if constexpr (std::is_integral_v<typename T::rep>) {
    if (!std::in_range<typename T::rep>(ticks)) {
      in.fail("a duration of " + std::to_string(ticks) + " ticks does not fit its type");
      return false;
    }
  }
  value = T(static_cast<typename T::rep>(ticks));
  return true;
}

template <class T>
bool get(Decoder& in, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return get_bool(in, value);
  } else if constexpr (kIsNumber<T>) {
    UnsignedOf<sizeof(T)> bits = 0;
    if (!in.number(bits)) return false;
    value = std::bit_cast<T>(bits);
    return true;
  } else if constexpr (std::is_enum_v<T>) {
    std::underlying_type_t<T> number{};
    if (!get(in, number)) return false;
    value = static_cast<T>(number);
    return true;
  } else if constexpr (std::is_same_v<T, std::string>) {
    return in.text(value);
  } else if constexpr (std::is_same_v<T, Bytes>) {
    return in.part(value);
  } else if constexpr (std::is_same_v<T, std::monostate>) {
    return true;
  } else if constexpr (kIs<T, std::optional> || kIs<T, std::expected>) {
    return get_optional(in, value);
  } else if constexpr (kIs<T, std::variant>) {
    std::uint8_t index = 0;
    return in.number(index) && get_alternative(in, value, index);
  } else if constexpr (kIsTuple<T>) {
    return std::apply([&](auto&... fields) { return (get(in, fields) && ...); }, value);
  } else if constexpr (kIsArray<T>) {
    return std::all_of(value.begin(), value.end(),
                       [&](auto& element) { return get(in, element); });
  } else if constexpr (kIsDuration<T>) {
    return get_duration(in, value);
  } else if constexpr (kIsTime<T>) {
    typename T::duration since{};
    if (!get(in, since)) return false;
    value = T(since);
    return true;
  } else if constexpr (kIsClass<T>) {
    return get_struct(in, value);
  } else if constexpr (kIsMap<T> || kIsSet<T>) {
    return get_keyed(in, value);
  } else if constexpr (kIsSequence<T>) {
    return get_sequence(in, value);
  } else if constexpr (check_aggregate<T>()) {
    return get_struct(in, value);
  } else {
    return false;
  }
}

// Runs `work` where no exception of a user's serialize() gets out.
template <class Archive, class Work>
void guarded(Archive& archive, Work&& work) {
  try {
    work();
  } catch (const std::exception& e) {
    archive.fail(std::string("serialize() has thrown: ") + e.what());
  } catch (...) {
    archive.fail("serialize() has thrown");
  }
}

}  // namespace detail

template <class... Fields>
void Encoder::operator()(const Fields&... fields) {
  ((failed() ? void() : detail::put(*this, fields)), ...);
}

template <class... Fields>
void Decoder::operator()(Fields&... fields) {
  (void)((left() == 0 || detail::get(*this, fields)) && ...);
}

/// The value as bytes. Fails if a string is not UTF-8, the value is nested too deeply, or one
/// aggregate or class takes 4 GiB without its Bytes.
///
/// Throws    Nothing; what a serialize() throws becomes the error.
/// Cost      One block that grows; Bytes are shared, not copied.
template <class T>
[[nodiscard]] Result<Encoded> encode(const T& value) {
  Encoder out;
  detail::guarded(out, [&] { detail::put(out, value); });
  return std::move(out).finish(type_name<T>());
}

/// The value that encode() was given. Input of any kind gives a value or an error, which says
/// what is wrong, in which field, at which byte. Bytes behind the value are skipped.
///
/// Throws    Nothing; what a serialize() throws becomes the error.
/// Cost      Memory in proportion to the input; Bytes are shared, not copied.
template <class T>
[[nodiscard]] Result<T> decode(const Encoded& from) {
  if constexpr (detail::check_default<T>()) {
    Decoder in(from);
    T value{};
    detail::guarded(in, [&] { detail::get(in, value); });
    if (in.failed()) return std::unexpected(in.error(type_name<T>()));
    return value;
  }
}

}  // namespace hyperactor::wire
