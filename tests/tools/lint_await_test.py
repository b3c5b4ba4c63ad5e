"""tests/tools/lint_await_test.py - the lint refuses the wrong forms and only those."""

import os
import unittest

import tool

lint = tool.load("lint_await")

BAD_A = {
    "typed braces": "Task<int> f() { co_return co_await ref.ask(Put{k, v}); }",
    "braces by themselves": "void g() { co_await ref.ask({k, v}); }",
    "designated": "void g() { auto r = co_await ref.ask(Put{.key = k}); }",
    "moved temporary": "void g() { co_await ref.ask(std::move(Put{k, v})); }",
    "conditional operand": "void g() { co_await ask(c ? Put{a, b} : other); }",
    "nested call": "void g() { co_await ask(size_of(Put{a, b})); }",
    "elsewhere in the expression": "void g() { auto n = sum(Put{a, b}) + co_await ask(); }",
    "after the await": "void g() { combine(co_await ask(), Put{a, b}); }",
    "template": "void g() { co_await ask(Box<int>{1}); }",
    "qualified": "void g() { co_await ask(bank::Put{1}); }",
    "capture by value": "void g() { co_await run([x] { return x; }); }",
    "capture by reference": "void g() { co_await run([&] { return x; }); }",
    "captured this": "void g() { co_await run([this](int n) { return n_ + n; }); }",
    "immediately called": "void g() { co_await [&]() -> Task<void> { co_return; }(); }",
    "inside a macro": "void g() { EXPECT_EQ(co_await ask(), Put{1}); }",
    "co_return braces": "Task<Put> g() { co_return Put{co_await key(), v}; }",
    "over several lines": "void g() {\n  co_await ref.ask(\n      Put{\n          k, v});\n}",
    "in a lambda body": "auto f = []() -> Task<void> { co_await ask(Put{1}); };",
    "in a condition that declares": "void g() { if (bool b = co_await ask(Put{1})) use(b); }",
}

BAD_B = {
    "if": "Task<> f() { if (co_await g()) h(); }",
    "if not": "Task<> f() { if (!co_await g()) h(); }",
    "if and": "Task<> f() { if (x && co_await g()) h(); }",
    "if compared": "Task<> f() { if (co_await g() == 3) h(); }",
    "if in parentheses": "Task<> f() { if ((co_await g()).ok()) h(); }",
    "if with init": "Task<> f() { if (int n = 1; co_await g(n)) h(); }",
    "else if": "Task<> f() { if (a) { b(); } else if (co_await g()) h(); }",
    "while": "Task<> f() { while (co_await g()) h(); }",
    "do": "Task<> f() { do { h(); } while (co_await g()); }",
    "switch": "Task<> f() { switch (co_await g()) { case 1: h(); } }",
    "for": "Task<> f() { for (; co_await g();) h(); }",
    "for that counts": "Task<> f() { for (int i = 0; co_await g(i); ++i) h(); }",
    "argument": "Task<> f() { if (ok(co_await g())) h(); }",
    "assigned": "Task<> f() { while ((x = co_await g())) h(); }",
    "if constexpr": "Task<> f() { if constexpr (a) { while (co_await g()) h(); } }",
}

