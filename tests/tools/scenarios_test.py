"""tests/tools/scenarios_test.py - rows are read from all four chapters, citations are matched."""

import contextlib
import io
import os
import tempfile
import unittest

import tool

scenarios = tool.load("scenarios")

CHAPTER_10 = """# 10
## 7. Before
- PR-99 elsewhere: not a scenario
## 8. Test scenarios
### 8.1 Proc
- PR-01 spawn_actor: spawn; as PR-02. → idle (IK-1)
- PR-02 proc_actors: header as PR-01; then more
### 8.6 Ids
- ID-02 label_invalid_empty → Empty. ID-03 label_too_long: 64 chars.
- ID-48..51 debug_all / none: the four forms.
- PO-02 non_handler_port: 42 has not. PO-03/04 roundtrip (plain, handler). PO-05 debug: `Port(42)`.
- TM-01 alarm basic, TM-02 sleep_once; FL-01 flag basic.
- AL-21 (ours): hold an entry.
- X-01: two children of a stopping parent.
## 9. After
- PR-98 elsewhere: not a scenario
"""

CHAPTER_20 = """# 20
## 7. Test scenarios
### 7.1 Mailbox
| ID | Scenario | Steps | Expected |
|---|---|---|---|
| MB-01 | error text | build | `a\\|b` |
| MB-05 † | one-shot local | open | 123 |
## 8. After
| XX-01 | not | a | row |
"""

CHAPTER_30 = """# 30
## 7. Test scenarios
### 7.4 Sessions
| ref | Steps | Expected |
|---|---|---|
| test_unix_basic | a | b |
| test_unix_basic_client_before_server | a | b |
| test_tcp_basic † | as unix_basic | same |
| **[LATER]** ack watermark (15): in_order, duplicate | a | b |
| host agent (4): basic | a | b |
| host shutdown | a | b |
### 7.9 Additional
| REQ | Scenario | Expected |
|---|---|---|
| 6, 7 | header announces 8 GiB | decode error |
| 8 | map with parts | round trip |
"""

CHAPTER_40 = """# 40
## 8. Test scenarios
### 8.1 Geometry
| # | Scenario | Expected |
|---|---|---|
| G1 | row-major | inverse |
| G2 | slice | agree |
"""


def all_rows():
    rows = []
    for chapter, text in (("10", CHAPTER_10), ("20", CHAPTER_20), ("30", CHAPTER_30),
                          ("40", CHAPTER_40)):
        rows += scenarios.rows_of(chapter, text)
    return rows


def cited(line):
    """The labels of the rows that a line cites, and what is wrong with it."""
    rows = all_rows()
    problems = scenarios.cite(rows, "a_test.cpp:1", line)
    return [scenarios.label(row) for row in rows if row.tests], problems


class Rows(unittest.TestCase):
    def test_bullets_hold_one_or_more_ids(self):
        ids = [row.id for row in scenarios.rows_of("10", CHAPTER_10)]
        self.assertEqual(ids, ["PR-01", "PR-02", "ID-02", "ID-03", "ID-48", "ID-49", "ID-50",
                               "ID-51", "PO-02", "PO-03", "PO-04", "PO-05", "TM-01", "TM-02",
                               "FL-01", "AL-21", "X-01"])

    def test_tables_are_read_by_their_first_cell(self):
        self.assertEqual([row.id for row in scenarios.rows_of("20", CHAPTER_20)],
                         ["MB-01", "MB-05"])
        self.assertEqual([row.id for row in scenarios.rows_of("40", CHAPTER_40)], ["G1", "G2"])

    def test_rows_of_chapter_30_are_named_by_words(self):
        rows = scenarios.rows_of("30", CHAPTER_30)
        self.assertEqual(len(rows), 8)
        self.assertEqual(rows[2].names, [["test_tcp_basic"]])
        self.assertEqual(rows[3].names[0][:2], ["ack", "watermark"])

    def test_a_duplicated_id_is_reported(self):
        twice = CHAPTER_40.replace("G2", "G1")
        self.assertIn("two rows are 40.G1",
                      scenarios.duplicates(scenarios.rows_of("40", twice))[0])
        self.assertEqual(scenarios.duplicates(all_rows()), [])


