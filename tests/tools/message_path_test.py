"""tests/tools/message_path_test.py - no file on the path of a message knows a lock.

The path is the files that say so ("Path: local send, step k of 9"), and what they hand over to in
other cases: a mailbox with a limit, a suspended strand, a reply.
"""

import os
import re
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STEPS = 9
BESIDE = [
    "include/hyperactor/mailbox/admission.hpp", "src/mailbox/admission.cpp",
    "include/hyperactor/mailbox/reply_port.hpp",
    "include/hyperactor/mailbox/send_wait.hpp", "src/mailbox/send_wait.cpp",
    "include/hyperactor/runtime/activation.hpp",
    "include/hyperactor/runtime/bound.hpp", "src/runtime/bound.cpp",
    "include/hyperactor/runtime/make_node.hpp",
    "include/hyperactor/runtime/node_pool.hpp",
    "include/hyperactor/runtime/wait.hpp",
]
LOCK = re.compile(r"<mutex>|<shared_mutex>|<condition_variable>|\bstd::(?:recursive_|shared_)?mutex\b|"
                  r"\b(?:scoped|unique|shared)_lock\b|\block_guard\b|\bpthread_(?:mutex|cond)")


def files_on_path():
    """{path: text} of the files that name their step."""
    found = {}
    for top in ("include", "src"):
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as file:
                    text = file.read()
                if re.search(r"^// Path: local send, step \d", text, re.MULTILINE):
                    found[os.path.relpath(path, ROOT)] = text
    return found


class MessagePath(unittest.TestCase):
    def test_has_every_step(self):
        steps = set()
        for text in files_on_path().values():
            match = re.search(rf"^// Path: local send, step (\d) of {STEPS}\b", text, re.MULTILINE)
            self.assertIsNotNone(match)
            steps.add(int(match.group(1)))
        self.assertEqual(steps, set(range(1, STEPS + 1)))

    def test_has_no_lock(self):
        texts = files_on_path()
        for path in BESIDE:
            with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                texts[path] = file.read()
        for path, text in sorted(texts.items()):
            self.assertIsNone(LOCK.search(text), path)

    def test_would_see_one(self):
        for text in ("#include <mutex>", "const std::scoped_lock lock(mutex_);",
                     "std::condition_variable wanted_; #include <condition_variable>"):
            self.assertIsNotNone(LOCK.search(text), text)


if __name__ == "__main__":
    unittest.main()
