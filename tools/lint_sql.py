#!/usr/bin/env python3
"""Checks that every named statement and the schema keep to the SQL that runs on both engines. Prints TAP.

    tools/lint_sql.py [--self-test] [--texts]

The rules are tables below; each statement is also prepared against a real SQLite that the migrations made, and against
the PostgreSQL server whose address stands in VIOLET_POSTGRES, where one does.
--self-test: only that the bad samples are refused. --texts: only the list of columns that hold plain text.
"""
import os
import re
import secrets
import sqlite3
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
from gen_statements import statements_of  # the lint reads what the build compiles

ROOT = Path(__file__).resolve().parent.parent
STATEMENTS, SCHEMA = ROOT / "src/store/statements", ROOT / "src/store/schema"
TYPE_WORDS = {"int64": "INTEGER", "text": "TEXT", "bytes": "BLOB"}
SERVER_WORDS = {"int64": "bigint", "text": 'text COLLATE "C"', "bytes": "bytea"}
SHARD_KEYS = ("account_id", "ledger_id")

RESTORE = "a restore's, on a store that nobody else has open"

# Statements and indexes that look across accounts, and why they may.
ACROSS = {
    "status_closings_late": "how many closings of all accounts are past their due date: a count for the status page",
    "dead_list": "the desk's list of effects that failed for good, by a partial index",
    "outbox_dead": "index of dead_list",
    "closure_reason_count": "how many closings of all accounts have which reason: counts for the desk, by index",
    "expired_session": "rows of all accounts that have run out, by time",
    "expired_proof": "rows of all accounts that have run out, by time",
    "expired_idempotency": "rows of all accounts that have run out, by time",
    "session_expires": "index of expired_session",
    "proof_expires": "index of expired_proof",
    "idempotency_at": "index of expired_idempotency",
    "account_list": "the desk's and the check's walk, by key",
    "closure_in_state": "the desk's list of reviews and the scheduler's sweep",
    "closure_list_since": "a walk over the closures in one state, by key",
    "closure_state": "index of closure_in_state and closure_list_since",
    "restore_key_prune": RESTORE,
    "restore_session_clear": RESTORE,
    "restore_closure_unsealed": RESTORE,
    "restore_declaration_unsealed": RESTORE,
    "restore_ticket_unsealed": RESTORE,
    "restore_ticket_message_drop": RESTORE,
    "restore_outbox_cancel": RESTORE,
    "restore_queue_prune": RESTORE,
    "restore_desk_prune": RESTORE,
    "restore_unreadable": RESTORE,
}
# Statements that read a whole table, and why it stays small.
SCANS = {
    "restore_key_prune": RESTORE,
    "restore_session_clear": RESTORE,
    "restore_closure_unsealed": RESTORE,
    "restore_declaration_unsealed": RESTORE,
    "restore_ticket_unsealed": RESTORE,
    "restore_ticket_message_drop": RESTORE,
    "restore_outbox_cancel": RESTORE,
    "restore_queue_prune": RESTORE,
    "restore_desk_prune": RESTORE,
    "restore_unreadable": RESTORE,
}
# Columns of plain text, and what they hold: nothing that says who somebody is or what they wrote.
TEXTS = {
    "service_entry.service_key": "name of a service, none of a subscriber's",
    "service_entry.value": "what the operator's list says of a service",
    "node.name": "name of a machine of the operator", "node.version": "version of the program",
    "setting.name": "name of a setting of the house", "setting.value": "value of a setting of the house",
    "data_key.kind": "word", "directory.kind": "word", "reference.code": "public reference", "reference.kind": "word",
    "proof.purpose": "word", "number.e164": "the operator's inventory", "number.carrier": "name of a carrier",
    "number_texts.e164": "the operator's inventory, or empty", "rnd_row.month": "month", "rnd_month.month": "month",
    "rnd_row.e164": "a number after its disconnect, as the registry wants it",
    "carrier_seen.carrier": "name of a carrier", "carrier_note.carrier": "name of a carrier",
    "carrier_taken.carrier": "name of a carrier", "carrier_loss.carrier": "name of a carrier",
    "transfer.kind": "word", "customer_order.kind": "word",
    "closure.reference": "public reference", "closure.waits_for": "word", "closure_recipient.recipient": "word",
    "closure_recipient.result": "word", "receipt.signature": "signature over a hash", "log_leaf.kind": "word",
    "tombstone.record": "ids, numbers that were disconnected, amounts: what the file of that name holds",
    "journal.event": "word", "journal.actor": "word, or a staff member's id", "outbox.kind": "word",
    "outbox.effect_key": "word and ids", "outbox.key_kind": "word", "outbox.result": "word", "queue.kind": "word",
    "desk_item.kind": "word", "job_failure.kind": "word", "audit.event": "word", "declaration.reference": "public reference",
    "ticket.reference": "public reference", "ticket.key_kind": "word",
}

