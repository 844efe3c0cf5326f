"""What an operator does to keep a store: turns the keyring, backs up, loses the disk, restores, asks the oracle."""
import shutil
import sqlite3
import subprocess

from boxes import data_keys, openings, windows, wrapping_keys
from story import Closure, close_by_clock, codes, rows
from tap import contains, equal, eventually, run, test
from violet import Demo

demo = Demo().start()
home = demo.home
first, second, new = home / "first", home / "second", home / "new"
closing = None
number_before = None
session = None  # of who leaves
GOES, STAYS = "the cormorant sleeps at noon", "the kingfisher wakes at dawn"
demo.send_text(GOES)
demo.send_text(STAYS, number="+13125550119")


def close_account(role="subscriber"):
    """By the REST interface, up to the destroyed key."""
    global session
    login, rest = demo.login(role), demo.rest(role)
    session = rest
    known = len(codes(demo))
    rest.post("/closures/proof-code", status=200)
    code = eventually(lambda: codes(demo)[:len(codes(demo)) - known], 5, "a mail with a code")[0]
    rest.post("/closures/proof", {"password": login["password"], "code": code}, status=200)
    closure = Closure(demo, rest.post("/closures")["reference"], None)
    close_by_clock(demo, closure)
    return closure


def ask(store, question):
    """Asks a store that nobody serves."""
    opened = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    try:
        return opened.execute(question).fetchall()
    finally:
        opened.close()


def prepare(directory):
    """A new disk: what no backup holds is put there from its own copies."""
    directory.mkdir(mode=0o700)
    for name in ("keyring", "logs", "signing"):
        shutil.copytree(demo.data / name, directory / name)
    return directory


def violet(*words, status=0):
    done = subprocess.run([demo.binary, *map(str, words)], capture_output=True, text=True, timeout=60)
    equal(done.returncode, status, f"violet {' '.join(map(str, words))}: {done.stdout[-800:]}{done.stderr[-800:]}")
    return done.stdout + done.stderr


@test
def the_oracle_finds_nothing_in_a_store_that_was_only_used():
    report = demo.cli("check")
    equal(report["ok"], True, str(report["findings"]))
    equal(report["findings"], [])
    if report["counts"]["transfers"] < 1 or report["counts"]["journal_rows"] < 1:
        raise AssertionError(f"it looked at nothing: {report}")


@test
def a_backup_is_verified_and_holds_no_keyring():
    manifest = demo.cli("backup", first)
    equal(manifest["counts"]["accounts"], len(demo.cli("account", "list")))
    equal(sorted(path.name for path in first.iterdir()), ["keys", "manifest.json", "violet.db"])
    keyring = next(path for path in (demo.data / "keyring").iterdir() if path.is_file()).read_bytes()
    for path in first.iterdir():
        if keyring[4096:4160] in path.read_bytes():
            raise AssertionError(f"{path.name} holds a page of the keyring")


@test
def a_backup_beside_the_keyring_or_over_another_is_refused():
    contains(demo.run("backup", demo.data / "keyring" / "copy").stderr, "another directory")
    equal(demo.run("backup", demo.data).returncode, 4)
    equal(demo.run("backup", first).returncode, 4)


def opened_by_what_is_left(directory, *stores):
    """Which of the two texts the keys of a house that is restored open, in each of the stores."""
    store = directory / "violet.db"
    left = data_keys(wrapping_keys(windows(directory / "keyring"), store), store)
    return [{text for plain in openings(left.values(), one) for text in (GOES, STAYS) if text.encode() in plain}
            for one in stores]


@test
def an_account_is_closed_and_the_keyring_turned():
    global closing, number_before
    closing = close_account()
    number_before = rows(demo, "SELECT e164, disconnected_at FROM number WHERE state = 4 ORDER BY e164")
    if not number_before:
        raise AssertionError("no number rests")
    epoch = demo.cli("keyring", "status")["epoch"]
    turned = demo.cli("keyring", "turn")
    equal(turned["turn"], "none")
    equal(turned["epoch"] > epoch, True, "a new epoch")  # the nightly turn may have come in between
    closing.wait_for("forgotten")
    demo.check()
    demo.cli("backup", second)


