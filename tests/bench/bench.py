"""Measures the built program beside bare peers in the same run and prints one table.

Usage: bench.py BUILD [--full] [--only PART ...]. BUILD is a release build that holds violet and the programs of this
folder. With --full the closures run among a million accounts, too (filling takes minutes). PART: memory, pages,
closures, mailbox, messages, postgres; latency: of the messages the 99th percentile alone.
"""
import argparse
import http.client
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "flow"))
if len(sys.argv) > 1:
    os.environ["VIOLET"] = str(Path(sys.argv[1]).resolve() / "src/cmd/violet")

from bench_messages import Messages  # noqa: E402
from bench_postgres import Postgres  # noqa: E402
from servers import postgres  # noqa: E402
from violet import Demo  # noqa: E402

ROUNDS = 3
ALONE, IN_FLIGHT = 200, 1280
WRK_SECONDS = 4
CONNECTIONS, IDLE = 64, 1000
HALF, PAGE_SHARE, FLAT = 0.5, 0.7, 0.8
START_KIB, IDLE_KIB = 32 * 1024, 20
READS = 400
PARTS = ("memory", "pages", "closures", "mailbox", "messages", "postgres")
MORE_PARTS = ("latency",)  # of others, for longer


def flight_name(in_flight):
    return "alone" if in_flight == 1 else f"{in_flight} in flight"


class Table:
    """Rows of figure, what it is measured against, ratio, verdict."""

    def __init__(self):
        self.rows, self.short = [("figure", "measured", "limit or peer", "ratio", "wanted", "")], 0

    def add(self, figure, measured, peer, ratio=None, wanted=None, ok=None):
        verdict = "" if ok is None else "ok" if ok else "short"
        self.short += verdict == "short"
        self.rows.append((figure, measured, peer, "" if ratio is None else f"{ratio:.2f}",
                          wanted or "", verdict))

    def show(self):
        widths = [max(len(row[i]) for row in self.rows) for i in range(6)]
        for row in self.rows:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


