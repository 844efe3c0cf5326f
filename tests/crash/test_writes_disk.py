"""The disk of the data directory is full, or fails. Who asks is told to try later, nothing that was
acknowledged is lost, nothing is there twice, and the service goes on by itself once there is room."""
import http.client
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "flow"))
import disk  # noqa: E402
from client import Rest  # noqa: E402
from golden import FINISH_SECONDS  # noqa: E402
from story import close_by_clock, expect_closed_once, one, prove, rows, secret_link, submit_closing, submitted, walk_to_confirm  # noqa: E402
from tap import contains, equal, eventually, lacks, run, table, test  # noqa: E402
from violet import Demo, Service  # noqa: E402

MOUNTS = disk.enter()
print("# a full disk is", "a small tmpfs" if MOUNTS else "a preloaded library", flush=True)
NUMBER = "+12025550143"
EXIT_FAILED, EXIT_TRY_LATER = 1, 5
LONG = "a long text that fills what room there is " * 30


class Full:
    """An installation on a disk of its own."""

    def __init__(self, violet):
        self.violet = violet

    def __enter__(self):
        self.disk = disk.Disk(self.violet, MOUNTS)
        return self.violet, self.disk

    def __exit__(self, *_):
        self.violet.close()
        self.disk.release()


def service_with_a_number(service):
    service.init()
    service.account("ann", mail="ann@example.org")
    service.numbers(NUMBER)
    service.line("ann", NUMBER)
    return service.start()


def fill_to_the_brim(service, full, taken):
    """Fills the disk and the room that the store had kept for itself, until a text is refused; that one's id."""
    full.fill()
    for number in range(5000):
        answer = service.text(NUMBER, LONG, id=f"brim-{number}")
        if answer.status != 200:
            equal((answer.status, answer.json["code"]), (503, "full"), "what the carrier is told")
            equal(answer.header("Retry-After") is not None, True, "Retry-After")
            return f"brim-{number}"
        taken.add(f"brim-{number}")
    raise AssertionError("a full disk took 5000 texts")


@test
def a_carrier_is_told_to_repeat_and_no_acknowledged_text_is_lost():
    with Full(Service()) as (service, full):
        service_with_a_number(service)
        taken = set()
        refused = fill_to_the_brim(service, full, taken)
        equal(one(service, "SELECT count(*) FROM message"), len(taken), "messages")
        equal(service.text(NUMBER, LONG, id=refused).status, 503, "still full")
        full.free()
        again = service.text(NUMBER, LONG, id=refused)
        equal((again.status, again.json["result"]), (200, "stored"), "with room again, by itself")
        equal(one(service, "SELECT count(*) FROM message"), len(taken) + 1, "messages")
        for name in list(taken)[:20]:
            equal(service.text(NUMBER, LONG, id=name).json["result"], "repeated", name)
        service.check()


@test
def it_fills_while_many_deliver_and_each_text_is_there_once():
    with Full(Service()) as (service, full):
        service_with_a_number(service)
        taken, lock = set(), threading.Lock()

        def deliver(thread):
            for number in range(60):
                name = f"{thread}-{number}"
                while service.text(NUMBER, LONG, id=name).status != 200:
                    if not freed.wait(0.05):
                        refusals.append(name)
                with lock:
                    taken.add(name)

        freed, refusals = threading.Event(), []
        full.fill()
        threads = [threading.Thread(target=deliver, args=(number,), daemon=True) for number in range(8)]
        for thread in threads:
            thread.start()
        eventually(lambda: len(refusals) >= 8, 30, "eight refusals")
        full.free()
        freed.set()
        for thread in threads:
            thread.join(60)
        equal(len(taken), 8 * 60, "texts that were acknowledged in the end")
        equal(one(service, "SELECT count(*) FROM message"), 8 * 60, "messages")
        service.check()


