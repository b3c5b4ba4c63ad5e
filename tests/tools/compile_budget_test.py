"""tests/tools/compile_budget_test.py - the verdict follows the median ratio and the memory."""

import unittest

import tool

budget = tool.load("compile_budget")


def rounds(*seconds, memory=200):
    return [[(1.0, 90.0), (s, float(memory))] for s in seconds]


class CompileBudget(unittest.TestCase):
    def test_the_median_decides_and_not_an_outlier(self):
        lines, kept = budget.verdict(rounds(3.0, 3.1, 3.2, 9.0, 3.0), 3.2, 300)
        self.assertTrue(kept)
        self.assertIn("3.10", lines[2])

    def test_a_ratio_above_the_limit_is_over(self):
        self.assertFalse(budget.verdict(rounds(3.3, 3.3, 3.1), 3.2, 300)[1])

    def test_memory_above_the_limit_is_over(self):
        self.assertFalse(budget.verdict(rounds(2.0, 2.0, 2.0, memory=301), 3.2, 300)[1])

    def test_measures_a_real_compilation(self):
        pairs = budget.measure("true", "include", 2)
        self.assertEqual(len(pairs), 2)


if __name__ == "__main__":
    unittest.main()
