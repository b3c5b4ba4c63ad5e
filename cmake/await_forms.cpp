// cmake/await_forms.cpp - runs every form of co_await that a compiler is known to get wrong.
//
// lint_await: off (this file shows the wrong forms on purpose)
//
// GCC 12 miscompiles two kinds of coroutine, without a warning:
//   A  an aggregate temporary in a full expression with co_await is destroyed twice;
//   B  a body without any local variable, with co_await in a condition, gets a broken frame.
// Forms marked Safe are those that the documentation tells users to write instead.
//
//   await_forms               runs all, one line each; 0: all right, 1: a risky one is wrong,
//                             2: a safe one is wrong
//   await_forms --safe-only   the same, but a wrong risky form counts as expected
//
// Each form runs in a process of its own, because a broken frame may crash. It uses nothing
// but the standard library, so that a build can run it before anything of ours is compiled.

#include <coroutine>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// ---- what the forms are made of ---------------------------------------------------------

// Notices when it is destroyed twice, or not at all.
class Probe {
 public:
  explicit Probe(int value) : value_(value) { alive().insert(this); }

  Probe(const Probe& other) : value_(other.value_) { alive().insert(this); }

  Probe(Probe&& other) noexcept : value_(std::exchange(other.value_, 0)) {
    alive().insert(this);
  }

  Probe& operator=(const Probe&) = default;

  ~Probe() { wrong() += alive().erase(this) == 1 ? 0 : 1; }

  int value() const { return value_; }

  static bool all_well() { return wrong() == 0 && alive().empty(); }

 private:
  static std::set<const Probe*>& alive() {
    static std::set<const Probe*> probes;
    return probes;
  }

  static int& wrong() {
    static int count = 0;
    return count;
  }

  int value_;
};

// A coroutine that runs when resumed, by hand or by the one that awaits it.
template <class T>
struct Task {
  struct promise_type {
    Task get_return_object() {
      return Task{std::coroutine_handle<promise_type>::from_promise(*this)};
    }

    std::suspend_always initial_suspend() noexcept { return {}; }

    auto final_suspend() noexcept {
      struct Back {
        bool await_ready() noexcept { return false; }

        std::coroutine_handle<> await_suspend(
            std::coroutine_handle<promise_type> done) noexcept {
          return done.promise().waiter;
        }

        void await_resume() noexcept {}
      };

      return Back{};
    }

    void return_value(T value) { result = value; }

    void unhandled_exception() { std::abort(); }

    T result{};
    std::coroutine_handle<> waiter = std::noop_coroutine();
  };

  explicit Task(std::coroutine_handle<promise_type> handle) : frame(handle) {}

  Task(Task&& other) noexcept : frame(std::exchange(other.frame, nullptr)) {}

  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  ~Task() {
    if (frame) frame.destroy();
  }

  bool await_ready() noexcept { return false; }

  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) noexcept {
    frame.promise().waiter = waiter;
    return frame;
  }

  T await_resume() { return frame.promise().result; }

  std::coroutine_handle<promise_type> frame;
};

// The one suspended leaf of a running form, resumed from outside, as a scheduler would.
std::coroutine_handle<> parked;
std::vector<int> script;  // what next() answers, last first
std::vector<int> trace;   // what the form did

struct Next {
  bool await_ready() const noexcept { return false; }

  void await_suspend(std::coroutine_handle<> waiter) const noexcept { parked = waiter; }

  int await_resume() const {
    const int value = script.back();
    script.pop_back();
    return value;
  }
};

Next next() {
  return {};
}

void mark(int event) {
  trace.push_back(event);
}

// Runs a form to its end; false when it ends too early, too late, or with another answer.
bool completes(Task<int> form, std::vector<int> answers, int expected) {
  script.assign(answers.rbegin(), answers.rend());
  const std::size_t resumes = answers.size();
  form.frame.resume();
  for (std::size_t i = 0; i < resumes; ++i) {
    if (form.frame.done() || !parked) return false;
    std::exchange(parked, nullptr).resume();
  }
  return form.frame.done() && script.empty() && form.frame.promise().result == expected;
}

struct Put {  // an aggregate with a destructor that matters
  Probe key;
  Probe value;
};

struct Made {  // the same with a constructor

  Made(int k, int v) : key(k), value(v) {}

  Probe key;
  Probe value;
};

