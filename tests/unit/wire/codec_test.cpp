// tests/unit/wire/codec_test.cpp - values survive the wire; bad bytes are refused.
#include "hyperactor/wire/codec.hpp"

#include "hyperactor/base/random.hpp"

#include <deque>
#include <list>
#include <map>
#include <set>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

#include <gtest/gtest.h>

namespace wire_codec {

using hyperactor::Bytes;

enum class Colour : std::uint16_t { Red = 1, Blue = 513 };

struct Empty {
  bool operator==(const Empty&) const = default;
};

struct Point {
  std::int32_t x = 0;
  std::int32_t y = 0;
  bool operator==(const Point&) const = default;
};

struct Everything {
  bool flag = false;
  char letter = 0;
  std::int8_t tiny = 0;
  std::uint64_t large = 0;
  double real = 0;
  Colour colour = Colour::Red;
  std::string text;
  std::optional<std::string> maybe;
  std::variant<std::monostate, std::int32_t, Point> either;
  std::expected<Point, std::string> outcome;
  std::expected<void, std::string> done;
  std::pair<std::int32_t, std::string> pair;
  std::tuple<bool, Point> tuple;
  std::array<std::int16_t, 3> three{};
  std::vector<std::int32_t> numbers;
  std::vector<bool> bits;
  std::list<Point> points;
  std::deque<std::string> texts;
  std::set<std::string> names;
  std::map<std::string, Point> places;
  std::unordered_set<std::int64_t> ids;
  std::unordered_map<std::string, std::vector<Point>> lines;
  std::chrono::milliseconds wait{};
  std::chrono::sys_seconds when{};
  Bytes block;
  std::vector<Bytes> blocks;
  Empty nothing;
  bool operator==(const Everything&) const = default;
};

struct Tree {
  std::vector<Tree> children;
  bool operator==(const Tree&) const = default;
};

struct Old {
  std::int32_t a = 0;
  Bytes first;
  bool operator==(const Old&) const = default;
};

struct New {
  std::int32_t a = 0;
  Bytes first;
  std::string b = "default";
  Bytes second;
  std::vector<Point> c;
};

struct Nested {
  Old old;
  std::int32_t after = 0;
};

struct NestedNew {
  New old;
  std::int32_t after = 0;
};

class Account {
 public:
  Account() = default;

  Account(std::int64_t cents, std::string owner) : cents_(cents), owner_(std::move(owner)) {}

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cents_, owner_);
  }

  bool operator==(const Account&) const = default;

 private:
  std::int64_t cents_ = 0;
  std::string owner_ = "nobody";
};

class Throws {
 public:
  template <class Archive>
  void serialize(Archive&) {
    throw std::runtime_error("not today");
  }
};

}  // namespace wire_codec

