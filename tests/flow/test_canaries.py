"""Personal values are planted on an account that is then closed and forgotten, and looked for in every file that is
left: none may show while it lives, none may be opened by any key that is left once it is forgotten, not even in a
backup from before, out of which the living are read all the same."""
import base64
import bz2
import lzma
import shutil
import zlib
from urllib.parse import quote

from boxes import boxes, data_keys, openings, windows, wrapping_keys
from client import Rest
from story import Closure, close_by_clock, new_code, rows
from tap import equal, eventually, run, test
from violet import Demo

# On the account that leaves.
PLANTED = {
    "name": "quillonia-varnhagen", "password": "Zephyr!umbrella-heron-77", "mail": "quillonia.varnhagen@zephyr.example",
    "second mail": "second.quillonia@zephyr.example", "phone": "+493075550187", "line": "Zephyrwood bakery line",
    "sender": "+4915799887712", "second sender": "ZEPHYRBANK", "text": "the heron keeps its umbrella in the attic",
    "code": "Zephyr code 918273645", "chinese text": "苍鹭把雨伞放在阁楼里", "service": "Allotment Zephyrwood 77",
    "subject": "Zephyrine subject of worry", "ticket": "my codes from Zephyrwood never came",
    "second ticket text": "still nothing from Zephyrwood, sadly", "reason": "leaving for a zephyrous island",
    "instrument": "Visa Zephyr 8841773", "note": "paid by Zephyrholder's aunt", "bank": "DE89370400440532013000",
    "holder": "Varnhagen Zephyrholder", "user agent": "ZephyrBrowser/77.5 (heron)", "address": "127.83.191.117",
    "declarer": "Zephyra Declarant", "declarer's mail": "zephyra@declare.example",
    "declarer's reason": "the zephyr calls me away",
}
# What nobody seals because nobody keeps it: it shows nowhere, in no box either.
NOT_KEPT = {"password", "user agent", "address"}
# What is sealed is the archive's, too: its parts come out of the account's own rows.
LIVING = "a text for one who stays: the kingfisher"
ENCODINGS = {
    "utf-8": lambda value: value.encode(),
    "utf-16le": lambda value: value.encode("utf-16le"),
    "hex": lambda value: value.encode().hex().encode(),
    "url": lambda value: quote(value, safe="").encode(),
    "reversed": lambda value: value.encode()[::-1],
}
demo = Demo()
spool = demo.home / "spool"  # a file that is made for a moment only would be made here
spool.mkdir()
demo.environment["TMPDIR"] = str(spool)
demo.start()
first, last, old_keyring = demo.home / "first", demo.home / "last", demo.home / "old keyring"
closure = None


def forms_of(value):
    """The bytes to look for. Base64 depends on where the value begins: three shifts, their edges cut off."""
    found = {name: make(value) for name, make in ENCODINGS.items()}
    for shift in range(3):
        found[f"base64+{shift}"] = base64.b64encode(b"\0" * shift + value.encode())[4 if shift else 0:-4]
    return found


def opened(content):
    """The content, and what zlib, gzip, bzip2 or xz make of it."""
    yield content
    for open_it in (lambda data: zlib.decompress(data, 47), bz2.decompress, lzma.decompress):
        try:
            yield open_it(content)
        except (zlib.error, OSError, lzma.LZMAError, EOFError, ValueError):
            continue


def leaks(directory):
    """What shows, where and how. Fails where there was nothing to look at."""
    found, files = [], [path for path in directory.rglob("*") if path.is_file()]
    if not any(path.name == "violet.db" for path in files):
        raise AssertionError(f"no store in {directory}")
    for path in files:
        for content in opened(path.read_bytes()):
            lowered = content.lower()
            found += [(path.name, what, how) for what, value in PLANTED.items()
                      for how, form in forms_of(value).items()
                      if form in content or (how in ("hex", "url", "utf-8") and form.lower() in lowered)]
    return sorted(set(found))


def make_account():
    """By the operator's hand; returns the account's number."""
    value = PLANTED
    demo.cli("account", "create", value["name"], "--password-file", "-", "--mail", value["mail"],
             stdin=value["password"] + "\n")
    demo.cli("wallet", "credit", "25.00", "--account", value["name"], "--instrument", value["instrument"], "--note",
             value["note"])
    return demo.cli("number", "assign", "--account", value["name"], "--fee", "2.00", "--name", value["line"])["number"]


def plant():
    value, number = PLANTED, make_account()
    quill = Rest(demo.url, agent=value["user agent"], source=value["address"])
    quill.log_in(value["name"], value["password"])
    for text, sender in ((value["text"], value["sender"]), (value["code"], value["second sender"]),
                         (value["chinese text"], value["sender"])):
        demo.send_text(text, sender=sender, number=number)
    quill.post("/services", {"name": value["service"]})
    new_code(demo, lambda: quill.post("/contacts", {"address": value["second mail"]}))
    ticket = quill.post("/tickets", {"subject": value["subject"],
                                     "text": f"{value['ticket']}; call {value['phone']}"})["reference"]
    quill.post(f"/tickets/{ticket}/messages", {"text": value["second ticket text"]})
    quill.post("/declarations", {"name": value["declarer"], "contract": value["name"],
                                 "mail": value["declarer's mail"], "reason": value["declarer's reason"]})
    eventually(lambda: len(quill.get("/messages")["messages"]) >= 3, 5, "the texts")
    demo.send_text(LIVING, number="+13125550119")
    return quill


def back_up(place):
    """A backup, and the archive that was made before is in it."""
    demo.cli("backup", place)
    return place / "violet.db"


def found_in(plains):
    """Which of the planted values stand in what was opened."""
    forms = {what: value.encode() for what, value in PLANTED.items()}
    return {what for plain in plains for what, form in forms.items() if form in plain}