struct Answer {
  int value;
  bool ready;

  bool await_ready() const noexcept { return ready; }

  void await_suspend(std::coroutine_handle<> waiter) const noexcept { parked = waiter; }

  int await_resume() const noexcept { return value; }
};

template <class M>
Answer ask_value(M m) {
  return {m.key.value() + m.value.value(), true};
}

template <class M>
Answer ask_const(const M& m) {
  return {m.key.value() + m.value.value(), true};
}

template <class M>
Answer ask_move(M&& m) {
  const M taken = std::move(m);
  return {taken.key.value() + taken.value.value(), true};
}

template <class F>
Answer ask_function(F f) {
  return {f(), true};
}

Answer ask_pair(std::pair<Probe, Probe> p) {
  return {p.first.value() + p.second.value(), true};
}

Answer ask_number(int n) {
  return {n, true};
}

struct Ref {
  template <class M, class... Args>
  Answer ask(Args&&... args) const {
    return ask_value(M{Probe(args)...});
  }
};

Put make_put(int k, int v) {
  return Put{Probe(k), Probe(v)};
}

int sum_of(const Put& m) {
  return m.key.value() + m.value.value();
}

Task<int> ask_task(Put m) {
  co_return sum_of(m);
}

bool runs_clean(Task<int> form, int expected) {
  {
    const Task<int> owned = std::move(form);
    owned.frame.resume();
    if (!owned.frame.done() || owned.frame.promise().result != expected) return false;
  }
  return Probe::all_well();
}

// ---- A: what a full expression with co_await may hold ------------------------------------

Task<int> a_braces() {
  co_return co_await ask_value(Put{Probe(1), Probe(2)});
}

Task<int> a_braces_const() {
  co_return co_await ask_const(Put{Probe(1), Probe(2)});
}

Task<int> a_braces_rvalue() {
  co_return co_await ask_move(Put{Probe(1), Probe(2)});
}

Task<int> a_braces_untyped() {
  co_return co_await ask_value<Put>({Probe(1), Probe(2)});
}

Task<int> a_designated() {
  co_return co_await ask_value(Put{.key = Probe(1), .value = Probe(2)});
}

Task<int> a_parentheses() {
  co_return co_await ask_value(Put(Probe(1), Probe(2)));
}

Task<int> a_moved_temporary() {
  co_return co_await ask_move(static_cast<Put&&>(Put{Probe(1), Probe(2)}));
}

Task<int> a_conditional(bool which) {
  co_return co_await ask_value(which ? Put{Probe(1), Probe(2)} : Put{Probe(3), Probe(4)});
}

Task<int> a_lambda() {
  Probe probe(3);
  co_return co_await ask_function([probe] { return probe.value(); });
}

Task<int> a_nested_call() {
  co_return co_await ask_number(sum_of(Put{Probe(1), Probe(2)}));
}

Task<int> a_elsewhere() {
  co_return sum_of(Put{Probe(1), Probe(2)}) + co_await ask_number(0);
}

Task<int> a_to_coroutine() {
  co_return co_await ask_task(Put{Probe(1), Probe(2)});
}

Task<int> a_statement() {
  co_await ask_value(Put{Probe(1), Probe(2)});
  co_return 3;
}

Task<int> safe_constructor() {
  co_return co_await ask_value(Made(1, 2));
}

Task<int> safe_constructor_braces() {
  co_return co_await ask_const(Made{1, 2});
}

Task<int> safe_returned() {
  co_return co_await ask_value(make_put(1, 2));
}

Task<int> safe_pair() {
  co_return co_await ask_pair(std::pair<Probe, Probe>(Probe(1), Probe(2)));
}

Task<int> safe_named() {
  Put put{Probe(1), Probe(2)};
  co_return co_await ask_value(std::move(put));
}

Task<int> safe_stored_first() {
  Answer answer = ask_value(Put{Probe(1), Probe(2)});
  co_return co_await answer;
}

Task<int> safe_task_stored_first() {
  Task<int> task = ask_task(Put{Probe(1), Probe(2)});
  co_return co_await std::move(task);
}

Task<int> safe_in_callee() {
  const Ref ref;
  co_return co_await ref.ask<Put>(1, 2);
}

Task<int> safe_named_lambda() {
  Probe probe(3);
  auto value = [&probe] { return probe.value(); };
  co_return co_await ask_function(value);
}

