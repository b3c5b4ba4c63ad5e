// tests/soak/gate.cpp - pushers: overload, and what comes back of it.
#include "gate.hpp"

#include <array>
#include <string>

namespace hyperactor::soak {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kPushers = 3;
constexpr std::array kPolicies{Overflow::Reject, Overflow::DropOldest, Overflow::Wait};

class Pusher : public Actor<Pusher> {
 public:
  Pusher(ProcHandle proc, Plan& plan, std::uint64_t seed)
      : proc_(std::move(proc)), plan_(plan), random_(seed) {}

  Task<Result<void>> init(Context<Pusher>&) override {
    for (std::size_t i = 0; i < kPolicies.size(); ++i) open(i);
    return Result<void>{};
  }

  Task<void> handle(Context<Pusher>& cx, Beat) {
    if (plan_.ending.load(std::memory_order_relaxed)) {
      for (std::size_t i = 0; i < kPolicies.size(); ++i) co_await close(cx, i);
      const std::lock_guard lock(plan_.gate_mutex);
      plan_.gate.reset();
      plan_.drivers.fetch_sub(1);
      co_return;
    }
    for (std::uint64_t i = random_.below(100); i != 0; --i) co_await send(cx);
    if (random_.below(20) == 0) {
      const std::size_t which = random_.below(kPolicies.size());
      co_await close(cx, which);
      open(which);
    }
    cx.post_after(std::chrono::microseconds(random_.below(2'000)), Beat{});
  }

  Task<Result<void>> handle_undeliverable(Context<Pusher>&, Undeliverable& returned) override {
    settle_returned(returned);
    see(returned.why());
    return Result<void>{};
  }

 private:
  static void see(const Error& why) {
    if (why.code() == Errc::Overloaded) count(Count::OverloadsSeen);
  }

  void open(std::size_t which) {
    const SpawnOptions options{.mailbox_limit = 1 + random_.below(64),
                               .overflow = kPolicies[which]};
    gates_[which].emplace(proc_.spawn<Gate>(options, unnamed).value());
    if (kPolicies[which] != Overflow::Wait) return;
    const std::lock_guard lock(plan_.gate_mutex);
    plan_.gate.emplace(*gates_[which]);
  }

  // Ends a gate that may be full, in one of the ways, and reads what it has counted.
  Task<void> close(Context<Pusher>& cx, std::size_t which) {
    ActorHandle<Gate> gate = *gates_[which];
    const std::uint64_t way = random_.below(3);
    for (std::uint64_t i = random_.below(50); i != 0; --i) {
      gate.post<Work>(cx, Ticket(Kind::Post, Sender::Lasting), Deed::Nap);
    }
    if (way == 0) gate.stop("replaced");
    if (way == 1) gate.drain_and_stop("replaced");
    if (way == 2) {
      count(Count::Aborts);
      gate.abort("replaced");
    }
    for (std::uint64_t i = random_.below(3); i != 0; --i) {
      gate.post<Work>(cx, Ticket(Kind::Post, Sender::Lasting), Deed::Nothing);
    }
    auto ended = gate.ended();
    const ActorStatus status = co_await ended;
    if (status.is_failed()) count(Count::RootsFailed);
    const MailboxLimit seen = *gate.mailbox_limit();
    count(Count::OverloadsCounted, seen.rejected + seen.dropped);
  }

  Task<void> send(Context<Pusher>& cx) {
    ActorHandle<Gate> gate = *gates_[random_.below(kPolicies.size())];
    const Deed deed = random_.below(50) == 0 ? Deed::Nap : Deed::Nothing;
    switch (random_.below(4)) {
      case 0: {
        SendWait<Work> sending =
            gate.send_wait<Work>(cx, Ticket(Kind::Waiting, Sender::Lasting), deed);
        auto sent = co_await sending;
        if (!sent) take_back(sent.error());
        break;
      }
      case 1: {
        auto sent = gate.try_send<Work>(cx, Ticket(Kind::Post, Sender::Lasting), deed);
        if (!sent) take_back(sent.error());
        break;
      }
      case 2:
        gate.ask<Query>(cx, Ticket(Kind::Request, Sender::Lasting), random_(), false)
            .then(cx, [answer = Ticket(Kind::Answer, Sender::Lasting)](
                          Result<std::uint64_t> value) mutable {
              answer.settle(value ? Fate::Handled : Fate::Returned);
              if (!value) see(value.error());
            });
        break;
      default:
        gate.post<Work>(cx, Ticket(Kind::Post, Sender::Lasting), deed);
    }
  }

  static void take_back(Undelivered<Work>& refused) {
    refused.message.ticket.settle(Fate::Returned);
    see(refused.why);
  }

  Counted counted_;
  ProcHandle proc_;
  Plan& plan_;
  base::Random random_;
  std::array<std::optional<ActorHandle<Gate>>, kPolicies.size()> gates_;
};

}  // namespace

void spawn_pushers(const Proc& proc, Client& client, Plan& plan) {
  for (std::uint64_t i = 0; i < kPushers; ++i) {
    auto pusher =
        proc.spawn<Pusher>(unnamed, proc.handle(), plan, plan.seed * 1'000 + 200 + i).value();
    plan.drivers.fetch_add(1);
    pusher.post<Beat>(client);
  }
}

}  // namespace hyperactor::soak
