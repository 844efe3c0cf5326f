"""Codes and services in a labelled corpus, as `violet message explain` finds them: precision and recall of each.

The rows that are marked as held are never looked at when the rules are mended: what they say is closer to what a new
text meets. Both parts must hold."""
import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tap import equal, run, table, test
from violet import BINARY

ROOT = Path(__file__).resolve().parents[2]
ROWS = json.loads((ROOT / "tests/data/messages.json").read_text(encoding="utf-8"))
PRECISION, RECALL, SMALLEST = 0.98, 0.9, 300


def explain(row):
    command = [BINARY, "message", "explain", "--from", row["sender"], "--text", "-", "--json"]
    done = subprocess.run(command, input=row["text"].encode(), capture_output=True, check=True)
    return json.loads(done.stdout)


with ThreadPoolExecutor(os.cpu_count()) as pool:
    FOUND = list(pool.map(explain, ROWS))


def count(field, held):
    """Right ones, wrong ones, and those that were there and not found."""
    right = wrong = missed = 0
    for row, found in zip(ROWS, FOUND):
        if row["held"] != held:
            continue
        same = found[field] == row[field]
        right += bool(row[field]) and same
        wrong += bool(found[field]) and not same
        missed += bool(row[field]) and not same
        if not same and not held:
            print(f"# {field}: {found[field]!r} instead of {row[field]!r}: {row['text'][:100]!r}")
    return right, wrong, missed


@test
def the_corpus_is_large_and_varied():
    assert len(ROWS) >= SMALLEST, len(ROWS)
    texts = {(row["sender"], row["text"]) for row in ROWS}
    equal(len(texts), len(ROWS), "rows that differ")
    for held in (False, True):
        part = [row for row in ROWS if row["held"] == held]
        assert len(part) >= len(ROWS) // 4, len(part)
        assert sum(not row["code"] for row in part) >= len(part) // 4, "texts without a code"
        assert sum(not row["service"] for row in part) >= len(part) // 4, "texts without a service"
        assert sum(any("\u4e00" <= c <= "\u9fff" for c in row["text"]) for row in part) >= 25, "Chinese texts"


@table([(f"{field}, {'held out' if held else 'worked on'}", field, held)
        for field in ("code", "service") for held in (False, True)])
def precision_and_recall(field, held):
    right, wrong, missed = count(field, held)
    precision, recall = right / (right + wrong), right / (right + missed)
    print(f"# {field}{' (held out)' if held else ''}: precision {precision:.3f}, recall {recall:.3f} "
          f"({right} right, {wrong} wrong, {missed} missed)")
    assert precision >= PRECISION and recall >= RECALL


@table([("an amount", "Your order of $4410.00 is paid.", "4410.00"[:4], "amount"),
        ("a phone", "Call 8005550 now", "8005550", "phone"),
        ("an order's number", "Your order number 771204 has left.", "771204", "word_before"),
        ("a link", "See https://example.com/v/771204 now", "771204", "part_of_number"),
        ("a unit", "You have 5000 points.", "5000", "unit"),
        ("a number alone", "The year of the 4711 bottles", "4711", "no_word_near")])
def what_is_no_code_is_told_with_the_reason(text, number, why):
    found = explain({"sender": "52001", "text": text})
    equal(found["code"], "")
    equal([(one["text"], one["why"]) for one in found["rejected"]], [(number, why)])


@table([("without a sender", ["--text", "-"], 2), ("without a text", ["--from", "1"], 2),
        ("with a word too many", ["--from", "1", "--text", "-", "more"], 2),
        ("of a file that is not there", ["--from", "1", "--text", "/nowhere/at/all"], 3),
        ("of bytes that are no text", ["--from", "1", "--text", "-"], 2)])
def explaining_is_refused(arguments, status):
    done = subprocess.run([BINARY, "message", "explain", *arguments], input=b"\xff\xfe code 4411",
                          capture_output=True, check=False)
    equal(done.returncode, status)
    assert done.stderr.startswith(b"violet: "), done.stderr


if __name__ == "__main__":
    run()