quill = plant()


@test
def the_finder_finds_what_is_there():
    place = demo.home / "finder"
    place.mkdir()
    text = PLANTED["text"]
    for how, form in forms_of(text).items():
        (place / "violet.db").write_bytes(b"x" * 7 + form + b"y" * 7)
        if not leaks(place):
            raise AssertionError(f"{how} is not found")
    (place / "violet.db").write_bytes(zlib.compress(text.encode()))
    equal(leaks(place), [("violet.db", "text", "utf-8")])
    shutil.rmtree(place)


@test
def what_was_planted_is_there_for_its_owner():
    shown = str([quill.get(path) for path in ("/account", "/messages", "/services", "/contacts", "/numbers", "/tickets")])
    for what in ("name", "mail", "second mail", "text", "chinese text", "sender", "service", "line", "subject"):
        if PLANTED[what] not in shown:
            raise AssertionError(f"the {what} is not there")


@test
def nothing_shows_while_the_account_lives():
    made = quill.post("/archives")["id"]
    eventually(lambda: quill.get(f"/archives/{made}")["state"] == "ready", 30, "the archive")
    equal(leaks(demo.home), [])


def submit():
    sent = new_code(demo, lambda: quill.post("/closures/proof-code", status=200))
    quill.post("/closures/proof", {"password": PLANTED["password"], "code": sent}, 200)
    made = quill.post("/closures", {"refund": "bank", "bank": f"{PLANTED['holder']}, {PLANTED['bank']}"})
    quill.post(f"/closures/{made['reference']}/reason", {"reason": "no_need", "comment": PLANTED["reason"]}, 200)
    return Closure(demo, made["reference"], None)


@test
def nothing_shows_while_it_closes_nor_in_a_backup_of_then():
    global closure
    closure = submit()
    back_up(first)
    shutil.copytree(demo.data / "keyring", old_keyring)
    equal(leaks(demo.home), [])


@test
def a_thief_who_has_that_backup_and_the_keyring_of_then_reads_all_of_it():
    """The next tests mean something only because of this one."""
    store = first / "violet.db"
    wrapping = wrapping_keys(windows(old_keyring), store)
    equal(len(wrapping), 1, "keys that wrap")
    opened = found_in(openings(data_keys(wrapping, store).values(), store))
    equal(sorted(set(PLANTED) - opened), sorted(NOT_KEPT), "what is in no box")


@test
def nothing_shows_when_it_is_closed_paid_and_forgotten():
    close_by_clock(demo, closure)
    equal(leaks(demo.home), [], "closed")
    fay = demo.person("finance")
    for step, values in (("/sent", {"reference": "BANK-1"}), ("/settled", {})):
        while any(step in form.action for form in fay.get("/desk/money").html.forms):
            fay.press(action=step, **values)
    demo.cli("keyring", "turn")
    closure.wait_for("forgotten")
    eventually(lambda: not rows(demo, "SELECT 1 FROM data_key WHERE kind = 'closure'"), 10, "the end of its own key")
    back_up(last)
    equal(leaks(demo.home), [], "forgotten")
    demo.check()


def nothing_opens(*stores, but=()):
    """No key that is left anywhere, but those of the kinds named, opens anything planted in any of the stores."""
    wrapping = set().union(*(wrapping_keys(windows(demo.data / "keyring"), store) for store in stores))
    left = {place: key for place, key in data_keys(wrapping, *stores).items() if place[0] not in but}
    if not any(kind == "account" for kind, _ in left):
        raise AssertionError(f"keys that are left: {sorted(left)}")
    for store in stores:
        if not list(boxes(store)):
            raise AssertionError(f"no box in {store}")
        equal(found_in(openings(left.values(), store)), set(), f"opened in {store}")
    return left


@test
def no_key_that_is_left_opens_anything_of_it_in_the_old_backup_or_anywhere():
    # The declaration was a case of its own, whose key lives for thirty days after its outcome.
    left = nothing_opens(first / "violet.db", last / "violet.db", demo.data / "violet.db", but=("case",))
    living = any(LIVING.encode() in plain for plain in openings(left.values(), first / "violet.db"))
    equal(living, True, "the living are read out of the old backup by the keys of today")


@test
def what_was_declared_is_forgotten_thirty_days_after_its_outcome():
    for what, question in (("outcome", "SELECT 1 FROM declaration WHERE state IN (1, 2, 3)"),
                           ("key", "SELECT 1 FROM data_key WHERE kind = 'case' AND owner_id IN "
                                   "(SELECT declaration_id FROM declaration)")):
        demo.move_clock(720)
        demo.move_clock(24)
        eventually(lambda: not rows(demo, question), 10, f"the {what} of a declaration")
    demo.cli("keyring", "turn")
    demo.check()
    demo.cli("backup", demo.home / "later")
    nothing_opens(first / "violet.db", last / "violet.db", demo.home / "later/violet.db", demo.data / "violet.db")


@test
def no_destroyed_key_stands_in_any_file():
    store = first / "violet.db"
    old = wrapping_keys(windows(old_keyring), store)
    new = wrapping_keys(windows(demo.data / "keyring"), demo.data / "violet.db")
    left = data_keys(new, demo.data / "violet.db")
    gone = old | {key for place, key in data_keys(old, store).items() if place not in left}
    equal(len(gone) > 2, True, "keys that are gone")
    for path in [one for one in demo.home.rglob("*") if one.is_file() and old_keyring not in one.parents]:
        content = path.read_bytes()
        equal([path.name for key in gone for form in (key, key.hex().encode(), base64.b64encode(key)[:42])
               if form in content], [], "a destroyed key stands there")


run(demo.close)
