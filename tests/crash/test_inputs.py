"""kill -9 where something comes in or is made besides a closing: a text, a declaration, an archive, a new store,
a first start. After each the program is started again, whoever was not answered asks again, and nothing is lost or there
twice."""
import http.client
import io
import json
import sys
import zipfile
from collections import Counter
from hashlib import sha256
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "flow"))
import failpoints  # noqa: E402
from client import Rest  # noqa: E402
from golden import FINISH_SECONDS  # noqa: E402
from story import Closure, close_by_clock, expect_closed_once, one, rows, submit_closing  # noqa: E402
from tap import equal, eventually, run, table, test  # noqa: E402
from violet import Demo, Service  # noqa: E402

NUMBER = "+12025550143"
KILLED = -9
BROKEN = (OSError, http.client.HTTPException)


def unanswered(act):
    """The program is killed while it answers: nobody may have been told that it was done."""
    try:
        answer = act()
    except BROKEN:
        return
    raise AssertionError(f"it was answered: {answer}")


def start_again(violet):
    equal(violet.process.wait(10), KILLED, "how it ended")
    violet.forget_process()
    return violet.start()


def service_with_a_number():
    service = Service().init()
    service.account("ann", mail="ann@example.org")
    service.numbers(NUMBER)
    service.line("ann", NUMBER)
    return service


def a_text(name):
    """Stored, then killed before the carrier is answered: the carrier repeats it, and it is there once."""
    service = service_with_a_number()
    try:
        service.start(environment={"VIOLET_FAILPOINT": name})
        unanswered(lambda: service.text(NUMBER, "your code is 482913", id="repeated").status)
        start_again(service)
        service.check()
        again = service.text(NUMBER, "your code is 482913", id="repeated")
        equal((again.status, again.json["result"]), (200, "repeated"))
        equal(one(service, "SELECT count(*) FROM message"), 1, "messages")
        equal([text["text"] for text in service.rest().get("/messages")["messages"]], ["your code is 482913"])
        equal(service.text(NUMBER, "and another", id="next").json["result"], "stored", "it goes on")
        service.check()
    finally:
        service.close()


def close_the_declared(demo):
    """Thirty days without an objection: it becomes the account's one closing, which comes to its end."""
    demo.move_clock(720)
    demo.move_clock(24)
    found = eventually(lambda: rows(demo, "SELECT reference FROM closure"), FINISH_SECONDS, "the closing")
    close_by_clock(demo, Closure(demo, found[0][0], None))
    expect_closed_once(demo)
    equal(one(demo, "SELECT count(*) FROM closure"), 1, "closings")


def a_declaration(name):
    """Killed before it was recorded, or after that and before its answer was kept: nobody was told so; said again under
    the same key, it is recorded and acknowledged once, and the declared closing reaches its end."""
    demo = Demo()
    said = {"name": "Wei Example", "contract": "wei", "mail": "wei@example.org"}
    try:
        demo.start(environment={"VIOLET_FAILPOINT": name})
        unanswered(lambda: Rest(demo.url).call("POST", "/declarations", said, 201, key="declare").text)
        start_again(demo)
        demo.check()
        demo.move_clock(1)  # the key stays in flight for a minute, since nobody knows how far the first came
        nobody = Rest(demo.url)
        made = nobody.call("POST", "/declarations", said, 201, key="declare").json
        equal(nobody.call("POST", "/declarations", said, 201, key="declare").json, made, "said a third time")
        equal(one(demo, "SELECT count(*) FROM declaration"), 1, "declarations")
        eventually(lambda: len(demo.mails(made["reference"])) >= 2, FINISH_SECONDS, "the acknowledgement")
        told = Counter(line.split("(")[0].split("（")[0].strip() for _, line in demo.mails(made["reference"]))
        equal(told, {"We have your cancellation": 1, "有人取消了您的服务": 1}, "the acknowledgement and the alert")
        close_the_declared(demo)
    finally:
        demo.close()


