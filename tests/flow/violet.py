"""Starts, asks, kills and restarts the built program. Everything it starts ends with it, by process id.

With VIOLET_TEST_STORE=postgres each installation has its store in a database of its own on the server that
VIOLET_POSTGRES names.
"""
import atexit
import json
import os
import re
import select
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from contextlib import closing
from email.utils import parsedate_to_datetime
from pathlib import Path

from client import Person, Rest, deliver_text, request
from sink import Sink, make_certificate

BINARY = os.environ.get("VIOLET", str(Path(__file__).resolve().parents[2] / "build/src/cmd/violet"))
START_SECONDS, MAIL_SECONDS = 30, 10
CARRIER, SECRET = "acme", b"0123456789abcdef0123456789abcdef"

_running = []


@atexit.register
def _end_all():
    for one in list(_running):
        one.close()


def make_database():
    """The address of a new database, or None where stores are files."""
    if os.environ.get("VIOLET_TEST_STORE") != "postgres":
        return None
    server, name = os.environ["VIOLET_POSTGRES"], f"flow_{os.urandom(8).hex()}"
    ask_server(server, f"CREATE DATABASE {name} TEMPLATE template0")
    return server.replace("/postgres?", f"/{name}?")


def drop_database(url):
    server = os.environ["VIOLET_POSTGRES"]
    ask_server(server, f"DROP DATABASE IF EXISTS {re.search('/(flow_[0-9a-f]+)', url)[1]} WITH (FORCE)")


def ask_server(url, text):
    """Runs a statement by the server's own client; its rows as lines, columns divided by |."""
    return subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", text, url], check=True,
                          stdout=subprocess.PIPE, text=True).stdout.strip()


