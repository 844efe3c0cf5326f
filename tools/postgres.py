#!/usr/bin/env python3
"""A PostgreSQL server that is thrown away afterwards, for tests and benchmarks.

    tools/postgres.py [--durable] [--set NAME=VALUE ...] [COMMAND ...]

Makes a cluster in a temporary directory, listening on a socket there and on a port of 127.0.0.1, and runs COMMAND
with its address in VIOLET_POSTGRES; without a command it prints the address and waits for the end of its input. Then
the server is stopped and the directory removed. --durable: fsync as in production (for crash tests).

As a module: `with Cluster() as cluster: cluster.database("name")` gives a database's address. As root the server runs as
another user, because it refuses root.
"""
import argparse
import fcntl
import os
import pwd
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

VERSION = 15
START_SECONDS = 60
STOP_SECONDS = 30
# What a test wants: fast where it may be lost, and room for many tests at once.
SETTINGS = {"max_connections": "200", "shared_buffers": "64MB", "max_pred_locks_per_transaction": "128",
            "log_min_messages": "warning", "wal_level": "replica", "max_prepared_transactions": "4"}
PORTS = (10240, 32000)  # below those that systems give to connections
taken = {"ports": set()}
CARELESS = {"fsync": "off", "full_page_writes": "off"}


def program(name):
    """Path of one of the server's programs: Debian's place, else what is on the path."""
    for place in (f"/usr/lib/postgresql/{VERSION}/bin/{name}", shutil.which(name) or ""):
        if place and os.access(place, os.X_OK):
            return place
    raise FileNotFoundError(f"{name} of PostgreSQL {VERSION} is not installed (package postgresql-{VERSION})")


def server_user():
    """The user that the server runs as where we are root; None: ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise OSError("no user to run the server as")


def free_port():
    """A port of 127.0.0.1 that is this process's until it ends: nobody listens there, no other test is given it, and it is
    none of those that the system takes for connections."""
    if "locks" not in taken:
        taken["locks"] = open(Path(tempfile.gettempdir()) / f"violet-test-ports-{os.getuid()}", "ab")
    while True:
        port = random.randrange(*PORTS)
        try:
            fcntl.lockf(taken["locks"], fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        if port not in taken["ports"]:
            taken["ports"].add(port)
            return port


class Cluster:
    """One server. `url` is the address of its maintenance database by socket, as a superuser without a password;
    `tcp_url()` the address by port, with a password."""

    def __init__(self, durable=False, settings=None, port=None):
        self.settings = {**SETTINGS, **({} if durable else CARELESS), **(settings or {})}
        self.user = server_user()
        self.port = port or free_port()
        self.password = secrets.token_hex(12)
        self.directory = Path(tempfile.mkdtemp(prefix="violet-pg-"))
        self.data = self.directory / "data"
        self.process = None
        if self.user:
            os.chown(self.directory, self.user.pw_uid, self.user.pw_gid)

    def as_user(self):
        """Arguments of subprocess that make a program run as the server's user, in its directory."""
        user = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}
        return {**user, "cwd": self.directory, "env": {**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(self.directory)}}

    def make(self):
        """initdb; a socket needs no password, a port does."""
        secret = self.directory / "password"
        secret.write_text(self.password + "\n")
        if self.user:
            os.chown(secret, self.user.pw_uid, self.user.pw_gid)
        done = subprocess.run([program("initdb"), "-D", self.data, "-U", "violet", "-E", "UTF8", "--locale=C.UTF-8",
                               "--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={secret}", "--no-sync",
                               "--no-instructions"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **self.as_user())
        if done.returncode:
            raise OSError(f"initdb: {done.stdout}")
        secret.unlink()
        self.configure(self.settings)

    def configure(self, settings):
        """Adds settings to the server's file; they hold from its next start or reload."""
        with open(self.data / "postgresql.auto.conf", "a", encoding="utf-8") as file:
            for name, value in settings.items():
                file.write(f"{name} = '{value}'\n")

    def start(self):
        """Starts the server and waits until it answers."""
        if not (self.data / "PG_VERSION").exists():
            self.make()
        log = open(self.directory / "log", "ab")
        self.process = subprocess.Popen(
            [program("postgres"), "-D", self.data, "-p", str(self.port), "-k", self.directory, "-c",
             "listen_addresses=127.0.0.1"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            **self.as_user())
        log.close()
        deadline = time.monotonic() + START_SECONDS
        while subprocess.run([program("pg_isready"), "-q", "-h", self.directory, "-p", str(self.port)],
                             stdin=subprocess.DEVNULL, check=False).returncode:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise OSError(f"the server does not start: {self.log()[-2000:]}")
            time.sleep(0.05)
        return self

    def log(self):
        return (self.directory / "log").read_text(encoding="utf-8", errors="replace")

    def stop(self, how=signal.SIGINT):
        """Ends the server: SIGINT fast and clean, SIGQUIT at once (it recovers at its next start)."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def kill(self):
        """What a machine's sudden end does: all of the server's processes, without a word."""
        os.killpg(self.process.pid, signal.SIGKILL)
        for child in self.children():
            try:
                os.kill(child, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        self.process = None

    def children(self):
        """Its processes put themselves into sessions of their own."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and (entry / "stat").read_text().rsplit(")", 1)[1].split()[1] == str(
                        self.process.pid):
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def pause(self):
        """Stops all of its processes where they are (a server that hangs); go_on lets them go on."""
        self.paused = [self.process.pid, *self.children()]
        for process in self.paused:
            os.kill(process, signal.SIGSTOP)

    def go_on(self):
        for process in reversed(self.paused):
            os.kill(process, signal.SIGCONT)

    def remove(self):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.remove()
            raise

    def __exit__(self, *_):
        self.remove()

    @property
    def url(self):
        return self.socket_url("postgres")

    def socket_url(self, database):
        return f"postgresql://violet@/{database}?host={self.directory}&port={self.port}"

    def tcp_url(self, database="postgres", password=None):
        return f"postgresql://violet:{password or self.password}@127.0.0.1:{self.port}/{database}"

    def sql(self, text, database="postgres"):
        """Runs a script; the rows of its queries as lines, columns divided by |."""
        done = subprocess.run([program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-",
                               self.socket_url(database)], input=text, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise OSError(f"psql: {done.stderr}")
        return done.stdout.strip()

    def database(self, name, template="template0"):
        """Makes a database; its address by socket."""
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.socket_url(name)

    def drop(self, name):
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--durable", action="store_true", help="fsync as in production")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the server")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with Cluster(arguments.durable, dict(row.split("=", 1) for row in arguments.set)) as cluster:
        if arguments.command:
            return subprocess.run(arguments.command, env={**os.environ, "VIOLET_POSTGRES": cluster.url},
                                  check=False).returncode
        print(cluster.url, flush=True)
        sys.stdin.read()
        return 0


if __name__ == "__main__":
    sys.exit(main())