namespace hyperactor::wire {
namespace {

using namespace wire_codec;

Bytes block_of(std::string text) {
  return Bytes(std::move(text));
}

std::string hex(const Bytes& bytes) {
  std::string out;
  for (const std::byte b : bytes.span()) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += kDigits[std::to_integer<unsigned>(b) >> 4];
    out += kDigits[std::to_integer<unsigned>(b) & 15];
  }
  return out;
}

std::string random_text(base::Random& random) {
  static constexpr std::array<std::string_view, 5> kPieces{"a", "\xc3\xa4", "\xe2\x82\xac",
                                                           "\xf0\x9f\x90\x8e", "long enough "};
  std::string text;
  for (std::uint64_t n = random.below(5); n > 0; --n) text += kPieces[random.below(5)];
  return text;
}

Point random_point(base::Random& random) {
  return {.x = static_cast<std::int32_t>(random()), .y = static_cast<std::int32_t>(random())};
}

Everything random_everything(base::Random& random) {
  Everything e;
  e.flag = random.chance(1, 2);
  e.letter = static_cast<char>(random());
  e.tiny = static_cast<std::int8_t>(random());
  e.large = random();
  e.real = random.unit();
  e.colour = random.chance(1, 2) ? Colour::Red : Colour::Blue;
  e.text = random_text(random);
  if (random.chance(1, 2)) e.maybe = random_text(random);
  if (random.chance(1, 2)) e.either = random_point(random);
  if (random.chance(1, 3)) e.either = 7;
  if (random.chance(1, 2)) e.outcome = std::unexpected(random_text(random));
  if (random.chance(1, 2)) e.done = std::unexpected(random_text(random));
  e.pair = {static_cast<std::int32_t>(random()), random_text(random)};
  e.tuple = {random.chance(1, 2), random_point(random)};
  e.three = {1, -2, static_cast<std::int16_t>(random())};
  for (std::uint64_t n = random.below(4); n > 0; --n) {
    e.numbers.push_back(static_cast<std::int32_t>(random()));
    e.bits.push_back(random.chance(1, 2));
    e.points.push_back(random_point(random));
    e.texts.push_back(random_text(random));
    e.names.insert(random_text(random));
    e.places.emplace(random_text(random), random_point(random));
    e.ids.insert(static_cast<std::int64_t>(random()));
    e.lines.emplace(random_text(random), std::vector<Point>(random.below(3)));
    e.blocks.push_back(block_of(random_text(random)));
  }
  e.wait = std::chrono::milliseconds(random.between(-1000, 1000));
  e.when = std::chrono::sys_seconds(std::chrono::seconds(random.between(0, 1 << 30)));
  e.block = block_of(random_text(random));
  return e;
}

Encoded changed(const Encoded& from, std::string body) {
  return {.body = Bytes(std::move(body)), .parts = from.parts};
}

TEST(WireCodec, EverythingSurvives) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    const Everything before = random_everything(random);
    const Result<Encoded> bytes = encode(before);
    ASSERT_TRUE(bytes) << bytes.error().to_string();
    const Result<Everything> after = decode<Everything>(*bytes);
    ASSERT_TRUE(after) << after.error().to_string();
    EXPECT_TRUE(*after == before);
  }
}

// The examples of docs/protocol/encoding.md.
TEST(WireCodec, BytesAreTheDocumentedOnes) {
  const auto body = [](const auto& value) { return hex(encode(value).value().body); };
  EXPECT_EQ(body(true), "01");
  EXPECT_EQ(body(std::int32_t{-2}), "feffffff");
  EXPECT_EQ(body(1.5), "000000000000f83f");
  EXPECT_EQ(body(Colour::Blue), "0102");
  EXPECT_EQ(body(std::string("h\xc3\xa4")), "0300000068c3a4");
  EXPECT_EQ(body(std::optional<std::int16_t>()), "00");
  EXPECT_EQ(body(std::optional<std::int16_t>(5)), "010500");
  EXPECT_EQ(body(std::expected<std::int16_t, bool>(std::unexpected(true))), "0001");
  EXPECT_EQ(body(std::variant<bool, std::int16_t>(std::int16_t{5})), "010500");
  EXPECT_EQ(body(std::pair<bool, std::int16_t>(true, 5)), "010500");
  EXPECT_EQ(body(std::array<std::int16_t, 2>{5, 6}), "05000600");
  EXPECT_EQ(body(std::vector<std::int16_t>{5, 6}), "0200000005000600");
  EXPECT_EQ(body(std::map<char, bool>{{'a', true}}), "010000006101");
  EXPECT_EQ(body(std::chrono::milliseconds(258)), "0201000000000000");
  EXPECT_EQ(body(Point{.x = 1, .y = 2}), "080000000100000002000000");
  EXPECT_EQ(body(Empty{}), "00000000");
  EXPECT_EQ(body(Account(5, "ab")),
            "0e00000005000000000000000200000061"
            "62");
  const Encoded old = encode(Old{.a = 1, .first = block_of("xy")}).value();
  EXPECT_EQ(hex(old.body), "080000000100000000000000");
  ASSERT_EQ(old.parts.size(), 1U);
  EXPECT_EQ(old.parts[0].text(), "xy");
}

