#!/usr/bin/env python3
"""Checks who includes whom. The rules are the two tables below; docs/architecture.md says why.

Prints TAP: one result for each folder of src.
"""
import re
import sys
from pathlib import Path

# Folder (the longest that fits a file counts): what it may include besides itself. A name ending in ".h" allows
# that header alone; "*" allows everything of ours.
FOLDERS = {
    "base": [],
    "wire": ["base"],
    "crypto": ["base"],
    "sql": ["base"],
    "i18n": ["base"],
    "domain": ["base"],
    "domain/*": ["base", "domain/types.h"],
    "store": ["base", "sql", "domain", "crypto/seal.h"],
    "app": ["base", "domain", "store", "crypto", "wire", "i18n", "sql/sql.h"],
    "http": ["base", "wire"],
    "edge": ["base", "wire", "i18n", "http", "app", "domain/types.h"],
    "edge/archive": ["base", "i18n", "app", "crypto/digest.h"],
    "edge/*": ["base", "wire", "i18n", "http", "app", "domain/types.h"],
    "check": ["*"],
    "sim": ["*"],
    "demo": ["*"],
    "cmd": ["*"],
}

# The port belongs to store, which alone reads and writes rows. A verb of app opens the transaction that it is, and
# hands it on; so app.h names the port, and these calls are store's.
ROW_CALLS = re.compile(r"\b(sql_exec|sql_exec_values|sql_query|sql_query_values|sql_next|sql_end|sql_int|sql_text|sql_bytes|"
                       r"sql_is_null|sql_open_view)\s*\(")

# System and library headers that only some folders may include.
LIBRARIES = {
    "sqlite3.h": ["sql"],
    "libpq-fe.h": ["sql"],
    "sodium.h": ["crypto"],
    "microhttpd.h": ["http"],
    "jansson.h": ["base", "wire"],
    "curl/": ["edge", "sim"],
    "archive.h": ["edge"],
    "archive_entry.h": ["edge"],
    "ini.h": ["cmd"],
    "openssl/": [],
    "time.h": ["base", "crypto", "sql", "http", "edge", "sim", "demo", "cmd", "app", "i18n"],
}

# Domain is pure: headers that bring a clock, a file, a socket or a thread, and calls that read a clock.
IMPURE_HEADERS = ("time.h", "stdio.h", "unistd.h", "pthread.h", "signal.h", "fcntl.h", "sys/")
IMPURE_CALLS = re.compile(r"\b(clock_now|clock_read|clock_advance|malloc|calloc|realloc|strdup)\s*\(")

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)


def rule_of(folder):
    """The rule's name and what it allows for the folder of a file, given relative to src."""
    if folder in FOLDERS:
        return folder, FOLDERS[folder]
    top = folder.split("/")[0]
    rule = f"{top}/*" if f"{top}/*" in FOLDERS and "/" in folder else top
    return rule, FOLDERS.get(rule)


def own_folder(rule, folder):
    """What a file counts as its own: its second-level folder where the rule is made for these, else the top."""
    parts = folder.split("/")
    return "/".join(parts[:2]) if rule.endswith("/*") else parts[0]


def is_allowed(name, own, allowed):
    if "*" in allowed or name.startswith(own + "/"):
        return True
    return any(name == one if one.endswith(".h") else name.startswith(one + "/") for one in allowed)


def library_mistake(name, top):
    for header, folders in LIBRARIES.items():
        if (name.startswith(header) if header.endswith("/") else name == header) and top not in folders:
            return f"<{name}> belongs to {', '.join(folders) or 'nobody'}"
    if top == "domain" and name.startswith(IMPURE_HEADERS):
        return f"<{name}>: domain has no clock, files, sockets or threads"
    return None


def mistakes_of(path, folder, text):
    """What is wrong in one file, as lines "file:line: why"."""
    rule, allowed = rule_of(folder)
    if allowed is None:
        yield f"{path}: the folder {folder} has no rule in tools/check_includes.py"
        return
    own, top = own_folder(rule, folder), folder.split("/")[0]
    for match in INCLUDE.finditer(text):
        line, name = text.count("\n", 0, match.start(1)) + 1, match[2]
        why = None
        if match[1] == "<":
            why = library_mistake(name, top)
        elif name.split("/")[0] not in {key.split("/")[0] for key in FOLDERS} or ".." in name:
            why = f'"{name}" is not written from src'
        elif not is_allowed(name, own, allowed):
            why = f'{own} may not include "{name}"'
        if why:
            yield f"{path}:{line}: {why}"
    if top in ("app", "edge"):
        for match in ROW_CALLS.finditer(text):
            yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {top} may not call {match[1]}: rows are store's"
    if top == "domain":
        for match in IMPURE_CALLS.finditer(text):
            yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}: domain may not call {match[1]}"


SELF_TEST = [
    ("domain/closure", '#include "domain/ledger/post.h"', 1),
    ("domain/closure", '#include "domain/closure/state.h"\n#include "domain/types.h"', 0),
    ("domain/closure", "x = clock_now();", 1),
    ("base", '#include "sql/sql.h"', 1),
    ("app", '#include "http/http.h"', 1),
    ("app", "#include <sqlite3.h>", 1),
    ("app", 'TRY(sql_call(store, "verb", run, &job));', 0),
    ("app", "TRY(sql_query(tx, STATEMENT, &rows));", 1),
    ("store", '#include "crypto/keyring.h"\n#include "crypto/seal.h"', 1),
    ("edge/web", '#include "edge/api/api.h"', 1),
    ("edge/web", '#include "store/work.h"', 1),
    ("edge/web", '#include "edge/web/page.h"\n#include "http/http.h"', 0),
    ("wire", '#include "../base/str.h"', 1),
    ("novel", "", 1),
]


def self_test():
    for folder, text, expected in SELF_TEST:
        found = list(mistakes_of("row", folder, text))
        if len(found) != expected:
            return f"# {folder}: {text!r} gives {found}, not {expected}"
    return None


def main():
    source = Path(__file__).resolve().parent.parent / "src"
    folders = {}
    for path in sorted(source.rglob("*.[ch]")):
        relative = path.relative_to(source)
        folders.setdefault(str(relative.parent), []).append(path)
    print(f"1..{len(folders) + 1}")
    wrong = self_test()
    print(f"{'not ok' if wrong else 'ok'} 1 - the include check finds what it should" + (f"\n{wrong}" if wrong else ""))
    failed = bool(wrong)
    for number, (folder, paths) in enumerate(sorted(folders.items()), 2):
        found = [line for path in paths
                 for line in mistakes_of(path.relative_to(source.parent), folder, path.read_text("utf-8"))]
        print(f"{'not ok' if found else 'ok'} {number} - src/{folder} includes only what it may")
        for line in found:
            print(f"# {line}")
        failed |= bool(found)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
