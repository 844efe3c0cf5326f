"""Wrong input, as a table: each has its exit code or status and a message that says how to mend it, in the reader's
language, and leaves the store as it was."""
import http.client
import json
import os
import resource
import socket
import sqlite3
import subprocess

from client import Person, Rest, request
from story import rows
from tap import contains, equal, run, table, test
from violet import Demo

demo = Demo().start()
home = demo.home


def counts():
    return [rows(demo, f"SELECT count(*) FROM {name}")[0][0] for name in
            ("account", "closure", "number", "transfer", "message", "customer_order")]


def unserved():
    """A store that was served once and ended, for a second start."""
    made = Demo()
    made.start()
    made.stop()
    return made


def refused_start(made, arguments=None):
    """Starts it where it must not start; returns exit code and stderr."""
    done = subprocess.run([made.binary, *(arguments or made.arguments)], capture_output=True, text=True,
                          timeout=10)
    return done.returncode, done.stderr


@table([(" ".join(words), words, code, says) for words, code, says in (
    (("frob",), 2, "--help"),
    (("account", "create"), 2, "log-in name"),
    (("account", "create", "bob"), 2, "--password-file"),
    (("account", "create", "bob", "--password-file", "no-such-file"), 3, "that is there"),
    (("account", "create", "bob", "--password-file", "/"), 1, "that is a directory"),
    (("account", "create", "bob", "--language", "fr"), 2, "en or zh-CN"),
    (("staff", "create", "bob"), 2, "--role"),
    (("staff", "create", "bob", "--role", "boss"), 2, "agent, reviewer, finance or admin"),
    (("closure", "show"), 2, "as VC-"),
    (("closure", "approve", "VC-4K7M-29QX-TH3P"), 3, "no closure"),
    (("closure", "refuse", "VC-4K7M-29QX-TH3P"), 2, "--reason"),
    (("closure", "refuse", "VC-4K7M-29QX-TH3P", "--reason", "unproven", "--words", "w"), 3, "no closure"),
    (("declaration", "record"), 2, "--name"),
    (("declaration", "record", "--name", "A", "--contract", "b", "--mail", "c@d.example", "--kind", "x"), 2,
     "cancel or withdraw"),
    (("number", "assign", "--account", "nobody"), 3, "no account"),
    (("number", "assign", "+12025550199", "--account", "ann"), 3, "inventory"),
    (("number", "assign", "--account", "ann", "--fee", "x"), 2, "as 2.50"),
    (("number", "import"), 2, "CSV"),
    (("wallet", "credit", "1.00"), 2, "--account NAME"),
    (("backup",), 2, "absolute path"),
    (("backup", "here"), 2, "absolute path"),
    (("rnd", "report", "2026-11"), 2, "--out"),
    (("rnd", "report", "2026-13", "--out", "/nowhere/x"), 2, "as 2026-11"),
    (("config", "explain"), 2, "closing.undo_days"),
    (("config", "explain", "closing.undo_dais"), 3, "closing.undo_days"),
    (("verify",), 2, "receipt"),
    (("verify", "no-such-receipt"), 3, "can't read"),
    (("move",), 2, "--from"),
    (("move", "--from", "sqlite:a", "--to", "sqlite:a"), 2, "same store"),
    (("man", "x"), 2, "violet man violet"),
    (("completion", "fish"), 2, "completion bash"),
    (("restore",), 2, ""),
    (("init", "--config", "/nowhere/violet.ini"), 3, "/nowhere/violet.ini"),
    (("doctor", "--config", "/nowhere/violet.ini"), 3, "/nowhere/violet.ini"),
    (("wallet", "credit", "abc", "--account", "ann"), 2, "as 20.00"),
    (("wallet", "credit", "1.23456789", "--account", "ann"), 2, "as 20.00"),
    (("wallet", "credit", "-1.00", "--account", "ann"), 2, "above 0"),
    (("wallet", "credit", "1.00", "--account", "nobody"), 3, "no account"),
    (("closure", "show", "VC-xx"), 3, "no closure"),
    (("closure", "list", "--state", "foo"), 2, "as review"),
    (("number", "assign", "123", "--account", "ann", "--fee", "2.00"), 2, "as +1"),
    (("number", "import", "no-such-file.csv"), 3, "can't read"),
    (("declaration", "record", "--name", "A", "--contract", "b", "--mail", "c@d.example", "--received",
      "2026-02-30"), 2, "is a date"),
    (("restore", "no-such-backup"), 3, "no backup"))])