GOOD = {
    "fields": "void g() { co_await ref.ask<Put>(k, v); }",
    "named": "void g() { Put put{k, v}; co_await ref.ask(std::move(put)); }",
    "stored first": "void g() { auto task = ref.ask(Put{k, v}); co_await std::move(task); }",
    "named from an await": "void g() { Put put{co_await key(), v}; }",
    "const named from an await": "void g() { const bank::Put put{co_await key(), v}; }",
    "named lambda": "void g() { auto f = [x] { return x; }; co_await run(f); }",
    "lambda that captures nothing": "void g() { co_await run([] { return 3; }); }",
    "braces inside such a lambda": "void g() { co_await run([] { return Put{1, 2}; }); }",
    "blocks around": "void g() { if (a) { co_await f(); } else { co_await h(); } }",
    "braces in the next statement": "void g() { co_await f(); use(Put{1, 2}); }",
    "braces in the statement before": "void g() { use(Put{1, 2}); co_await f(); }",
    "declared in the if": "Task<> f() { if (bool b = co_await g()) h(b); }",
    "auto declared in the if": "Task<> f() { if (const auto r = co_await g(); r) h(); }",
    "declared in the while": "Task<> f() { while (std::optional<int> n = co_await g()) h(*n); }",
    "named bool": "Task<> f() { for (;;) { bool stop = co_await g(); if (stop) break; } }",
    "first part of a for": "Task<> f() { for (int n = co_await g(); n > 0; --n) h(); }",
    "range of a for": "Task<> f() { for (int n : co_await g()) h(n); }",
    "question mark": "Task<> f() { use(co_await g() ? 1 : 2); }",
    "await inside a lambda in a condition":
        "void f() { if (spawn([]() -> Task<> { co_await g(); })) h(); }",
    "body of an if": "Task<> f() { if (a) co_await g(); }",
    "body of a while": "Task<> f() { while (a) { co_await g(); } }",
    "comment": "void g() { f(Put{1}); /* co_await */ }  // if (co_await x)",
    "string": 'void g() { print("if (co_await g()) {}", Put{1}); }',
    "raw string": 'void g() { print(R"x(if (co_await g()))x", Put{1}); }',
    "class around": "struct A { Task<> f() { co_await g(); } int x{3}; };",
    "class with bases": "class A final : public B<C> { Task<> f() { co_await g(); } };",
    "member function": "Task<> A::f() const noexcept { co_await g(); }",
    "trailing return": "auto f() -> Task<int> { co_await g(); }",
    "trailing return of a pointer": "auto f() -> Task<int>* { co_await g(); }",
    "namespace": "namespace a::b { Task<> f() { co_await g(); } }",
    "case": "void f() { switch (a) { case 1: { co_await g(); } } }",
    "subscript": "void g() { co_await table[index]; }",
    "attribute": "void g() { [[maybe_unused]] auto x = co_await f(); }",
    "character": "void g() { co_await f('{', '\"'); }",
    "digit separators": "void g() { co_await f(1'000'000, 'a'); use(Put{1}); }",
    "marked": "void g() {\n  // lint_await: off (shows the wrong form)\n  co_await f(Put{1});\n}",
    "whole file marked": "// lint_await: off\nvoid g() { co_await f(Put{1}); }",
    "constructor list": "A::A() : x_{1}, y_(2) { start([] { return 1; }); }",
    "parameter default": "Task<> f(Options o = {}) { co_await g(); }",
    "template function": "template <class T> Task<T> f(T t) { co_await g(t); }",
    "requires": "template <class T> requires true Task<T> f(T t) { co_await g(t); }",
}


class LintAwait(unittest.TestCase):
    def test_refuses_form_a(self):
        for name, code in BAD_A.items():
            with self.subTest(name):
                forms = {form for _, form, _ in lint.findings_in(code)}
                self.assertEqual(forms, {"A"}, code)

    def test_refuses_form_b(self):
        for name, code in BAD_B.items():
            with self.subTest(name):
                forms = {form for _, form, _ in lint.findings_in(code)}
                self.assertEqual(forms, {"B"}, code)

    def test_accepts_what_is_right(self):
        for name, code in GOOD.items():
            with self.subTest(name):
                self.assertEqual(lint.findings_in(code), [], code)

    def test_names_the_line(self):
        code = "Task<> f() {\n  a();\n  if (co_await g()) h();\n}\n"
        self.assertEqual([line for line, _, _ in lint.findings_in(code)], [3])

    def test_names_the_statement_in_a_do(self):
        code = BAD_B["do"]
        self.assertIn("condition of a do", lint.findings_in(code)[0][2])

    def test_the_mark_covers_one_statement_only(self):
        code = "\n" * 12 + ("void g() {\n  co_await f(Put{1});  // lint_await: off\n\n"
                            "  co_await f(Put{2});\n}")
        self.assertEqual([line for line, _, _ in lint.findings_in(code)], [16])

    def test_reads_only_the_cpp_blocks_of_markdown(self):
        text = ("# A\n\n```cpp\nif (co_await f()) g();\n```\n\n```python\nif (co_await f()): {}\n"
                "```\n\nif (co_await f()) g();\n\n```cpp\n// lint_await: off\nco_await f(P{1});\n"
                "```\n")
        self.assertEqual([(line, form) for line, form, _ in lint.findings_in_markdown(text)],
                         [(4, "B")])

    def test_finds_every_risky_form_of_the_self_test(self):
        path = os.path.join(tool.ROOT, "cmake", "await_forms.cpp")
        with open(path, encoding="utf-8") as file:
            code = file.read().replace("lint_await: off", "")
        lines = code.split("\n")
        wrong = {line for line, _, _ in lint.findings_in(code)}
        for number, line in enumerate(lines, 1):
            # T(...) of an aggregate looks like a call, so that form is left to the compiler.
            if "co_await" in line and "Kind::" not in line and ("Put{" in line or "({" in line or "[probe]" in line):
                self.assertIn(number, wrong, line)


if __name__ == "__main__":
    unittest.main()
