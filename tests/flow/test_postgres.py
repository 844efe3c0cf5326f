"""What people, programs and the operator are told while the server of the database is in trouble, and that all of it is
over by itself (test_outage looks at what carriers deliver meanwhile)."""
import socket
import struct
import threading
import time

from client import request
from servers import NUMBER, Load, house, postgres, ready
from tap import contains, equal, eventually, run, table, test
from violet import Service

BACK_SECONDS = 15
cluster = postgres.Cluster(durable=True)
cluster.start()
cluster.sql("CREATE DATABASE house")
service = house(cluster.tcp_url("house"))


def finish():
    service.close()
    cluster.remove()


def expect_trouble():
    """The page, the interface, the hook, readiness and the doctor say that it is a matter of waiting."""
    eventually(lambda: ready(service) == 503, 10, "readiness goes red")
    page = request(service.url, "GET", "/login")
    equal(page.status in (200, 503), True, f"the log-in page: {page.status}")
    equal(service.text(NUMBER, "trouble", id="trouble").status, 503)
    answer = service.rest_of_ann.call("GET", "/messages", status=None)
    equal(answer.status, 503)
    contains(answer.header("Content-Type"), "application/problem+json")
    somebody = service.person_of_ann.copy()
    page = somebody.send("GET", "/inbox")
    equal(page.status, 503)
    contains(page.text, "try again")
    doctor = service.run("doctor")
    equal(doctor.returncode != 0, True, doctor.stdout)
    contains(doctor.stdout, "MEND store.url: the server does not answer")


def expect_back():
    eventually(lambda: ready(service) == 200, BACK_SECONDS, "readiness is green again")
    equal(service.text(NUMBER, "it works again", id=f"back-{time.monotonic()}").status, 200)
    service.person_of_ann.copy().get("/inbox")
    service.check()


@test
def a_house_lives_on_the_server():
    service.rest_of_ann = service.rest()
    service.person_of_ann = service.person("subscriber")
    equal(service.text(NUMBER, "418302 is your code").status, 200)
    equal([one["text"] for one in service.rest_of_ann.get("/messages")["messages"]], ["418302 is your code"])
    equal(ready(service), 200)
    service.check()


@test
def a_server_that_stops_is_said_and_comes_back():
    cluster.stop()
    try:
        expect_trouble()
    finally:
        cluster.start()
    expect_back()


@test
def a_server_that_hangs_is_said_and_comes_back():
    cluster.pause()
    try:
        begin = time.monotonic()
        equal(service.text(NUMBER, "into the dark", id="dark").status, 503)
        if time.monotonic() - begin > 30:
            raise AssertionError("the carrier waited for too long")
        eventually(lambda: ready(service) == 503, 30, "readiness goes red")
    finally:
        cluster.go_on()
    expect_back()
    equal(service.text(NUMBER, "into the dark", id="dark").status, 200)
    texts = [one["text"] for one in service.rest_of_ann.get("/messages")["messages"]]
    equal(texts.count("into the dark"), 1)


@test
def a_server_that_only_reads_is_said_and_comes_back():
    cluster.sql("ALTER DATABASE house SET default_transaction_read_only = on; SELECT pg_terminate_backend(pid) "
                "FROM pg_stat_activity WHERE datname = 'house';")
    try:
        equal(service.text(NUMBER, "read only", id="read-only").status, 503)
        eventually(lambda: ready(service) == 503, 15, "readiness goes red")
    finally:
        cluster.sql("ALTER DATABASE house RESET default_transaction_read_only; SELECT pg_terminate_backend(pid) "
                    "FROM pg_stat_activity WHERE datname = 'house';")
    expect_back()
    equal(service.text(NUMBER, "read only", id="read-only").status, 200)


@test
def a_service_that_is_killed_under_load_loses_nothing_acknowledged():
    address = service.url.removeprefix("http://")
    with Load(service) as load:
        load.wait_for(100, 20)
        service.kill()
        service.arguments = [*service.arguments, "--listen", address]
        service.start()
        load.wait_for(100, BACK_SECONDS)
    load.expect_all_once()
    service.check()


def fake_server(version):
    """Greets as a server of that version does; what it is asked it does not answer."""
    door = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                caller = door.accept()[0]
            except OSError:
                return
            with caller:
                length = struct.unpack("!I", caller.recv(4))[0]
                hello = caller.recv(length - 4)
                if struct.unpack("!I", hello[:4])[0] in (80877103, 80877104):  # wants TLS or GSS
                    caller.sendall(b"N")
                    length = struct.unpack("!I", caller.recv(4))[0]
                    caller.recv(length - 4)
                told = b"server_version\0" + version.encode() + b"\0"
                caller.sendall(b"R" + struct.pack("!II", 8, 0) + b"S" + struct.pack("!I", len(told) + 4) + told +
                               b"Z" + struct.pack("!I", 5) + b"I")
                caller.recv(4096)
    threading.Thread(target=serve, daemon=True).start()
    return door


@table([
    ("wrong password", lambda: cluster.tcp_url("house", "nonsense"), "password"),
    ("no such database", lambda: cluster.tcp_url("nowhere"), "database"),
    ("nobody there", lambda: f"postgresql://violet@127.0.0.1:{postgres.free_port()}/house", "server"),
    ("no such name", lambda: "postgresql://violet@nowhere.invalid/house", "server"),
    ("an address that is none", lambda: "postgresql://violet@127.0.0.1/house?colour=violet", "address"),
    ("a server too old", lambda: f"postgresql://violet@127.0.0.1:{old.getsockname()[1]}/house", "13"),
])
def what_is_wrong_at_the_start_is_said(make, word):
    other = Service(extra=f"[store]\nurl = {make()}\n")
    done = other.run("init")
    equal(done.returncode != 0, True)
    contains(done.stderr, word)
    equal("nonsense" in done.stderr, False, "the password is printed")
    equal("Traceback" in done.stderr or len(done.stderr) > 700, False, done.stderr)
    other.close()


old = fake_server("9.6.24")

run(finish)
