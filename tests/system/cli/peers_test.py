"""tests/system/cli/peers_test.py - what `hyperactor bench local --peers` makes of its peers.

Usage: peers_test.py <the program> [unittest arguments]

The peers here are shell scripts that end at once, never, or badly.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = ""
KEY = "ask_ns"
GOOD = "echo 1000"
# Never ends, nor does what it started, and says who they are.
ENDLESS = 'sleep 1000 & echo $! >> "$0.pids"; echo $$ >> "$0.pids"; wait'


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition):
    """Waits for at most 20 s."""
    end = time.monotonic() + 20
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


class PeersTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.json = os.path.join(self.folder, "figures.json")
        # Erlang's interpreter, so that it does not count as absent.
        self.script("escript", "")
        self.path = self.folder + ":" + os.environ["PATH"]

    def script(self, file, text, shell="/bin/sh"):
        path = os.path.join(self.folder, file)
        with open(path, "w", encoding="utf-8") as script:
            script.write(f"#!{shell}\n{text}\n")
        os.chmod(path, 0o755)
        return path

    def peer(self, name, text, **more):
        return self.script(f"hyperactor-peer-{name}", text, **more)

    def command(self, *more):
        return [PROGRAM, "bench", "local", "--workers", "2", "--only", KEY, "--json", self.json,
                "--peers", "--peers-from", self.folder, *more]

    def bench(self, *more, path=None):
        done = subprocess.run(self.command(*more), capture_output=True, text=True, timeout=60,
                              check=False, env={**os.environ, "PATH": path or self.path})
        return done, self.figures()

    def figures(self):
        with open(self.json, encoding="utf-8") as file:
            return json.load(file)

    def lines_of(self, path):
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return file.read().split()


class Figures(PeersTest):
    def test_the_median_of_a_peer_stands_in_the_table_and_in_the_file(self):
        # 3, 6, 9, 12, 15 thousand.
        self.peer("caf", 'echo x >> "$0.runs"; echo $(($(wc -l < "$0.runs") * 3000))')
        done, figures = self.bench()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(figures["peers.caf.ask_ns"], 9000)
        times = 9000 / figures["ask_ns"]
        self.assertRegex(done.stdout, r"(?m)^ask, co_await.* 9000\.0 \(\d+\.\d+x\)$")
        shown = float(done.stdout.split("9000.0 (")[1].split("x")[0])
        self.assertAlmostEqual(shown, times, delta=times / 20)

    def test_a_peer_is_told_the_work_and_the_workers(self):
        self.peer("erlang", '[ "$*" = "ask_ns 2" ] && [ "$ERL_FLAGS" = "+S 2:2" ] && echo 7')
        done, figures = self.bench()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(figures["peers.erlang.ask_ns"], 7)

    def test_peers_run_in_turns(self):
        for name in ("caf", "erlang", "floor"):
            self.peer(name, f'echo {name} >> "$(dirname "$0")/turns"; {GOOD}')
        done, _ = self.bench()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.lines_of(os.path.join(self.folder, "turns")),
                         ["caf", "erlang", "floor"] * 5)

    def test_what_a_peer_says_of_a_figure_is_shown(self):
        self.peer("caf", f'{GOOD}; echo "note: with one worker"')
        done, figures = self.bench()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(figures["peers.caf.ask_ns"], 1000)
        self.assertEqual(figures["peers.caf.ask_ns.note"], "with one worker")
        self.assertIn("caf: ask, co_await, round trip: with one worker\n", done.stdout)

    def test_a_work_that_a_peer_does_not_do_has_no_figure_and_is_asked_for_once(self):
        peer = self.peer("caf", 'echo x >> "$0.runs"; echo "note: it cannot"; exit 3')
        done, figures = self.bench()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("peers.caf.ask_ns", figures)
        self.assertIn("caf: ask, co_await, round trip: it cannot\n", done.stdout)
        self.assertEqual(len(self.lines_of(peer + ".runs")), 1)

    def test_peers_are_left_alone_unless_they_are_asked_for(self):
        peer = self.peer("caf", 'echo x >> "$0.runs"')
        command = [word for word in self.command() if word not in ("--peers", "--peers-from")]
        command.remove(self.folder)
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(list(self.figures()), ["ask_ns"])
        self.assertEqual(self.lines_of(peer + ".runs"), [])
        self.assertNotIn("peers", done.stdout)


class Absent(PeersTest):
    def test_each_absent_peer_is_one_line_with_what_to_install(self):
        done, figures = self.bench()
        self.assertEqual(done.returncode, 0, done.stderr)
        missing = [line for line in done.stdout.split("\n") if "not run" in line]
        self.assertEqual([line.split(":")[0] for line in missing], ["caf", "erlang", "floor"])
        self.assertIn("libcaf-dev", missing[0])
        self.assertIn("libcaf-dev", figures["peers.caf.absent"])
        self.assertIn("ask_ns", figures)

    def test_erlang_without_its_interpreter_is_absent(self):
        self.peer("erlang", GOOD)
        os.remove(os.path.join(self.folder, "escript"))
        done, figures = self.bench(path=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("erlang: not run: there is no escript on the PATH: install Debian's "
                      "erlang-base\n", done.stdout)
        self.assertNotIn("peers.erlang.ask_ns", figures)


class Wrong(PeersTest):
    def check_failure(self, *words):
        done, figures = self.bench()
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("a peer went wrong", done.stderr)
        self.assertNotIn("\x1b", done.stdout)
        self.assertNotIn("peers.caf.ask_ns", figures)
        line = next(line for line in done.stdout.split("\n") if line.startswith("caf: "))
        for word in words:
            self.assertIn(word, line)
            self.assertIn(word, figures["peers.caf.ask_ns.failed"])
        self.assertGreater(figures["ask_ns"], 1)  # ours is not lost

    def test_garbage_is_shown_and_is_no_figure(self):
        self.peer("caf", r"printf 'fast!\033[31m\n12\n'")
        self.check_failure("printed 'fast!?[31m'")

    def test_numbers_that_are_no_figures_are_garbage(self):
        for text in ("", "-1", "0", "nan", "inf", "1 2", "12x"):
            with self.subTest(text=text):
                self.peer("caf", f"echo '{text}'")
                self.check_failure(f"printed '{text}'")

    def test_more_garbage_than_anybody_reads_is_no_trouble(self):
        self.peer("caf", "head -c 5000000 /dev/zero")
        self.check_failure("printed '?????")

    def test_a_failure_is_told_with_the_words_of_the_peer(self):
        self.peer("caf", "echo 5; echo 'the checksum is wrong' >&2; exit 1")
        self.check_failure("exited with code 1", "the checksum is wrong")

    def test_a_crash_names_the_signal(self):
        self.peer("caf", "kill -SEGV $$")
        self.check_failure("killed by signal 11")

    def test_a_program_that_cannot_be_started_is_named(self):
        self.peer("caf", "", shell="/nowhere/sh")
        self.check_failure("cannot start", "hyperactor-peer-caf", "No such file")


class Endless(PeersTest):
    def check_gone(self, peer):
        pids = self.lines_of(peer + ".pids")
        self.assertEqual(len(pids), 2)
        for pid in pids:
            self.assertTrue(until(lambda p=pid: not is_alive(p)), f"{pid} still runs")

    def test_a_run_that_does_not_end_is_ended_and_reported(self):
        peer = self.peer("caf", ENDLESS)
        self.peer("floor", GOOD)
        begin = time.monotonic()
        done, figures = self.bench("--peer-limit", "1")
        self.assertLess(time.monotonic() - begin, 30)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("caf: ask, co_await, round trip: did not end in 1 s\n", done.stdout)
        self.assertIs(figures["peers.caf.ask_ns.timed_out"], True)
        self.assertNotIn("peers.caf.ask_ns", figures)
        self.assertEqual(figures["peers.floor.ask_ns"], 1000)
        self.check_gone(peer)  # one run: it was not tried again

    def test_one_that_closes_its_output_is_waited_for_no_longer(self):
        peer = self.peer("caf", f"exec >&- 2>&-; {ENDLESS}")
        done, figures = self.bench("--peer-limit", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIs(figures["peers.caf.ask_ns.timed_out"], True)
        self.check_gone(peer)

    def test_what_a_peer_leaves_behind_is_ended_and_not_waited_for(self):
        peer = self.peer("caf", 'sleep 1000 & echo $! >> "$0.pids"; ' + GOOD)
        done, figures = self.bench()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(figures["peers.caf.ask_ns"], 1000)
        for pid in self.lines_of(peer + ".pids"):
            self.assertTrue(until(lambda p=pid: not is_alive(p)), f"{pid} still runs")

    def start_and_signal(self, sent):
        peer = self.peer("caf", ENDLESS)
        with subprocess.Popen(self.command(), text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE,
                              env={**os.environ, "PATH": self.path}) as process:
            started = until(lambda: len(self.lines_of(peer + ".pids")) == 2)
            process.send_signal(sent)
            out, err = process.communicate(timeout=30)
        self.assertTrue(started)
        return peer, process.returncode, out, err

    def test_an_interrupt_leaves_no_child_behind(self):
        peer, code, out, err = self.start_and_signal(signal.SIGINT)
        self.check_gone(peer)
        self.assertEqual(code, 1)
        self.assertIn("interrupted", err)
        self.assertIn("ask, co_await", out)
        self.assertEqual([key for key in self.figures() if key.startswith("peers.caf")], [])

    def test_a_peer_does_not_outlive_a_program_that_was_killed(self):
        peer, code, _, _ = self.start_and_signal(signal.SIGKILL)
        self.assertEqual(code, -signal.SIGKILL)
        child = self.lines_of(peer + ".pids")[1]
        self.assertTrue(until(lambda: not is_alive(child)), f"{child} still runs")
        os.kill(int(self.lines_of(peer + ".pids")[0]), signal.SIGKILL)  # what the child started


class Usage(PeersTest):
    def test_options_of_peers_are_refused_without_them(self):
        for more in (["--peer-limit", "3"], ["--peers-from", "/"]):
            done = subprocess.run([PROGRAM, "bench", "local", *more], capture_output=True,
                                  text=True, timeout=60, check=False)
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn("--peers", done.stderr)

    def test_a_folder_that_is_not_there_and_a_limit_out_of_range_are_refused(self):
        for more in (["--peer-limit", "0"], ["--peers-from", "/nowhere"]):
            done = subprocess.run([PROGRAM, "bench", "local", "--peers", *more],
                                  capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn(more[0], done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
