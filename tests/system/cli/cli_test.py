"""tests/system/cli/cli_test.py - what the program answers: figures, sentences, exit codes.

Usage: cli_test.py <the program> [unittest arguments]
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""
ALL_KEYS = ["pingpong_ns_per_hop", "oneway_msgs_per_s", "fanin4_msgs_per_s", "external_msgs_per_s",
            "bounded_pipeline_msgs_per_s", "ring_hops_per_s", "spawn_actors_per_s", "skynet_1m_s",
            "idle_actor_bytes", "ask_ns", "timer_ns", "allocs_per_message", "idle_cpu_percent"]


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60,
                          check=False)


class Help(unittest.TestCase):
    def test_each_command_explains_itself_and_its_exit_codes(self):
        for command in ([], ["bench"], ["bench", "local"], ["demo"]):
            with self.subTest(command=command):
                done = run(*command, "--help")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("Exit codes:", done.stdout)
                self.assertEqual(done.stderr, "")

    def test_the_help_of_bench_names_every_key(self):
        text = run("bench", "local", "--help").stdout
        for key in ALL_KEYS:
            self.assertIn(key, text)

    def test_the_version_is_one_line(self):
        done = run("--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^hyperactor \d+\.\d+\.\d+\n$")


class WrongUsage(unittest.TestCase):
    def check(self, arguments, *words):
        done = run(*arguments)
        self.assertEqual(done.returncode, 2, f"{arguments}: {done.stdout}{done.stderr}")
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1, f"not one line: {done.stderr}")
        for word in words:
            self.assertIn(word, done.stderr)

    def test_a_command_is_needed(self):
        self.check([], "subcommand", "--help")
        self.check(["bench"], "subcommand", "hyperactor bench --help")

    def test_an_unknown_command_is_named(self):
        self.check(["fly"], "fly")
        self.check(["bench", "local", "--fast"], "--fast", "hyperactor bench local --help")

    def test_worker_counts_out_of_range_are_refused(self):
        for workers in ("0", "100000", "-1", "two", "1.5", ""):
            with self.subTest(workers=workers):
                self.check(["bench", "local", f"--workers={workers}"], "--workers")
        self.check(["bench", "local", "--workers", "0"], "from 1 to 1024")

    def test_fewer_than_five_repetitions_are_refused(self):
        self.check(["bench", "local", "--repetitions", "4"], "--repetitions", "from 5 to")

    def test_an_unknown_key_is_answered_with_the_known_ones(self):
        self.check(["bench", "local", "--only", "speed"], "'speed'", *ALL_KEYS)

    def test_a_file_that_cannot_be_written_is_known_before_anything_is_measured(self):
        self.check(["bench", "local", "--json", "/nowhere/at/all.json"], "/nowhere/at/all.json",
                   "No such file")
        self.check(["bench", "local", "--json", "/"], "directory")

    def test_a_seed_is_a_number(self):
        self.check(["demo", "--seed", "x"], "--seed", "'x'")
        self.check(["demo", "--seed", "18446744073709551616"], "--seed")


class BenchLocal(unittest.TestCase):
    def test_one_figure_goes_to_the_table_and_to_the_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "bench.json")
            with open(path, "w", encoding="utf-8") as file:
                file.write("x" * 10_000)  # what was there is replaced, also if it was longer
            done = run("bench", "local", "--workers", "2", "--only", "ask_ns", "--json", path)
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(path, encoding="utf-8") as file:
                figures = json.load(file)
        self.assertEqual(list(figures), ["ask_ns"])
        self.assertGreater(figures["ask_ns"], 1)
        self.assertIn("co_await", done.stdout)
        self.assertNotIn("\x1b", done.stdout + done.stderr)

    def test_a_forked_measurement_gives_a_figure_that_actors_can_have(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "bench.json")
            done = run("bench", "local", "--only", "idle_actor_bytes", "--json", path)
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(path, encoding="utf-8") as file:
                self.assertGreater(json.load(file)["idle_actor_bytes"], 200)

    def test_a_full_disk_is_a_failure(self):
        done = run("bench", "local", "--only", "ask_ns", "--json", "/dev/full")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/dev/full", done.stderr)
        self.assertIn("co_await", done.stdout)

    def test_bad_environment_is_a_failure_with_a_sentence(self):
        done = subprocess.run([PROGRAM, "bench", "local", "--only", "ask_ns"], timeout=60,
                              env={**os.environ, "HYPERACTOR_WORKERS": "many"}, text=True,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("HYPERACTOR_WORKERS", done.stderr)

    def test_an_interrupt_ends_after_the_present_measurement(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "bench.json")
            with subprocess.Popen([PROGRAM, "bench", "local", "--json", path], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
                process.stdout.readline()  # the heading: measuring begins
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=60)
            with open(path, encoding="utf-8") as file:
                figures = json.load(file)
        self.assertEqual(process.returncode, 1, out + err)
        self.assertIn("interrupted", err)
        self.assertLessEqual(len(figures), 1)


class TheDemo(unittest.TestCase):
    def test_all_eat_and_the_seed_replays(self):
        first, again, other = run("demo"), run("demo", "--seed", "42"), run("demo", "--seed", "7")
        for done in (first, again, other):
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("All ate on both runtimes, and the seed replays.", done.stdout)
        history = [next(line for line in done.stdout.split("\n") if "history" in line)
                   for done in (first, again, other)]
        self.assertEqual(history[0], history[1])
        self.assertNotEqual(history[0], history[2])


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