TEST(WireCodec, PartsAreNotCopied) {
  const Bytes block = block_of(std::string(1000, 'x'));
  const Encoded bytes = encode(Old{.a = 1, .first = block}).value();
  const Old after = decode<Old>(bytes).value();
  EXPECT_EQ(after.first.span().data(), block.span().data());
}

TEST(WireCodec, FieldsMayBeAddedAtTheEnd) {
  NestedNew grown;
  grown.old = {
      .a = 1, .first = block_of("1"), .b = "b", .second = block_of("2"), .c = {{}, {}}};
  grown.after = 9;
  const Nested old = decode<Nested>(encode(grown).value()).value();
  EXPECT_EQ(old.old, (Old{.a = 1, .first = block_of("1")}));
  EXPECT_EQ(old.after, 9);

  const NestedNew back = decode<NestedNew>(encode(old).value()).value();
  EXPECT_EQ(back.old.a, 1);
  EXPECT_EQ(back.old.b, "default");
  EXPECT_TRUE(back.old.second.empty());
  EXPECT_TRUE(back.old.c.empty());
  EXPECT_EQ(back.after, 9);
}

TEST(WireCodec, ClassesSerializeThemselves) {
  const Account before(25, "ada");
  EXPECT_EQ(decode<Account>(encode(before).value()).value(), before);
  const Encoded none{.body = block_of(std::string(4, '\0')), .parts = {}};
  EXPECT_EQ(decode<Account>(none).value(), Account());
}

TEST(WireCodec, WhatSerializeThrowsIsAnError) {
  const Result<Encoded> bytes = encode(Throws());
  ASSERT_FALSE(bytes);
  EXPECT_NE(bytes.error().what().find("not today"), std::string::npos);
  EXPECT_FALSE(decode<Throws>(encode(Empty{}).value()));
}

// A shorter input is refused, unless it ends where an older writer would have ended.
TEST(WireCodec, EveryTruncationIsRefused) {
  base::Random random(3);
  const Encoded whole = encode(random_everything(random)).value();
  for (std::size_t size = 0; size < whole.body.size(); ++size) {
    const Encoded part{.body = whole.body.slice(0, size), .parts = whole.parts};
    EXPECT_FALSE(decode<Everything>(part)) << size;
  }
}

// With the length in front corrected, so that the fields themselves are cut.
TEST(WireCodec, ACutFieldIsRefusedAndACutBetweenFieldsIsNot) {
  const Encoded whole = encode(Point{.x = 1, .y = 2}).value();
  for (std::size_t size = 0; size < 8; ++size) {
    std::string body(whole.body.text().substr(0, 4 + size));
    body[0] = static_cast<char>(size);
    const Result<Point> point = decode<Point>(changed(whole, body));
    EXPECT_EQ(point.has_value(), size % 4 == 0) << size;
  }
}

TEST(WireCodec, NoChangedByteDoesHarm) {
  base::Random random(4);
  for (int round = 0; round < 30; ++round) {
    const Encoded whole = encode(random_everything(random)).value();
    for (std::size_t at = 0; at < whole.body.size(); ++at) {
      std::string body(whole.body.text());
      body[at] =
          static_cast<char>(static_cast<std::uint64_t>(body[at]) ^ (1 + random.below(255)));
      const Result<Everything> value = decode<Everything>(changed(whole, body));
      EXPECT_TRUE(!value || encode(*value)) << at;
    }
  }
}