@test
def a_page_a_program_and_a_command_say_that_there_is_no_room():
    with Full(Service()) as (service, full):
        service_with_a_number(service)
        ann, rest = service.person("subscriber"), service.rest()
        refused = fill_to_the_brim(service, full, set())
        reader = service.person(language="zh-CN")
        reader.get("/login")
        login = service.login("subscriber")
        page = reader.press(name=login["name"], password=login["password"], action="/login", status=503)
        contains(page.html.text, "空间")
        ann.get("/inbox")  # what needs no room is shown
        answer = rest.call("POST", "/services", {"name": "Bank"}, 503)
        equal((answer.json["code"], answer.header("Retry-After") is not None), ("full", True))
        told = service.run("wallet", "credit", "1.00", "--account", "ann")
        equal((told.returncode, told.stdout), (5, ""), "the command line: try later")
        contains(told.stderr.lower(), "room")
        full.free()
        reader.log_in(login["name"], login["password"])
        reader.get("/inbox")
        contains(reader.page.url, "/inbox")
        rest.post("/services", {"name": "Bank"})
        service.cli("wallet", "credit", "1.00", "--account", "ann")
        equal(service.text(NUMBER, LONG, id=refused).status, 200)
        equal(len([it for it in rest.get("/services")["services"] if it["name"] == "Bank"]), 1, "services")
        service.check()


@test
def killed_while_the_disk_is_full_its_start_says_why_and_nothing_is_lost():
    with Full(Service()) as (service, full):
        service_with_a_number(service)
        taken = set()
        fill_to_the_brim(service, full, taken)
        service.kill()
        service.start(wait=False)
        equal(service.process.wait(20), EXIT_TRY_LATER, "how its start ended")
        contains(service.stderr(), "no room is left")
        service.forget_process()
        full.free()
        service.start()
        for name in taken:
            equal(service.text(NUMBER, LONG, id=name).json["result"], "repeated", name)
        service.check()


def fill_by_texts(demo, full):
    """Fills the disk and the room that the store had kept for itself, until short texts are refused, too."""
    full.fill()
    refused = 0
    for _ in range(2000):
        try:
            demo.send_text(LONG if refused == 0 else "short")
        except AssertionError as problem:
            contains(str(problem), "answered 503")
            refused += 1
            if refused == 5:
                return
    raise AssertionError("a full disk took 2000 texts")


def submit_again(demo, wei):
    """The proof may have found room, and then stands, or not: the page asks for what is missing."""
    walk_to_confirm(wei)
    asks = "code" in wei.page.html.form(action="/close/submit")[0].controls
    proof = {"code": prove(demo, wei), "password": "violet-wei-demo"} if asks else {}
    wei.press(action="/close/submit", **proof)
    return submitted(demo, wei)


@test
def a_closing_that_finds_no_room_is_not_half_submitted():
    with Full(Demo()) as (demo, full):
        demo.start()
        wei = demo.person()
        wei.log_in("wei", "violet-wei-demo")
        walk_to_confirm(wei)
        code = prove(demo, wei)
        fill_by_texts(demo, full)
        wei.press(action="/close/submit", code=code, password="violet-wei-demo", status=503)
        equal(rows(demo, "SELECT * FROM closure"), [], "closures")
        full.free()
        closure = submit_again(demo, wei)
        close_by_clock(demo, closure)
        expect_closed_once(demo)


def failing(violet, part):
    """What stands in the file that is returned, "full" or "fsync", is wrong with that part of the data directory."""
    wish = violet.home / "wish"
    violet.environment.update(disk.preload(wish, violet.data / part))
    return wish


