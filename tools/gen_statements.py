#!/usr/bin/env python3
"""Turns the named statements and the schema into C tables.

usage: gen_statements.py STATEMENTS_DIR SCHEMA_DIR HEADER SOURCE
"""
import pathlib
import re
import sys

HEADER = """/* Made by tools/gen_statements.py from the files in src/store/statements and src/store/schema. */
#ifndef STORE_STATEMENTS_H
#define STORE_STATEMENTS_H

#include "sql/sql.h"

enum {{
{names}
    STATEMENT_COUNT
}};

/* The named statements, in the order of the enum. */
extern const struct sql_statement store_statements[];
/* The migrations, ascending. */
extern const struct sql_migration store_migrations[];
extern const size_t store_migration_count;

#endif
"""


def fail(text):
    sys.exit(f"gen_statements: {text}")


def statements_of(path):
    """Yields (name, text) of one file; the text without its comments."""
    name, lines = None, []
    for line in path.read_text(encoding="utf-8").splitlines():
        found = re.fullmatch(r"-- name: ([a-z][a-z0-9_]*)", line)
        if found:
            if name:
                yield name, "\n".join(lines).strip()
            name, lines = found.group(1), []
        elif not line.startswith("--") and line.strip():
            if not name:
                fail(f"{path.name}: a statement without a name")
            lines.append(line)
    if name:
        yield name, "\n".join(lines).strip()


def c_string(text):
    lines = text.split("\n")
    quoted = []
    for index, line in enumerate(lines):
        escaped = line.replace("\\", "\\\\").replace('"', '\\"')
        quoted.append('"' + escaped + ("\\n" if index + 1 < len(lines) else "") + '"')
    return "\n        ".join(quoted)


def main():
    statements_dir, schema_dir, header, source = (pathlib.Path(word) for word in sys.argv[1:5])
    rows = []
    for path in sorted(statements_dir.glob("*.sql")):
        rows.extend(statements_of(path))
    seen = set()
    for name, text in rows:
        if name in seen:
            fail(f"the name {name} stands twice")
        seen.add(name)
        if not text.endswith(";"):
            fail(f"{name} does not end in ';'")
    migrations = []
    for path in sorted(schema_dir.glob("*.sql")):
        found = re.fullmatch(r"(\d{4})_([a-z0-9_]+)\.sql", path.name)
        if not found:
            fail(f"{path.name} is not named NNNN_name.sql")
        migrations.append((int(found.group(1)), found.group(2), path.read_text(encoding="utf-8")))
    if [row[0] for row in migrations] != list(range(1, len(migrations) + 1)):
        fail("migrations are not numbered 1, 2, 3 ...")
    names = "\n".join(f"    STATEMENT_{name.upper()}," for name, _ in rows)
    header.write_text(HEADER.format(names=names), encoding="utf-8")
    out = ['#include "store/statements.h"', "", "const struct sql_statement store_statements[] = {"]
    out += [f'    {{"{name}",\n        {c_string(text)}}},' for name, text in rows]
    out += ["};", "", "const struct sql_migration store_migrations[] = {"]
    out += [f'    {{{number}, "{name}",\n        {c_string(text.strip())}}},' for number, name, text in migrations]
    out += ["};", "", f"const size_t store_migration_count = {len(migrations)};", ""]
    source.write_text("\n".join(out), encoding="utf-8")


if __name__ == "__main__":
    main()