// ---- B: where co_await may stand in a body without local variables ------------------------

Task<int> b_if() {
  if (co_await next()) mark(1);
  co_return 7;
}

Task<int> b_if_not() {
  if (!co_await next()) mark(1);
  co_return 7;
}

Task<int> b_if_and() {
  if (co_await next() && !trace.empty()) mark(1);
  co_return 7;
}

Task<int> b_while() {
  while (co_await next()) mark(1);
  co_return 7;
}

Task<int> b_do_while() {
  do {
    mark(1);
  } while (co_await next());
  co_return 7;
}

Task<int> b_switch() {
  switch (co_await next()) {
    case 1:
      mark(1);
      break;
    default:
      mark(2);
  }
  co_return 7;
}

Task<int> b_if_in_try() {
  try {
    if (co_await next()) mark(1);
  } catch (...) {
    mark(2);
  }
  co_return 7;
}

Task<int> b_if_in_for() {
  for (;;) {
    if (co_await next()) break;
  }
  co_return 7;
}

Task<int> b_for() {
  for (; co_await next();) mark(1);
  co_return 7;
}

Task<int> safe_named_bool() {
  for (;;) {
    const bool stop = co_await next() != 0;
    if (stop) break;
  }
  co_return 7;
}

Task<int> safe_declared_in_if() {
  if (const bool yes = co_await next() != 0) mark(yes ? 1 : 2);
  co_return 7;
}

Task<int> safe_question_mark() {
  mark(co_await next() ? 1 : 2);
  co_return 7;
}

Task<int> safe_bare_and() {
  mark(static_cast<int>(co_await next() && co_await next()));
  co_return 7;
}

Task<int> safe_statements() {
  mark(co_await next());
  mark(co_await next());
  co_return 7;
}

// ---- the table, and how it is run --------------------------------------------------------

enum class Kind { Risky, Safe };

struct Form {
  const char* name;
  const char* text;
  Kind kind;
  bool (*right)();
};

