// tests/soak/keeper.cpp - cells, which mostly wait, and their keepers.
#include "keeper.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace hyperactor::soak {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kKeepers = 32;
constexpr std::uint64_t kMadeAtOnce = 200;
constexpr std::uint64_t kReplacedAtOnce = 50;
constexpr int kWorksOfBeat = 40;

class Keeper;

// One of the many. Its failure would fail its keeper: it only ever stops.
class Cell : public Actor<Cell> {
 public:
  explicit Cell(ActorHandle<Keeper> keeper) : keeper_(std::move(keeper)) {}

  void handle(Context<Cell>& cx, Work work);
  Task<std::uint64_t> handle(Context<Cell>& cx, Query query);

  void handle(Context<Cell>&, Alarm alarm) { alarm.ticket.settle(Fate::Handled); }

  Task<Result<void>> handle_undeliverable(Context<Cell>&, Undeliverable& returned) override {
    settle_returned(returned);
    return Result<void>{};
  }

 private:
  Counted counted_;
  ActorHandle<Keeper> keeper_;
};

class Keeper : public Actor<Keeper> {
 public:
  Keeper(Plan& plan, std::uint64_t seed, std::uint64_t alive, std::uint64_t created)
      : plan_(plan), random_(seed), alive_(alive), created_(created) {}

  Task<Result<void>> handle(Context<Keeper>& cx, Beat) {
    if (plan_.ending.load(std::memory_order_relaxed)) {
      plan_.drivers.fetch_sub(1);
      co_return Result<void>{};
    }
    const bool grows = cells_.size() < alive_;
    Result<void> kept = grows ? make(cx) : replace(cx);
    if (!kept) co_return kept;
    for (int i = 0; i < kWorksOfBeat; ++i) work(cx);
    if (random_.below(4) == 0) co_await ask_one(cx);
    if (grows) {
      cx.self().post<Beat>(cx);
    } else {
      cx.post_after(1ms, Beat{});
    }
    co_return Result<void>{};
  }

  void handle(Context<Keeper>&, Work work) { work.ticket.settle(Fate::Handled); }

  Task<Result<void>> handle_undeliverable(Context<Keeper>&, Undeliverable& returned) override {
    settle_returned(returned);
    return Result<void>{};
  }

 private:
  const ActorHandle<Cell>& any() { return cells_[random_.below(cells_.size())]; }

  Result<void> make(Context<Keeper>& cx) {
    const std::uint64_t wanted = std::min<std::uint64_t>(alive_, cells_.size() + kMadeAtOnce);
    while (cells_.size() < wanted) {
      auto cell = cx.spawn<Cell>(unnamed, cx.self());
      if (!cell) return std::unexpected(std::move(cell).error());
      cells_.push_back(*std::move(cell));
    }
    made_ = cells_.size();
    grown_at_ = Clock::now();
    return {};
  }

  Result<void> replace(Context<Keeper>& cx) {
    const auto due =
        alive_ + static_cast<std::uint64_t>(static_cast<double>(created_ - alive_) *
                                            std::min(1.0, plan_.share(grown_at_)));
    for (std::uint64_t i = 0; i < kReplacedAtOnce && made_ < due; ++i) {
      ActorHandle<Cell>& cell = cells_[random_.below(cells_.size())];
      switch (random_.below(3)) {
        case 0:
          cell.stop("replaced");
          break;
        case 1:
          cell.drain_and_stop("replaced");
          break;
        default:
          post(cx, cell, Deed::Leave);
      }
      // These come back, unless it drains.
      for (std::uint64_t late = random_.below(3); late != 0; --late) {
        post(cx, cell, Deed::Answer);
      }
      auto next = cx.spawn<Cell>(unnamed, cx.self());
      if (!next) return std::unexpected(std::move(next).error());
      cell = *std::move(next);
      ++made_;
    }
    return {};
  }

  static void post(Context<Keeper>& cx, const ActorHandle<Cell>& cell, Deed deed) {
    cell.post<Work>(cx, Ticket(Kind::Post, Sender::Lasting), deed);
  }

  void work(Context<Keeper>& cx) {
    switch (random_.below(8)) {
      case 0:
        post(cx, any(), Deed::Answer);
        break;
      case 1:
        post(cx, any(), Deed::Arm);
        break;
      case 2:
        any()
            .ask<Query>(cx, Ticket(Kind::Request, Sender::Lasting), random_(), false)
            .then(cx, [answer = Ticket(Kind::Answer, Sender::Lasting)](
                          Result<std::uint64_t> value) mutable {
              answer.settle(value ? Fate::Handled : Fate::Returned);
            });
        break;
      case 3: {
        Ticket answer(Kind::Answer, Sender::Lasting);
        auto dropped = any().ask<Query>(cx, Ticket(Kind::Request, Sender::Lasting), random_(),
                                        random_.below(2) == 0);
        answer.settle(Fate::Dropped);
        break;
      }
      case 4:
        cx.post_after(1h, Alarm{Ticket(Kind::Timer, Sender::Lasting)}).cancel(cx);
        break;
      default:
        post(cx, any(), Deed::Nothing);
    }
  }

  // Half of them have too little time.
  Task<void> ask_one(Context<Keeper>& cx) {
    const bool slowly = random_.below(2) == 0;
    const AskOptions soon{.timeout = slowly ? 500us : 10s};
    Ticket answer(Kind::Answer, Sender::Lasting);
    auto asked =
        any().ask<Query>(cx, soon, Ticket(Kind::Request, Sender::Lasting), random_(), slowly);
    auto value = co_await asked;
    answer.settle(value ? Fate::Handled : Fate::Returned);
  }

 public:
  void handle(Context<Keeper>&, Alarm alarm) { alarm.ticket.settle(Fate::Handled); }

 private:
  Counted counted_;
  Plan& plan_;
  base::Random random_;
  std::uint64_t alive_;
  std::uint64_t created_;
  std::uint64_t made_ = 0;
  Clock::time_point grown_at_;
  std::vector<ActorHandle<Cell>> cells_;
};

void Cell::handle(Context<Cell>& cx, Work work) {
  work.ticket.settle(Fate::Handled);
  switch (work.deed) {
    case Deed::Answer:
      keeper_.post<Work>(cx, Ticket(Kind::Post, Sender::Mortal), Deed::Nothing);
      break;
    case Deed::Arm:
      cx.post_after(20ms, Alarm{Ticket(Kind::Timer, Sender::Mortal)});
      break;
    case Deed::Leave:
      cx.stop("left");
      break;
    default:
      break;
  }
}

Task<std::uint64_t> Cell::handle(Context<Cell>&, Query query) {
  query.ticket.settle(Fate::Handled);
  if (query.slowly) {
    Sleep nap(1ms);
    co_await nap;
  }
  co_return query.value;
}

}  // namespace

std::vector<std::function<void()>> spawn_keepers(const Proc& proc, Client& client, Plan& plan) {
  std::vector<std::function<void()>> ends;
  for (std::uint64_t i = 0; i < kKeepers; ++i) {
    const auto part = [i](std::uint64_t of) { return of / kKeepers + (i < of % kKeepers); };
    auto keeper = proc.spawn<Keeper>(unnamed, plan, plan.seed * 1'000 + i, part(plan.alive),
                                     part(plan.created))
                      .value();
    plan.drivers.fetch_add(1);
    keeper.post<Beat>(client);
    ends.emplace_back([keeper] {
      keeper.drain_and_stop("the run is over");
      (void)wait_ended(keeper);
    });
  }
  return ends;
}

}  // namespace hyperactor::soak