class Citations(unittest.TestCase):
    def test_ids_are_found_in_names_and_comments(self):
        self.assertEqual(cited("TEST(A, B)  // 10.PR-01, 20.MB-05 and 40.G1"),
                         (["10.PR-01", "20.MB-05", "40.G1"], []))

    def test_numbers_that_are_no_ids_are_ignored(self):
        self.assertEqual(cited("// 110.PR-01 1.10.PR-01 10.5 40.Gx v30.7.4"), ([], []))

    def test_an_unknown_id_is_reported(self):
        for line in ("// 10.PR-77", "// 20.PR-01", "// 40.G9", "// 10.PR-1"):
            self.assertEqual(len(cited(line)[1]), 1, line)

    def test_words_name_a_row_of_their_section(self):
        self.assertEqual(cited("// 30.7.4.test_unix_basic"), (["30.7.4.test_unix_basic"], []))
        self.assertEqual(cited("// 30.7.4.ack watermark, as it should be"),
                         (["30.7.4.ack watermark 15 in_order duplicate"], []))
        self.assertEqual(cited("// (30.7.4.test_tcp_basic) and 30.7.4.host agent."),
                         (["30.7.4.test_tcp_basic", "30.7.4.host agent 4 basic"], []))

    def test_numbered_rows_are_cited_by_number_or_words(self):
        for line in ("// 30.7.9.6, 7", "// 30.7.9.header announces 8 GiB"):
            self.assertEqual(cited(line), (["30.7.9.6 7 header announces 8 gib"], []), line)

    def test_ambiguous_words_are_reported(self):
        found, problems = cited("// 30.7.4.host")
        self.assertEqual(found, [])
        self.assertIn("could be 2 rows", problems[0])

    def test_unknown_words_and_sections_are_reported(self):
        for line in ("// 30.7.4.test_uni", "// 30.7.8.test_unix_basic"):
            self.assertIn("no row of section", cited(line)[1][0])


class Program(unittest.TestCase):
    def run_with(self, spec, tests, *more):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = scenarios.main(["--spec", spec, "--tests", tests, *more])
        return code, out.getvalue(), err.getvalue()

    def folders(self, test_text):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        spec, tests = os.path.join(folder.name, "spec"), os.path.join(folder.name, "tests")
        os.makedirs(spec)
        os.makedirs(os.path.join(tests, "unit"))
        os.makedirs(os.path.join(tests, "tools"))
        for name, text in (("20-messaging.md", CHAPTER_20), ("40-meshes.md", CHAPTER_40)):
            with open(os.path.join(spec, name), "w", encoding="utf-8") as file:
                file.write(text)
        with open(os.path.join(tests, "unit", "a_test.cpp"), "w", encoding="utf-8") as file:
            file.write(test_text)
        with open(os.path.join(tests, "tools", "b_test.py"), "w", encoding="utf-8") as file:
            file.write("# 40.G99\n")
        return spec, tests

    def test_counts_rows_with_a_test(self):
        code, out, _ = self.run_with(*self.folders("// 20.MB-01\n// 20.MB-01\n// 10.PR-01\n"))
        self.assertEqual(code, 0)
        self.assertEqual(out, "chapter 20:    1 / 2\nchapter 40:    0 / 2\n")

    def test_lists_the_missing(self):
        _, out, _ = self.run_with(*self.folders("// 20.MB-01 40.G1 40.G2\n"), "--missing")
        self.assertIn("  20.MB-05  one-shot local\n", out)
        self.assertNotIn("40.G", out)

    def test_fails_on_an_unknown_id_and_says_where(self):
        code, _, err = self.run_with(*self.folders("\n// 40.G77\n"))
        self.assertEqual(code, 1)
        self.assertIn("tests/unit/a_test.cpp:2: no row is 40.G77", err)

    def test_says_politely_that_there_is_no_specification(self):
        _, tests = self.folders("")
        code, out, _ = self.run_with(os.path.join(tests, "nowhere"), tests)
        self.assertEqual(code, 0)
        self.assertIn("there is no specification here", out)


if __name__ == "__main__":
    unittest.main()
