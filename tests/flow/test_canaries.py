"""Personal values are planted and looked for in every file of the data directory and of a backup: none may show."""
import base64
import bz2
import lzma
import zlib
from urllib.parse import quote

from client import Rest
from story import Closure, close_by_clock, new_code
from tap import equal, eventually, run, test
from violet import Demo

NUMBER = "+13125550119"  # wei's
PLANTED = {
    "name": "Quillonia-Varnhagen", "mail": "quillonia.varnhagen@zephyrmail.example",
    "second mail": "second.quillonia@zephyrmail.example", "sender": "+4915799887712", "second sender": "ZEPHYRBANK",
    "text": "the heron keeps its umbrella in the attic", "code": "Zephyr code 918273645",
    "chinese text": "苍鹭把雨伞放在阁楼里", "service": "Allotment Zephyrwood 77",
    "subject": "Zephyrine subject of worry", "ticket": "my codes from Zephyrwood never came",
    "second ticket text": "still nothing from Zephyrwood, sadly", "reason": "leaving for a zephyrous island",
    "instrument": "Visa Zephyr 8841773", "bank": "DE89370400440532013000", "holder": "Varnhagen Zephyrholder",
    "declarer": "Zephyra Declarant", "contract": "contract zephyr-5519-x", "declarer's mail": "zephyra@declare.example",
}
ENCODINGS = {
    "utf-8": lambda value: value.encode(),
    "utf-16le": lambda value: value.encode("utf-16le"),
    "hex": lambda value: value.encode().hex().encode(),
    "url": lambda value: quote(value, safe="").encode(),
    "reversed": lambda value: value.encode()[::-1],
}
demo = Demo().start()
(demo.home / "quill.password").write_text("correct horse battery\n")
(demo.home / "quill.password").chmod(0o600)


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


def plant():
    wei = Rest(demo.url).log_in("wei", "violet-wei-demo")
    value = PLANTED
    demo.cli("account", "create", value["name"].lower(), "--password-file", demo.home / "quill.password", "--mail",
             value["mail"])
    demo.cli("wallet", "credit", "5.00", "--account", "wei", "--instrument", value["instrument"], "--note",
             value["holder"])
    for text, sender in ((value["text"], value["sender"]), (value["code"], value["second sender"]),
                         (value["chinese text"], value["sender"])):
        demo.send_text(text, sender=sender, number=NUMBER)
    wei.post("/services", {"name": value["service"]})
    new_code(demo, lambda: wei.post("/contacts", {"address": value["second mail"]}))
    ticket = wei.post("/tickets", {"subject": value["subject"], "text": value["ticket"]})["reference"]
    wei.post(f"/tickets/{ticket}/messages", {"text": value["second ticket text"]})
    wei.post("/declarations", {"name": value["declarer"], "contract": value["contract"],
                               "mail": value["declarer's mail"], "reason": value["reason"]})
    eventually(lambda: len(wei.get("/messages")["messages"]) >= 3, 5, "the texts")
    return wei


wei = plant()


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


@test
def what_was_planted_is_there_for_its_owner():
    shown = str(wei.get("/messages")) + str(wei.get("/services"))
    for what in ("text", "chinese text", "sender", "service"):
        if PLANTED[what] not in shown:
            raise AssertionError(f"the {what} is not there")


@test
def nothing_shows_while_the_account_lives():
    made = wei.post("/archives")["id"]
    eventually(lambda: wei.get(f"/archives/{made}")["state"] == "ready", 30, "the archive")
    equal(leaks(demo.data), [])


@test
def nothing_shows_in_a_backup():
    demo.cli("backup", demo.home / "first")
    equal(leaks(demo.home / "first"), [])


@test
def nothing_shows_while_it_closes_and_after_it_is_forgotten():
    sent = new_code(demo, lambda: wei.post("/closures/proof-code", status=200))
    wei.post("/closures/proof", {"password": "violet-wei-demo", "code": sent}, 200)
    made = wei.post("/closures", {"refund": "bank", "bank": f"{PLANTED['holder']}, {PLANTED['bank']}"})
    wei.post(f"/closures/{made['reference']}/reason", {"reason": "no_need", "comment": PLANTED["reason"]}, 200)
    equal(leaks(demo.data), [], "while it cools off")
    closure = Closure(demo, made["reference"], None)
    close_by_clock(demo, closure)
    equal(leaks(demo.data), [], "closed")
    demo.cli("keyring", "turn")
    closure.wait_for("forgotten")
    equal(leaks(demo.data), [], "forgotten")
    demo.check()


run(demo.close)
