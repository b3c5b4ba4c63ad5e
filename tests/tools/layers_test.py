"""tests/tools/layers_test.py - CMake stops on an edge that does not lead to a lower level."""

import os
import subprocess
import tempfile
import unittest

import tool

PROJECT = """cmake_minimum_required(VERSION 3.25)
project(sample LANGUAGES NONE)
set(CMAKE_CXX_COMPILE_FEATURES cxx_std_23)
include("{layers}")
{calls}
hyperactor_add_umbrella()
"""

LEVELS = "7 mailbox net  # two of one level\n6 runtime\n3 config\n0 base\n"

BASE = "hyperactor_add_layer(base LEVEL 0)\n"


class Layers(unittest.TestCase):
    def configure(self, calls):
        """(whether CMake accepts the calls, what it says as one line)."""
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(os.path.join(folder, "tools"))
            layers = os.path.join(tool.ROOT, "cmake", "layers.cmake")
            with open(os.path.join(folder, "CMakeLists.txt"), "w", encoding="utf-8") as file:
                file.write(PROJECT.format(layers=layers, calls=calls))
            with open(os.path.join(folder, "tools", "levels.txt"), "w", encoding="utf-8") as file:
                file.write(LEVELS)
            done = subprocess.run(["cmake", "-S", folder, "-B", os.path.join(folder, "build")],
                                  capture_output=True, text=True, check=False)
            return done.returncode == 0, " ".join((done.stdout + done.stderr).split())

    def assert_stops(self, calls, sentence):
        accepted, said = self.configure(calls)
        self.assertFalse(accepted)
        self.assertIn(sentence, said)

    def test_lower_layers_are_fine(self):
        accepted, said = self.configure(
            BASE + "hyperactor_add_layer(config LEVEL 3 DEPENDS base)\n"
                   "hyperactor_add_layer(net LEVEL 7 DEPENDS config base)\n")
        self.assertTrue(accepted, said)

    def test_an_upward_edge_stops(self):
        self.assert_stops(BASE + "hyperactor_add_layer(runtime LEVEL 6 DEPENDS mailbox)",
                          "'runtime' (level 6) may not depend on 'mailbox' (level 7)")

    def test_an_edge_on_one_level_stops(self):
        self.assert_stops("hyperactor_add_layer(mailbox LEVEL 7)\n"
                          "hyperactor_add_layer(net LEVEL 7 DEPENDS mailbox)",
                          "both are on level 7, and layers of one level never include each other")

    def test_a_wrong_level_stops(self):
        self.assert_stops("hyperactor_add_layer(net LEVEL 6)",
                          "LEVEL says '6', tools/levels.txt says 7")

    def test_a_layer_without_a_level_stops(self):
        self.assert_stops("hyperactor_add_layer(util LEVEL 0)",
                          "tools/levels.txt does not list 'util'")
        self.assert_stops(BASE + "hyperactor_add_layer(config LEVEL 3 DEPENDS util)",
                          "DEPENDS names 'util', which tools/levels.txt does not list")

    def test_a_missing_layer_stops(self):
        self.assert_stops("hyperactor_add_layer(config LEVEL 3 DEPENDS base)",
                          "'base', which has no src/base/CMakeLists.txt")

    def test_an_unknown_word_stops(self):
        self.assert_stops("hyperactor_add_layer(base SOURCE x.cpp LEVEL 0)",
                          "what is 'SOURCE;x.cpp'?")


if __name__ == "__main__":
    unittest.main()
