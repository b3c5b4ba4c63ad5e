// tests/unit/wire/type_name_test.cpp - names on the wire are those of the checked-in table.
#include "hyperactor/wire/type_name.hpp"

#include "hyperactor/base/check.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <expected>
#include <fstream>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

struct WireGlobal {};

namespace wire_names {

struct Deposit {
  struct Part {};
  enum class Kind : std::uint8_t { Cash };
};

enum class Colour : std::uint8_t { Red };

template <class T>
struct Box {};

template <class A, class B = std::string>
struct Two {};

template <int N>
struct Sized {};

class Named {};

inline namespace v2 {
struct Inline {};
}  // namespace v2

namespace {
struct Hidden {};
}  // namespace

}  // namespace wire_names

using SizedFour = wire_names::Sized<4>;
HYPERACTOR_TYPE_NAME(SizedFour, "wire_names::Sized<4>");
HYPERACTOR_TYPE_NAME(wire_names::Named, "bank.v1/Named");
HYPERACTOR_TYPE_NAME(wire_names::Hidden, "wire_names::Hidden");

namespace hyperactor::wire {
namespace {

template <class... T>
std::string table_of() {
  std::string table;
  ((table += fmt::format("{:016x}  {}\n", type_hash<T>(), type_name<T>())), ...);
  return table;
}

std::string all_names() {
  namespace n = wire_names;
  using std::chrono::system_clock;
  return table_of<bool, char, signed char, unsigned char, short, unsigned short, int, unsigned,
                  long, long long, unsigned long, unsigned long long, std::size_t, float,
                  double, std::byte, std::string, std::monostate>() +
         table_of<std::vector<std::string>, std::list<int>, std::deque<bool>, std::set<long>,
                  std::map<std::string, int>, std::unordered_set<char>,
                  std::unordered_map<long, double>, std::array<std::int64_t, 3>,
                  std::optional<std::vector<long long>>, std::variant<int, std::string>,
                  std::expected<int, std::string>, std::pair<int, bool>, std::tuple<>,
                  std::tuple<int>, std::tuple<int, long, std::string>>() +
         table_of<std::chrono::nanoseconds, std::chrono::milliseconds, std::chrono::seconds,
                  std::chrono::hours, std::chrono::duration<double>,
                  std::chrono::duration<int, std::ratio<1, 60>>, system_clock::time_point,
                  std::chrono::sys_seconds>() +
         table_of<WireGlobal, n::Deposit, n::Deposit::Part, n::Deposit::Kind, n::Colour,
                  n::Box<long>, n::Box<n::Box<std::vector<n::Colour>>>, n::Two<int>,
                  n::Two<std::map<int, n::Deposit>, n::Named>, SizedFour, n::Named, n::Hidden,
                  n::Box<n::Hidden>, std::vector<SizedFour>>();
}

// Both compilers run this test, and both must agree with the file.
TEST(WireTypeName, TableIsTheCheckedInOne) {
  std::ifstream file(HYPERACTOR_GOLDEN_NAMES);
  ASSERT_TRUE(file) << HYPERACTOR_GOLDEN_NAMES;
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(all_names(), golden.str());
}

TEST(WireTypeName, HashIsXxh64) {
  // The published values of the algorithm for these texts and seed 0.
  EXPECT_EQ(hash_name(""), 0xef46db3751d8e999U);
  EXPECT_EQ(hash_name("a"), 0xd24ec4f1a98c6e5bU);
  EXPECT_EQ(hash_name("abc"), 0x44bc2cf5ad770999U);
}

TEST(WireTypeName, BothTypesOfSixtyFourBitsAreOne) {
  EXPECT_EQ(type_name<long>(), type_name<long long>());
  EXPECT_EQ(type_hash<std::vector<unsigned long>>(),
            type_hash<std::vector<unsigned long long>>());
}

TEST(WireTypeName, OfATypeInAFunctionFailsACheck) {
#ifdef __clang__
  struct Local {};

  EXPECT_DEATH((void)type_name<Local>(), "use HYPERACTOR_TYPE_NAME");
#else
  GTEST_SKIP() << "GCC refuses it at compile time";
#endif
}

TEST(WireTypeName, OfATypeInAnInlineNamespaceFailsACheck) {
#ifdef __clang__
  EXPECT_DEATH((void)type_name<wire_names::Inline>(), "use HYPERACTOR_TYPE_NAME");
#else
  EXPECT_EQ(type_name<wire_names::Inline>(), "wire_names::v2::Inline");
#endif
}

}  // namespace
}  // namespace hyperactor::wire
