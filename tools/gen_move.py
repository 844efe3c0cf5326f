#!/usr/bin/env python3
"""Makes the table of tables that `violet move` walks, out of the schema.

usage: gen_move.py SCHEMA_DIR HEADER SOURCE
"""
import pathlib
import re
import sys

HEADER = """/* Made by tools/gen_move.py from the files in src/store/schema. */
#ifndef STORE_MOVE_TABLES_H
#define STORE_MOVE_TABLES_H

#include "sql/sql.h"

#include <stddef.h>

/* What can be asked of each table; a statement's index is MOVE_TABLE_STATEMENTS * table + one of these. */
enum {{
    MOVE_READ_FIRST, /* $1: rows; all columns, in key order */
    MOVE_READ_AFTER, /* the key's columns, then rows */
    MOVE_READ_LAST,  /* the last row */
    MOVE_READ_KEY,   /* the key's columns: that row */
    MOVE_INSERT,     /* all columns; nothing where the key is there */
    MOVE_COUNT,
    MOVE_TABLE_STATEMENTS
}};

enum {{
    MOVE_TABLES = {tables},
    MOVE_COLUMNS = {columns}, /* of the widest table */
    MOVE_MARK_GET = MOVE_TABLES * MOVE_TABLE_STATEMENTS,
    MOVE_MARK_PUT,
    MOVE_MARK_DELETE,
    MOVE_STATEMENTS
}};

struct move_table {{
    const char *name;
    unsigned char column_count, key_count;
    unsigned char key[{keys}];        /* places of the key's columns */
    enum sql_kind kinds[{columns}]; /* of the columns */
}};

extern const struct move_table move_tables[MOVE_TABLES];
extern const struct sql_statement move_statements[MOVE_STATEMENTS];

#endif
"""
KINDS = {"int64": "SQL_KIND_INT", "text": "SQL_KIND_TEXT", "bytes": "SQL_KIND_BYTES"}
MARK = [
    ("move_mark_get", "SELECT value FROM setting WHERE name = 'move';"),
    ("move_mark_put", "INSERT INTO setting (name, value) VALUES ('move', 'under way') ON CONFLICT (name) DO NOTHING;"),
    ("move_mark_delete", "DELETE FROM setting WHERE name = 'move';"),
]


def tables_of(text):
    """Yields (name, [(column, type)], [key column])."""
    text = re.sub(r"--[^\n]*", "", text)
    for name, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\n\);", text, re.S):
        columns, key = [], []
        for line in re.split(r",\s*\n", body.strip()):
            line = line.strip()
            found = re.fullmatch(r"PRIMARY KEY \(([^)]*)\)", line)
            if found:
                key = [word.strip() for word in found.group(1).split(",")]
                continue
            word = re.match(r"(\w+) (int64|text|bytes)\b", line)
            if not word:
                sys.exit(f"gen_move: {name}: can't read {line!r}")
            columns.append(word.groups())
            if "PRIMARY KEY" in line:
                key = [word.group(1)]
        if not key:
            sys.exit(f"gen_move: {name} has no primary key")
        yield name, columns, key


def statements_of(name, columns, key):
    names = ", ".join(column for column, _ in columns)
    order, marks = ", ".join(key), ", ".join(f"${i + 1}" for i in range(len(key)))
    after = f"{key[0]} > $1" if len(key) == 1 else f"({order}) > ({marks})"
    # The mark of a move under way is no part of what is moved.
    also = " AND name <> 'move'" if name == "setting" else ""
    first = " WHERE name <> 'move'" if name == "setting" else ""
    values = ", ".join(f"${i + 1}" for i in range(len(columns)))
    last = ", ".join(f"{column} DESC" for column in key)
    yield f"{name}_first", f"SELECT {names} FROM {name}{first} ORDER BY {order} LIMIT $1;"
    yield f"{name}_after", f"SELECT {names} FROM {name} WHERE {after}{also} ORDER BY {order} LIMIT ${len(key) + 1};"
    yield f"{name}_last", f"SELECT {names} FROM {name}{first} ORDER BY {last} LIMIT 1;"
    where = " AND ".join(f"{column} = ${i + 1}" for i, column in enumerate(key))
    yield f"{name}_key", f"SELECT {names} FROM {name} WHERE {where};"
    yield f"{name}_put", f"INSERT INTO {name} ({names}) VALUES ({values}) ON CONFLICT ({order}) DO NOTHING;"
    yield f"{name}_count", f"SELECT COUNT(*) FROM {name}{first};"


def main():
    schema, header, source = (pathlib.Path(word) for word in sys.argv[1:4])
    tables = []
    for path in sorted(schema.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        tables.extend(tables_of(text))
        if re.search(r"^ALTER TABLE", text, re.M):
            sys.exit(f"gen_move: {path.name} alters a table, which this does not read yet")
    widest = max(len(columns) for _, columns, _ in tables)
    keys = max(len(key) for _, _, key in tables)
    header.write_text(HEADER.format(tables=len(tables), columns=widest, keys=keys), encoding="utf-8")
    out = ['#include "store/move_tables.h"', "", "const struct move_table move_tables[MOVE_TABLES] = {"]
    for name, columns, key in tables:
        places = [column for column, _ in columns]
        out.append(f'    {{"{name}", {len(columns)}, {len(key)}, {{{", ".join(str(places.index(k)) for k in key)}}},')
        out.append(f'     {{{", ".join(KINDS[kind] for _, kind in columns)}}}}},')
    out += ["};", "", "const struct sql_statement move_statements[MOVE_STATEMENTS] = {"]
    for table in tables:
        out += [f'    {{"{name}", "{text}"}},' for name, text in statements_of(*table)]
    out += [f'    {{"{name}", "{text}"}},' for name, text in MARK] + ["};", ""]
    source.write_text("\n".join(out), encoding="utf-8")


if __name__ == "__main__":
    main()