@test
def a_text_that_did_not_get_durable_is_not_acknowledged_and_the_program_ends_and_recovers():
    service = Service()
    wish = failing(service, "")
    service_with_a_number(service)
    for number in range(5):
        equal(service.text(NUMBER, "before", id=f"before-{number}").status, 200)
    wish.write_text("fsync")
    try:
        raise AssertionError(f"answered {service.text(NUMBER, 'lost', id='lost').status}")
    except (OSError, http.client.HTTPException):
        pass
    equal(service.process.wait(10), EXIT_FAILED, "nobody knows what the disk holds now: how it ended")
    contains(service.stderr(), "sqlite_disk_error")
    service.forget_process()
    wish.unlink()
    service.start()
    service.check()
    for number in range(5):
        equal(service.text(NUMBER, "before", id=f"before-{number}").json["result"], "repeated")
    equal(service.text(NUMBER, "lost", id="lost").status, 200)
    equal(one(service, "SELECT count(*) FROM message"), 6, "messages")
    service.check()
    service.close()


def due_closing(part, word):
    """A closing whose end comes while that part of the disk is bad; whether it is looked at now or an hour later."""
    demo = Demo()
    wish = failing(demo, part)
    demo.start()
    wei = demo.person()
    wei.log_in("wei", "violet-wei-demo")
    closure = submit_closing(demo, wei, "violet-wei-demo")
    closure.wait_for("cooling")
    closure.link = secret_link(demo, closure.reference)
    wish.write_text(word)
    demo.move_clock(72)
    return demo, closure, wish


@table([("its disk is full", "full"), ("its disk fails", "fsync")])
def no_account_is_closed_whose_tombstone_is_not_durable(word):
    demo, closure, wish = due_closing("logs", word)
    demo.move_clock(1)
    eventually(lambda: "closure_step_failed" in demo.stderr(), FINISH_SECONDS, "a step that failed")
    equal(one(demo, "SELECT count(*) FROM receipt"), 0, "receipts")
    equal(one(demo, "SELECT count(*) FROM data_key WHERE kind = 'account'"), 2, "keys of accounts")
    wish.unlink()
    demo.move_clock(1)
    closure.wait_until_over(FINISH_SECONDS)
    expect_closed_once(demo)
    demo.close()


@test
def stage_door_140_told_done_though_a_step_had_failed():
    demo, closure, wish = due_closing("logs", "fsync")
    for _ in range(4):  # the third time a person is told
        demo.move_clock(1)
        time.sleep(0.3)
    lacks(" ".join(line for _, line in demo.mails()), "注销完成", "a mail that says done")
    lacks(closure.follow("zh-CN").page.html.text, "注销证明", "the receipt on the status page")
    equal(one(demo, "SELECT count(*) FROM receipt"), 0, "receipts")
    told = demo.cli("closure", "show", closure.reference)
    equal(told["state"] in ("cooling", "settling"), True, told["state"])
    contains(closure.follow().page.html.text, "This step waits. It is tried again by itself.", "what the status page says that it waits for")
    equal(one(demo, "SELECT count(*) FROM ticket WHERE key_kind = 'case'"), 1, "tickets for the operator")
    wish.unlink()
    for _ in range(3):
        demo.move_clock(24)
    closure.wait_until_over(FINISH_SECONDS)
    expect_closed_once(demo)
    demo.close()


@test
def nothing_is_said_to_be_forgotten_while_the_keyring_is_not_durable():
    demo, closure, wish = due_closing("keyring", "fsync")
    demo.move_clock(1)
    closure.wait_for("forgetting", seconds=FINISH_SECONDS)
    contains(demo.run("keyring", "turn").stderr, "the turn stopped")
    equal((closure.state, one(demo, "SELECT count(*) FROM receipt WHERE stage = 2")), ("forgetting", 0))
    demo.person("subscriber").get("/inbox")  # the living are read all the same
    wish.unlink()
    demo.cli("keyring", "turn")  # may end the nightly one, which began before the closing and says nothing about it
    demo.cli("keyring", "turn")
    closure.wait_for("forgotten", seconds=FINISH_SECONDS)
    demo.stop()
    demo.start()
    demo.person("subscriber").get("/inbox")
    expect_closed_once(demo)
    demo.close()


run()