# What one of the engines lacks, or means otherwise. Searched in the text without comments and literals.
FORBIDDEN = [
    (r'"', "double quotes (a string on one engine, a name on the other)"),
    (r"\bFOR\s+(UPDATE|SHARE|NO\s+KEY)\b|\bSKIP\s+LOCKED\b", "row locks"),
    (r"\badvisory", "advisory locks"),
    (r"\bTRIGGER\b", "triggers"),
    (r"\b(AUTOINCREMENT|SERIAL|BIGSERIAL|SEQUENCE|NEXTVAL|IDENTITY)\b", "sequences (ids are made by Violet)"),
    (r"\bGENERATED\b", "generated columns"),
    (r"\b(NOW|CURRENT_TIMESTAMP|CURRENT_TIME|CURRENT_DATE|LOCALTIME|LOCALTIMESTAMP|STRFTIME|DATETIME|JULIANDAY|"
     r"UNIXEPOCH|CLOCK_TIMESTAMP|DATE_TRUNC|EXTRACT)\b(?!\s*,|\s*=)", "time from the engine (pass it)"),
    (r"\b(RANDOM|RANDOMBLOB|GEN_RANDOM_\w+|UUID\w*)\s*\(", "chance from the engine (pass it)"),
    (r"\bMERGE\b", "MERGE"),
    (r"\b(I?LIKE|GLOB|REGEXP|MATCH|SIMILAR)\b|~", "pattern search"),
    (r"\bJSONB?(_\w+)?\s*\(|->|#>|@>|<@|\bJSONB?\b", "JSON inside the engine"),
    (r"\bWITH\b.*\b(INSERT|UPDATE|DELETE)\b", "a CTE that writes, or before a write"),
    (r"\bINSERT\s+OR\b|\bREPLACE\s+INTO\b|\bUPDATE\s+OR\b", "OR REPLACE and its like (use ON CONFLICT)"),
    (r"\b(ROWID|CTID|OID|_ROWID_|LAST_INSERT_ROWID|CHANGES)\b", "the engine's own row ids"),
    (r"\b(IFNULL|NVL|TOTAL|GROUP_CONCAT|STRING_AGG|PRINTF|INSTR|TYPEOF|ZEROBLOB)\s*\(", "a function of one engine"),
    (r"==|!=|::|\|/|<=>", "an operator of one engine"),
    (r"\bIS\s+(?!NULL\b|NOT\s+NULL\b)", "IS other than IS [NOT] NULL"),
    (r"\b(TRUE|FALSE)\b", "TRUE and FALSE (0 and 1 are compared)"),
    (r"\bLIMIT\s+\S+\s*,", "LIMIT with a comma"),
    (r"\bOFFSET\b", "OFFSET (page by key)"),
    (r"\?|[:@][a-z]", "parameters other than $n"),
    (r"\bSUM\s*\((?<!CAST\(SUM\()(?<!CAST\(COALESCE\(SUM\()", "SUM without CAST(… AS BIGINT)"),
    (r"\b(PRAGMA|ATTACH|VACUUM|LISTEN|NOTIFY|LOCK\s+TABLE|BEGIN|COMMIT|ROLLBACK|SAVEPOINT)\b", "the port's business"),
    (r"\b(REFERENCES|FOREIGN\s+KEY)\b", "foreign keys (rows of accounts stand alone)"),
    (r"\b(WITHOUT\s+ROWID|STRICT|COLLATE|UNLOGGED|CREATE\s+(OR\s+REPLACE\s+)?VIEW)\b", "what the build adds, or views"),
]
RESERVED = set("""all analyse analyze and any array as asc asymmetric both case cast check collate column constraint
 create default deferrable desc distinct do else end except fetch for foreign from grant group having in initially
 intersect into lateral leading limit localtime not null offset on only or order placing primary references returning
 select session_user some symmetric table then to trailing union unique user using variadic when where window
 with""".split())