TEST(WireCodec, DeclaredLengthsAreCheckedFirst) {
  const auto refused = [](auto example, std::string body) {
    const auto value = decode<decltype(example)>({.body = Bytes(std::move(body)), .parts = {}});
    return value ? std::string("taken") : value.error().what();
  };
  const std::string huge("\xff\xff\xff\xff", 4);
  EXPECT_EQ(
      refused(std::vector<std::int32_t>(), huge + "abcd"),
      "decoding vector<i32>: at byte 4: 4294967295 elements of at least 4 bytes each, but "
      "only 4 bytes are left");
  EXPECT_EQ(refused(std::string(), huge),
            "decoding string: at byte 4: a string of 4294967295 bytes, but only 0 are left");
  EXPECT_NE(refused(std::map<bool, bool>(), huge), "taken");
  EXPECT_NE(refused(Point(), huge), "taken");
  EXPECT_EQ(refused(Bytes(), std::string(4, '\0')), "decoding bytes: at byte 4: part 0 of 0");
}

TEST(WireCodec, ErrorsSayWhere) {
  const Result<Nested> value = decode<Nested>(
      {.body = block_of(std::string("\x0c\0\0\0\x08\0\0\0\0\0\0\0\x05\0\0\0", 16)),
       .parts = {}});
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().what(),
            "decoding wire_codec::Nested: field 1 of wire_codec::Nested: field 2 of "
            "wire_codec::Old: at byte 16: part 5 of 0");
}

TEST(WireCodec, BadValuesAreRefused) {
  const auto taken = [](auto example, std::string body) {
    return decode<decltype(example)>({.body = Bytes(std::move(body)), .parts = {}}).has_value();
  };
  EXPECT_FALSE(taken(false, "\x02"));
  EXPECT_FALSE(taken(std::optional<bool>(), "\x02\x01"));
  EXPECT_FALSE(taken(std::variant<bool, char>(), "\x02\x01"));
  EXPECT_FALSE(taken(std::set<bool>(), std::string("\x02\0\0\0\x01\x01", 6)));
  EXPECT_TRUE(taken(std::set<bool>(), std::string("\x02\0\0\0\0\x01", 6)));
  using Small = std::chrono::duration<std::int16_t>;
  EXPECT_FALSE(taken(Small(), std::string("\0\0\x01\0\0\0\0\0", 8)));
  for (const std::string_view text :
       {"\x80", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xc3", "\xe2\x82"}) {
    std::string body(4, '\0');
    body[0] = static_cast<char>(text.size());
    EXPECT_FALSE(taken(std::string(), body + std::string(text)));
    EXPECT_FALSE(encode(std::string(text)));
  }
}

TEST(WireCodec, DepthIsLimitedBothWays) {
  Tree tree;
  for (std::size_t depth = 1; depth < kMaxDepth; ++depth) {
    Tree outer;
    outer.children.push_back(std::move(tree));
    tree = std::move(outer);
  }
  const Encoded bytes = encode(tree).value();
  EXPECT_EQ(decode<Tree>(bytes).value(), tree);

  Tree outer;
  outer.children.push_back(std::move(tree));
  EXPECT_FALSE(encode(outer));

  std::string body;
  for (std::size_t depth = 0; depth < 100000; ++depth) {
    std::string level(8, '\0');
    const auto left = static_cast<std::uint32_t>(8 * (100000 - depth) - 4);
    std::memcpy(level.data(), &left, 4);
    level[4] = depth + 1 < 100000 ? 1 : 0;
    body += level;
  }
  const Result<Tree> deep = decode<Tree>({.body = Bytes(std::move(body)), .parts = {}});
  ASSERT_FALSE(deep);
  EXPECT_NE(deep.error().what().find("nested more than 64 deep"), std::string::npos);
}

TEST(WireCodec, BytesShareAndCompareByContent) {
  const Bytes block = block_of("hello world");
  const Bytes word = block.slice(6, 100);
  EXPECT_EQ(word.text(), "world");
  EXPECT_EQ(word.span().data(), block.span().data() + 6);
  EXPECT_EQ(word, Bytes::copy_of(word.span()));
  EXPECT_TRUE(block.slice(100, 1).empty());
}

}  // namespace
}  // namespace hyperactor::wire
