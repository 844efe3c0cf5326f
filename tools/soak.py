#!/usr/bin/env python3
"""The long tests, for nights: every fuzzing target, the release binary killed at each of its writes, closing against
closing, top-ups and refunds for thousands of rounds on each engine, every failpoint on PostgreSQL, a failover by Patroni
and etcd, the latency of texts under checkpoints, and the store's closing tests over and over. Ends like run_tests.py.

    tools/soak.py [--minutes N]    default 60, or SOAK_MINUTES; fewer shrink each part, at least one round is made
"""
import argparse
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

import run_tests

ROOT = Path(__file__).resolve().parent.parent
BUILDS = run_tests.BUILDS
# What one round does where there is an hour for it.
WHOLE_MINUTES = 60
FUZZ_REQUESTS = 200_000
FUZZ_SECONDS = 300  # of each target
RACING_ROUNDS = 10_000
FLOW_ROUNDS = 30
LATENCY_SECONDS = 600
BENCH_BUILD = BUILDS / "gcc"


def build_all():
    done = all(run_tests.build(name) is None for name in run_tests.BUILD_TABLE)
    return done and subprocess.run(["ninja", "-C", str(BENCH_BUILD), "--quiet", "bench-programs"]).returncode == 0


def driven(build, **more):
    """What a program is told that drives a binary."""
    return {"VIOLET": str(BUILDS / build / "src/cmd/violet"), "VIOLET_BUILD": str(BUILDS / build),
            "VIOLET_RELEASE_BUILD": str(BUILDS / "gcc"), **more}


def python(name, path, environment):
    return run_tests.Program(f"soak {name}", ["/usr/bin/python3", str(ROOT / path)], environment)


def racing(share):
    """Rounds of closing against top-ups and refunds: in the store on each engine, and through pages and programs."""
    rounds = {"CMOCKA_MESSAGE_OUTPUT": "TAP", "VIOLET_ROUNDS": str(max(50, int(RACING_ROUNDS * share)))}
    program = str(BUILDS / "gcc/tests/store/store-racing")
    yield run_tests.Program("soak store-racing", [program], rounds)
    yield run_tests.Program("soak store-pg-racing", ["/usr/bin/python3", str(ROOT / "tools/postgres.py"), program],
                            {**rounds, "VIOLET_TEST_STORE": "postgres"})
    yield python("flow/racing", "tests/flow/test_racing.py",
                 driven("gcc", VIOLET_ROUNDS=str(max(2, int(FLOW_ROUNDS * share)))))


def measure(share):
    """Prints the 99th percentile of texts at a window of 100 over ten minutes of checkpoints, beside its limit."""
    subprocess.run(["/usr/bin/python3", str(ROOT / "tests/bench/bench.py"), str(BENCH_BUILD), "--only", "latency",
                    "--latency-seconds", str(max(10, int(LATENCY_SECONDS * share)))], check=True)


def programs(share):
    """One round: what is long, and what finds more when it is repeated. share: of a whole round."""
    yield run_tests.Program("soak fuzz/http", [
        "node", str(ROOT / "tests/fuzz/test_http_mutate.mjs"), str(BUILDS / "sanitize/tests/fuzz/http-fuzz-server"),
        str(max(5000, int(FUZZ_REQUESTS * share))), str(secrets.randbelow(2**31))],
        {"VIOLET_BUILD": str(BUILDS / "sanitize")})
    yield from run_tests.fuzz_programs(max(5, int(FUZZ_SECONDS * share)))
    yield python("crash/writes", "tests/crash/test_writes.py", driven("gcc", **({"KILL_EACH": "1"} if share == 1 else {})))
    yield python("crash/writes_disk", "tests/crash/test_writes_disk.py", driven("gcc"))
    yield python("crash/failpoints", "tests/crash/test_failpoints.py", driven("clang"))
    yield run_tests.Program("soak crash-pg/failpoints",
                            ["/usr/bin/python3", str(ROOT / "tools/postgres.py"), "--durable", "/usr/bin/python3",
                             str(ROOT / "tests/crash/test_failpoints.py")], driven("clang", VIOLET_TEST_STORE="postgres"))
    yield python("patroni", "tests/soak/test_patroni.py", driven("gcc"))
    yield from racing(share)
    for name in ("store-closing", "store-money", "store-turn"):
        yield run_tests.Program(f"soak {name}", [str(BUILDS / "sanitize/tests/store" / name)],
                                {"CMOCKA_MESSAGE_OUTPUT": "TAP"})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=float(os.environ.get("SOAK_MINUTES", WHOLE_MINUTES)))
    minutes = parser.parse_args().minutes
    run_tests.TIME_LIMIT_SECONDS = 24 * 3600
    if not build_all():
        return 1
    end = time.monotonic() + minutes * 60
    passed = failed = 0
    share = min(1, minutes / WHOLE_MINUTES)
    measure(share)
    while passed + failed == 0 or (time.monotonic() < end and failed == 0):
        for program in programs(share):
            result, output, seconds = run_tests.run_program(program)
            run_tests.report(program, result, output, seconds)
            passed, failed = passed + result.passed, failed + result.failed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
