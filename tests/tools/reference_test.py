"""tests/tools/reference_test.py - what doxygen reports is a finding, unless the language says it."""

import unittest

import tool

reference = tool.load("reference")


def undocumented(member, kind="function", owner="class hyperactor::Ask"):
    return f"include/a.hpp:7: warning: Member {member} ({kind}) of {owner} is not documented."


class Findings(unittest.TestCase):
    def ignored(self, line):
        self.assertIsNone(reference.finding_of(line), line)

    def test_a_public_name_without_a_comment_is_one(self):
        for line in (undocumented("ask(const Caller &caller) const"),
                     undocumented("depth", "variable"),
                     undocumented("block_on(Ask< R > ask)", owner="namespace hyperactor"),
                     undocumented("Ask(State *state) noexcept"),
                     undocumented("Ask(const Caller &caller)"),
                     "include/a.hpp:7: error: Compound hyperactor::Ask is not documented."):
            self.assertIn("include/a.hpp:7: ", reference.finding_of(line), line)

    def test_a_broken_comment_is_one(self):
        line = "include/a.hpp:7: warning: Unsupported xml/html tag <> found"
        self.assertEqual(reference.finding_of(line),
                         "include/a.hpp:7: Unsupported xml/html tag <> found")
        self.assertEqual(reference.finding_of("error: no such file"), "error: no such file")

    def test_copying_moving_and_destroying_need_no_comment(self):
        for member in ("Ask(Ask &&other) noexcept", "Ask(const Ask &)=default", "Ask(Ask &&)",
                       "operator=(Ask &&other) noexcept", "~Ask()"):
            self.ignored(undocumented(member))
        self.ignored(undocumented("Task(Task &&other) noexcept",
                                  owner="class hyperactor::Task< void >"))

    def test_nor_does_what_co_await_calls(self):
        for member in ("await_ready() const noexcept", "await_resume()", "operator co_await() &&",
                       "await_suspend(std::coroutine_handle< Promise > frame)"):
            self.ignored(undocumented(member))

    def test_what_belongs_to_others_is_theirs(self):
        self.ignored("include/a.hpp:7: error: Compound std::hash< hyperactor::ActorId > is not "
                     "documented.")
        self.ignored(undocumented("format(hyperactor::Errc code)",
                                  owner="struct fmt::formatter< hyperactor::Errc >"))
        self.ignored("include/a.hpp:7: error: Internal inconsistency: scope for class "
                     "fmt::formatter< hyperactor::Errc > not found!")
        self.ignored("")


if __name__ == "__main__":
    unittest.main()
