"""The release binary is killed before every call that changes a file, on the way of one golden closing and one
turn: write, fsync, truncate, rename. Started again, it finishes in time, and the oracle is asked."""
import os
from pathlib import Path

from golden import Golden
from tap import equal, run, table, test
from violet import BINARY

LIBRARY = Path(os.environ.get("VIOLET_BUILD", "build-test/gcc")) / "tests/crash/libkill_at_write.so"
AT_LEAST = 100
# The whole way makes some hundred calls; this many of them are tried, spread evenly. KILL_EACH=1 tries all.
TRIED = 110


def count_calls():
    """How many calls the whole way makes."""
    golden = Golden(BINARY)
    try:
        golden.prepare()
        counted = golden.demo.home / "calls"
        golden.demo.start(environment={"LD_PRELOAD": str(LIBRARY), "KILL_COUNT": str(counted)})
        equal(golden.way(), True, "the way without a kill")
        golden.expect()
        return int(counted.read_text())
    finally:
        golden.demo.close()


def boundaries():
    total = count_calls()
    if os.environ.get("KILL_EACH") or total <= TRIED:
        return range(1, total + 1)
    return sorted({1 + number * total // TRIED for number in range(TRIED)})


CHOSEN = list(boundaries())


@test
def the_way_has_enough_boundaries():
    if len(CHOSEN) < AT_LEAST:
        raise AssertionError(f"{len(CHOSEN)} boundaries, fewer than {AT_LEAST}")


@table([(f"call {number}", number) for number in CHOSEN])
def killed_before(number):
    golden = Golden(BINARY)
    try:
        golden.prepare()
        environment = {"LD_PRELOAD": str(LIBRARY), "KILL_AT": str(number)}
        if number % 3 == 1:
            environment["KILL_HALF"] = "1"  # a torn write, where the call writes
        try:
            golden.demo.start(environment=environment)
            golden.way()  # may be done: two ways never make quite the same number of calls
        except AssertionError:
            if not golden.ended():
                raise
        golden.demo.process.kill()
        golden.start_again()
        golden.expect()
    finally:
        golden.demo.close()


run()
