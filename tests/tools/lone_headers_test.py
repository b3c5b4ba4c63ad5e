"""tests/tools/lone_headers_test.py - a header that needs another one first is found."""

import contextlib
import io
import os
import tempfile
import unittest

import tool

lone_headers = tool.load("lone_headers")


class LoneHeaders(unittest.TestCase):
    def run_on(self, **headers):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in headers.items():
                with open(os.path.join(folder, name + ".hpp"), "w", encoding="utf-8") as file:
                    file.write(text)
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                code = lone_headers.main(["--compiler", "g++-12", "--include", folder])
            return code, out.getvalue()

    def test_a_complete_header_passes(self):
        code, out = self.run_on(a="#pragma once\n#include <string>\nstruct A { std::string s; };\n")
        self.assertEqual(code, 0, out)

    def test_a_header_that_needs_another_fails(self):
        code, out = self.run_on(a="#pragma once\nstruct A { std::string s; };\n")
        self.assertEqual(code, 1)
        self.assertIn("a.hpp does not compile alone", out)

    def test_a_header_without_a_guard_fails(self):
        self.assertEqual(self.run_on(a="struct A {};\n")[0], 1)

    def test_no_headers_at_all_is_no_success(self):
        self.assertEqual(self.run_on()[0], 1)


if __name__ == "__main__":
    unittest.main()