def bare(text):
    """The text without comments, literals emptied."""
    return re.sub(r"'(?:[^']|'')*'|--[^\n]*", lambda found: "''" if found[0][0] == "'" else "", text)


def translate(text):
    """What the port for SQLite makes of a schema file."""
    lines = []
    for line in text.split("\n"):
        code = line.split("--")[0]
        code = re.sub(r"^(\W*\w+\W+)(\w+)", lambda found: found[1] + TYPE_WORDS.get(found[2], found[2]), code)
        lines.append(") STRICT;" if code == ");" else code)
    return "\n".join(lines)


def forbidden(text):
    text = bare(text)
    return [why for pattern, why in FORBIDDEN if re.search(pattern, text, re.IGNORECASE | re.DOTALL)]


class House:
    """A database that the schema files made, and what it says about itself."""

    def __init__(self, schemas):
        self.db = sqlite3.connect(":memory:")
        for text in schemas:
            self.db.executescript(translate(text))
        self.tables = {}
        for name, strict in self.db.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND "
                                            "type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall():
            columns = self.db.execute("SELECT name, type, pk FROM pragma_table_info(?)", (name,)).fetchall()
            first = [column for column, _, position in columns if position == 1]
            self.tables[name] = {"strict": strict, "columns": {c: t for c, t, _ in columns}, "first": first}

    def sharded(self, table):
        first = self.tables.get(table, {"first": []})["first"]
        return first[0] if first and first[0] in SHARD_KEYS else None

    def faults_of_schema(self, across, texts):
        for name, table in self.tables.items():
            if not table["strict"]:
                yield f"{name}: is not STRICT (its last line must be ');' alone)"
            if not table["first"]:
                yield f"{name}: has no primary key"
            for column, kind in table["columns"].items():
                if kind not in TYPE_WORDS.values():
                    yield f"{name}.{column}: type {kind} is none of {', '.join(TYPE_WORDS)}"
                if kind == "TEXT" and f"{name}.{column}" not in texts:
                    yield f"{name}.{column}: plain text that the table TEXTS does not know (or seal it)"
            for word in (name, *table["columns"]):
                if word in RESERVED:
                    yield f"{name}: the name {word} is reserved"
            yield from self.faults_of_indexes(name, across)
        for known in texts:
            if known.split(".")[1] not in self.tables.get(known.split(".")[0], {"columns": {}})["columns"]:
                yield f"TEXTS: {known} does not exist"

    def faults_of_indexes(self, table, across):
        key = self.sharded(table)
        for index, origin in self.db.execute("SELECT name, origin FROM pragma_index_list(?)", (table,)).fetchall():
            first = self.db.execute("SELECT name FROM pragma_index_info(?) WHERE seqno = 0", (index,)).fetchone()[0]
            if key and origin == "c" and first != key and index not in across:
                yield f"{index}: does not begin with {key}"

    def plan(self, text):
        """The plan's lines; raises sqlite3.Error for what SQLite cannot prepare."""
        arguments = {found: None for found in re.findall(r"\$(\d+)", text)}
        return [row[3] for row in self.db.execute("EXPLAIN QUERY PLAN " + text, arguments)]


