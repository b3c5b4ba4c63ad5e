"""tests/system/install/evidence.py - reads the actors in an evidence file.

By docs/design/evidence.md alone.
"""

import collections
import os
import struct

RECORDS, NAMES = 1, 3

Actor = collections.namedtuple("Actor", "state proc name pid handler handled")


def actors_in(path):
    """The records of a file whose state is not free, in the order of their slots."""
    with open(path, "rb") as file:
        data = file.read()
    magic, version = struct.unpack_from("<8sI", data, 0)
    if magic != b"HAEVIDEN" or version != 1:
        raise ValueError(f"{os.path.basename(path)} is no evidence file of version 1")
    first_unit, unit_bytes, record_bytes = struct.unpack_from("<3I", data, 16)
    unit_table, = struct.unpack_from("<I", data, 36)
    unit_count, = struct.unpack_from("<I", data, 100)
    units = [(struct.unpack_from("<2I", data, unit_table + 8 * i), first_unit + unit_bytes * i)
             for i in range(unit_count)]
    texts = {0: ""}
    for (kind, _), begin in units:
        if kind == NAMES:
            texts.update(names_in(data, begin, begin + unit_bytes))
    codes = struct.unpack_from("<64I", data, 512)
    actors = []
    for (kind, _), begin in sorted(units, key=lambda unit: unit[0]):
        for at in range(begin, begin + unit_bytes if kind == RECORDS else begin, record_bytes):
            status, _, _, handler, _, proc, name, pid, handled, _ = struct.unpack_from(
                "<3Q4I3Q", data, at)
            if status & 0xFF:
                actors.append(Actor(texts[codes[status & 0xFF]], texts[proc], texts[name], pid,
                                    texts[handler], handled))
    return actors


def names_in(data, at, end):
    while at + 8 < end:
        index, length = struct.unpack_from("<2I", data, at)
        if index == 0:
            return
        yield index, data[at + 8:at + 8 + length].decode()
        at += (8 + length + 1 + 7) & ~7
