// examples/05_pipeline.cpp - a pipeline whose slow end holds back its fast beginning.
//
// Reader -> Shouter -> Printer. The printer is slow. Mailboxes have a limit, and who finds one
// full waits: so memory stays small however much there is to read, and nothing is lost.
#include <hyperactor/hyperactor.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace ha = hyperactor;
using namespace std::chrono_literals;

constexpr int kLines = 200;
constexpr std::size_t kLimit = 4;

struct Line {
  std::string text;
};

struct Read {
  using Reply = int;  // how many lines were sent
};

struct Printed {
  using Reply = std::string;  // the last line
};

class Printer : public ha::Actor<Printer> {
 public:
  ha::Task<void> handle(ha::Context<Printer>&, Line line) {
    co_await ha::sleep(100us);  // a slow device
    last_ = std::move(line.text);
  }

  std::string handle(ha::Context<Printer>&, Printed) { return last_; }

 private:
  std::string last_;
};

class Shouter : public ha::Actor<Shouter> {
 public:
  explicit Shouter(ha::ActorHandle<Printer> printer) : printer_(std::move(printer)) {}

  // While this waits for the printer, it takes no message, so its own mailbox fills: the one
  // before it waits too.
  ha::Task<ha::Result<void>> handle(ha::Context<Shouter>& cx, Line line) {
    line.text += '!';
    auto sent = co_await printer_.send_wait<Line>(cx, std::move(line.text));
    if (!sent) co_return std::unexpected(std::move(sent).error().why);  // the printer has ended
    co_return ha::Result<void>{};
  }

 private:
  ha::ActorHandle<Printer> printer_;
};

class Reader : public ha::Actor<Reader> {
 public:
  explicit Reader(ha::ActorHandle<Shouter> shouter) : shouter_(std::move(shouter)) {}

  ha::Task<ha::Result<int>> handle(ha::Context<Reader>& cx, Read) {
    for (int i = 1; i <= kLines; ++i) {
      auto sent = co_await shouter_.send_wait<Line>(cx, fmt::format("line {}", i));
      if (!sent) co_return std::unexpected(std::move(sent).error().why);
    }
    co_return kLines;
  }

 private:
  ha::ActorHandle<Shouter> shouter_;
};

int main() {
  auto proc = ha::Proc::local();
  auto client = proc.client("main");
  const ha::SpawnOptions few{.mailbox_limit = kLimit, .overflow = ha::Overflow::Wait};
  auto printer = proc.spawn<Printer>(few, "printer").value();
  auto shouter = proc.spawn<Shouter>(few, "shouter", printer).value();
  auto reader = proc.spawn<Reader>("reader", shouter).value();

  auto read = ha::block_on(reader.ask<Read>(client));
  if (!read) return fmt::print(stderr, "{}\n", read.error()), 1;
  fmt::print("waiting at once, at most: {} for the shouter, {} for the printer\n",
             shouter.depth_max(), printer.depth_max());

  // All lines are sent. End the stages in the order of the flow; draining handles what waits.
  shouter.drain_and_stop("no more lines");
  (void)ha::wait_ended(shouter);
  auto last = ha::block_on(printer.ask<Printed>(client));
  if (!last) return fmt::print(stderr, "{}\n", last.error()), 1;

  fmt::print("{} lines, the last is \"{}\"\n", *read, *last);
}
