// bench/path/ask.cpp - what does it cost an actor to ask another one?
#include "ask_pair.hpp"
#include "measurement.hpp"
#include "sizes.hpp"

namespace hyperactor::bench {

namespace {

template <class Form>
Result<double> nanoseconds_an_ask(const Runtime& runtime) {
  auto proc = Proc::local(runtime);
  AskPair pair(proc);
  auto seconds = pair.seconds<Form>(kAskQuestions);
  if (!seconds) return seconds;
  return *seconds * 1e9 / static_cast<double>(kAskQuestions);
}

}  // namespace

Result<double> ask_await(const Runtime& runtime) {
  return nanoseconds_an_ask<AwaitAnswers>(runtime);
}

Result<double> ask_then(const Runtime& runtime) {
  return nanoseconds_an_ask<ContinueWithAnswers>(runtime);
}

}  // namespace hyperactor::bench
