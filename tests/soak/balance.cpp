// tests/soak/balance.cpp - equations between counts.
#include "balance.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace hyperactor::soak {

namespace {

constexpr std::array<std::string_view, kKinds> kNames{"posts",   "send_waits", "requests",
                                                      "answers", "timers",     "port items"};

void must_be_equal(std::vector<std::string>& broken, std::uint64_t a, std::string_view what,
                   std::uint64_t b, std::string_view other) {
  if (a != b) broken.push_back(fmt::format("{} {}, but {} {}", a, what, b, other));
}

}  // namespace

std::vector<std::string> broken_balances(const Totals& totals) {
  std::vector<std::string> broken;
  for (std::size_t i = 0; i < kKinds; ++i) {
    const auto kind = static_cast<Kind>(i);
    if (totals.open(kind) != 0) {
      broken.push_back(fmt::format("{} of {} {} have come to no end", totals.open(kind),
                                   totals.of(kind, Fate::Sent), kNames[i]));
    }
    if (const auto lost = totals.of(kind, Fate::Lost); lost != 0) {
      broken.push_back(fmt::format(
          "{} {} were destroyed unhandled, and their senders, who live, were not told", lost,
          kNames[i]));
    }
    if (const auto twice = totals.of(kind, Fate::Twice); twice != 0) {
      broken.push_back(fmt::format("{} {} came to two ends", twice, kNames[i]));
    }
  }
  must_be_equal(broken, totals.of(Kind::Request, Fate::Sent), "requests were sent",
                totals.of(Kind::Answer, Fate::Sent), "answers were awaited");
  if (totals.of(Kind::Answer, Fate::Handled) > totals.of(Kind::Request, Fate::Handled)) {
    broken.push_back(fmt::format("{} answers came to {} requests that were handled",
                                 totals.of(Kind::Answer, Fate::Handled),
                                 totals.of(Kind::Request, Fate::Handled)));
  }
  must_be_equal(broken, totals.of(Count::ActorsMade), "actors were made",
                totals.of(Count::ActorsGone), "have gone");
  must_be_equal(broken, totals.of(Count::OverloadsCounted),
                "messages were rejected or dropped by mailboxes",
                totals.of(Count::OverloadsSeen), "senders were told so");
  must_be_equal(broken, totals.of(Count::RootsFailed), "roots ended by a failure",
                totals.of(Count::Crashes), "failures of roots were reported");
  return broken;
}

std::string table_of(const Totals& totals) {
  std::string text = fmt::format("{:<11}{:>14}{:>14}{:>12}{:>12}{:>12}{:>8}\n", "", "sent",
                                 "handled", "came back", "returned", "dropped", "open");
  for (std::size_t i = 0; i < kKinds; ++i) {
    const auto kind = static_cast<Kind>(i);
    text += fmt::format("{:<11}{:>14}{:>14}{:>12}{:>12}{:>12}{:>8}\n", kNames[i],
                        totals.of(kind, Fate::Sent), totals.of(kind, Fate::Handled),
                        totals.of(kind, Fate::Bounced), totals.of(kind, Fate::Returned),
                        totals.of(kind, Fate::Dropped), totals.open(kind));
  }
  text += fmt::format(
      "actors: {} made, {} gone; {} aborts, {} panics, {} failed roots, {} orphans\n"
      "mailboxes with a limit: {} rejected or dropped, {} told; calls that block: {}\n",
      totals.of(Count::ActorsMade), totals.of(Count::ActorsGone), totals.of(Count::Aborts),
      totals.of(Count::Panics), totals.of(Count::RootsFailed), totals.of(Count::Orphans),
      totals.of(Count::OverloadsCounted), totals.of(Count::OverloadsSeen),
      totals.of(Count::Blockings));
  return text;
}

}  // namespace hyperactor::soak