def faults_of_parameters(text):
    used = {int(number) for number in re.findall(r"\$(\d+)", text)}
    if used != set(range(1, len(used) + 1)):
        yield f"parameters are not $1 to ${len(used)}"


def faults_of_conditions(text):
    """Bare booleans: every part of a WHERE compares something."""
    for where in re.findall(r"\bWHERE\b(.*?)(?=\bORDER\b|\bLIMIT\b|\bRETURNING\b|\bON\s+CONFLICT\b|\bGROUP\b|;|$)",
                            text, re.IGNORECASE | re.DOTALL):
        for term in re.split(r"\b(?:AND|OR)\b", where, flags=re.IGNORECASE):
            if not re.search(r"[<>=]|\bIS\b|\bIN\b|\bBETWEEN\b|\bEXISTS\b", term, re.IGNORECASE):
                if term.strip(" ()\n"):
                    yield f"the condition {term.strip()!r} compares nothing"


def faults_of_update_on_conflict(text, house):
    """Beside `excluded`, PostgreSQL calls a bare column ambiguous."""
    found = re.search(r"\bINTO\s+(\w+).*\bDO\s+UPDATE\s+SET\b(.*)", text, re.IGNORECASE | re.DOTALL)
    if not found:
        return
    columns = house.tables.get(found[1], {"columns": {}})["columns"]
    changes = re.sub(r"\bRETURNING\b.*", "", found[2], flags=re.IGNORECASE | re.DOTALL)
    changes = re.sub(r"(^|,)\s*\w+\s*=(?!=)", r"\1", changes)
    for word in re.findall(r"(?<![\w.$])([a-z_]\w*)(?!\s*[.\w(])", changes):
        if word in columns:
            yield f"{word} after DO UPDATE names no table"


def faults_of_shard(name, text, house, across):
    for table in set(re.findall(r"\b(?:FROM|UPDATE|INTO|JOIN)\s+(\w+)", text, re.IGNORECASE)):
        key = house.sharded(table)
        if not key:
            continue
        values = re.search(rf"\bINTO\s+{table}\s*\(([^)]*)\)", text, re.IGNORECASE)
        inserted = values and re.search(rf"\b{key}\b", values[1])
        sought = re.search(rf"\bWHERE\b.*\b{key}\b\s*(=|>|,|IN\b)", text, re.IGNORECASE | re.DOTALL)
        if name not in across and not inserted and not sought:
            yield f"{table} without {key} in WHERE"
        if not inserted and re.search(rf"\bSET\b(?:(?!\bWHERE\b).)*\b{key}\s*=", text, re.IGNORECASE | re.DOTALL):
            yield f"{key} of {table} is changed"


def faults_of_seal(text, marks):
    written = re.search(r"\bINSERT\s+INTO\s+\w+\s*\(([^)]*)\)(?:\s*VALUES\s*\(([^)]*)\))?", text, re.IGNORECASE)
    columns = re.findall(r"\w+", written[1]) if written else []
    values = written[2].split(",") if written and written[2] else [""] * len(columns)
    boxes = {column for column, value in zip(columns, values) if column.endswith("box") and value.strip() != "NULL"}
    changes = re.search(r"\bSET\b((?:(?!\bWHERE\b).)*)", text, re.IGNORECASE | re.DOTALL)
    boxes |= set(re.findall(r"\b(\w*box)\s*=\s*\$", changes[1] if changes else ""))
    if boxes != marks:
        yield f"'-- sealed: {', '.join(sorted(boxes))}' is missing or wrong" if boxes else "nothing here is sealed"


def faults_of_statement(name, text, marks, house, across=(), scans=()):
    yield from forbidden(text)
    plain = bare(text)
    yield from faults_of_parameters(plain)
    yield from faults_of_conditions(plain)
    yield from faults_of_update_on_conflict(plain, house)
    yield from faults_of_shard(name, plain, house, across)
    yield from faults_of_seal(plain, marks)
    if plain.count(";") != 1:
        yield "is not one statement"
        return
    try:
        plan = house.plan(text)
    except sqlite3.Error as error:
        yield f"SQLite: {error}"
        return
    bounded = re.search(r"\bLIMIT\b", plain, re.IGNORECASE) and not any("TEMP B-TREE" in line for line in plan)
    made = {line.split()[1] for line in plan if re.match("CO-ROUTINE |MATERIALIZE ", line)}
    if name not in scans and any(re.match(r"SCAN (?!CONSTANT|\()", line) and not ("USING" in line and bounded)
                                 and line.split()[1] not in made for line in plan):
        yield "reads a whole table: " + "; ".join(plan)


