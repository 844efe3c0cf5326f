"""packaging/patroni.yml as it stands, on two servers of this machine with an etcd: the primary's machine ends under load,
the other one takes over, and violet goes on, all by itself."""
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/flow"))
from servers import Load, house, postgres, status  # noqa: E402
from sink import make_certificate  # noqa: E402
from tap import equal, eventually, run, test  # noqa: E402

BACK_SECONDS, START_SECONDS = 45, 60
PASSWORD = "superuser-password"
home = Path(tempfile.mkdtemp(prefix="violet-patroni-"))
user = postgres.server_user()
service = None


def as_user():
    ids = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    return {**ids, "cwd": home, "env": {**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(home)}}


def start(name, *command):
    log = open(home / f"{name}.log", "ab")
    with log:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                **as_user())


def end_at_once(process):
    if process.poll() is None:
        process.kill()
    process.wait()


class Etcd:
    def __init__(self):
        self.port, peer = postgres.free_port(), postgres.free_port()
        client, other = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{peer}"
        self.process = start("etcd", "etcd", "--name", "one", "--data-dir", home / "etcd", "--listen-client-urls", client,
                             "--advertise-client-urls", client, "--listen-peer-urls", other,
                             "--initial-advertise-peer-urls", other, "--initial-cluster", f"one={other}")


class Machine:
    """A Patroni and the server below it."""

    def __init__(self, name, etcd):
        self.name, self.port, self.api = name, postgres.free_port(), postgres.free_port()
        self.data, self.sockets = home / name, home / f"{name}.sockets"
        self.sockets.mkdir()
        if user:
            os.chown(self.sockets, user.pw_uid, user.pw_gid)
        text = (ROOT / "packaging/patroni.yml").read_text()
        for what, here in (("10.0.0.21:2379,10.0.0.22:2379,10.0.0.23:2379", f"127.0.0.1:{etcd.port}"),
                           ("10.0.0.21:8008", f"127.0.0.1:{self.api}"), ("10.0.0.21:5432", f"127.0.0.1:{self.port}"),
                           ("name: db-a", f"name: {name}"), ("10.0.0.0/24", "127.0.0.1/32"),
                           ("/var/lib/postgresql/15/violet", str(self.data)), ("/var/run/postgresql", str(self.sockets)),
                           ("/etc/violet/server.crt", str(home / "smtp.crt")),
                           ("/etc/violet/server.key", str(home / "smtp.key"))):
            if what not in text:
                raise AssertionError(f"packaging/patroni.yml has no {what!r}")
            text = text.replace(what, here)
        self.config = home / f"{name}.yml"
        self.config.write_text(text)
        self.process = None

    def start(self):
        self.process = start(self.name, "patroni", self.config)
        return self

    def log(self):
        return (home / f"{self.name}.log").read_text("utf-8", "replace")

    def ask(self, text, database="postgres"):
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-c", text,
                               f"postgresql://postgres:{PASSWORD}@127.0.0.1:{self.port}/{database}?connect_timeout=2"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return done.stdout.strip()

    def is_primary(self):
        return self.ask("SELECT pg_is_in_recovery()") == "f"

    def may_take_over(self):
        """What Patroni says: the server may call it a synchronous standby a moment earlier."""
        return status(f"http://127.0.0.1:{self.api}", "/sync") == 200

    def server(self):
        """The server's processes, the first one first."""
        try:
            first = int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return []
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(first)], stdout=subprocess.PIPE, text=True).stdout
        return [first, *map(int, children.split())]

    def end_at_once(self):
        """What a machine's sudden end does."""
        end_at_once(self.process)
        for process in self.server():
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass


os.chmod(home, 0o755)
make_certificate(home)
if user:
    for path in (home, *home.iterdir()):
        os.chown(path, user.pw_uid, user.pw_gid)
etcd = Etcd()
first = Machine("db-a", etcd).start()
second = Machine("db-b", etcd)


def finish():
    if service:
        service.close()
    for machine in (first, second):
        if machine.process:
            machine.end_at_once()
    end_at_once(etcd.process)
    subprocess.run(["rm", "-rf", home], check=False)


@test
def the_machine_of_the_primary_ends_under_load_and_the_service_is_back_by_itself():
    global service
    eventually(first.is_primary, START_SECONDS, "the first primary")
    second.start()
    eventually(second.may_take_over, START_SECONDS, "a synchronous standby")
    first.ask("CREATE DATABASE violet TEMPLATE template0")
    service = house(f"postgresql://postgres:{PASSWORD}@127.0.0.1:{first.port},127.0.0.1:{second.port}/violet?sslmode=require")
    with Load(service) as load:
        load.wait_for(200, 60)
        begun = time.monotonic()
        first.end_at_once()
        load.wait_for(200, BACK_SECONDS)
        print(f"# 200 texts were acknowledged {time.monotonic() - begun:.1f} s after the end of the primary's machine; "
              f"the longest time without one was {load.slowest:.1f} s")
    equal(second.is_primary(), True)
    load.expect_all_once()
    service.check()


@test
def the_machine_that_is_back_follows_and_can_take_over_in_turn():
    first.start()
    eventually(first.may_take_over, START_SECONDS, "a synchronous standby")
    with Load(service) as load:
        load.wait_for(100, 60)
        second.end_at_once()
        load.wait_for(100, BACK_SECONDS)
    load.expect_all_once()
    service.check()


run(finish)
