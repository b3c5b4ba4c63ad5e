// bench/path/ask.cpp - what does it cost an actor to ask another one?
#include "ask_pair.hpp"
#include "measurement.hpp"

namespace hyperactor::bench {

namespace {

template <class Form>
Result<double> nanoseconds_an_ask(const Runtime& runtime) {
  constexpr std::uint64_t kQuestions = 1'000'000;
  auto proc = Proc::local(runtime);
  AskPair pair(proc);
  auto seconds = pair.seconds<Form>(kQuestions);
  if (!seconds) return seconds;
  return *seconds * 1e9 / static_cast<double>(kQuestions);
}

}  // namespace

Result<double> ask_await(const Runtime& runtime) {
  return nanoseconds_an_ask<AwaitAnswers>(runtime);
}

Result<double> ask_then(const Runtime& runtime) {
  return nanoseconds_an_ask<ContinueWithAnswers>(runtime);
}

}  // namespace hyperactor::bench