const Form kForms[] = {
    {"A1", "co_await ask(T{...}), by value", Kind::Risky,
     [] { return runs_clean(a_braces(), 3); }},
    {"A2", "co_await ask(T{...}), by const reference", Kind::Risky,
     [] { return runs_clean(a_braces_const(), 3); }},
    {"A3", "co_await ask(T{...}), by rvalue reference", Kind::Risky,
     [] { return runs_clean(a_braces_rvalue(), 3); }},
    {"A4", "co_await ask({...})", Kind::Risky,
     [] { return runs_clean(a_braces_untyped(), 3); }},
    {"A5", "co_await ask(T{.key = ...})", Kind::Risky,
     [] { return runs_clean(a_designated(), 3); }},
    {"A6", "co_await ask(T(...)) of an aggregate", Kind::Risky,
     [] { return runs_clean(a_parentheses(), 3); }},
    {"A7", "co_await ask(std::move(T{...}))", Kind::Risky,
     [] { return runs_clean(a_moved_temporary(), 3); }},
    {"A8", "co_await ask(c ? T{...} : T{...})", Kind::Risky,
     [] { return runs_clean(a_conditional(true), 3); }},
    {"A9", "co_await run([captured] {...})", Kind::Risky,
     [] { return runs_clean(a_lambda(), 3); }},
    {"A10", "co_await ask(f(T{...}))", Kind::Risky,
     [] { return runs_clean(a_nested_call(), 3); }},
    {"A11", "f(T{...}) + co_await ask(...)", Kind::Risky,
     [] { return runs_clean(a_elsewhere(), 3); }},
    {"A12", "co_await coroutine(T{...})", Kind::Risky,
     [] { return runs_clean(a_to_coroutine(), 3); }},
    {"A13", "co_await ask(T{...}); as a statement", Kind::Risky,
     [] { return runs_clean(a_statement(), 3); }},
    {"A20", "T with a constructor, T(...)", Kind::Safe,
     [] { return runs_clean(safe_constructor(), 3); }},
    {"A21", "T with a constructor, T{...}", Kind::Safe,
     [] { return runs_clean(safe_constructor_braces(), 3); }},
    {"A22", "a value returned from a function", Kind::Safe,
     [] { return runs_clean(safe_returned(), 3); }},
    {"A23", "std::pair", Kind::Safe, [] { return runs_clean(safe_pair(), 3); }},
    {"A24", "a named variable, moved", Kind::Safe, [] { return runs_clean(safe_named(), 3); }},
    {"A25", "an awaitable stored first", Kind::Safe,
     [] { return runs_clean(safe_stored_first(), 3); }},
    {"A26", "a task stored first", Kind::Safe,
     [] { return runs_clean(safe_task_stored_first(), 3); }},
    {"A27", "co_await ref.ask<T>(fields...)", Kind::Safe,
     [] { return runs_clean(safe_in_callee(), 3); }},
    {"A28", "a named lambda", Kind::Safe, [] { return runs_clean(safe_named_lambda(), 3); }},
    {"B1", "if (co_await f())", Kind::Risky,
     [] { return completes(b_if(), {1}, 7) && trace == std::vector{1}; }},
    {"B2", "if (!co_await f())", Kind::Risky,
     [] { return completes(b_if_not(), {0}, 7) && trace == std::vector{1}; }},
    {"B3", "if (co_await f() && ...)", Kind::Risky,
     [] { return completes(b_if_and(), {1}, 7) && trace.empty(); }},
    {"B4", "while (co_await f())", Kind::Risky,
     [] { return completes(b_while(), {1, 1, 0}, 7) && trace == std::vector{1, 1}; }},
    {"B5", "do ... while (co_await f())", Kind::Risky,
     [] { return completes(b_do_while(), {1, 0}, 7) && trace == std::vector{1, 1}; }},
    {"B6", "switch (co_await f())", Kind::Risky,
     [] { return completes(b_switch(), {1}, 7) && trace == std::vector{1}; }},
    {"B7", "if (co_await f()) inside try", Kind::Risky,
     [] { return completes(b_if_in_try(), {1}, 7) && trace == std::vector{1}; }},
    {"B8", "if (co_await f()) inside for (;;)", Kind::Risky,
     [] { return completes(b_if_in_for(), {0, 0, 1}, 7); }},
    {"B9", "for (; co_await f();)", Kind::Risky,
     [] { return completes(b_for(), {1, 0}, 7) && trace == std::vector{1}; }},
    {"B20", "a named bool, then if", Kind::Safe,
     [] { return completes(safe_named_bool(), {0, 0, 1}, 7); }},
    {"B21", "if (bool b = co_await f())", Kind::Safe,
     [] { return completes(safe_declared_in_if(), {1}, 7) && trace == std::vector{1}; }},
    {"B22", "co_await f() ? a : b", Kind::Safe,
     [] { return completes(safe_question_mark(), {0}, 7) && trace == std::vector{2}; }},
    {"B23", "co_await f() && co_await g(), outside a condition", Kind::Safe,
     [] { return completes(safe_bare_and(), {1, 1}, 7) && trace == std::vector{1}; }},
    {"B24", "co_await as a statement", Kind::Safe,
     [] { return completes(safe_statements(), {4, 5}, 7) && trace == std::vector{4, 5}; }},
};

bool right_in_own_process(const Form& form) {
  const pid_t child = fork();
  if (child < 0) {
    std::perror("await_forms: fork");
    std::exit(3);
  }
  if (child == 0) {
    const rlimit none{};
    setrlimit(RLIMIT_CORE, &none);
    alarm(20);
    if (std::freopen("/dev/null", "w", stderr) == nullptr) _exit(3);
    _exit(form.right() ? 0 : 1);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child) return false;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  const bool safe_only = argc == 2 && std::strcmp(argv[1], "--safe-only") == 0;
  if (argc > 1 && !safe_only) {
    std::fprintf(stderr, "usage: await_forms [--safe-only]\n");
    return 3;
  }
  int wrong_risky = 0;
  int wrong_safe = 0;
  for (const Form& form : kForms) {
    const bool right = right_in_own_process(form);
    const bool safe = form.kind == Kind::Safe;
    if (!right) ++(safe ? wrong_safe : wrong_risky);
    std::printf("%-4s %-6s %-6s %s\n", form.name, safe ? "safe" : "risky",
                right ? "right" : "WRONG", form.text);
  }
  std::printf("%d risky and %d safe forms are compiled wrong.\n", wrong_risky, wrong_safe);
  if (wrong_safe > 0) return 2;
  return wrong_risky > 0 && !safe_only ? 1 : 0;
}
