"""Runs the tests of a file and prints TAP. A test is a function marked with @test; its name is the sentence."""
import sys
import time
import traceback

_tests = []


def test(function):
    """Marks a function as a test. They run in the order in which they stand in the file."""
    _tests.append(function)
    return function


def table(rows):
    """Marks a function as one test a row: rows are tuples, the first item names the row."""
    def mark(function):
        for row in rows:
            def one(row=row):
                function(*row[1:])
            one.__name__ = f"{function.__name__}: {row[0]}"
            _tests.append(one)
        return function
    return mark


def run(finish=None):
    """Runs all tests of the file, then finish(); ends the process with 1 where one failed."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    chosen = [one for one in _tests if wanted in one.__name__]
    print(f"1..{len(chosen)}", flush=True)
    failed = 0
    try:
        for number, one in enumerate(chosen, 1):
            failed += not _run_one(number, one)
    finally:
        if finish:
            finish()
    sys.exit(1 if failed or not chosen else 0)


def _run_one(number, one):
    sentence = one.__name__.replace("_", " ")
    begin = time.monotonic()
    try:
        one()
    except BaseException as problem:  # a test that calls exit() has failed too
        print(f"not ok {number} - {sentence}")
        for line in traceback.format_exc().splitlines()[-12:]:
            print(f"# {line}")
        sys.stdout.flush()
        if isinstance(problem, KeyboardInterrupt):
            raise
        return False
    print(f"ok {number} - {sentence} ({time.monotonic() - begin:.1f} s)", flush=True)
    return True


def equal(found, expected, what=""):
    """Fails with both values where they differ."""
    if found != expected:
        raise AssertionError(f"{what}: found {found!r}, expected {expected!r}")


def contains(text, part, what=""):
    if part not in text:
        raise AssertionError(f"{what}: {part!r} is not in {text[:2000]!r}")


def lacks(text, part, what=""):
    if part in text:
        at = text.index(part)
        raise AssertionError(f"{what}: {part!r} is in …{text[max(0, at - 80):at + 80]!r}…")


def eventually(question, seconds=10, what="it"):
    """Asks until the answer is true, and returns that; fails after the time."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {seconds} s")
        time.sleep(0.05)
