"""tests/tools/compile_fail_test.py - the runner of wrong programs tells good refusals from bad."""

import contextlib
import io
import os
import tempfile
import unittest

import tool

compile_fail = tool.load("compile_fail")

GCC_OUTPUT = """In file included from include/a.hpp:1,
                 from case.cpp:3:
include/b.hpp: In instantiation of 'void post() [with A = Account; M = Withdraw]':
include/b.hpp:9:5: error: static assertion failed: this actor does not handle this message
    9 |     static_assert(kHandles<A, M>);
case.cpp:9: error: another thing about a concept
"""

EXPECTED = {"expect": ["this actor does not handle this message"],
            "expect-early": ["Account", "Withdraw"], "reject": ["constraint"]}

CASE = """// case.cpp - returns text as a number.
// expect: {expect}
int answer() {{
#ifdef WRONG
  return "text";
#endif
  return 3{right};
}}
"""


class Output(unittest.TestCase):
    def test_the_expected_sentence_and_names_are_enough(self):
        self.assertEqual(compile_fail.problems_in(GCC_OUTPUT, EXPECTED), [])

    def test_the_sentence_must_stand_in_the_first_error(self):
        expected = {**EXPECTED, "expect": ["another thing"]}
        self.assertIn("the first error does not say", compile_fail.problems_in(
            GCC_OUTPUT, expected)[0])

    def test_names_must_stand_in_the_first_four_lines(self):
        expected = {**EXPECTED, "expect-early": ["concept"]}
        self.assertEqual(compile_fail.problems_in(GCC_OUTPUT, expected), [])
        late = GCC_OUTPUT.replace("case.cpp:9:", "note\nnote\ncase.cpp:9:")
        self.assertEqual(len(compile_fail.problems_in(late, expected)), 1)

    def test_a_rejected_word_may_stand_nowhere(self):
        expected = {**EXPECTED, "reject": ["concept"]}
        self.assertIn('mentions "concept"', compile_fail.problems_in(GCC_OUTPUT, expected)[0])

    def test_an_output_without_an_error_is_wrong(self):
        self.assertEqual(compile_fail.problems_in("killed\n", EXPECTED),
                         ["the compiler printed no error"])


class Program(unittest.TestCase):
    def run_on(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "case.cpp")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                code = compile_fail.main(["--compiler", "g++-12", path])
            return code, out.getvalue()

    def test_a_refused_case_passes(self):
        code, out = self.run_on(CASE.format(expect="invalid conversion", right=""))
        self.assertEqual(code, 0, out)

    def test_a_case_that_never_compiles_fails(self):
        code, out = self.run_on(CASE.format(expect="invalid conversion", right=" 4"))
        self.assertEqual(code, 1)
        self.assertIn("does not compile without its wrong part", out)

    def test_an_accepted_wrong_part_fails(self):
        code, out = self.run_on(CASE.format(expect="x", right="").replace('"text"', "7"))
        self.assertEqual(code, 1)
        self.assertIn("accepts its wrong part", out)

    def test_a_case_without_an_expectation_fails(self):
        code, out = self.run_on("int answer();\n")
        self.assertEqual(code, 1)
        self.assertIn("a case needs", out)


if __name__ == "__main__":
    unittest.main()