class Violet:
    """One installation: a directory and, between start and stop, a process."""

    def __init__(self, binary=BINARY, environment=None):
        self.binary, self.environment = binary, dict(environment or {})
        self.home = Path(tempfile.mkdtemp(prefix="violet-test-"))
        self.data, self.process, self.url, self.logins = self.home / "data", None, None, []
        self.log = self.home / "stderr"
        self.arguments, self.options, self.sink = [], [], None
        self.store = make_database()
        _running.append(self)

    # Starting and ending

    def start(self, *prefix, environment=None, wait=True):
        """Starts the process; with wait, until it has said where it listens. prefix: a program that runs it."""
        log = open(self.log, "ab")
        self.process = subprocess.Popen([*prefix, self.binary, *self.arguments], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=log,
                                        env={**os.environ, **self.environment, **(environment or {})})
        log.close()
        if wait:
            self._read_greeting()
        return self

    def _read_greeting(self):
        """Reads the line that is printed when the doors are open: the demo's tells its address, serve's its port."""
        line, end = b"", time.monotonic() + START_SECONDS
        while not line.endswith(b"\n"):
            ready = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]
            piece = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not piece:
                self.process.kill()
                raise AssertionError(f"{' '.join(self.arguments)} did not start: {self.stderr()[-2000:]}")
            line += piece
        greeting = json.loads(line)
        self.url = greeting.get("url", f"http://127.0.0.1:{greeting.get('port')}").rstrip("/")
        self.logins = greeting.get("logins", self.logins)

    def stop(self, seconds=20):
        """Ends it as an operator does, and returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(seconds)
        self.process.stdout.close()
        self.process = None
        return status

    def kill(self):
        """kill -9."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process = None

    def forget_process(self):
        """After it was killed from inside: only what it printed is left to tidy up."""
        self.process.wait(10)
        self.process.stdout.close()
        self.process = None

    def close(self):
        """Ends the process and removes the directory."""
        if self in _running:
            _running.remove(self)
        if self.process:
            self.kill()
        if self.sink:
            self.sink.stop()
        if self.store:
            drop_database(self.store)
        shutil.rmtree(self.home, ignore_errors=True)

    def stderr(self):
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    # The command line

    def cli(self, *words, status=0, stdin=None, environment=None):
        """Runs a verb with --json on this installation; returns its data (None where it printed none)."""
        done = self.run(*words, "--json", stdin=stdin, environment=environment)
        if done.returncode != status:
            raise AssertionError(f"violet {' '.join(map(str, words))} ended with {done.returncode}, not {status}: "
                                 f"{done.stdout[-1500:]}{done.stderr[-1500:]}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def run(self, *words, stdin=None, environment=None):
        if self.process is not None and self.process.poll() is not None:
            raise ConnectionError(f"the program has ended with {self.process.returncode}")
        return subprocess.run([self.binary, *map(str, words), *self.options], input=stdin, text=True,
                              capture_output=True, timeout=120,
                              env={**os.environ, **self.environment, **(environment or {})})

    def change(self, statement):
        """Changes the store, which nobody may be serving."""
        if self.store:
            ask_server(self.store, statement)
            return
        with closing(sqlite3.connect(self.data / "violet.db")) as store, store:
            store.execute(statement)

    def check(self):
        """Asks the oracle; fails with its findings."""
        done = self.run("check", "--json")
        if done.returncode != 0:
            raise AssertionError(f"violet check: {done.stdout[-3000:]}{done.stderr[-1000:]}")

    # People and programs

    def person(self, role=None, language="en"):
        """Somebody at a browser; with a role, logged in with that of the demo's log-ins."""
        somebody = Person(self.url, language)
        if role:
            login = self.login(role)
            somebody.log_in(login["name"], login["password"],
                            "/login" if role == "subscriber" else "/desk/login")
        return somebody

    def login(self, role):
        for one in self.logins:
            if one["role"] == role:
                return one
        raise AssertionError(f"no log-in for {role}: {self.logins}")

    def rest(self, role="subscriber"):
        login = self.login(role)
        return Rest(self.url).log_in(login["name"], login["password"])

    def text(self, to, text, sender="22000", id=None, **options):
        """The carrier delivers a text through the hook."""
        fields = {"from": sender, "to": to, "text": text, "id": id or os.urandom(8).hex()}
        return deliver_text(self.url, CARRIER, SECRET, fields, now=self.now(), **options)

    def now(self):
        """The server's clock, seconds: its Date header."""
        date = request(self.url, "HEAD", "/").header("Date")
        return parsedate_to_datetime(date).timestamp() if date else time.time()


class Demo(Violet):
    """`violet demo`: seeded people, a clock to move, mail to read."""

    def __init__(self, binary=BINARY, environment=None):
        super().__init__(binary, environment)
        self.options = ["--data", str(self.data)]
        if self.store:
            config = self.home / "violet.ini"
            config.write_text(f"[store]\nurl = {self.store}\n")
            self.options += ["--config", str(config)]
        self.arguments = ["demo", "--listen", "127.0.0.1:0", *self.options, "--json"]

    def move_clock(self, hours):
        """Presses the button of /demo/clock that adds so many hours: 1, 24, 72, 720 or 2160."""
        somebody = Person(self.url)
        somebody.get("/demo/clock")
        return somebody.press(str(hours), action="/demo/clock")

    def send_text(self, text, sender="22000", number="+12025550143"):
        """Sends a text by the page /demo/text, through the simulated carrier."""
        somebody = Person(self.url)
        somebody.get("/demo/text")
        return somebody.press(action="/demo/text", **{"number": number, "from": sender, "text": text})

    def mails(self, subject="", language="en"):
        """What /demo/mail shows, newest first: (address of its page, line)."""
        somebody = Person(self.url, language)
        links = somebody.get("/demo/mail").html.links
        return [(href, text) for href, text in links if re.match(r"/demo/mail/.", href) and subject in text]

    def mail(self, subject):
        """The newest sent mail whose line holds the subject, as text. What is mailed is sent by another thread."""
        end = time.monotonic() + MAIL_SECONDS
        found = self.mails(subject)
        while not found and time.monotonic() < end:
            time.sleep(0.02)
            found = self.mails(subject)
        if not found:
            raise AssertionError(f"no mail {subject!r}; there are {[text for _, text in self.mails()]}")
        return Person(self.url).get(found[0][0]).html


OPERATOR = """[operator]
legal_name = Test Telecom Ltd
address = 1 Test Street, 10001 New York
complaint_body = Federal Communications Commission
support_mail = help@violet.example
markets = us, eu, cn
terms_url = https://violet.example/terms
privacy_url = https://violet.example/privacy
"""


class Service(Violet):
    """`violet serve`: an empty store, a carrier's hook, and a mail server of ours with STARTTLS."""

    def __init__(self, binary=BINARY, environment=None, extra=""):
        super().__init__(binary, environment)
        self.sink = Sink(make_certificate(self.home), login=("violet", "mail-secret"))
        self.secret("acme.secret", SECRET.decode())
        self.secret("mail.secret", "mail-secret")
        self.config = self.home / "violet.ini"
        self.config.write_text(f"""[server]
data = {self.data}
listen = 127.0.0.1:0
private_listen =
{f"[store]{chr(10)}url = {self.store}" if self.store else ""}
[keyring]
single_copy = accepted
{OPERATOR}
[mail]
smtp = smtp://localhost:{self.sink.port}
from = noreply@violet.example
user = violet
password_file = {self.home}/mail.secret
ca_file = {self.home}/smtp.crt
[carrier.{CARRIER}]
secret_file = {self.home}/acme.secret
[rnd]
company_id = 12345
{extra}""")
        self.options = ["--config", str(self.config)]
        self.arguments = ["serve", "--config", str(self.config), "--json"]

    def secret(self, name, content):
        path = self.home / name
        path.write_text(content + "\n")
        path.chmod(0o600)
        return path

    def init(self):
        """Makes the store, before the first start."""
        done = self.run("init")
        if done.returncode != 0:
            raise AssertionError(f"violet init: {done.stderr}")
        return self

    def account(self, name, password="correct horse battery", mail=None, language="en"):
        words = ["--mail", mail] if mail else []
        self.cli("account", "create", name, "--password-file", self.secret(f"{name}.password", password), *words,
                 "--language", language)
        self.logins.append({"role": "subscriber", "name": name, "password": password})

    def staff(self, name, role, password="desk horse battery"):
        self.cli("staff", "create", name, "--role", role, "--password-file",
                 self.secret(f"{name}.password", password))
        self.logins.append({"role": role, "name": name, "password": password})

    def numbers(self, *numbers):
        """Adds numbers of the carrier to the inventory."""
        path = self.home / "numbers.csv"
        path.write_text("number,carrier,class\n" + "".join(f"{one},{CARRIER},residential\n" for one in numbers))
        self.cli("number", "import", path)

    def line(self, account, number, credit="20.00", fee="2.00"):
        """Credits the account and assigns it the number."""
        self.cli("wallet", "credit", credit, "--account", account, "--instrument", "Visa 4242")
        self.cli("number", "assign", number, "--account", account, "--fee", fee)
