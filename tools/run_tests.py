#!/usr/bin/env python3
"""Runs everything that a change must pass, and ends with one line "N passed, N failed".

Each test program prints TAP; only its result lines count. A program that ends badly, prints fewer results than it
planned or none at all is a failure, and so is a run in which nothing was executed. Programs with VIOLET_TEST_STORE=postgres
in their environment get the address of a PostgreSQL server, one for the whole run.

    tools/run_tests.py [--only WORD]    only the programs whose name contains WORD; their builds as well
"""
import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

sys.dont_write_bytecode = True
import postgres  # the server of the tests

ROOT = Path(__file__).resolve().parent.parent
BUILDS = ROOT / "build-test"
TIME_LIMIT_SECONDS = 900
SHOWN_LINES = 40

# Build: compiler, Meson's options. Warnings are errors, but for those that gcc makes up between its own checks.
BUILD_TABLE = {
    "gcc": ("gcc", ["-Dwerror=true", "--buildtype=release"]),
    "clang": ("clang", ["-Dwerror=true", "-Dfailpoints=true"]),
    "sanitize": ("gcc", ["-Db_sanitize=address,undefined", "-Db_lundef=false"]),
    "threads": ("gcc", ["-Db_sanitize=thread", "-Db_lundef=false", "--buildtype=debugoptimized"]),
    "fuzz": ("clang", ["-Dfuzzer=true", "-Db_sanitize=address,undefined", "-Db_lundef=false",
                       "-Dc_args=-fsanitize=fuzzer-no-link"]),
}

# Of this build only the program is made, and only the flow tests where many threads meet run with it: a race ends it.
THREADS_TARGET = "src/cmd/violet"
TARGETS = {"threads": THREADS_TARGET, "fuzz": "fuzz-programs"}  # what is made of a build; else all
FUZZ_SECONDS = 5  # of each target; more is `make soak`'s
THREADS = {"test_send", "test_sim", "test_smpp", "test_smpp_overload", "test_smpp_reload"}

# Programs outside Meson: folder, tests, what runs them, the builds that they drive (VIOLET names the binary,
# VIOLET_BUILD the build's directory). What the tests of a folder share has other names.
FOLDER_TABLE = [
    ("tests/flow", "test_*.py", "/usr/bin/python3", ["gcc", "sanitize"]),
    ("tests/fuzz", "test_*.mjs", "node", ["sanitize"]),
    ("tests/crash", "test_[!w]*.py", "/usr/bin/python3", ["clang"]),  # the build with failpoints
    ("tests/crash", "test_writes*.py", "/usr/bin/python3", ["gcc"]),
    ("tests/browser", "test_*.mjs", "node", ["gcc"]),
]

# Flow tests that look into the store's file, make a backup of it or bring a server of their own; all others run on a
# PostgreSQL server as well.
FILES_ONLY = {"test_balance", "test_canaries", "test_corpus", "test_failover", "test_keeping", "test_move", "test_nodes",
              "test_outage", "test_postgres", "test_smpp_kannel", "test_smpp_overload", "test_wrong_input"}

# Crash tests that run on a PostgreSQL server as well. `make soak` kills at every failpoint, here it is those where the
# engine has a part.
CRASH_ON_SERVER = {"test_failpoints": {"VIOLET_FAILPOINTS": "sql|closure|outbox|turn"}, "test_inputs": {},
                   "test_texts": {}}


@dataclass
class Program:
    name: str
    command: list
    environment: dict = field(default_factory=dict)
    build: str = ""
    folder: Path = ROOT
    speaks_tap: bool = True


@dataclass
class Result:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    notes: list = field(default_factory=list)


