// examples/06_late_answers.cpp - a ReplyPort is kept, and answered when the answer is known.
//
// Who comes to the lobby is told against whom to play: when the next one has come.
#include <hyperactor/hyperactor.hpp>

#include <chrono>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace ha = hyperactor;
using namespace std::chrono_literals;

struct Join {
  using Reply = std::string;  // the opponent's name
  std::string name;
};

struct Close {};

class Lobby : public ha::Actor<Lobby> {
 public:
  // No coroutine waits here: the lobby handles other messages while a player is kept.
  void handle(ha::Context<Lobby>&, Join m, ha::ReplyPort<std::string> player) {
    if (!waiting_.wanted()) {  // nobody waits, or whoever did has given up
      name_ = std::move(m.name);
      waiting_ = std::move(player);
      return;
    }
    waiting_.send(m.name);
    player.send(std::move(name_));
  }

  // An answer may also be the news that there is none, and why.
  void handle(ha::Context<Lobby>&, Close) {
    waiting_.refuse(ha::Error(ha::Errc::Failed, "nobody came to play with " + name_));
  }

 private:
  std::string name_;
  ha::ReplyPort<std::string> waiting_;
};

void tell(const char* name, const ha::Result<std::string>& opponent) {
  if (opponent) {
    fmt::print("{} plays {}\n", name, *opponent);
  } else {
    fmt::print("{} does not play: {}\n", name, opponent.error().what());
  }
}

int main() {
  auto proc = ha::Proc::local();
  auto client = proc.client("main");
  auto lobby = proc.spawn<Lobby>("lobby").value();

  // Ada has no time. When the next one comes, the lobby sees that she waits no more.
  auto none = ha::block_on(lobby.ask<Join>(client, ha::AskOptions{.timeout = 5ms}, "Ada"));
  fmt::print("Ada has gone: {}\n", none.error().code());

  // An ask is sent when it is made; the answers are waited for afterwards.
  auto grace = lobby.ask<Join>(client, "Grace");
  auto edsger = lobby.ask<Join>(client, "Edsger");
  tell("Grace", ha::block_on(std::move(grace)));
  tell("Edsger", ha::block_on(std::move(edsger)));

  auto barbara = lobby.ask<Join>(client, "Barbara");
  lobby.post<Close>(client);
  tell("Barbara", ha::block_on(std::move(barbara)));

  // A port that is dropped answers by itself: a request always ends.
  auto tony = lobby.ask<Join>(client, "Tony");
  lobby.drain_and_stop("closing time");
  tell("Tony", ha::block_on(std::move(tony)));
}