@test
def an_older_copy_of_the_store_is_not_served():
    demo.stop()
    old = prepare(home / "old")
    shutil.copy(first / "violet.db", old / "violet.db")
    other = Demo(demo.binary)
    other.arguments = ["demo", "--listen", "127.0.0.1:0", "--data", str(old), "--json"]
    other.start(wait=False)
    equal(other.process.wait(20) != 0, True, "ended")
    contains(other.stderr(), "older than the tombstones")
    other.process.stdout.close()
    other.process = None
    other.close()


@test
def without_the_keyring_or_with_keys_of_a_destroyed_epoch_nothing_is_restored():
    contains(violet("restore", first, "--data", home / "nowhere", status=3), "keyring")
    prepare(new)
    contains(violet("restore", first, "--data", new, status=1), "newest backup")
    equal((new / "violet.db").exists(), False, "a store is there")


@test
def a_backup_that_was_changed_is_refused():
    changed = home / "changed"
    shutil.copytree(first, changed)
    with open(changed / "violet.db", "r+b") as file:
        file.seek(40000)
        byte = file.read(1)
        file.seek(40000)
        file.write(bytes([byte[0] ^ 1]))
    contains(violet("restore", changed, "--keys", second, "--data", new, status=1), "damaged")


@test
def a_restore_brings_the_living_back_and_the_closed_stay_closed():
    said = violet("restore", first, "--keys", second, "--data", new)
    contains(said, "1 closings since then were closed again")
    contains(said, "look them up with the provider")
    contains(violet("check", "--data", new), "all hold")
    equal(ask(new / "violet.db", "SELECT state FROM closure"), [(9,)])
    equal(ask(new / "violet.db", "SELECT count(*) FROM account WHERE box IS NULL"), [(1,)])
    equal(ask(new / "violet.db", "SELECT count(*) FROM refund WHERE state = 1"), [(0,)], "refunds owed again")
    numbers = ask(new / "violet.db", "SELECT e164, disconnected_at FROM number WHERE state = 4 ORDER BY e164")
    equal([e164 for e164, _ in numbers], [e164 for e164, _ in number_before])
    for (_, again), (_, before) in zip(numbers, number_before):
        equal(abs(again - before) < 1000000, True, "the date of the disconnect")
    contains(violet("restore", first, "--keys", second, "--data", new, status=4), "another directory")


@test
def the_restored_store_is_served_and_forgets_again():
    served = Demo(demo.binary)
    served.arguments = ["demo", "--listen", "127.0.0.1:0", "--data", str(new), "--json"]
    served.options = ["--data", str(new)]
    served.data = new
    served.start()
    try:
        served.cli("keyring", "turn")
        eventually(lambda: served.cli("closure", "show", closing.reference)["state"] == "forgotten", 10, "forgotten")
        served.check()
        living = next(one for one in served.logins if one["role"] == "subscriber" and one["name"] != demo.login(
            "subscriber")["name"])
        served.person().log_in(living["name"], living["password"], "/login")
    finally:
        served.close()


@test
def chatto_219_and_opentranscribe_442_a_restore_brought_the_deleted_back():
    served = Demo(demo.binary)
    served.arguments = ["demo", "--listen", "127.0.0.1:0", "--data", str(new), "--json"]
    served.options, served.data = ["--data", str(new)], new
    served.start()
    try:
        gone = demo.login("subscriber")
        served.person().log_in(gone["name"], gone["password"], "/login", status=401)
        session.base = served.url
        session.call("GET", "/messages", status=401)
        equal(served.cli("closure", "show", closing.reference)["state"], "forgotten")
    finally:
        served.close()
    equal(opened_by_what_is_left(new, new / "violet.db", first / "violet.db"), [{STAYS}, {STAYS}])


run(demo.close)