def marks_of(path):
    """Statement name to the columns that its '-- sealed:' lines name."""
    marks, name = {}, None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("-- name: "):
            name = line[9:]
        elif line.startswith("-- sealed:") and name:
            marks.setdefault(name, set()).update(re.findall(r"\w+", line[10:]))
    return marks


SAMPLE_SCHEMA = """CREATE TABLE message (
    account_id int64 NOT NULL,
    message_id int64 NOT NULL,
    read_at int64 NOT NULL,
    box bytes NOT NULL,
    PRIMARY KEY (account_id, message_id)
);
CREATE TABLE word (
    name text NOT NULL PRIMARY KEY,
    count int64 NOT NULL
);
"""
# Statement, and a part of the fault that must be found; "" for one that must pass.
SAMPLES = [
    ("SELECT read_at FROM message WHERE account_id = $1 AND message_id = $2;", ""),
    ("SELECT name FROM word WHERE name = 'now() -- LIKE';", ""),
    ("UPDATE message SET read_at = $3 WHERE account_id = $1 AND message_id <= $2 RETURNING message_id;", ""),
    ("SELECT CAST(COALESCE(SUM(read_at), 0) AS BIGINT) FROM message WHERE account_id = $1;", ""),
    ("INSERT INTO word (name, count) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET count = word.count + 1;", ""),
    ("DELETE FROM message WHERE (account_id, message_id) IN (SELECT account_id, message_id FROM message WHERE "
     "account_id = $1 ORDER BY message_id LIMIT $2);", ""),
    ("INSERT INTO word (name, count) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET count = count + 1;", "names no"),
    ("SELECT read_at FROM message WHERE account_id = $1 FOR UPDATE;", "row locks"),
    ("SELECT read_at FROM message WHERE account_id = $1 AND read_at < now();", "time from"),
    ("SELECT read_at FROM message WHERE account_id = $1 AND read_at < CURRENT_TIMESTAMP;", "time from"),
    ("SELECT read_at FROM message WHERE account_id = $1 ORDER BY random();", "chance"),
    ("SELECT name FROM word WHERE name LIKE $1;", "pattern"),
    ("SELECT name FROM word WHERE name = \"x\";", "double quotes"),
    ("SELECT name->>'x' FROM word WHERE name = $1;", "JSON"),
    ("SELECT json_extract(name, '$.x') FROM word WHERE name = $1;", "JSON"),
    ("MERGE INTO word USING word ON 1 = 1 WHEN MATCHED THEN DELETE;", "MERGE"),
    ("WITH gone AS (DELETE FROM word WHERE name = $1 RETURNING name) SELECT name FROM gone;", "CTE"),
    ("INSERT OR REPLACE INTO word (name, count) VALUES ($1, $2);", "OR REPLACE"),
    ("SELECT name FROM word WHERE rowid = $1;", "row ids"),
    ("SELECT name FROM word WHERE name = ?;", "parameters other"),
    ("SELECT name FROM word WHERE name = :name;", "parameters other"),
    ("SELECT name FROM word WHERE name = $1 AND count;", "compares nothing"),
    ("SELECT name FROM word WHERE name = $1 AND count = TRUE;", "TRUE and FALSE"),
    ("SELECT name FROM word WHERE name IS $1;", "IS other"),
    ("SELECT name FROM word WHERE name != $1;", "operator of one engine"),
    ("SELECT name FROM word WHERE name = $1 LIMIT 5, 10;", "LIMIT"),
    ("SELECT name FROM word WHERE name > $1 ORDER BY name LIMIT 5 OFFSET $2;", "OFFSET"),
    ("SELECT SUM(read_at) FROM message WHERE account_id = $1;", "SUM without"),
    ("SELECT name FROM word WHERE name = $2;", "parameters are not"),
    ("SELECT absent FROM word WHERE name = $1;", "no such column"),
    ("SELECT name FROM word WHERE name = $1; DELETE FROM word WHERE name = $1;", "not one statement"),
    ("SELECT name FROM word WHERE count = $1;", "whole table"),
    ("SELECT COUNT(*) FROM word;", "whole table"),
    ("SELECT name FROM word ORDER BY name LIMIT $1;", ""),
    ("SELECT COUNT(*) FROM (SELECT 1 FROM message WHERE account_id = $1 LIMIT $2) AS some;", ""),
    ("SELECT COUNT(*) FROM (SELECT DISTINCT count FROM word LIMIT $1) AS some;", "whole table"),
    ("SELECT box FROM message WHERE message_id = $1;", "without account_id"),
    ("DELETE FROM message;", "without account_id"),
    ("UPDATE message SET account_id = $2 WHERE account_id = $1;", "is changed"),
    ("UPDATE message SET box = $2 WHERE account_id = $1;", "sealed"),
    ("INSERT INTO message (account_id, message_id, read_at, box) VALUES ($1, $2, $3, $4);", "sealed"),
    ("INSERT INTO message (account_id, message_id, read_at, box) VALUES ($1, $2, $3, NULL);", ""),
    ("COMMIT;", "port's business"),
]
SAMPLE_SCHEMAS = [
    ("CREATE TABLE a (\n    id int64 NOT NULL PRIMARY KEY\n);\n", ""),
    ("CREATE TABLE a (\n    id int64 NOT NULL PRIMARY KEY);\n", "not STRICT"),
    ("CREATE TABLE a (\n    id int64 NOT NULL\n);\n", "no primary key"),
    ("CREATE TABLE a (\n    id int64 NOT NULL PRIMARY KEY,\n    name text\n);\n", "plain text"),
    ("CREATE TABLE a (\n    id int64 NOT NULL PRIMARY KEY,\n    size REAL\n);\n", "none of int64"),
    ("CREATE TABLE a (\n    id int64 NOT NULL PRIMARY KEY,\n    window int64\n);\n", "reserved"),
    ("CREATE TABLE a (\n    account_id int64 NOT NULL PRIMARY KEY,\n    at int64\n);\nCREATE INDEX a_at ON a (at);\n",
     "does not begin"),
    ("CREATE TABLE a (\n    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT\n);\n", "sequences"),
    ("CREATE TABLE a (\n    id int64 NOT NULL PRIMARY KEY,\n    b int64 REFERENCES a (id)\n);\n", "foreign keys"),
    ("CREATE TABLE a (\n    id int64 NOT NULL PRIMARY KEY\n);\n"
     "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; END;\n", "triggers"),
]


