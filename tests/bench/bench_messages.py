"""Texts over one real SMPP bind: the release build beside bare SQLite and beside Kannel, in alternating rounds.

bench-smsc plays the carrier for everybody. Kannel is Debian's bearerbox with its own smsbox, whose service answers
nothing, and logs as it does unless told otherwise; its store is a file or a spool, which it never syncs.
"""
import json
import os
import re
import select
import shutil
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "flow"))

from client import request  # noqa: E402
from servers import postgres  # noqa: E402
from violet import Service  # noqa: E402

ROUNDS, SECONDS = 3, 4
WARM_SECONDS = 10  # until the logs have their size: a file that grows syncs slower
NUMBERS = 2000
WINDOWS = (1, 10, 100, 500)
BARE_SHARE = {1: 0.8, 100: 0.6}
KANNEL_TIMES = {10: 2, 100: 5}
LATENCY_MILLIS = 10
STORED, STORED_SHARE = 10_000_000, 0.8
LOGIN_SHARE, FLOODERS = 0.8, 4
KILL_SECONDS = 2
KANNEL = """group = core
admin-port = {admin}
admin-password = bench
smsbox-port = {box}
store-type = {kind}
store-location = {home}/store
box-allow-ip = 127.0.0.1
log-file = {home}/bearerbox.log
access-log = {home}/access.log

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
log-file = {home}/smsbox.log

group = sms-service
keyword = default
catch-all = true
text = none
max-messages = 0

group = smsc
smsc = smpp
host = 127.0.0.1
port = {port}
transceiver-mode = true
smsc-username = violet
smsc-password = secret12
system-type = bench
address-range = ""
"""