def a_command_is_refused(words, code, says):
    before = counts()
    done = demo.run(*words)
    equal(done.returncode, code, done.stderr)
    contains(done.stderr, says)
    equal(counts(), before, "the store")


@table([(language, language, part) for language, part in (("en", "password"), ("zh-CN", "密码"))])
def a_wrong_log_in_speaks_the_readers_language(language, part):
    somebody = Person(demo.url, language)
    somebody.log_in("ann", "not it", status=401)
    contains(somebody.page.html.text.lower(), part)


@test
def broken_json_is_a_problem_in_the_readers_language():
    before, titles = counts(), set()
    token = Rest(demo.url).log_in("ann", "violet-ann-demo").token
    for language in ("en", "zh-CN"):
        answer = request(demo.url, "POST", "/api/v1/tickets", b'{"subject":', [
            ("Content-Type", "application/json"), ("Authorization", f"Bearer {token}"), ("Idempotency-Key", "k"),
            ("Accept-Language", language)]).expect(400)
        titles.add(json.loads(answer.body)["title"])
    equal(len(titles), 2, f"languages of {titles}")
    equal(counts(), before, "the store")


@test
def a_port_in_use_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = refused_start(Demo(), arguments=["demo", "--listen", f"127.0.0.1:{port}", "--data",
                                                      str(home / "port")])
    equal(code != 0, True, said)
    contains(said, str(port))


@test
def a_database_of_a_newer_version_is_not_opened():
    made = unserved()
    store = sqlite3.connect(made.data / "violet.db")
    store.execute("PRAGMA user_version = 99")
    store.commit()
    store.close()
    code, said = refused_start(made)
    equal(code, 1, said)
    contains(said, "newer violet")


@table([("cut off", lambda path: os.truncate(path, 100)), ("missing", os.unlink),
        ("overwritten", lambda path: path.write_bytes(os.urandom(20480)))])
def a_keyring_is_not_used_that_is(spoil):
    made = unserved()
    kept = (made.data / "violet.db").read_bytes()
    spoil(made.data / "keyring" / "violet.keyring")
    code, said = refused_start(made)
    equal(code != 0, True, said)
    contains(said, "keyring")
    equal((made.data / "violet.db").read_bytes() == kept, True, "the store is as it was")


@test
def a_file_that_may_not_grow_ends_the_process_and_loses_nothing_acknowledged():
    made = Demo().start()
    program = Rest(made.url).log_in("ann", "violet-ann-demo")
    for number in range(3):
        program.post("/tickets", {"subject": f"kept {number}", "text": "x" * 3000})
    before = rows(made, "SELECT count(*) FROM ticket")
    resource.prlimit(made.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    try:
        answer = request(made.url, "POST", "/api/v1/tickets", b'{"subject":"lost","text":"x"}', [
            ("Content-Type", "application/json"), ("Authorization", f"Bearer {program.token}"),
            ("Idempotency-Key", "lost")])
        equal(answer.status >= 500, True, f"answered {answer.status}")
    except (ConnectionError, http.client.HTTPException):
        pass  # a process that can't write recovers from the disk: it ends
    equal(made.process.wait(10), 1, "exit code")
    contains(made.stderr(), "disk_error")
    made.forget_process()
    made.start()
    equal(rows(made, "SELECT count(*) FROM ticket"), before, "tickets")
    made.check()
    made.close()


run(demo.close)
