// bench/path/stream.hpp - senders that fill one receiver, which keeps them within a window.
#pragma once

#include "hyperactor/hyperactor.hpp"

#include "sizes.hpp"
#include "stopwatch.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace hyperactor::bench {

class Source;

struct Item {
  std::uint64_t value;
};

struct Attach {
  std::vector<ActorHandle<Source>> sources;
};

/// Answered with the sum of all values, once `items` have arrived.
struct Receive {
  using Reply = std::uint64_t;
  std::uint64_t items;
};

struct Send {
  std::uint64_t items;
};

/// The receiver has taken as many of the items.
struct Credit {
  std::uint64_t items;
};

struct GoOn {};

class Sink : public Actor<Sink> {
 public:
  void handle(Context<Sink>&, Attach attach) { sources_ = std::move(attach.sources); }

  void handle(Context<Sink>& cx, Receive receive, ReplyPort<std::uint64_t> done) {
    done_ = std::move(done);
    missing_ = receive.items;
    sum_ = 0;
    for (const auto& source : sources_) source.post<Send>(cx, receive.items / sources_.size());
  }

  void handle(Context<Sink>& cx, Item item) {
    sum_ += item.value;
    if (++uncredited_ == kCreditBatch) {
      uncredited_ = 0;
      for (const auto& source : sources_) {
        source.post<Credit>(cx, kCreditBatch / sources_.size());
      }
    }
    if (--missing_ == 0) done_.send(sum_);
  }

 private:
  std::uint64_t sum_ = 0;
  std::uint64_t missing_ = 0;
  std::uint64_t uncredited_ = 0;
  std::vector<ActorHandle<Source>> sources_;
  ReplyPort<std::uint64_t> done_;
};

/// Sends bursts and asks itself for the next one, so that others get their turn.
class Source : public Actor<Source> {
 public:
  Source(ActorHandle<Sink> sink, std::uint64_t window)
      : sink_(std::move(sink)), credit_(window) {}

  void handle(Context<Source>& cx, Send send) {
    left_ = send.items;
    burst(cx);
  }

  void handle(Context<Source>& cx, Credit credit) {
    const bool waited = credit_ < kBurst;
    credit_ += credit.items;
    if (waited && left_ != 0) burst(cx);
  }

  void handle(Context<Source>& cx, GoOn) { burst(cx); }

 private:
  void burst(Context<Source>& cx) {
    for (std::uint64_t i = 0; i < kBurst && left_ != 0; ++i) {
      sink_.post<Item>(cx, left_);
      --left_;
      --credit_;
    }
    if (left_ != 0 && credit_ >= kBurst) cx.self().post<GoOn>(cx);
  }

  ActorHandle<Sink> sink_;
  std::uint64_t left_ = 0;
  std::uint64_t credit_;
};

/// `senders` sources and their sink.
class Stream {
 public:
  Stream(Proc& proc, std::uint64_t senders)
      : client_(proc.client("bench")), sink_(proc.spawn<Sink>().value()), senders_(senders) {
    std::vector<ActorHandle<Source>> sources;
    for (std::uint64_t i = 0; i < senders; ++i) {
      sources.push_back(proc.spawn<Source>(sink_, kWindow / senders).value());
    }
    sink_.post<Attach>(client_, std::move(sources));
  }

  /// Seconds for `items` items, of which each sender sends an equal part.
  Result<double> seconds(std::uint64_t items) {
    const std::uint64_t each = items / senders_;
    const std::uint64_t sum = senders_ * (each * (each + 1) / 2);
    return seconds_until("stream", sum,
                         [&] { return sink_.ask<Receive>(client_, kPatient, items); });
  }

 private:
  Client client_;
  ActorHandle<Sink> sink_;
  std::uint64_t senders_;
};

}  // namespace hyperactor::bench
