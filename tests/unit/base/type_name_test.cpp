// tests/unit/base/type_name_test.cpp - one spelling of a type on both compilers.
#include "hyperactor/base/type_name.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace bank {
struct Put {
  struct Inner {};
};

enum class Currency { Euro, Yen };

template <class T, int N = 3>
struct Box {
  struct Lid {};
};

template <class...>
struct Pack {};

template <Currency C, char Mark, bool Open>
struct Account {};

struct longish_int {};
}  // namespace bank

namespace hyperactor {
namespace {

struct Hidden {};

template <class T>
struct HiddenBox {};

TEST(TypeName, KeepsTheNamespaces) {
  EXPECT_EQ(type_name<bank::Put>(), "bank::Put");
  EXPECT_EQ(type_name<bank::Put::Inner>(), "bank::Put::Inner");
  EXPECT_EQ(type_name<bank::longish_int>(), "bank::longish_int");
}

TEST(TypeName, SpellsBuiltInTypesOneWay) {
  EXPECT_EQ(type_name<short>(), "short");
  EXPECT_EQ(type_name<unsigned short>(), "unsigned short");
  EXPECT_EQ(type_name<unsigned>(), "unsigned int");
  EXPECT_EQ(type_name<long>(), "long");
  EXPECT_EQ(type_name<unsigned long>(), "unsigned long");
  EXPECT_EQ(type_name<long long>(), "long long");
  EXPECT_EQ(type_name<unsigned long long>(), "unsigned long long");
  EXPECT_EQ(type_name<long double>(), "long double");
  EXPECT_EQ(type_name<signed char>(), "signed char");
  EXPECT_EQ(type_name<void>(), "void");
}

TEST(TypeName, SpellsTemplateArgumentsOneWay) {
  EXPECT_EQ(type_name<bank::Box<long>>(), "bank::Box<long>");
  EXPECT_EQ((type_name<bank::Box<bank::Box<unsigned char, 4>>>()),
            "bank::Box<bank::Box<unsigned char, 4>>");
  EXPECT_EQ((type_name<bank::Pack<int, const char*, bank::Put&>>()),
            "bank::Pack<int, const char*, bank::Put&>");
  EXPECT_EQ((type_name<bank::Account<bank::Currency::Yen, 'x', true>>()),
            "bank::Account<bank::Currency::Yen, 'x', true>");
  EXPECT_EQ(type_name<bank::Pack<>>(), "bank::Pack<>");
}

TEST(TypeName, SpellsStandardTypesOneWay) {
  EXPECT_EQ(type_name<std::string>(), "std::basic_string<char>");
  EXPECT_EQ((type_name<std::map<std::string, std::vector<std::uint16_t>>>()),
            "std::map<std::basic_string<char>, std::vector<unsigned short>>");
  EXPECT_EQ(type_name<std::unique_ptr<bank::Put>>(), "std::unique_ptr<bank::Put>");
}

TEST(TypeName, SpellsCompoundTypesOneWay) {
  EXPECT_EQ(type_name<const bank::Put* const*>(), "const bank::Put*const*");
  EXPECT_EQ(type_name<int&&>(), "int&&");
  EXPECT_EQ(type_name<int[4]>(), "int[4]");
  EXPECT_EQ((type_name<int(double, char)>()), "int(double, char)");
  EXPECT_EQ(type_name<void (*)(int)>(), "void(*)(int)");
}

TEST(TypeName, MarksAnUnnamedNamespaceOneWay) {
  EXPECT_EQ(type_name<Hidden>(), "hyperactor::(anonymous)::Hidden");
  EXPECT_EQ(type_name<HiddenBox<Hidden>>(),
            "hyperactor::(anonymous)::HiddenBox<hyperactor::(anonymous)::Hidden>");
}

TEST(TypeName, DropsTheFunctionOfALocalType) {
  struct Local {};

  EXPECT_EQ(type_name<Local>(), "Local");
  EXPECT_EQ(type_name<bank::Box<Local>>(), "bank::Box<Local>");
  EXPECT_EQ((type_name<bank::Pack<int, Local>>()), "bank::Pack<int, Local>");
  EXPECT_EQ(short_type_name<Local>(), "Local");
}

TEST(TypeName, IsAConstantAndEndsWithANull) {
  static_assert(type_name<bank::Put>() == "bank::Put");
  static_assert(short_type_name<bank::Put>() == "Put");
  EXPECT_EQ(std::string_view(type_name<bank::Put>().data()), "bank::Put");
}

TEST(ShortTypeName, DropsEveryScope) {
  EXPECT_EQ(short_type_name<bank::Put>(), "Put");
  EXPECT_EQ(short_type_name<bank::Put::Inner>(), "Inner");
  EXPECT_EQ(short_type_name<bank::Box<bank::Put>::Lid>(), "Lid");
  EXPECT_EQ(short_type_name<Hidden>(), "Hidden");
  EXPECT_EQ(short_type_name<int>(), "int");
}

TEST(ShortTypeName, DropsScopesInsideTemplateArguments) {
  EXPECT_EQ((short_type_name<bank::Pack<bank::Put, const Hidden*, bank::Box<Hidden, 4>>>()),
            "Pack<Put, const Hidden*, Box<Hidden, 4>>");
  EXPECT_EQ((short_type_name<bank::Put(Hidden, long)>()), "Put(Hidden, long)");
}

}  // namespace
}  // namespace hyperactor
