// tests/unit/wire/fields_test.cpp - fields are counted right, whatever they are.
#include "hyperactor/wire/fields.hpp"

#include <array>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::wire::detail {
namespace {

struct None {};

struct Base {
  int a;
};

struct Derived : Base {
  int b;
};

struct DerivedFromNone : None {
  int b;
};

template <class T>
struct One {
  T field;
};

struct Array {
  int a;
  int b[3];
  int c;
};

struct Defaults {
  int a = 1;
  std::string b = "b";
  std::optional<int> c = std::nullopt;
};

struct Self {
  std::vector<Self> children;
};

struct ThirtyThree {
  char a1, a2, a3, a4, a5, a6, a7, a8, b1, b2, b3, b4, b5, b6, b7, b8;
  char c1, c2, c3, c4, c5, c6, c7, c8, d1, d2, d3, d4, d5, d6, d7, d8;
  char e1;
};

static_assert(kFieldCount<None> == 0);
static_assert(kFieldCount<One<int>> == 1);
static_assert(kFieldCount<One<Base>> == 1);
static_assert(kFieldCount<One<None>> == 1);
static_assert(kFieldCount<One<std::string>> == 1);
static_assert(kFieldCount<One<std::string_view>> == 1);
static_assert(kFieldCount<One<std::optional<Base>>> == 1);
static_assert(kFieldCount<One<std::variant<int, bool, std::string>>> == 1);
static_assert(kFieldCount<One<std::expected<Base, Base>>> == 1);
static_assert(kFieldCount<One<std::tuple<int>>> == 1);
static_assert(kFieldCount<One<std::pair<int, Base>>> == 1);
static_assert(kFieldCount<One<std::array<int, 4>>> == 1);
static_assert(kFieldCount<One<std::map<int, Base>>> == 1);
static_assert(kFieldCount<One<std::unique_ptr<int>>> == 1);
static_assert(kFieldCount<One<std::function<void()>>> == 1);
static_assert(kFieldCount<One<One<One<int>>>> == 1);
static_assert(kFieldCount<Defaults> == 3);
static_assert(kFieldCount<Self> == 1);
static_assert(kFieldCount<ThirtyThree> > kMaxFields);

static_assert(kHasBase<Derived> && kHasBase<DerivedFromNone>);
static_assert(!kHasBase<Base> && !kHasBase<None> && !kHasBase<Defaults>);
static_assert(!kHasBase<One<None>> && !kHasBase<Self>);

static_assert(has_array<Array>());
static_assert(!has_array<Defaults>() && !has_array<One<std::array<int, 4>>>());
static_assert(!has_array<One<Array>>() && !has_array<None>() && !has_array<Self>());

TEST(WireFields, AreVisitedInOrder) {
  Defaults value;
  const std::size_t count = with_fields(value, [](auto& a, auto& b, auto& c) {
    a = 2;
    b = "changed";
    c = 3;
    return std::size_t{3};
  });
  EXPECT_EQ(count, 3U);
  EXPECT_EQ(value.a, 2);
  EXPECT_EQ(value.b, "changed");
  EXPECT_EQ(value.c, 3);
}

}  // namespace
}  // namespace hyperactor::wire::detail