def judge(output, status, speaks_tap=True):
    """What a program's TAP and exit status amount to; a program that Meson knows by its exit status is one test."""
    if not speaks_tap:
        output = "1..1\n" + ("ok 1" if status == 0 else f"not ok 1 - ended with {status}")
    result, planned, plans = Result(), 0, 0
    for line in output.splitlines():
        plan = re.match(r"1\.\.(\d+)", line)
        if plan:
            planned, plans = planned + int(plan[1]), plans + 1
        elif re.match(r"(not )?ok\b.*# *skip", line, re.IGNORECASE):
            result.skipped += 1
        elif re.match(r"ok\b", line):
            result.passed += 1
        elif re.match(r"not ok\b", line):
            result.failed += 1
            result.notes.append(line)
    done = result.passed + result.failed + result.skipped
    if done == 0 or plans == 0:
        result.failed += 1
        result.notes.append("executed nothing, or did not say how much it would")
    elif done != planned:
        result.failed += max(1, planned - done)
        result.notes.append(f"{done} results of {planned} planned")
    if status != 0 and result.failed == 0:
        result.failed += 1
        result.notes.append(f"ended by signal {-status}" if status < 0 else f"ended with status {status}")
    return result


def run_program(program):
    """Runs one program in a process group of its own; returns its result, output and seconds."""
    begin = time.monotonic()
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", **program.environment}
    child = subprocess.Popen(program.command, cwd=program.folder, env=environment, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output, status = child.communicate(timeout=TIME_LIMIT_SECONDS)[0], child.returncode
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        output, status = child.communicate()[0], -signal.SIGKILL
    text = output.decode("utf-8", "replace")
    return judge(text, status, program.speaks_tap), text, time.monotonic() - begin


def report(program, result, output, seconds):
    mark = "FAIL" if result.failed else "ok"
    skipped = f", {result.skipped} skipped" if result.skipped else ""
    print(f"{mark:4} {program.name}: {result.passed} passed, {result.failed} failed{skipped} ({seconds:.1f} s)")
    if result.failed:
        for line in [*result.notes, *output.splitlines()[-SHOWN_LINES:]]:
            print(f"     | {line}")
    sys.stdout.flush()


def build(name):
    """Configures and compiles; None on success, else a result that says why not."""
    compiler, options = BUILD_TABLE[name]
    command = ["tools/build.sh", f"build-test/{name}", *options]
    print(f"     building with {compiler}: {' '.join(options)}", flush=True)
    begin = time.monotonic()
    environment = {**os.environ, "CC": compiler, "TARGET": TARGETS.get(name, "")}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace")
    result = Result(failed=1, notes=["does not build"]) if done.returncode else None
    if result:
        report(Program(f"build {name}", command), result, done.stdout, time.monotonic() - begin)
    return result


def check_programs():
    return [Program(f"check {path.stem}", [sys.executable, str(path)])
            for pattern in ("check_*.py", "lint_*.py") for path in sorted((ROOT / "tools").glob(pattern))]


def corpus_of(name, lines):
    """A target's folder of inputs, begun with the lines of its file; those that are no text begin with hex:."""
    folder = BUILDS / "fuzz/corpus" / name
    folder.mkdir(parents=True, exist_ok=True)
    for number, line in enumerate(Path(lines).read_bytes().splitlines()):
        (folder / f"line-{number}").write_bytes(bytes.fromhex(line[4:].decode()) if line.startswith(b"hex:") else line)
    return str(folder)


def fuzz_programs(seconds):
    """Each target by libFuzzer, which keeps what reached something new in the target's folder, and a finding beside it."""
    for test in meson_tests("fuzz"):
        program, *lines = test["cmd"]
        if lines and test["name"].startswith("fuzz-"):
            yield Program(f"fuzz {test['name']}",
                          [program, f"-max_total_time={seconds}", "-max_len=12000", "-timeout=10",
                           f"-artifact_prefix={BUILDS}/fuzz/{test['name']}-", corpus_of(test["name"], lines[0])],
                          {"UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"}, "fuzz", speaks_tap=False)


def meson_tests(name):
    listed = subprocess.run(["meson", "introspect", "--tests", str(BUILDS / name)], stdout=subprocess.PIPE, check=True)
    return json.loads(listed.stdout)


def meson_programs(name):
    if name == "threads":
        return []
    if name == "fuzz":
        return list(fuzz_programs(FUZZ_SECONDS))
    return [Program(f"{name} {test['name']}", test["cmd"], test["env"], name, BUILDS / name,
                    test["protocol"] == "tap")
            for test in meson_tests(name)]


def folder_programs():
    for folder, pattern, interpreter, builds in FOLDER_TABLE:
        for path in sorted((ROOT / folder).glob(pattern)):
            for name in builds:
                environment = {"VIOLET": str(BUILDS / name / "src/cmd/violet"), "VIOLET_BUILD": str(BUILDS / name),
                               "VIOLET_RELEASE_BUILD": str(BUILDS / "gcc")}
                yield Program(f"{name} {folder.split('/')[1]}/{path.stem}", [interpreter, str(path)], environment, name)
                if folder == "tests/flow" and name == "gcc" and path.stem not in FILES_ONLY:
                    yield Program(f"{name} flow-pg/{path.stem}", [interpreter, str(path)],
                                  {**environment, "VIOLET_TEST_STORE": "postgres"}, name)
                if folder == "tests/crash" and path.stem in CRASH_ON_SERVER:
                    yield Program(f"{name} crash-pg/{path.stem}", [interpreter, str(path)],
                                  {**environment, **CRASH_ON_SERVER[path.stem], "VIOLET_TEST_STORE": "postgres"}, name)
    yield from thread_programs()


def thread_programs():
    binary = BUILDS / "threads" / THREADS_TARGET
    environment = {"VIOLET": str(binary), "VIOLET_BUILD": str(BUILDS / "threads"), "TSAN_OPTIONS": "halt_on_error=1"}
    return [Program(f"threads flow/{name}", ["/usr/bin/python3", str(ROOT / f"tests/flow/{name}.py")], environment,
                    "threads") for name in sorted(THREADS)]


def self_test():
    """This program may not call a broken run good: rows of output, status, expected passed and failed."""
    rows = [("1..2\nok 1\nok 2\n", 0, 2, 0), ("1..2\nok 1\nnot ok 2\n", 1, 1, 1), ("1..3\nok 1\n", 0, 1, 2),
            ("", 0, 0, 1), ("1..0\n", 0, 0, 1), ("ok 1\n", 0, 1, 1), ("1..1\nok 1\n", -11, 1, 1),
            ("1..1\nok 1\n1..1\nok 1\n", 0, 2, 0), ("1..1\nok 1\nok 2\n", 0, 2, 1), ("1..1\nok 1 # SKIP\n", 0, 0, 0)]
    for output, status, passed, failed in rows:
        result = judge(output, status)
        if (result.passed, result.failed) != (passed, failed):
            return [f"{output!r} with status {status} counts as {result.passed} passed, {result.failed} failed"]
    return []


@contextmanager
def server_for(programs):
    """A PostgreSQL server for those that want one; each of their tests makes a database of its own on it."""
    if not any(program.environment.get("VIOLET_TEST_STORE") == "postgres" for program in programs):
        yield
        return
    with postgres.Cluster() as cluster:
        os.environ["VIOLET_POSTGRES"] = cluster.url
        yield


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="WORD", help="only programs whose name contains WORD")
    word = parser.parse_args().only
    wrong, begin = self_test(), time.monotonic()
    passed, failed = 0, len(wrong)
    print("\n".join(wrong), end="")
    programs = check_programs()
    for name in BUILD_TABLE:
        if word and not any(word in program.name for program in folder_programs()) and name not in ("gcc", *word.split()):
            continue
        if build(name):
            failed += 1
        else:
            programs += [*meson_programs(name), *(one for one in folder_programs() if one.build == name)]
    programs = [program for program in programs if word in program.name]
    with server_for(programs), ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
        for program, outcome in zip(programs, pool.map(run_program, programs)):
            report(program, *outcome)
            passed, failed = passed + outcome[0].passed, failed + outcome[0].failed
    if passed + failed == 0:
        print("no test was executed")
        failed = 1
    print(f"     in {(time.monotonic() - begin) / 60:.1f} minutes")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
