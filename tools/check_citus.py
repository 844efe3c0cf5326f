#!/usr/bin/env python3
"""Holds packaging/citus.sql against the schema: every table stands in it once, is distributed by a column of its primary
key and of each unique index (Citus refuses another one), and lies with a table that is distributed by the same type.
Prints TAP.

    tools/check_citus.py [--self-test]
"""
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
from gen_move import tables_of  # what the build reads

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = re.compile(r"SELECT create_reference_table\('(\w+)'\);")
DISTRIBUTED = re.compile(r"SELECT create_distributed_table\('(\w+)', '(\w+)'(?:, colocate_with => '(\w+)')?\);")


def findings(schema, script):
    tables = {name: (dict(columns), key) for name, columns, key in tables_of(schema)}
    unique = re.findall(r"CREATE UNIQUE INDEX \w+ ON (\w+) \(([^)]*)\)", schema)
    script = re.sub(r"--[^\n]*", "", script)
    placed = {name: None for name in REFERENCE.findall(script)}
    for name, column, beside in DISTRIBUTED.findall(script):
        if name in placed:
            yield f"{name} stands twice"
        placed[name] = column
        if name not in tables:
            yield f"{name} is no table of the schema"
            continue
        columns, key = tables[name]
        if column not in key:
            yield f"{name}: {column} is no part of its primary key"
        if beside not in ("", "none") and (beside not in placed or beside not in tables or
                                           tables[beside][0][placed[beside]] != columns.get(column)):
            yield f"{name} can't lie with {beside}"
    for name, words in unique:
        if placed.get(name) and placed[name] not in [word.strip() for word in words.split(",")]:
            yield f"{name}: a unique index lacks {placed[name]}"
    yield from (f"{name} is missing" for name in tables if name not in placed)
    if script.count("SELECT create_") != len(REFERENCE.findall(script)) + len(DISTRIBUTED.findall(script)):
        yield "a line is not read"


SAMPLE = "CREATE TABLE a (\n    x int64 NOT NULL PRIMARY KEY,\n    y text NOT NULL\n);\nCREATE UNIQUE INDEX u ON a (y);\n"
BAD = [
    ("", "a is missing"),
    ("SELECT create_distributed_table('a', 'y', colocate_with => 'none');", "no part of its primary key"),
    ("SELECT create_distributed_table('a', 'x', colocate_with => 'none');", "a unique index lacks x"),
    ("SELECT create_distributed_table('a', 'x', colocate_with => 'b');", "can't lie with b"),
    ("SELECT create_reference_table('a');\nSELECT create_distributed_table('a', 'x', colocate_with => 'none');", "twice"),
]


def main():
    failed = [text for script, text in BAD if not any(text in found for found in findings(SAMPLE, script))]
    results = [("bad samples are refused", failed)]
    if "--self-test" not in sys.argv:
        schema = "".join(path.read_text() for path in sorted((ROOT / "src/store/schema").glob("*.sql")))
        script = (ROOT / "packaging/citus.sql").read_text()
        results.append(("citus.sql places every table by its key", list(findings(schema, script))))
    print(f"1..{len(results)}")
    for number, (name, found) in enumerate(results, 1):
        print(f"{'not ' if found else ''}ok {number} - {name}")
        for line in found:
            print(f"# {line}")
    sys.exit(any(found for _, found in results))


if __name__ == "__main__":
    main()
