"""tests/tools/snippets_test.py - blocks are compared with the regions they name, and rewritten."""

import contextlib
import io
import os
import stat
import tempfile
import unittest

import tool

snippets = tool.load("snippets")

SOURCE = """// a.cpp - an example.
// [tutorial:first]
int one() { return 1; }
// [/tutorial]

int main() {
  // [guide:both]
  // [tutorial:second]
  if (one()) {
    return 0;
  }
  // [/tutorial]
  return 1;
  // [/guide]
}
"""

PAGE = """# A page

```cpp examples/a.cpp [tutorial:first]
int one() { return 1; }
```

```cpp examples/a.cpp [tutorial:second]
if (one()) {
  return 0;
}
```

```sh
make nothing of it
```
"""

GUIDE = """```cpp
int free_of_sources;
```

```cpp examples/a.cpp [guide:both]
if (one()) {
  return 0;
}
return 1;
```
"""


class Project(unittest.TestCase):
    """A folder with one example, one page of the tutorial and one of the guide."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name
        self.write("examples/a.cpp", SOURCE)
        self.write("docs/tutorial/1.md", PAGE)
        self.write("docs/guide/a.md", GUIDE)

    def write(self, path, text):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8") as file:
            return file.read()

    def program(self, name, body):
        self.write(f"bin/{name}", f"#!/bin/sh\n{body}\n")
        os.chmod(os.path.join(self.root, "bin", name), stat.S_IRWXU)

    def run_with(self, *arguments):
        err = io.StringIO()
        with contextlib.redirect_stderr(err):
            code = snippets.main(["--root", self.root, *arguments])
        return code, err.getvalue()

    def refuses(self, *words):
        code, err = self.run_with()
        self.assertEqual(code, 1, err)
        for word in words:
            self.assertIn(word, err)


class Regions(Project):
    def test_what_agrees_passes(self):
        code, err = self.run_with()
        self.assertEqual((code, err), (0, "snippets: 3 blocks compared, 0 findings\n"))

    def test_a_block_that_differs_is_named_with_both_lines(self):
        self.write("examples/a.cpp", SOURCE.replace("return 0", "return 7"))
        self.refuses("docs/tutorial/1.md:7: this block is not what", "page:     return 0;",
                     "source:   return 7;", "docs/guide/a.md:5")

    def test_a_block_that_is_too_short_differs(self):
        self.write("docs/tutorial/1.md", PAGE.replace("  return 0;\n}\n", "  return 0;\n"))
        self.refuses("page:   (end)")

    def test_write_makes_them_agree_and_touches_nothing_else(self):
        self.write("docs/tutorial/1.md", PAGE.replace("return 0;", "wrong;\nmore;"))
        self.assertEqual(self.run_with("--write")[0], 0)
        self.assertEqual(self.read("docs/tutorial/1.md"), PAGE)
        self.assertEqual(self.read("docs/guide/a.md"), GUIDE)

    def test_a_whole_file_is_shown_without_its_markers(self):
        self.write("examples/b.cpp", "// [guide:x]\nint b;\n// [/guide]\n")
        self.write("docs/guide/b.md", "```cpp examples/b.cpp\nint b;\n```\n"
                                      "```cpp examples/b.cpp [guide:x]\nint b;\n```\n")
        self.assertEqual(self.run_with()[0], 0)

    def test_unknown_files_and_regions_are_named(self):
        self.write("docs/guide/a.md", GUIDE + "```cpp examples/no.cpp [guide:x]\n```\n")
        self.refuses("there is no file examples/no.cpp")
        self.write("docs/guide/a.md", GUIDE + "```cpp examples/a.cpp [guide:x]\n```\n")
        self.refuses("examples/a.cpp has no region [guide:x]; it has tutorial:first,")
        self.write("docs/guide/a.md", GUIDE + "```cpp one two three\n```\n")
        self.refuses("'one two three' is not")

    def test_a_region_that_no_page_shows_is_reported(self):
        self.write("docs/guide/a.md", "")
        self.refuses("examples/a.cpp: no page shows [guide:both]")

    def test_regions_begin_and_end_in_order(self):
        self.write("examples/b.cpp", "// [guide:x]\n")
        self.refuses("examples/b.cpp:1: [guide:x] has no end")
        self.write("examples/b.cpp", "// [/guide]\n")
        self.refuses("examples/b.cpp:1: [/guide] ends nothing")
        self.write("examples/b.cpp", "// [guide:x]\n// [guide:y]\n// [/guide]\n")
        self.refuses("examples/b.cpp:2: [guide:y] begins inside [guide:x]")
        self.write("examples/b.cpp", "// [guide:x]\n// [/guide]\n" * 2)
        self.refuses("examples/b.cpp:3: there are two regions [guide:x]")


class Pages(Project):
    def test_the_tutorial_names_the_source_of_every_block(self):
        for language in ("cpp", "text"):
            self.write("docs/tutorial/1.md", PAGE + f"```{language}\nint x;\n```\n")
            self.refuses("docs/tutorial/1.md:16", f"a {language} block of the tutorial says where")

    def test_a_block_without_an_end_is_reported(self):
        self.write("docs/guide/b.md", "```cpp\nint x;\n")
        self.refuses("docs/guide/b.md:1: this block has no end")


class Programs(Project):
    def setUp(self):
        super().setUp()
        self.write("docs/tutorial/2.md", "```text hello\nhello\nyou\n```\n")
        self.bin = ("--bin", os.path.join(self.root, "bin"))

    def test_what_a_program_prints_is_compared(self):
        self.program("hello", "echo hello; echo you")
        self.assertEqual(self.run_with(*self.bin)[0], 0)
        self.program("hello", "echo hello; echo me")
        code, err = self.run_with(*self.bin)
        self.assertEqual(code, 1)
        self.assertIn("page:   you\n  source: me", err)

    def test_what_it_prints_is_written(self):
        self.program("hello", "echo good day")
        self.assertEqual(self.run_with(*self.bin, "--write")[0], 0)
        self.assertEqual(self.read("docs/tutorial/2.md"), "```text hello\ngood day\n```\n")

    def test_without_programs_it_says_so(self):
        code, err = self.run_with()
        self.assertEqual(code, 0)
        self.assertIn("1 not run (no --bin)", err)

    def test_a_page_of_the_guide_may_be_a_program(self):
        self.write("docs/guide/b.md", "```cpp\nint f();\n```\n\n```cpp\nint main() {}\n```\n"
                                      "```text\none\n```\n```text\ntwo\n```\n")
        self.program("hello", "echo hello; echo you")
        self.program("example_guide_b", "echo one; echo two")
        self.assertEqual(self.run_with(*self.bin)[0], 0)
        self.program("example_guide_b", "echo one; echo three")
        code, err = self.run_with(*self.bin)
        self.assertEqual(code, 1)
        self.assertIn("docs/guide/b.md: example_guide_b does not print what the page says", err)
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            self.run_with("--program", "docs/guide/b.md")
        self.assertEqual(out.getvalue(), "// docs/guide/b.md: its blocks, one after the other\n"
                                         "int f();\nint main() {}\n")

    def test_a_program_that_is_missing_or_fails_is_reported(self):
        os.makedirs(os.path.join(self.root, "bin"))
        self.assertIn("there is no program hello", self.run_with(*self.bin)[1])
        self.program("hello", "echo wrong >&2; exit 3")
        self.assertIn("hello ended with 3: wrong", self.run_with(*self.bin)[1])


if __name__ == "__main__":
    unittest.main()
