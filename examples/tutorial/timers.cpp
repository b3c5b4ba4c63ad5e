// examples/tutorial/timers.cpp - page 5 of the tutorial: messages and answers that come later.
#include <hyperactor/hyperactor.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace ha = hyperactor;
using namespace std::chrono_literals;

// [tutorial:oven]
struct Bake {
  using Reply = std::string;
  std::string cake;
  std::chrono::milliseconds time;
};

struct Done {
  int tray;
};

class Oven : public ha::Actor<Oven> {
 public:
  void handle(ha::Context<Oven>& cx, Bake m, ha::ReplyPort<std::string> baker) {
    const int tray = next_tray_++;
    baking_.try_emplace(tray, std::move(m.cake), std::move(baker));
    cx.post_after(m.time, Done(tray));
  }

  void handle(ha::Context<Oven>&, Done m) {
    auto& [cake, baker] = baking_.at(m.tray);
    baker.send(cake + " is done");
    baking_.erase(m.tray);
  }

 private:
  std::map<int, std::pair<std::string, ha::ReplyPort<std::string>>> baking_;
  int next_tray_ = 0;
};

// [/tutorial]

// [tutorial:clock]
struct Tick {};

struct Watch {
  using Reply = int;
  int ticks;
};

class Clock : public ha::Actor<Clock> {
 public:
  void handle(ha::Context<Clock>& cx, Watch m, ha::ReplyPort<int> asker) {
    until_ = m.ticks;
    asker_ = std::move(asker);
    ticking_ = cx.post_every(1ms, Tick());
  }

  void handle(ha::Context<Clock>& cx, Tick) {
    if (++ticks_ < until_) return;
    ticking_->cancel(cx);
    asker_.send(ticks_);
  }

 private:
  int ticks_ = 0;
  int until_ = 0;
  ha::ReplyPort<int> asker_;
  std::optional<ha::DelayedPost> ticking_;
};

// [/tutorial]

// [tutorial:main]
int main() {
  auto proc = ha::Proc::local();
  auto client = proc.client("main");
  auto oven = proc.spawn<Oven>("oven").value();
  auto clock = proc.spawn<Clock>("clock").value();

  auto slow = oven.ask<Bake>(client, "apple pie", 30ms);
  auto quick = oven.ask<Bake>(client, "biscuit", 5ms);
  fmt::print("{}\n", ha::block_on(std::move(quick)).value());
  fmt::print("{}\n", ha::block_on(std::move(slow)).value());
  fmt::print("{} ticks\n", ha::block_on(clock.ask<Watch>(client, 3)).value());
}

// [/tutorial]
