// tests/unit/base/duration_text_test.cpp - durations there and back, and what is refused.
#include "hyperactor/base/duration_text.hpp"

#include <chrono>
#include <limits>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace hyperactor::base {
namespace {

using namespace std::chrono_literals;

std::string why_not(std::string_view text) {
  const auto parsed = parse_duration(text);
  return parsed ? "accepted as " + format_duration(*parsed) : parsed.error().to_string();
}

TEST(ParseDuration, ReadsEveryUnit) {
  EXPECT_EQ(parse_duration("5ns").value(), 5ns);
  EXPECT_EQ(parse_duration("10us").value(), 10us);
  EXPECT_EQ(parse_duration("500ms").value(), 500ms);
  EXPECT_EQ(parse_duration("30s").value(), 30s);
  EXPECT_EQ(parse_duration("1m").value(), 1min);
  EXPECT_EQ(parse_duration("2h").value(), 2h);
  EXPECT_EQ(parse_duration("7d").value(), 168h);
  EXPECT_EQ(parse_duration("0s").value(), 0s);
}

TEST(ParseDuration, SaysWhatIsMissing) {
  EXPECT_EQ(why_not(""), "\"\" is not a duration: write a number and a unit, as in 500ms");
  EXPECT_EQ(why_not("30"), "\"30\" is not a duration: the unit is missing, as in 30ms or 30s");
  EXPECT_EQ(why_not("fast"),
            "\"fast\" is not a duration: it must start with a whole number, as in 500ms");
}

TEST(ParseDuration, SaysWhichUnitsExist) {
  const std::string units = " is no unit; use ns, us, ms, s, m, h or d";
  EXPECT_EQ(why_not("5 s"), "\"5 s\" is not a duration: \" s\"" + units);
  EXPECT_EQ(why_not("5sec"), "\"5sec\" is not a duration: \"sec\"" + units);
  EXPECT_EQ(why_not("1m30s"), "\"1m30s\" is not a duration: \"m30s\"" + units);
}

TEST(ParseDuration, RefusesSignsFractionsAndOverflow) {
  EXPECT_EQ(why_not("-5s"), "\"-5s\" is not a duration: it may not be negative");
  EXPECT_EQ(why_not("1.5s"),
            "\"1.5s\" is not a duration: it has a fraction; use a smaller unit, as in 1500ms "
            "for 1.5 s");
  const std::string too_long = " is not a duration: it is longer than 292 years";
  EXPECT_EQ(why_not("110000d"), "\"110000d\"" + too_long);
  EXPECT_EQ(why_not("99999999999999999999ns"), "\"99999999999999999999ns\"" + too_long);
  EXPECT_EQ(why_not("+5s"),
            "\"+5s\" is not a duration: it must start with a whole number, as in 500ms");
}

TEST(FormatDuration, UsesTheLargestUnitWithoutAFraction) {
  EXPECT_EQ(format_duration(0ns), "0s");
  EXPECT_EQ(format_duration(1500ms), "1500ms");
  EXPECT_EQ(format_duration(60s), "1m");
  EXPECT_EQ(format_duration(90s), "90s");
  EXPECT_EQ(format_duration(24h), "1d");
  EXPECT_EQ(format_duration(1ns), "1ns");
  EXPECT_EQ(format_duration(-90s), "-90s");
}

TEST(FormatDuration, IsReadBackUnchanged) {
  const std::chrono::nanoseconds samples[] = {
      1ns, 999ns, 1us, 1001us, 1ms, 59s, 61s, 1h, 25h, std::chrono::nanoseconds::max()};
  for (const auto sample : samples) {
    EXPECT_EQ(parse_duration(format_duration(sample)).value(), sample);
  }
}

TEST(FormatDuration, SurvivesTheSmallestValue) {
  EXPECT_EQ(format_duration(std::chrono::nanoseconds::min()), "-9223372036854775808ns");
}

}  // namespace
}  // namespace hyperactor::base