def read_archive(content, wei):
    """The whole of it: each part as its manifest says, each message that stands in the inbox once."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    equal(archive.testzip(), None, "damaged")
    manifest = {entry["name"]: entry["sha256"] for entry in json.loads(archive.read("manifest.json"))["files"]}
    equal({name: sha256(archive.read(name)).hexdigest() for name in manifest}, manifest, "manifest")
    equal(sorted(archive.namelist()), sorted([*manifest, "manifest.json"]), "parts")
    saved = Counter(message["id"] for message in json.loads(archive.read("messages.json"))["messages"])
    equal([key for key, times in saved.items() if times > 1], [], "messages twice")
    equal(set(saved), all_messages(wei), "messages")


def all_messages(wei):
    found, page = set(), wei.get("/messages")
    while True:
        found |= {message["id"] for message in page["messages"]}
        if not page.get("next"):
            return found
        page = wei.get(f"/messages?before={page['next']}")


def an_archive(name):
    """It was promised, so it comes by itself after the restart, whole; then the account still closes."""
    demo = Demo()
    try:
        demo.start(environment={"VIOLET_FAILPOINT": name})
        try:
            made = Rest(demo.url).log_in("wei", "violet-wei-demo").post("/archives")["id"]
        except BROKEN:
            made = None
        start_again(demo)
        wei = Rest(demo.url).log_in("wei", "violet-wei-demo")
        made = made or str(one(demo, "SELECT archive_id FROM archive"))
        demo.check()
        ready = eventually(lambda: (lambda it: it["state"] == "ready" and it)(wei.get(f"/archives/{made}")),
                           FINISH_SECONDS, "the archive")
        content = wei.call("GET", f"/archives/{made}/content").body
        equal(len(content), ready["size"], "size")
        read_archive(content, wei)
        equal(rows(demo, "SELECT chunks, (SELECT count(*) FROM archive_chunk c WHERE c.archive_id = a.archive_id) "
                         "FROM archive a"), [(one(demo, "SELECT count(*) FROM archive_chunk"),) * 2], "chunks")
        equal(one(demo, "SELECT count(*) FROM queue WHERE kind = 'archive'"), 0, "places in the queue")
        person = demo.person()
        person.log_in("wei", "violet-wei-demo")
        close_by_clock(demo, submit_closing(demo, person, "violet-wei-demo"))
        expect_closed_once(demo)
    finally:
        demo.close()


# Without the engine's own, which stand before the first migration.
TABLES_ON_SERVER = ("SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
                    "AND tablename NOT IN ('schema_version', 'commit_mark')")


def a_new_store(name):
    """The same command again makes it whole, and it serves."""
    service = Service()
    try:
        equal(service.run("init", environment={"VIOLET_FAILPOINT": name}).returncode, KILLED, "how it ended")
        equal(rows(service, TABLES_ON_SERVER if service.store else "SELECT name FROM sqlite_master"), [],
              "tables of a migration that was not committed")
        service.init().check()
        service.account("ann", mail="ann@example.org")
        service.start()
        service.person("subscriber").get("/inbox")
    finally:
        service.close()


def a_first_start(name):
    """The key for the next epoch is offered before anything is served: the next start does it, and the keyring turns."""
    service = service_with_a_number()
    try:
        service.start(environment={"VIOLET_FAILPOINT": name}, wait=False)
        start_again(service)
        service.check()
        epoch = service.cli("keyring", "status")["epoch"]
        equal(service.cli("keyring", "turn")["epoch"], epoch + 1)
        service.person("subscriber").get("/inbox")
        service.check()
    finally:
        service.close()


WAYS = {"api.": a_declaration, "archive.": an_archive, "declaration.": a_declaration, "keyring.offer.": a_first_start,
        "message.": a_text, "sql.": a_new_store}


@table(failpoints.of("test_inputs"))
def killed_at(name):
    WAYS[next(prefix for prefix in WAYS if name.startswith(prefix))](name)


def too_often(names):
    """Each engine of the store comes by those of sql in code of its own."""
    return [name for name, times in Counter(names).items() if times > (2 if name.startswith("sql.") else 1)]


@test
def each_failpoint_of_the_source_is_listed_once_by_the_binary():
    listed, written = failpoints.listed(), failpoints.written()
    equal(too_often(listed), [], "listed twice")
    equal(too_often(written), [], "written twice")
    equal(sorted(set(written) - set(listed)), [], "in src and not in the binary")


@test
def each_way_names_failpoints_that_exist_and_no_other_way_names():
    named = [name for names in failpoints.WAYS.values() for name in names]
    equal([name for name, times in Counter(named).items() if times > 1], [], "on two ways")
    equal(sorted(set(named) - set(failpoints.listed())), [], "gone from src")
    for way in failpoints.WAYS:
        text = (Path(__file__).parent / f"{way}.py").read_text()
        equal(f'failpoints.of("{way}")' in text, True, f"{way}.py kills at each of its own")


run()