class Bench:
    def __init__(self, build, home):
        self.build, self.home, self.table = Path(build), Path(home), Table()

    def program(self, name, *words):
        """Runs a program of this folder to its end and returns what it printed."""
        done = subprocess.run([self.build / "tests/bench" / f"bench-{name}", *map(str, words)], text=True,
                              capture_output=True)
        if done.returncode != 0:
            sys.exit(f"bench: {name} failed: {done.stderr[-1000:]}")
        return done.stdout.split()

    # Closures

    def fill(self, accounts, closable, messages=0):
        house = self.home / f"house-{accounts}-{messages}"
        house.mkdir()
        self.program("closures", "fill", house, accounts, closable, messages)
        return house

    def copy(self, house):
        target = self.home / "copy"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(house, target)
        os.sync()
        return target

    def close(self, house, count, in_flight, *record):
        return float(self.program("closures", "close", self.copy(house), count, in_flight, *record)[0])

    def replay(self, house, record, count):
        return [float(word) for word in self.program("replay", self.copy(house) / "violet.db", record, count)]

    def closures(self, houses, count, in_flight):
        """Rounds of each house in turn, ours and the bare one; returns the medians of ours by number of accounts."""
        ours, bare = {size: [] for size in houses}, {size: [] for size in houses}
        records = {size: self.home / f"record-{size}" for size in houses}
        for size, house in houses.items():
            self.close(house, count, in_flight, records[size])
        for _ in range(ROUNDS):
            for size, house in houses.items():
                ours[size].append(self.close(house, count, in_flight))
                bare[size].append(self.replay(house, records[size], count))
        for size in houses:
            mine, peer = statistics.median(ours[size]), statistics.median(one[0] for one in bare[size])
            _, rows, commits = bare[size][0]
            self.table.add(f"closures/s, {size:,} accounts, {flight_name(in_flight)}", f"{mine:.0f}",
                           f"bare SQLite {peer:.0f} ({rows:.0f} rows, {commits:.1f} commits each)", mine / peer,
                           f">= {HALF}", mine / peer >= HALF)
        return {size: statistics.median(results) for size, results in ours.items()}

    def all_closures(self, full):
        houses = {size: self.fill(size, IN_FLIGHT) for size in ([10_000, 1_000_000] if full else [10_000])}
        for count, in_flight in ((ALONE, 1), (IN_FLIGHT, 64)):
            found = self.closures(houses, count, in_flight)
            if full:
                small, large = found.values()
                self.table.add(f"closures/s, flat to 1 M, {flight_name(in_flight)}", f"{large:.0f}",
                               f"at 10 k {small:.0f}", large / small, f">= {FLAT}", large / small >= FLAT)
        for house in houses.values():
            shutil.rmtree(house)

    def mailbox(self):
        """Twenty accounts without messages, and twenty with 10,000 each."""
        count = 20
        empty, laden = self.fill(count, count), self.fill(count, count, 10_000)
        ours = {house: [] for house in (empty, laden)}
        for _ in range(2 * ROUNDS + 1):
            for house, results in ours.items():
                results.append(self.close(house, count, 1))
        none, many = (statistics.median(results) for results in ours.values())
        self.table.add("closures/s, 10,000 messages each, alone", f"{many:.0f}", f"without messages {none:.0f}",
                       many / none, f">= {FLAT}", many / none >= FLAT)

    # Pages

    def load(self, url, cookie=None):
        """wrk's requests per second and 99th percentile."""
        words = ["-H", f"Cookie: {cookie}"] if cookie else []
        out = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{WRK_SECONDS}s", "--latency", *words, url],
                             text=True, capture_output=True, check=True).stdout
        if "Non-2xx" in out or "Socket errors" in out:
            sys.exit(f"bench: not every answer was a page:\n{out}")
        return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), re.search(r"99%\s+(\S+)", out)[1]

    def nginx(self, size):
        root = self.home / "nginx"
        root.mkdir()
        (root / "page.html").write_bytes(b"x" * size)
        port = postgres.free_port()
        (root / "nginx.conf").write_text(
            f"daemon off; pid {root}/pid; error_log stderr; worker_processes auto;\nevents {{}}\n"
            f"http {{ access_log off; keepalive_requests 100000000; client_body_temp_path {root}/a;\n"
            f"proxy_temp_path {root}/b; fastcgi_temp_path {root}/c; uwsgi_temp_path {root}/d; scgi_temp_path {root}/e;\n"
            f"server {{ listen 127.0.0.1:{port}; root {root}; }} }}\n")
        os.chmod(self.home, 0o755)
        process = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-c", root / "nginx.conf"],
                                   stderr=subprocess.DEVNULL)
        return process, f"http://127.0.0.1:{port}/page.html"

    def bare_inbox(self, demo, size, services):
        data = self.home / "inbox.db"
        with sqlite3.connect(demo.data / "violet.db") as source, sqlite3.connect(data) as target:
            source.backup(target)
        with sqlite3.connect(data) as db:
            db.execute("PRAGMA journal_mode = WAL")
            account, session = db.execute(
                "SELECT account_id, session_id FROM session WHERE role = 0 ORDER BY created_at DESC").fetchone()
            messages = db.execute("SELECT COUNT(*) FROM message WHERE account_id = ?", (account,)).fetchone()[0]
        process = subprocess.Popen(
            [self.build / "tests/bench/bench-bare-inbox", data, str(account), str(session), str(size),
             str(os.cpu_count()), str(services)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return process, f"http://127.0.0.1:{int(process.stdout.readline())}/", messages

    def pages(self, demo):
        person = demo.person("subscriber")
        body = person.get("/inbox").expect(200).body
        body = body if isinstance(body, bytes) else body.encode()
        size = len(body)
        named = re.findall(rb'<article[^>]*>\s*<header[^>]*><h3>([^<]+?)\s*<.*?From ([^<]+?) \xc2\xb7', body, re.S)
        services = len({name for name, sender in named if name != sender})
        cookie = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
        bare, bare_url, messages = self.bare_inbox(demo, size, services)
        static, static_url = self.nginx(size)
        results = {"ours": [], "bare": [], "nginx": []}
        try:
            for _ in range(ROUNDS):
                results["ours"].append(self.load(demo.url + "/inbox", cookie))
                results["bare"].append(self.load(bare_url))
                results["nginx"].append(self.load(static_url))
        finally:
            for process in (bare, static):
                process.terminate()
                process.wait(10)
        ours, peer, file = (sorted(rounds)[ROUNDS // 2] for rounds in results.values())
        name = f"inbox pages/s, {CONNECTIONS} connections, {messages} messages"
        self.table.add(name, f"{ours[0]:.0f}", f"bare libmicrohttpd {peer[0]:.0f}", ours[0] / peer[0],
                       f">= {PAGE_SHARE}", ours[0] / peer[0] >= PAGE_SHARE)
        self.table.add("  beside it", f"{ours[0]:.0f}", f"nginx, static, {size:,} bytes: {file[0]:.0f}", ours[0] / file[0])
        self.table.add("  99th percentile", ours[1], f"bare {peer[1]}, nginx {file[1]}")

    @staticmethod
    def latency(demo):
        """Median milliseconds of the inbox page, one request after the other on one connection."""
        person = demo.person("subscriber")
        host, port = demo.url.removeprefix("http://").split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=20)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in person.cookies.items())}
        times = []
        for _ in range(READS):
            start = time.perf_counter()
            connection.request("GET", "/inbox", headers=headers)
            answer = connection.getresponse()
            answer.read()
            times.append((time.perf_counter() - start) * 1000)
            if answer.status != 200:
                sys.exit(f"bench: the inbox answered {answer.status}")
        connection.close()
        return statistics.median(times)

    def read_page(self, server):
        """The inbox on either engine."""
        found = {}
        for engine in ("sqlite", "postgres"):
            os.environ.update(VIOLET_POSTGRES=server, VIOLET_TEST_STORE=engine)
            demo = Demo().start()
            found[engine] = self.latency(demo)
            demo.close()
        os.environ["VIOLET_TEST_STORE"] = "sqlite"
        self.table.add("the inbox page alone, ms (median)", f"SQLite {found['sqlite']:.2f}",
                       f"PostgreSQL {found['postgres']:.2f}", found["postgres"] / found["sqlite"])

    # Memory

    @staticmethod
    def resident(demo):
        status = Path(f"/proc/{demo.process.pid}/status").read_text("ascii")
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])

    def memory(self, demo):
        start = self.resident(demo)
        self.table.add("resident after demo start, KiB", str(start), f"limit {START_KIB}", start / START_KIB, "<= 1",
                       start <= START_KIB)
        host, port = demo.url.removeprefix("http://").split(":")
        idle = []
        for _ in range(IDLE):
            connection = http.client.HTTPConnection(host, int(port), timeout=20)
            connection.request("GET", "/login")
            connection.getresponse().read()
            idle.append(connection)
        held = sum(connection.sock is not None for connection in idle)
        each = (self.resident(demo) - start) / held
        self.table.add(f"an idle connection, KiB, {held} of them after a page each", f"{each:.1f}", f"limit {IDLE_KIB}",
                       each / IDLE_KIB, "<= 1", each <= IDLE_KIB and held == IDLE)
        for connection in idle:
            connection.close()


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("build")
    words.add_argument("--full", action="store_true")
    words.add_argument("--only", nargs="+", choices=PARTS + MORE_PARTS, default=PARTS)
    words.add_argument("--latency-seconds", type=int, default=60)
    options = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="violet-bench-", ignore_cleanup_errors=True) as home:
        bench = Bench(options.build, home)
        if {"memory", "pages"} & set(options.only):
            demo = Demo().start()
            bench.memory(demo)
            bench.pages(demo)
            demo.close()
        if "closures" in options.only:
            bench.all_closures(options.full)
        if "mailbox" in options.only:
            bench.mailbox()
        if "messages" in options.only:
            Messages(bench, options.latency_seconds).run(options.full)
        if "latency" in options.only:
            Messages(bench, options.latency_seconds).run_latency()
        if "postgres" in options.only:
            Postgres(bench).run()
        bench.table.show()
    short = bench.table.short
    print(f"\n{os.cpu_count()} processors; medians of alternating rounds; {short or 'none'} short")


if __name__ == "__main__":
    main()
