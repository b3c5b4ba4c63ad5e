// bench/path/ask_pair.hpp - an actor that asks another, one question at a time.
#pragma once

#include "hyperactor/hyperactor.hpp"

#include "stopwatch.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace hyperactor::bench {

struct Successor {
  using Reply = std::uint64_t;
  std::uint64_t of;
};

class Oracle : public Actor<Oracle> {
 public:
  std::uint64_t handle(Context<Oracle>&, Successor question) { return question.of + 1; }
};

/// Answered with the sum of the answers.
struct AwaitAnswers {
  using Reply = std::uint64_t;
  std::uint64_t questions;
};

/// The same, through continuations.
struct ContinueWithAnswers {
  using Reply = std::uint64_t;
  std::uint64_t questions;
};

class Asker : public Actor<Asker> {
 public:
  explicit Asker(ActorHandle<Oracle> oracle) : oracle_(std::move(oracle)) {}

  Task<Result<std::uint64_t>> handle(Context<Asker>& cx, AwaitAnswers run) {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < run.questions; ++i) {
      auto answer = co_await oracle_.ask<Successor>(cx, i);
      if (!answer) co_return std::unexpected(std::move(answer).error());
      sum += *answer;
    }
    co_return sum;
  }

  void handle(Context<Asker>& cx, ContinueWithAnswers run, ReplyPort<std::uint64_t> done) {
    done_ = std::move(done);
    questions_ = run.questions;
    next_ = sum_ = 0;
    ask_next(cx);
  }

 private:
  void ask_next(Context<Asker>& cx) {
    oracle_.ask<Successor>(cx, next_).then(cx, [this, &cx](Result<std::uint64_t> answer) {
      if (!answer) return done_.refuse(std::move(answer).error());
      sum_ += *answer;
      if (++next_ == questions_) return done_.send(sum_);
      ask_next(cx);
    });
  }

  ActorHandle<Oracle> oracle_;
  std::uint64_t questions_ = 0;
  std::uint64_t next_ = 0;
  std::uint64_t sum_ = 0;
  ReplyPort<std::uint64_t> done_;
};

class AskPair {
 public:
  explicit AskPair(Proc& proc)
      : client_(proc.client("bench")),
        asker_(proc.spawn<Asker>(proc.spawn<Oracle>().value()).value()) {}

  /// Seconds for `questions` questions and their answers; `Form` says how they are awaited.
  template <class Form>
  Result<double> seconds(std::uint64_t questions) {
    return seconds_until("ask", questions * (questions + 1) / 2,
                         [&] { return asker_.ask<Form>(client_, kPatient, questions); });
  }

 private:
  Client client_;
  ActorHandle<Asker> asker_;
};

}  // namespace hyperactor::bench
