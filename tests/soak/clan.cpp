// tests/soak/clan.cpp - members of a clan, and the reaper who ends it.
#include "clan.hpp"

#include "hyperactor/runtime/blocking.hpp"

#include "gate.hpp"

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace hyperactor::soak {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kReapers = 6;
constexpr std::uint64_t kChildrenMax = 4;
constexpr int kDepth = 2;

class Member : public Actor<Member> {
 public:
  Member(Plan& plan, std::uint64_t seed, int depth, PortHandle<Item> port,
         std::optional<ActorHandle<Member>> parent)
      : plan_(plan),
        random_(seed),
        depth_(depth),
        port_(std::move(port)),
        parent_(std::move(parent)) {
    const std::lock_guard lock(plan_.gate_mutex);
    gate_ = plan_.gate;
  }

  Task<Result<void>> init(Context<Member>& cx) override {
    if (depth_ == 0) return Result<void>{};
    for (std::uint64_t i = random_.below(kChildrenMax + 1); i != 0; --i) {
      auto child = cx.spawn<Member>(kChildName, plan_, random_(), depth_ - 1, port_, cx.self());
      if (!child) return Result<void>(std::unexpected(std::move(child).error()));
      children_.push_back(*std::move(child));
    }
    return Result<void>{};
  }

  Task<Result<void>> handle(Context<Member>& cx, Work work) {
    work.ticket.settle(Fate::Handled);
    switch (work.deed) {
      case Deed::Answer:
        if (parent_) post(cx, *parent_, Deed::Nothing);
        break;
      case Deed::Pass:
        if (!children_.empty()) {
          const auto deed = static_cast<Deed>(random_.below(9));
          post(cx, children_[random_.below(children_.size())], deed);
        }
        break;
      case Deed::Ask:
        if (parent_) co_await ask(cx);
        break;
      case Deed::Arm:
        cx.post_after(std::chrono::microseconds(random_.below(3'000)),
                      Alarm{Ticket(Kind::Timer, Sender::Mortal)});
        break;
      case Deed::Nap: {
        Sleep nap(std::chrono::microseconds(random_.below(2'000)));
        co_await nap;
        break;
      }
      case Deed::Block: {
        count(Count::Blockings);
        auto wait = blocking([] { std::this_thread::sleep_for(50us); });
        co_await wait;
        break;
      }
      case Deed::Wait:
        if (gate_) co_await wait_for_room(cx);
        break;
      case Deed::Tell:
        (void)port_.send(Item{Ticket(Kind::Port, Sender::Mortal)});
        break;
      case Deed::Leave:
        cx.stop("left");
        break;
      case Deed::Fail:
        co_return std::unexpected(Error(Errc::Failed, "as it was told"));
      case Deed::Panic:
        count(Count::Panics);
        throw std::runtime_error("as it was told");
      case Deed::Nothing:
        break;
    }
    co_return Result<void>{};
  }

  std::uint64_t handle(Context<Member>&, Query query) {
    query.ticket.settle(Fate::Handled);
    return query.value;
  }

  void handle(Context<Member>&, Alarm alarm) { alarm.ticket.settle(Fate::Handled); }

  Task<Result<void>> handle_undeliverable(Context<Member>&, Undeliverable& returned) override {
    settle_returned(returned);
    return Result<void>{};
  }

 private:
  static void post(Context<Member>& cx, const ActorHandle<Member>& to, Deed deed) {
    to.post<Work>(cx, Ticket(Kind::Post, Sender::Mortal), deed);
  }

  Task<void> ask(Context<Member>& cx) {
    Ticket answer(Kind::Answer, Sender::Mortal);
    const AskOptions soon{.timeout = 1ms};
    auto asked =
        parent_->ask<Query>(cx, soon, Ticket(Kind::Request, Sender::Mortal), random_(), false);
    auto value = co_await asked;
    answer.settle(value ? Fate::Handled : Fate::Returned);
  }

  Task<void> wait_for_room(Context<Member>& cx) {
    SendWait<Work> sending =
        gate_->send_wait<Work>(cx, Ticket(Kind::Waiting, Sender::Mortal), Deed::Nothing);
    auto sent = co_await sending;
    if (!sent) sent.error().message.ticket.settle(Fate::Returned);
  }

  Counted counted_;
  Plan& plan_;
  base::Random random_;
  int depth_;
  PortHandle<Item> port_;
  std::optional<ActorHandle<Member>> parent_;
  std::optional<ActorHandle<Gate>> gate_;
  std::vector<ActorHandle<Member>> children_;
};

class Reaper : public Actor<Reaper> {
 public:
  Reaper(ProcHandle proc, Plan& plan, std::uint64_t seed)
      : proc_(std::move(proc)), plan_(plan), random_(seed) {}

  Task<void> handle(Context<Reaper>& cx, Beat) {
    if (plan_.ending.load(std::memory_order_relaxed)) {
      plan_.drivers.fetch_sub(1);
      co_return;
    }
    auto [port, items] = cx.open_port<Item>();
    const std::optional<ActorHandle<Member>> no_parent;
    auto clan = proc_.spawn<Member>(unnamed, plan_, random_(), kDepth, port, no_parent).value();
    for (std::uint64_t i = random_.below(60); i != 0; --i) {
      const auto deed = static_cast<Deed>(random_.below(9));
      post(cx, clan, random_.below(3) == 0 ? deed : Deed::Pass);
    }
    Sleep meanwhile(std::chrono::microseconds(random_.below(3'000)));
    co_await meanwhile;
    end(cx, clan);
    for (std::uint64_t i = random_.below(4); i != 0; --i) post(cx, clan, Deed::Answer);
    auto ended = clan.ended();
    const ActorStatus status = co_await ended;
    if (status.is_failed()) count(Count::RootsFailed);
    if (random_.below(4) != 0) {  // else they go with the receiver
      for (Item& item : items.drain()) item.ticket.settle(Fate::Handled);
    }
    cx.post_after(std::chrono::microseconds(random_.below(6'000)), Beat{});
  }

  Task<Result<void>> handle_undeliverable(Context<Reaper>&, Undeliverable& returned) override {
    settle_returned(returned);
    return Result<void>{};
  }

 private:
  static void post(Context<Reaper>& cx, const ActorHandle<Member>& to, Deed deed) {
    to.post<Work>(cx, Ticket(Kind::Post, Sender::Lasting), deed);
  }

  void end(Context<Reaper>& cx, const ActorHandle<Member>& clan) {
    switch (random_.below(6)) {
      case 0:
        clan.stop("reaped");
        break;
      case 1:
        clan.drain_and_stop("reaped");
        break;
      case 2:
        count(Count::Aborts);
        clan.abort("reaped");
        break;
      case 3:
        post(cx, clan, Deed::Fail);
        break;
      case 4:
        post(cx, clan, Deed::Panic);
        break;
      default:
        post(cx, clan, Deed::Leave);
    }
  }

  Counted counted_;
  ProcHandle proc_;
  Plan& plan_;
  base::Random random_;
};

}  // namespace

void spawn_reapers(const Proc& proc, Client& client, Plan& plan) {
  for (std::uint64_t i = 0; i < kReapers; ++i) {
    auto reaper =
        proc.spawn<Reaper>(unnamed, proc.handle(), plan, plan.seed * 1'000 + 100 + i).value();
    plan.drivers.fetch_add(1);
    reaper.post<Beat>(client);
  }
}

}  // namespace hyperactor::soak
