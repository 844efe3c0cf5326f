"""Two nodes on one PostgreSQL store: what begins at one is there at the other, and one that is killed holds nobody up."""
import re
import shutil
import subprocess
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from client import Rest
from servers import NUMBER, house, postgres, ready
from smsc import Smsc
from story import Closure
from tap import contains, equal, eventually, lacks, run, test
from violet import Service

TAKE_OVER_SECONDS = 10
cluster = postgres.Cluster(durable=True)
cluster.start()
cluster.sql("CREATE DATABASE house")
west = house(cluster.tcp_url("house"))
east = Service(extra=f"[store]\nurl = {cluster.tcp_url('house')}\n")
east.private = f"http://127.0.0.1:{postgres.free_port()}"
BOTH = {"west": west, "east": east}
closing = None
smsc = Smsc()
CARRIER = """
[carrier.wire]
kind = smpp
host = 127.0.0.1
port = {port}
system_id = {name}
password_file = {password}
"""
RMSGQFUL = 0x14


def finish():
    east.close()
    west.close()
    cluster.remove()


def sql(text):
    return cluster.sql(text, "house")


def configure(service, old, new):
    text = service.config.read_text()
    contains(text, old)
    service.config.write_text(text.replace(old, new, 1))


def nodes(asked=west):
    return {one["name"]: one for one in asked.cli("node", "list")}


def states(asked=west):
    listed = nodes(asked)
    return listed["west"]["state"], listed["east"]["state"]


def epochs(name, asked=west):
    one = nodes(asked)[name]
    return {(one["epoch"], one["oldest_epoch"])}


def start_both():
    for one in (west, east):
        if one.process is None:
            one.start()
    east.logins = west.logins
    eventually(lambda: (ready(west), ready(east)) == (200, 200), what="both are ready")
    eventually(lambda: states() == ("alive", "alive"), what="both are alive")


