"""tests/tools/tidy_test.py - the style checker refuses bad snippets and accepts good ones."""

import os
import tempfile
import unittest

import tool

tidy = tool.load("tidy")

LEVELS = """# levels
 7  mailbox net   # a remark about actor
 6  runtime
 0  base
"""


def header(name, *lines):
    return f"// {name} - does one thing.\n#pragma once\n" + "".join(f"{line}\n" for line in lines)


def source(name, *lines):
    return f"// {name} - does one thing.\n" + "".join(f"{line}\n" for line in lines)


def path_file(name, step, of, before=None, after=None):
    text = f"// {name} - does one thing.\n//   Path: local send, step {step} of {of}."
    text += f" Before: {before}." if before else ""
    text += f" Next: {after}." if after else ""
    return text + "\n#pragma once\n"


class Tidy(unittest.TestCase):
    def findings(self, files):
        with tempfile.TemporaryDirectory() as root:
            for path, text in {"tools/levels.txt": LEVELS, **files}.items():
                full = os.path.join(root, path)
                os.makedirs(os.path.dirname(full), exist_ok=True)
                with open(full, "w", encoding="utf-8") as file:
                    file.write(text)
            return [f"{path}:{line}: {text}" for path, line, text in tidy.findings_in(root)[0]]

    def assert_clean(self, files):
        self.assertEqual(self.findings(files), [])

    def assert_one(self, files, *parts):
        found = self.findings(files)
        self.assertEqual(len(found), 1, found)
        for part in parts:
            self.assertIn(part, found[0])


class Levels(Tidy):
    def test_lower_levels_and_the_own_folder_are_fine(self):
        self.assert_clean({
            "include/hyperactor/mailbox/port.hpp": header(
                "mailbox/port.hpp", '#include "hyperactor/runtime/task.hpp"',
                '#include "hyperactor/mailbox/ref.hpp"', "#include <vector>"),
            "src/mailbox/port.cpp": source(
                "mailbox/port.cpp", '#include "hyperactor/base/error.hpp"',
                '#include "table.hpp"'),
            "src/mailbox/table.hpp": header("mailbox/table.hpp"),
            "include/hyperactor/hyperactor.hpp": header(
                "hyperactor.hpp", '#include "hyperactor/mailbox/port.hpp"'),
        })

    def test_an_upward_include_is_refused(self):
        self.assert_one({"src/runtime/a.cpp": source(
            "runtime/a.cpp", '#include "hyperactor/mailbox/port.hpp"')},
            "src/runtime/a.cpp:2", "'runtime' (level 6) includes 'mailbox' of a higher level (7)")

    def test_a_sideways_include_is_refused(self):
        self.assert_one({"include/hyperactor/net/a.hpp": header(
            "net/a.hpp", "#include <hyperactor/mailbox/port.hpp>")}, "the same level (7)")

    def test_a_public_header_includes_no_private_one(self):
        self.assert_one({"include/hyperactor/net/a.hpp": header("net/a.hpp", '#include "b.hpp"'),
                         "src/net/b.hpp": header("net/b.hpp")}, "which is not public")

    def test_a_private_header_of_another_folder_is_refused(self):
        self.assert_one({"src/net/a.cpp": source("net/a.cpp", '#include "table.hpp"'),
                         "src/mailbox/table.hpp": header("mailbox/table.hpp")},
                        '"table.hpp" is not a private header of src/net')

    def test_an_include_through_the_parent_folder_is_refused(self):
        self.assert_one({"src/net/a.cpp": source("net/a.cpp", '#include "../mailbox/table.hpp"')},
                        "leads upwards")

    def test_a_folder_without_a_level_is_refused(self):
        self.assert_one({"src/util/a.cpp": source("util/a.cpp")}, "'util' is not in tools/levels")

    def test_the_umbrella_header_is_for_users(self):
        self.assert_one({"src/net/a.cpp": source(
            "net/a.cpp", '#include "hyperactor/hyperactor.hpp"')}, "is for users")


class Job(Tidy):
    def test_the_first_line_names_the_file_and_its_job(self):
        self.assert_clean({"tests/unit/net/a_test.cpp": source("tests/unit/net/a_test.cpp"),
                           "tests/unit/net/b_test.cpp": source("b_test.cpp")})

    def test_a_missing_first_line_is_refused(self):
        self.assert_one({"src/net/a.cpp": "#include <vector>\n"}, "src/net/a.cpp:1",
                        "`// net/a.cpp - its one job`")

    def test_a_first_line_of_another_file_is_refused(self):
        self.assert_one({"src/net/a.cpp": source("net/b.cpp")}, "names 'net/b.cpp'")

    def test_a_header_without_pragma_once_is_refused(self):
        self.assert_one({"src/net/a.hpp": source("net/a.hpp")}, "needs #pragma once")


