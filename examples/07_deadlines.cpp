// examples/07_deadlines.cpp - deadlines and cancellation reach the third actor of a chain.
//
// Desk -> Clerk -> Archive. Only the archive works, for long; only main says how long it waits.
// The simulated runtime makes the times exact; Runtime::threads() runs the same.
#include <hyperactor/hyperactor.hpp>

#include <chrono>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace ha = hyperactor;
using namespace std::chrono_literals;

// Asked from actor to actor; each awaits the next one. Its reply may be an error: with a plain
// `Reply = std::string`, an error that a handler returns fails its actor.
struct Find {
  using Reply = ha::Result<std::string>;
  std::string what;
};

// Asked of the desk and passed on as Fetching: the duty to answer goes along.
struct Fetch {
  using Reply = std::string;
  std::string what;
};

struct Fetching {
  std::string what;
  ha::ReplyPort<std::string> asker;
};

class Archive : public ha::Actor<Archive> {
 public:
  ha::Task<ha::Result<std::string>> handle(ha::Context<Archive>& cx, Find m) {
    const auto left = cx.remaining().value_or(0ns);  // of the time that main gave
    fmt::print("archive: {} ms to find {}\n", left / 1ms, m.what);
    int shelves = 0;
    for (; shelves < 100 && !cx.is_cancelled(); ++shelves) co_await ha::sleep(10ms);
    fmt::print("archive: looked for {} on {} shelves\n", m.what, shelves);
    co_return m.what;
  }

  ha::Task<void> handle(ha::Context<Archive>&, Fetching m) {
    int shelves = 0;
    for (; shelves < 100 && m.asker.wanted(); ++shelves) co_await ha::sleep(10ms);
    fmt::print("archive: looked for {} on {} shelves\n", m.what, shelves);
    m.asker.send(m.what);
  }
};

class Clerk : public ha::Actor<Clerk> {
 public:
  explicit Clerk(ha::ActorHandle<Archive> archive) : archive_(std::move(archive)) {}

  // What is asked while a request is handled ends no later than that request.
  ha::Task<ha::Result<std::string>> handle(ha::Context<Clerk>& cx, Find m) {
    auto found = co_await archive_.ask<Find>(cx, m.what);
    if (!found) co_return std::unexpected(found.error());
    co_return *found;
  }

  void handle(ha::Context<Clerk>& cx, Fetching m) {
    archive_.post<Fetching>(cx, std::move(m.what), std::move(m.asker));
  }

 private:
  ha::ActorHandle<Archive> archive_;
};

class Desk : public ha::Actor<Desk> {
 public:
  explicit Desk(ha::ActorHandle<Clerk> clerk) : clerk_(std::move(clerk)) {}

  ha::Task<ha::Result<std::string>> handle(ha::Context<Desk>& cx, Find m) {
    auto found = co_await clerk_.ask<Find>(cx, m.what);
    if (!found) co_return std::unexpected(found.error());
    co_return *found;
  }

  // A handler that awaits is not interrupted when its asker gives up. One that adds nothing
  // passes the duty to answer on, so that whoever works sees whether anybody still waits.
  void handle(ha::Context<Desk>& cx, Fetch m, ha::ReplyPort<std::string> asker) {
    clerk_.post<Fetching>(cx, std::move(m.what), std::move(asker));
  }

 private:
  ha::ActorHandle<Clerk> clerk_;
};

ha::Task<void> pause(std::chrono::nanoseconds time) {
  co_await ha::sleep(time);
}

int main() {
  auto runtime = ha::Runtime::simulated(1).value();
  auto proc = ha::Proc::local(runtime);
  auto client = proc.client("main");
  auto archive = proc.spawn<Archive>("archive").value();
  auto clerk = proc.spawn<Clerk>("clerk", archive).value();
  auto desk = proc.spawn<Desk>("desk", clerk).value();

  auto map = ha::block_on(desk.ask<Find>(client, ha::AskOptions{.timeout = 45ms}, "the map"));
  fmt::print("main: {}\n", map ? map->value() : map.error().to_string());

  {
    auto key = desk.ask<Fetch>(client, "the key");
    (void)ha::block_on(runtime, pause(30ms));
  }  // dropped, and thereby cancelled
  auto seal = ha::block_on(desk.ask<Fetch>(client, "the seal"));
  fmt::print("main: {}\n", seal ? *seal : seal.error().to_string());
}