class Asked:
    """A program of this folder that takes lines and answers each with one."""

    def __init__(self, program, *words):
        self.process = subprocess.Popen([program, *map(str, words)], text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"bench: {self.process.args[0]} has ended")
        return line.split()

    def ask(self, words):
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()
        return self.line()

    def rate(self, window, seconds=SECONDS):
        """Texts per second."""
        found = self.ask(f"run {window} {seconds}")
        if found[0] != "ran":
            sys.exit(f"bench: the bind was lost at window {window}")
        return float(found[1])

    def end(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


class Carrier(Asked):
    """bench-smsc."""

    def __init__(self, build):
        super().__init__(build / "tests/bench/bench-smsc", 0, NUMBERS)
        self.port = int(self.line()[1])

    def acknowledged(self):
        return int(self.ask("acknowledged")[0])

    def open(self):
        """The number of the next text, and those of the texts without an answer."""
        following, *numbers = map(int, self.ask("open")[1:])
        return following, set(numbers)


class Ours:
    """A house with numbers, and `violet serve` on it."""

    def __init__(self, build, messages_each=0):
        self.carrier = Carrier(build)
        self.service = Service()
        self.service.data.mkdir()
        done = subprocess.run([build / "tests/bench/bench-closures", "fill", self.service.data, str(NUMBERS),
                               str(NUMBERS), str(messages_each)], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"bench: filling failed: {done.stderr[-1000:]}")
        self.service.secret("smpp.password", "secret12")
        with open(self.service.config, "a", encoding="utf-8") as config:
            config.write(f"[carrier.test]\nkind = smpp\nhost = 127.0.0.1\nport = {self.carrier.port}\n"
                         f"system_id = violet\npassword_file = {self.service.home}/smpp.password\nwindow = 500\n")
        self.service.start()

    def stored(self):
        with sqlite3.connect(f"file:{self.service.data}/violet.db?mode=ro", uri=True) as store:
            return store.execute("SELECT COUNT(*) FROM message").fetchone()[0]

    def box_bytes(self):
        """The bytes of a message's box, on average."""
        with sqlite3.connect(f"file:{self.service.data}/violet.db?mode=ro", uri=True) as store:
            return round(store.execute("SELECT AVG(LENGTH(box)) FROM (SELECT box FROM message LIMIT 5000)").fetchone()[0])

    def close(self):
        self.carrier.end()
        self.service.close()


class Kannel:
    """Debian's bearerbox and smsbox."""

    def __init__(self, build, home, kind):
        self.kind, self.home, self.carrier = kind, home / f"kannel-{kind}", Carrier(build)
        self.home.mkdir()
        if kind == "spool":
            (self.home / "store").mkdir()
        self.admin = postgres.free_port()
        self.config = self.home / "kannel.conf"
        self.config.write_text(KANNEL.format(home=self.home, kind=kind, admin=self.admin, box=postgres.free_port(),
                                             sendsms=postgres.free_port(), port=self.carrier.port))
        self.processes = []
        self.start("bearerbox")
        time.sleep(1)
        self.start("smsbox")

    def start(self, name):
        program = shutil.which(name) or f"/usr/sbin/{name}"
        self.processes.append(subprocess.Popen([program, self.config], stdout=subprocess.DEVNULL,
                                               stderr=subprocess.DEVNULL))

    def kill(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait()
        self.processes = []

    def read_back(self):
        """The numbers of the texts that it has after a start without its smsbox."""
        self.start("bearerbox")
        for _ in range(100):
            time.sleep(0.2)
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/store-status.txt?password=bench") as page:
                    return {int(number) for number in re.findall(r"\((\d+)\)", page.read().decode("utf-8", "replace"))}
            except OSError:
                continue
        sys.exit("bench: Kannel does not come back")

    def close(self):
        self.kill()
        self.carrier.end()


class Flood:
    """Log-ins with wrong passwords from ever other addresses, as fast as they are answered, by programs that step back
    (nice 19): those who flood us do not run on our processors."""

    def __init__(self, url):
        self.processes = [subprocess.Popen(["nice", "-n", "19", sys.executable, __file__, url, str(nth)], text=True,
                                           stdin=subprocess.PIPE, stdout=subprocess.PIPE) for nth in range(FLOODERS)]

    def end(self):
        """The log-ins by status."""
        found = Counter()
        for process in self.processes:
            found += Counter(json.loads(process.communicate()[0]))
        return found


def flood(url, nth):
    """Until its input ends; prints how often each status was the answer."""
    found, count = Counter(), 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        count += 1
        name = b'{"name":"a%d-%d","password":"wrong horse battery"}' % (nth, count)
        source = f"127.{nth + 1}.{count // 250 % 250}.{count % 250 + 1}"
        found[request(url, "POST", "/api/v1/sessions", name, [("Content-Type", "application/json")], source).status] += 1
    print(json.dumps(found))


class Messages:
    """The part of the bench that receives texts."""

    def __init__(self, bench, latency_seconds):
        self.table, self.home, self.build = bench.table, bench.home, bench.build
        self.latency_seconds = latency_seconds
        os.environ["VIOLET_TEST_STORE"] = "sqlite"

    def rounds(self, sources, window):
        """The median rate of each source; they take turns."""
        found = {name: [] for name in sources}
        for _ in range(ROUNDS):
            for name, source in sources.items():
                found[name].append(source.rate(window))
        return {name: statistics.median(rates) for name, rates in found.items()}

    def windows(self, ours, bare, kannels):
        for window in WINDOWS:
            sources = {"ours": ours.carrier, "bare": bare}
            if window in KANNEL_TIMES:
                sources |= {kind: kannel.carrier for kind, kannel in kannels.items()}
            rates = self.rounds(sources, window)
            name, mine = f"texts/s, window {window}", rates.pop("ours")
            share, wanted = mine / rates["bare"], BARE_SHARE.get(window)
            self.table.add(name, f"{mine:.0f}", f"bare SQLite {rates.pop('bare'):.0f} (the same rows, sealed)", share,
                           wanted and f">= {wanted}", wanted and share >= wanted)
            for kind, rate in rates.items():
                times = KANNEL_TIMES[window] if kind == "file" else None
                self.table.add("  beside it", f"{mine:.0f}", f"Kannel, {kind} store, never synced: {rate:.0f}", mine / rate,
                               times and f">= {times}", times and mine / rate >= times)

    def latency(self, ours):
        _, rate, median, high, most, refused = ours.carrier.ask(f"run 100 {self.latency_seconds}")
        self.table.add(f"99th percentile, ms, window 100, {self.latency_seconds} s with checkpoints", high,
                       f"limit {LATENCY_MILLIS} (median {median}, longest {most}, {float(rate):.0f}/s, {refused} put off)",
                       float(high) / LATENCY_MILLIS, "< 1", float(high) < LATENCY_MILLIS)

    def run_latency(self):
        ours = Ours(self.build)
        self.latency(ours)
        ours.close()

    def flood(self, ours):
        quiet, flooded, answers = [], [], Counter()
        for _ in range(ROUNDS):
            quiet.append(ours.carrier.rate(100))
            flood = Flood(ours.service.url)
            flooded.append(ours.carrier.rate(100))
            answers += flood.end()
        mine, peer = statistics.median(flooded), statistics.median(quiet)
        said = ", ".join(f"{count / (ROUNDS * SECONDS):.0f} {status}" for status, count in sorted(answers.items()))
        self.table.add("texts/s, window 100, a flood of log-ins beside", f"{mine:.0f}",
                       f"without {peer:.0f} (answers/s: {said})", mine / peer, f">= {LOGIN_SHARE}", mine / peer >= LOGIN_SHARE)

    def many(self):
        """A house with ten million messages beside an empty one."""
        houses = {"empty": Ours(self.build), "laden": Ours(self.build, STORED // NUMBERS)}
        rates = self.rounds({name: house.carrier for name, house in houses.items()}, 100)
        share = rates["laden"] / rates["empty"]
        self.table.add(f"texts/s, window 100, {STORED:,} messages stored", f"{rates['laden']:.0f}",
                       f"among none {rates['empty']:.0f}", share, f">= {STORED_SHARE}", share >= STORED_SHARE)
        for house in houses.values():
            house.close()

    def lost_by_us(self, ours):
        """Acknowledged and not there after kill -9, and there twice: the carrier delivers again what had no answer."""
        before = ours.stored() - ours.carrier.acknowledged()
        killer = threading.Timer(KILL_SECONDS, ours.service.kill)
        killer.start()
        ours.carrier.ask(f"run 100 {KILL_SECONDS + 10}")
        killer.join()
        ours.service.start()
        ours.carrier.ask("drain")
        return ours.carrier.acknowledged() - (ours.stored() - before)

    def lost_by(self, kannel):
        """Its smsbox is gone, so all that it acknowledged should wait in its store."""
        kannel.processes.pop().kill()
        time.sleep(2)
        first, _ = kannel.carrier.open()
        killer = threading.Timer(KILL_SECONDS, kannel.kill)
        killer.start()
        kannel.carrier.ask(f"run 100 {KILL_SECONDS + 10}")
        killer.join()
        following, unanswered = kannel.carrier.open()
        return len(set(range(first, following)) - unanswered - kannel.read_back())

    def run(self, full):
        ours = Ours(self.build)
        ours.carrier.rate(100, WARM_SECONDS)
        bare = Asked(self.build / "tests/bench/bench-bare-texts", self.home / "bare.db", ours.box_bytes())
        bare.rate(100, WARM_SECONDS)
        kannels = {kind: Kannel(self.build, self.home, kind) for kind in ("file", "spool")}
        self.windows(ours, bare, kannels)
        bare.end()
        self.latency(ours)
        self.flood(ours)
        theirs = {kind: self.lost_by(kannel) for kind, kannel in kannels.items()}
        lost = self.lost_by_us(ours)
        self.table.add("texts acknowledged and lost by kill -9 at window 100", f"{lost}",
                       ", ".join(f"Kannel, {kind} store: {many}" for kind, many in theirs.items()),
                       None, "0", lost == 0)
        for one in (ours, *kannels.values()):
            one.close()
        if full:
            self.many()


if __name__ == "__main__":
    flood(sys.argv[1], int(sys.argv[2]))