class Length(Tidy):
    def long_file(self, lines):
        return source("net/a.cpp", *["int x;"] * (lines - 1))

    def test_the_limit_itself_is_fine(self):
        self.assert_clean({"src/net/a.cpp": self.long_file(600)})

    def test_a_longer_file_is_refused(self):
        self.assert_one({"src/net/a.cpp": self.long_file(601)}, "601 lines, and the limit is 600")

    def test_a_listed_file_is_fine_at_its_size(self):
        self.assert_clean({"src/net/a.cpp": self.long_file(700),
                           "tools/budgets.txt": "# exceptions\nsrc/net/a.cpp 700\n"})

    def test_a_listed_file_may_not_grow(self):
        self.assert_one({"src/net/a.cpp": self.long_file(701),
                         "tools/budgets.txt": "src/net/a.cpp 700\n"}, "allows 700, never more")

    def test_a_listed_number_shrinks_with_its_file(self):
        self.assert_one({"src/net/a.cpp": self.long_file(650),
                         "tools/budgets.txt": "src/net/a.cpp 700\n"}, "lower its number to 650")
        self.assert_one({"src/net/a.cpp": self.long_file(600),
                         "tools/budgets.txt": "src/net/a.cpp 700\n"}, "remove the line")
        self.assert_one({"tools/budgets.txt": "src/net/a.cpp 700\n"}, "there is no")


class Paths(Tidy):
    A, B, C = (f"src/runtime/{name}.hpp" for name in "abc")

    def test_an_unbroken_chain_is_fine(self):
        self.assert_clean({
            self.A: path_file("runtime/a.hpp", 1, 3, after="runtime/b.hpp"),
            self.B: path_file("runtime/b.hpp", 2, 3, "runtime/a.hpp", "runtime/c.hpp"),
            self.C: path_file("runtime/c.hpp", 3, 3, "runtime/b.hpp")})

    def test_a_step_of_two_files_is_fine(self):
        self.assert_clean({
            self.A: path_file("runtime/a.hpp", 1, 2, after="runtime/b.hpp, c.hpp"),
            self.B: path_file("runtime/b.hpp", 2, 2, "runtime/a.hpp"),
            self.C: path_file("runtime/c.hpp", 2, 2, "runtime/a")})

    def test_the_ends_may_say_what_is_outside(self):
        self.assert_clean({
            self.A: path_file("runtime/a.hpp", 1, 2, "the user's code", "runtime/b.hpp"),
            self.B: path_file("runtime/b.hpp", 2, 2, "runtime/a.hpp", "the handler")})

    def test_a_long_line_may_be_broken(self):
        text = path_file("runtime/a.hpp", 1, 2, after="runtime/b.hpp").replace(" Next", "\n// Next")
        self.assert_clean({self.A: text,
                           self.B: path_file("runtime/b.hpp", 2, 2, "runtime/a.hpp")})

    def test_a_missing_step_is_refused(self):
        self.assert_one({self.A: path_file("runtime/a.hpp", 1, 3, after="runtime/b.hpp"),
                         self.B: path_file("runtime/b.hpp", 2, 3, "runtime/a.hpp", "runtime/c.hpp")},
                        "no file is step 3 of 3")

    def test_a_wrong_neighbour_is_refused(self):
        self.assert_one({self.A: path_file("runtime/a.hpp", 1, 2, after="runtime/c.hpp"),
                         self.B: path_file("runtime/b.hpp", 2, 2, "runtime/a.hpp")},
                        "src/runtime/a.hpp:2", "Next says 'runtime/c.hpp'", "runtime/b.hpp")

    def test_a_missing_neighbour_is_refused(self):
        self.assert_one({self.A: path_file("runtime/a.hpp", 1, 2, after="runtime/b.hpp"),
                         self.B: path_file("runtime/b.hpp", 2, 2)},
                        "write `Before: runtime/a.hpp.`")

    def test_different_numbers_of_steps_are_refused(self):
        self.assert_one({self.A: path_file("runtime/a.hpp", 1, 2, after="runtime/b.hpp"),
                         self.B: path_file("runtime/b.hpp", 2, 3, "runtime/a.hpp")}, "disagree")

    def test_another_spelling_is_refused(self):
        self.assert_one({self.A: source("runtime/a.hpp", "//   Path: local send, 1/9", "#pragma once")},
                        "a path is written")


class Notes(Tidy):
    def test_a_note_with_an_issue_is_fine(self):
        self.assert_clean({"src/net/a.cpp": source("net/a.cpp", "// TODO(#12): later")})

    def test_a_note_without_an_issue_is_refused(self):
        for word in ("TODO", "FIXME", "XXX"):
            self.assert_one({"src/net/a.cpp": source("net/a.cpp", f"// {word}: later")},
                            f"{word} without an issue")

    def test_a_fixme_in_a_header_is_refused(self):
        self.assert_one({"src/net/a.hpp": header("net/a.hpp", "// FIXME(#1): no")},
                        "a header has no FIXME")

    def test_programs_without_an_ending_are_read_too(self):
        self.assert_one({"tools/x": "#!/bin/bash\n# TODO: later\n"}, "tools/x:2")


class Changelog(Tidy):
    def test_a_fragment_begins_with_its_kind(self):
        self.assert_clean({"changelog.d/a.md": "Added: things.\n",
                           "changelog.d/b.md": "Fixed that thing.\n"})
        self.assert_one({"changelog.d/a.md": "New things.\n"}, "changelog.d/a.md:1", "Added")


if __name__ == "__main__":
    unittest.main()