def self_test():
    """The samples that are judged wrongly."""
    house, wrong = House([SAMPLE_SCHEMA]), []
    for text, part in SAMPLES:
        faults = list(faults_of_statement("sample", text, set(), house))
        if any(part in fault for fault in faults) if not part else not any(part in fault for fault in faults):
            wrong.append(f"{text!r}: {faults or 'no fault'}, expected {part or 'none'!r}")
    for text, part in SAMPLE_SCHEMAS:
        faults = [*forbidden(text), *House([text]).faults_of_schema(ACROSS, {})]
        if faults if not part else not any(part in fault for fault in faults):
            wrong.append(f"{text!r}: {faults or 'no fault'}, expected {part or 'none'!r}")
    return wrong


def ask_server(url, text, stop):
    """psql's complaints about a script, each with its line; stop: at the first."""
    done = subprocess.run(["psql", "-X", "-q", "-v", f"ON_ERROR_STOP={int(stop)}", "-f", "-", url], input=text, text=True,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    return [(int(line), why) for line, why in re.findall(r"^psql:[^:]*:(\d+): ERROR:\s*(.*)", done.stderr, re.MULTILINE)
            ] or ([(0, done.stderr.strip())] if done.returncode else [])


def translated(text):
    """A schema file as the engine gives it to the server."""
    return re.sub(r"^(\s+\w+ )(int64|text|bytes)\b", lambda found: found[1] + SERVER_WORDS[found[2]], text,
                  flags=re.MULTILINE)


def faults_of_server(server, schemas, rows):
    """What a PostgreSQL server says of the schema and of each statement, in a database of its own."""
    name = f"lint_{secrets.token_hex(8)}"
    made = ask_server(server, f"CREATE DATABASE {name} TEMPLATE template0;", True)
    if made:
        return [f"{server}: {why}" for _, why in made]
    try:
        url = server.replace("/postgres?", f"/{name}?")
        faults = [f"schema: {why}" for text in schemas for _, why in ask_server(url, translated(text), True)]
        lines = [(row, " ".join(re.sub(r"--.*", "", text).split())) for row, text in rows.items()]
        script = "".join(f"PREPARE {row} AS {text}\n" for row, text in lines)
        return faults or [f"{lines[line - 1][0]}: {why}" for line, why in ask_server(url, script, False)]
    finally:
        ask_server(server, f"DROP DATABASE {name} WITH (FORCE);", True)


def faults_of_names(rows):
    """Statements that nobody uses, exceptions for statements that are gone."""
    used = set()
    for path in (ROOT / "src").rglob("*.[ch]"):
        used |= set(re.findall(r"\bSTATEMENT_([A-Z0-9_]+)", path.read_text(encoding="utf-8")))
    for name in rows:
        if name.upper() not in used:
            yield f"{name}: nothing in src uses it"
    for name in used - {name.upper() for name in rows} - {"COUNT"}:
        yield f"STATEMENT_{name}: no statement has this name"


def lint():
    """Pairs of a title and its faults."""
    schemas = sorted(SCHEMA.glob("*.sql"))
    house = House([path.read_text(encoding="utf-8") for path in schemas])
    faults = [f"{path.name}: {why}" for path in schemas for why in forbidden(path.read_text(encoding="utf-8"))]
    yield f"{len(house.tables)} tables keep to the rules", [*faults, *house.faults_of_schema(ACROSS, TEXTS)]
    rows = {}
    for path in sorted(STATEMENTS.glob("*.sql")):
        marks, faults = marks_of(path), []
        for name, text in statements_of(path):
            rows[name] = text
            faults += [f"{name}: {why}"
                       for why in faults_of_statement(name, text, marks.get(name, set()), house, ACROSS, SCANS)]
        yield f"{path.name} runs on both engines", faults
    server = os.environ.get("VIOLET_POSTGRES")
    if server:
        texts = [path.read_text(encoding="utf-8") for path in schemas]
        yield f"a server prepares each of {len(rows)} statements", faults_of_server(server, texts, rows)
    yield f"each of {len(rows)} statements is used, each that is used exists", list(faults_of_names(rows))
    indexes = {row[0] for row in house.db.execute("SELECT name FROM sqlite_schema WHERE type = 'index'")}
    yield "no exception has outlived its statement", [
        name for name in (*ACROSS, *SCANS) if name not in rows and name not in indexes]


def main():
    if "--texts" in sys.argv[1:]:
        print("\n".join(f"{name}: {what}" for name, what in sorted(TEXTS.items())))
        return 0
    results = [(f"{len(SAMPLES) + len(SAMPLE_SCHEMAS)} samples are judged as they should", self_test())]
    if "--self-test" not in sys.argv[1:]:
        results += lint()
    print(f"1..{len(results)}")
    for number, (title, faults) in enumerate(results, 1):
        print(f"{'not ok' if faults else 'ok'} {number} - {title}")
        for fault in faults:
            print(f"# {fault}")
    return 1 if any(faults for _, faults in results) else 0


if __name__ == "__main__":
    sys.exit(main())
