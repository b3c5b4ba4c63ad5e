#!/usr/bin/env python3
"""tests/model/check_model.py - the model must hold, and each of its mutants must be rejected.

usage: check_model.py MODEL.pml

Runs spin -a, cc and the checker it makes, exhaustively, on MODEL.pml and then once for every
MUTANT_n that stands in it. Exit: 0 as it must be, 1 not, 2 the tools cannot be run.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SECONDS = 50
MUTANTS_LEAST = 2


def errors_of(model, mutant, compiler):
    """How many errors the checker finds; raises RuntimeError if it does not get to an end."""
    with tempfile.TemporaryDirectory() as folder:
        defines = [f"-D{mutant}"] if mutant else []
        run(["spin", "-a", *defines, str(model)], folder)
        run([compiler, "-O1", "-w", "-DSAFETY", "-DVECTORSZ=2048", "-DMEMLIM=1024", "-o", "pan",
             "pan.c"], folder)
        said = run(["./pan", "-m200000", "-w22"], folder)
    found = re.search(r"errors: (\d+)", said)
    if not found or "max search depth too small" in said or "out of memory" in said:
        raise RuntimeError(f"the checker did not look at everything:\n{said}")
    return int(found.group(1)), said


def run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS,
                          check=False)
    if done.returncode != 0 and command[0] != "./pan":
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done.stdout


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    compiler = shutil.which("cc") or shutil.which("gcc-12") or shutil.which("clang-19")
    if not shutil.which("spin") or not compiler:
        print("check_model.py: needs spin and a C compiler: apt-get install spin gcc",
              file=sys.stderr)
        return 2
    model = pathlib.Path(arguments[1]).resolve()
    mutants = sorted(set(re.findall(r"\bMUTANT_\d+\b", model.read_text())))
    if len(mutants) < MUTANTS_LEAST:
        print(f"{model.name}: has {len(mutants)} mutants, needs {MUTANTS_LEAST}")
        return 1
    wrong = 0
    for mutant in [None, *mutants]:
        try:
            errors, said = errors_of(model, mutant, compiler)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            print(f"{model.name}: {mutant or 'the model'}: {error}")
            wrong += 1
            continue
        states = re.search(r"(\d+) states, stored", said)
        good = (errors > 0) == (mutant is not None)
        wrong += not good
        print(f"{model.name}: {mutant or 'the model'}: {errors} errors, "
              f"{states.group(1) if states else '?'} states: {'as it must be' if good else 'WRONG'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