def steady_clock(node):
    """As if the node, which is not running, had watched this machine's clock for two hours: no closing ends by a clock that may have jumped."""
    boot, first = Path("/proc/sys/kernel/random/boot_id").read_text().strip(), []
    for clock in (time.CLOCK_REALTIME, time.CLOCK_MONOTONIC):
        first.append(time.clock_gettime_ns(clock) // 1000 - 7_200_000_000)
    watched = " ".join(map(str, [boot, *first, *first]))
    kept = f"clock_watch.{node['node']}"
    sql(f"DELETE FROM setting WHERE name = '{kept}'; INSERT INTO setting VALUES ('{kept}', '{watched}')")


@test
def a_second_node_is_let_in_by_the_print_of_its_key():
    west.stop()
    configure(west, "private_listen =", "node_name = west\nprivate_listen =")
    configure(west, "single_copy = accepted", "single_copy = accepted\nreplica = yes")
    [alone] = nodes().values()
    steady_clock(alone)
    west.start()
    configure(east, "private_listen =", f"node_name = east\nprivate_listen = {east.private[7:]}")
    configure(east, "single_copy = accepted", "single_copy = accepted\nreplica = yes")
    asking = subprocess.Popen([east.binary, "node", "join", *east.options], stderr=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    try:
        words = asking.stderr.readline().split()
        equal(words[-4:-1], ["node", "admit", "east"], words)
        equal(nodes()["east"]["state"], "asks")
        equal(nodes()["east"]["print"], words[-1])
        equal(west.run("node", "admit", "east", "0000-0000-0000-0000").returncode != 0, True, "another print")
        equal(west.run("node", "admit", "east", words[-1]).returncode, 0, "its print")
        equal(asking.wait(15), 0, "join")
    finally:
        asking.kill()
        asking.communicate()
    steady_clock(nodes()["east"])


@test
def a_node_with_a_signing_key_of_its_own_does_not_serve():
    east.start(wait=False)
    equal(east.process.wait(20) != 0, True, "ended")
    east.process.stdout.close()
    east.process = None
    contains(east.stderr(), "sign")
    shutil.rmtree(east.data / "signing")
    shutil.copytree(west.data / "signing", east.data / "signing")
    start_both()


@test
def the_list_of_nodes_says_who_lives():
    listed = west.cli("node", "list")
    equal(sorted(one["name"] for one in listed), ["east", "west"])
    equal({one["name"]: one["this"] for one in listed}, {"west": True, "east": False})
    equal({one["name"]: one["this"] for one in east.cli("node", "list")}, {"west": False, "east": True})
    equal({(one["epoch"], one["oldest_epoch"]) for one in listed}, {(1, 1)})
    text = west.run("node", "list").stdout
    equal(len(text.splitlines()), 2, text)
    contains(text, "alive west, ")
    contains(text, ", this one")


@test
def a_session_of_one_node_is_valid_at_the_other():
    rest = west.rest()
    equal(Rest(east.url, rest.token).get("/account")["name"], "ann")
    somebody = west.person("subscriber")
    somebody.base = east.url
    contains(somebody.get("/inbox").text, "/logout")


@test
def a_text_that_one_node_took_in_shows_live_at_the_other():
    place, person = urlsplit(east.url), east.person("subscriber")
    connection = HTTPConnection(place.hostname, place.port, timeout=10)
    cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    connection.request("GET", "/inbox/events", headers={"Cookie": cookies, "Accept": "text/event-stream"})
    stream = connection.getresponse()
    equal(stream.status, 200)
    equal(west.text(NUMBER, "418302 is your code").status, 200)
    sent = time.monotonic()
    while not stream.readline().startswith(b"event: message"):
        pass
    waited = time.monotonic() - sent
    connection.close()
    equal(waited < 5, True, f"shown after {waited:.1f} s")
    contains(person.get("/inbox").text, "418302")


def binds():
    """The bind of each node that runs, by the node's name."""
    running = [one for one in BOTH.values() if one.process is not None]
    return {one.system_id.decode(): one for one in smsc.bound((0x09,) * len(running))}


def messages():
    return int(sql("SELECT count(*) FROM message"))


def bring_again(session, text, seconds):
    """Delivers it until it is taken, as a carrier does; the answers."""
    answers, end = [], time.monotonic() + seconds
    while not answers or (answers[-1] == RMSGQFUL and time.monotonic() < end):
        answers.append(session.say(text))
        time.sleep(0.2)
    return answers


@test
def a_text_whose_answer_was_lost_comes_again_over_the_other_nodes_bind_and_is_stored_once():
    for name, one in BOTH.items():
        one.stop()
        one.secret("smpp.password", "secret12")
        with open(one.config, "a", encoding="utf-8") as config:
            config.write(CARRIER.format(port=smsc.port, name=name, password=one.home / "smpp.password"))
    start_both()
    found, before = binds(), messages()
    found["west"].deaf = True
    found["west"].deliver(b"730114 is your code")
    eventually(lambda: messages() == before + 1, what="west has stored it")
    equal(found["east"].say(b"730114 is your code"), RMSGQFUL, "while nobody knows of a lost answer")
    found["west"].reset()
    found["west"].deaf = False
    equal(bring_again(found["east"], b"730114 is your code", 10)[-1], 0)
    equal(messages(), before + 1)
    equal(found["east"].say(b"730115 is your code"), 0, "another text")
    equal(messages(), before + 2)


@test
def what_a_killed_node_had_acknowledged_is_known_by_the_other():
    found, before = binds(), messages()
    equal(found["west"].say(b"551907 is your code"), 0)
    west.kill()
    answers = bring_again(found["east"], b"551907 is your code", 30)
    equal(answers[0], RMSGQFUL, "while it may live")
    equal(answers[-1], 0)
    equal(messages(), before + 1)
    start_both()


def due(kind):
    """Its time has come."""
    now = int(time.time() * 1_000_000)
    sql(f"UPDATE queue SET due = {now} WHERE kind = '{kind}'")


@test
def the_nightly_turn_goes_over_both_nodes():
    due("turn")
    eventually(lambda: epochs("west") | epochs("east") == {(2, 2)}, 20, "epoch 2")
    eventually(lambda: west.cli("keyring", "status")["turn"] == "none", 15, "the turn's end")
    for one in (west, east):
        contains(str(one.rest().get("/messages")), "418302")


class Lock:
    """Keeps everybody from writing the table, as long as it is held: who is in the middle of a step stays there."""

    def __init__(self, table):
        self.client = subprocess.Popen([postgres.program("psql"), "-X", "-q", "-A", "-t", cluster.socket_url("house")],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.client.stdin.write(f"BEGIN; LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE; SELECT 'held';\n")
        self.client.stdin.flush()
        equal(self.client.stdout.readline(), "held\n")

    def release(self):
        self.client.communicate("ROLLBACK;\n")


def claimed_by():
    """The node that is in the middle of the closing's step, waiting at the lock; nothing where there is none."""
    held = sql("SELECT lease_node FROM queue WHERE kind = 'closure' AND lease_until <> 0 AND EXISTS "
               "(SELECT 1 FROM pg_stat_activity WHERE datname = 'house' AND wait_event_type = 'Lock')")
    return held and {int(one["node"], 16): name for name, one in nodes().items()}[int(held)]


def code_of_a_mail():
    """Either node may have sent it."""
    found = [re.search(r"(?<![\w-])\d{6}(?!\d)", mail.text) for node in (west, east) for mail in node.sink.mails()]
    return next((one[0] for one in found if one), None)


def submit():
    """Asks for the closing, up to its cooling-off."""
    rest = west.rest()
    rest.post("/closures/proof-code", status=200)
    code = eventually(code_of_a_mail, 5, "a mail with a code")
    rest.post("/closures/proof", {"password": west.login("subscriber")["password"], "code": code}, status=200)
    closure = Closure(west, rest.post("/closures")["reference"], None)
    if closure.state == "review":
        west.cli("closure", "approve", closure.reference)
    closure.wait_for("cooling")
    return closure


@test
def a_closing_whose_node_is_killed_in_the_middle_of_a_step_is_finished_by_the_other():
    global closing
    closing = submit()
    now = int(time.time() * 1_000_000)
    sql(f"UPDATE closure SET deadline_at = {now}, undo_end_at = {now}")  # as if the days had passed
    lock = Lock("closure")
    try:
        due("closure")
        killed = eventually(claimed_by, what="a node in the middle of the step")
        other = east if killed == "west" else west
        BOTH[killed].kill()
    finally:
        lock.release()
    begun = time.monotonic()
    closing.violet = other
    closing.wait_until_over(seconds=TAKE_OVER_SECONDS)
    print(f"# {killed} was killed, over after {time.monotonic() - begun:.1f} s")
    equal(sql("SELECT count(*) FROM receipt WHERE stage = 1"), "1")
    equal(sql("SELECT count(*) FROM closure_recipient"), sql("SELECT count(DISTINCT recipient) FROM closure_recipient"))
    eventually(lambda: "gone" in states(other), 20, "it is taken for gone")
    other.check()


@test
def a_node_that_is_away_holds_the_attestation_back_and_is_brought_up_to_date():
    away, there = ("west", "east") if west.process is None else ("east", "west")
    asked = BOTH[there]
    epoch = nodes(asked)[there]["epoch"]
    turned = asked.cli("keyring", "turn")
    equal(turned["turn"], "waits_for_nodes")
    eventually(lambda: epochs(there, asked) == {(epoch + 1, epoch + 1)}, 20, "the next epoch alone")
    equal(nodes(asked)[away]["epoch"], epoch, "what the absent node has")
    equal(closing.state, "forgetting")
    start_both()
    eventually(lambda: epochs("west") | epochs("east") == {(epoch + 1, epoch + 1)}, 20, "both have the next epoch alone")
    closing.wait_for("forgotten", seconds=20)
    for one in (west, east):
        one.check()


run(finish)
