// tests/soak/ledger.cpp - counters of each thread, and their sum.
#include "ledger.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace hyperactor::soak {

namespace {

struct alignas(64) Sheet {
  std::array<std::atomic<std::uint64_t>, kKinds * kFates + kCounts> counters{};

  void add(std::size_t index, std::uint64_t by) {
    auto& counter = counters[index];  // one writer: no exchange is needed
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
};

struct Book {
  std::mutex mutex;
  std::vector<std::unique_ptr<Sheet>> sheets;
};

Book& book() {
  static Book& all = *new Book;  // never destroyed: threads may end late
  return all;
}

Sheet& sheet() {
  thread_local Sheet& mine = [] -> Sheet& {
    const std::lock_guard lock(book().mutex);
    return *book().sheets.emplace_back(std::make_unique<Sheet>());
  }();
  return mine;
}

}  // namespace

std::int64_t Totals::open(Kind kind) const {
  const auto& fates = messages[static_cast<std::size_t>(kind)];
  std::uint64_t settled = 0;
  for (const Fate fate :
       {Fate::Handled, Fate::Bounced, Fate::Returned, Fate::Dropped, Fate::Lost}) {
    settled += fates[static_cast<std::size_t>(fate)];
  }
  return static_cast<std::int64_t>(of(kind, Fate::Sent) - settled);
}

std::uint64_t Totals::sent() const {
  std::uint64_t sum = 0;
  for (const Kind kind : {Kind::Post, Kind::Waiting, Kind::Request, Kind::Timer, Kind::Port}) {
    sum += of(kind, Fate::Sent);
  }
  return sum;
}

void count(Kind kind, Fate fate) {
  sheet().add(static_cast<std::size_t>(kind) * kFates + static_cast<std::size_t>(fate), 1);
}

void count(Count what, std::uint64_t by) {
  sheet().add(kKinds * kFates + static_cast<std::size_t>(what), by);
}

Totals totals() {
  Totals all;
  const std::lock_guard lock(book().mutex);
  for (const auto& one : book().sheets) {
    std::size_t index = 0;
    const auto next = [&] { return one->counters[index++].load(std::memory_order_relaxed); };
    for (auto& fates : all.messages) {
      for (std::uint64_t& fate : fates) fate += next();
    }
    for (std::uint64_t& counted : all.counts) counted += next();
  }
  return all;
}

Ticket::~Ticket() {
  if (state_ != State::Open) return;
  const bool comes_back =
      kind_ == Kind::Post || kind_ == Kind::Waiting || kind_ == Kind::Answer;
  count(kind_, comes_back && sender_ == Sender::Lasting ? Fate::Lost : Fate::Dropped);
}

}  // namespace hyperactor::soak
