#!/usr/bin/env python3
"""The long tests, for nights: the HTTP fuzzer with new seeds, the release binary killed at each of its writes, and the
store's closing tests over and over. Ends like run_tests.py.

    tools/soak.py [--hours N]    default 1
"""
import argparse
import os
import secrets
import sys
import time
from pathlib import Path

import run_tests

ROOT = Path(__file__).resolve().parent.parent
BUILDS = run_tests.BUILDS
FUZZ_REQUESTS = 200_000
HOUR_SECONDS = 3600


def build_all():
    return all(run_tests.build(name) is None for name in run_tests.BUILD_TABLE)


def programs():
    """One round: what is long, and what finds more when it is repeated."""
    sanitized = {"VIOLET_BUILD": str(BUILDS / "sanitize")}
    yield run_tests.Program("soak fuzz/http", [
        "node", str(ROOT / "tests/fuzz/test_http_mutate.mjs"), str(BUILDS / "sanitize/tests/fuzz/http-fuzz-server"),
        str(FUZZ_REQUESTS), str(secrets.randbelow(2**31))], sanitized)
    yield run_tests.Program("soak crash/writes", ["/usr/bin/python3", str(ROOT / "tests/crash/test_writes.py")], {
        "VIOLET": str(BUILDS / "gcc/src/cmd/violet"), "VIOLET_BUILD": str(BUILDS / "gcc"),
        "VIOLET_RELEASE_BUILD": str(BUILDS / "gcc"), "KILL_EACH": "1"})
    for name in ("store-closing", "store-money", "store-turn"):
        yield run_tests.Program(f"soak {name}", [str(BUILDS / "sanitize/tests/store" / name)],
                                {"CMOCKA_MESSAGE_OUTPUT": "TAP"})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=float(os.environ.get("HOURS", "1")))
    end = time.monotonic() + parser.parse_args().hours * HOUR_SECONDS
    run_tests.TIME_LIMIT_SECONDS = 24 * HOUR_SECONDS
    if not build_all():
        return 1
    passed = failed = 0
    while passed + failed == 0 or (time.monotonic() < end and failed == 0):
        for program in programs():
            result, output, seconds = run_tests.run_program(program)
            run_tests.report(program, result, output, seconds)
            passed, failed = passed + result.passed, failed + result.failed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
