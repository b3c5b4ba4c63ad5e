"""tests/system/cli/sizes_test.py - the works of the Erlang peer are as large as all others.

bench/sizes.hpp holds the sizes; bench/peers/erlang/bench.erl cannot include it, and repeats them.
"""

import os
import re
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))


def text_of(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def sizes_of_header():
    """kPingPongHops = 4'000'000 answers {"PING_PONG_HOPS": 4000000}."""
    sizes = {}
    for name, value in re.findall(r"uint64_t k(\w+) = ([^;]+);", text_of("bench/sizes.hpp")):
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()
        numbers = [int(n) for n in re.sub("kWindow", str(sizes.get("WINDOW")),
                                          value.replace("'", "")).split(" / ")]
        sizes[name] = numbers[0] // (numbers[1] if len(numbers) > 1 else 1)
    return sizes


class Sizes(unittest.TestCase):
    def test_the_erlang_peer_has_the_sizes_of_the_header(self):
        header = sizes_of_header()
        self.assertEqual(header["CREDIT_BATCH"], 10_000)
        peer = re.findall(r"^-define\((\w+), (\d+)\)\.$", text_of("bench/peers/erlang/bench.erl"),
                          re.MULTILINE)
        self.assertGreater(len(peer), 10)
        for name, value in peer:
            with self.subTest(name=name):
                self.assertEqual(int(value), header[name])


if __name__ == "__main__":
    unittest.main()
