"""Closures and texts on PostgreSQL beside pgbench, which runs the very statements that the server was sent.

One closure after the other is recorded by the server's own log: what every transaction sent, with its values. Values
go into a table; pgbench reads one row of it for each transaction, then sends the same statements, prepared, at
SERIALIZABLE, in the same order, from a copy of the same database, with as many clients.
"""
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from postgres import Cluster, program  # noqa: E402

FLIGHTS = (8, 32)
ACCOUNTS, CLOSED, TEXTS = 100_000, 320, 3_200
ROUNDS = 3
SHARE = 0.8
SERVER = {"logging_collector": "on", "log_destination": "jsonlog", "log_filename": "statements",
          "log_rotation_age": "0", "log_rotation_size": "0", "shared_buffers": "256MB"}
VALUE = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")


class Transaction:
    """Statements and values in the order in which they were sent."""

    def __init__(self):
        self.statements, self.values = [], []

    def add(self, text, detail):
        values = dict((int(number), value) for number, value in VALUE.findall(detail))
        first = len(self.values)
        self.values += [None if values[number] == "NULL" else values[number][1:-1].replace("''", "'")
                        for number in sorted(values)]
        self.statements.append(re.sub(r"\$(\d+)", lambda found: f":p{first + int(found[1])}", text))

    @property
    def shape(self):
        return "\n".join(f"{text};" for text in self.statements)


def recorded(log, database):
    """The committed SERIALIZABLE transactions of a database, in order."""
    under_way, done = {}, []
    for line in log.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found = re.match(r"(?:execute [^:]*|statement): (.*)", row.get("message", ""), re.DOTALL)
        if row.get("dbname") != database or not found:
            continue
        text, process = found[1].strip().rstrip(";"), row["pid"]
        if text.startswith("BEGIN"):
            under_way[process] = Transaction() if "SERIALIZABLE" in text else None
        if under_way.get(process) is None:
            continue
        under_way[process].add(text, row.get("detail", ""))
        if text.startswith("COMMIT"):
            done.append(under_way.pop(process))
    return done


def copy_value(value):
    if value is None:
        return r"\N"
    return value.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")


class Postgres:
    """The part of the bench that needs a server."""

    def __init__(self, bench):
        self.bench, self.table, self.home = bench, bench.table, bench.home / "postgres"
        self.copies = 0

    # Ours

    def program(self, url, *words):
        done = subprocess.run([self.bench.build / "tests/bench/bench-closures", *map(str, words)], text=True,
                              capture_output=True, env={**os.environ, "BENCH_STORE": url})
        if done.returncode != 0:
            sys.exit(f"bench: closures on PostgreSQL failed: {done.stderr[-1000:]}")
        return done.stdout.split()

    def copy(self):
        """The filled house anew: its database and its directory."""
        self.copies += 1
        name, target = f"copy{self.copies}", self.home / f"copy{self.copies}"
        shutil.copytree(self.home / "house", target)
        return name, target, self.cluster.database(name, template="house")

    def drop(self, name, target):
        self.cluster.drop(name)
        shutil.rmtree(target)

    def ours(self, verb, count, in_flight):
        name, target, url = self.copy()
        rate = float(self.program(url, verb, target, count, in_flight)[0])
        self.drop(name, target)
        return rate

    def two_nodes(self, count, in_flight):
        """Closures per second of two processes on one database, half of the accounts and of the flight each."""
        name, target, url = self.copy()
        second = target.with_name(f"{target.name}-second")
        shutil.copytree(target, second)
        processes = [subprocess.Popen(
            [self.bench.build / "tests/bench/bench-closures", "close", house, str(count // 2), str(in_flight // 2),
             str(first)], env={**os.environ, "BENCH_STORE": url}, stdout=subprocess.PIPE, text=True)
            for first, house in ((0, target), (count // 2, second))]
        rates = [float(process.communicate()[0]) for process in processes]
        self.drop(name, target)
        shutil.rmtree(second)
        return sum(rates)

    # Its peer

    def record(self, verb, count):
        """The shapes of the transactions that `verb` sends, each with its rows of values."""
        name, target, url = self.copy()
        self.cluster.sql(f"ALTER DATABASE {name} SET log_statement = 'all'")
        self.program(url, verb, target, count, 1)
        self.cluster.sql("SELECT pg_sleep(0.5)")
        transactions = recorded(self.cluster.data / "log" / "statements.json", name)
        self.drop(name, target)
        shapes = defaultdict(list)
        for one in transactions:
            shapes[one.shape].append(one.values)
        kept = {shape: rows for shape, rows in shapes.items() if len(rows) >= count // 2}
        left_out = Counter({shape.splitlines()[0]: len(rows) for shape, rows in shapes.items() if shape not in kept})
        if sum(left_out.values()) > len(transactions) // 10:
            sys.exit(f"bench: transactions of the same kind send different statements: {left_out}")
        return kept

    def scripts(self, shapes, directory):
        """One table of values and one script for each shape; (script, rows) in the order of the recording."""
        made = []
        for nth, (shape, rows) in enumerate(shapes.items()):
            width = len(rows[0])
            columns = ", ".join(f"p{i + 1} text" for i in range(width))
            table, script = f"recorded_{directory.name}{nth}", directory / f"script{nth}"
            values = "".join("\t".join([str(i), *map(copy_value, row)]) + "\n" for i, row in enumerate(rows))
            self.cluster.sql(f"CREATE TABLE {table} (n int PRIMARY KEY, {columns});\nCOPY {table} FROM stdin;\n"
                             f"{values}\\.\nANALYZE {table};\n", "house")
            # The count moves at the end: a transaction that is tried again takes the same row.
            script.write_text(f"\\set n :client_id + :clients * :i\nSELECT * FROM {table} WHERE n = :n \\gset\n"
                              f"{shape}\n\\set i :i + 1\n", encoding="utf-8")
            made.append((script, len(rows)))
        return made

    def pgbench(self, scripts, in_flight):
        """Seconds that a unit (a closure, a text) takes, all of its transactions one after the other."""
        name, target, url = self.copy()
        seconds = 0
        for script, rows in scripts:
            each = rows // in_flight
            done = subprocess.run(
                [program("pgbench"), "-n", "-M", "prepared", "-c", str(in_flight), "-j", "2", "-t", str(each),
                 "-D", "i=0", "-D", f"clients={in_flight}", "--max-tries=1000", "-f", script, url],
                text=True, capture_output=True)
            found = re.search(r"tps = ([\d.]+) \(without", done.stdout)
            if done.returncode or not found or f"processed: {each * in_flight}/" not in done.stdout:
                sys.exit(f"bench: pgbench failed: {(done.stderr[-1500:] + done.stdout[-500:])}")
            seconds += 1 / float(found[1])
        self.drop(name, target)
        return seconds

    # The figures

    def figure(self, word, verb, count):
        recording = self.home / verb
        recording.mkdir()
        scripts = self.scripts(self.record(verb, count), recording)
        for in_flight in FLIGHTS:
            ours, peer = [], []
            for _ in range(ROUNDS):
                ours.append(self.ours(verb, count, in_flight))
                peer.append(1 / self.pgbench(scripts, in_flight))
            mine, other = statistics.median(ours), statistics.median(peer)
            self.table.add(f"PostgreSQL: {word}/s, {ACCOUNTS:,} accounts, {in_flight} in flight", f"{mine:.0f}",
                           f"pgbench {other:.0f}", mine / other, f">= {SHARE}", mine / other >= SHARE)

    def nodes(self):
        one = statistics.median(self.ours("close", CLOSED, 32) for _ in range(ROUNDS))
        two = statistics.median(self.two_nodes(CLOSED, 32) for _ in range(ROUNDS))
        self.table.add("PostgreSQL: closures/s, two nodes, 32 in flight together", f"{two:.0f}", f"one node {one:.0f}",
                       two / one)

    def run(self):
        self.home.mkdir()
        os.chmod(self.bench.home, 0o755)
        with Cluster(durable=True, settings=SERVER) as self.cluster:
            (self.home / "house").mkdir()
            self.program(self.cluster.database("house"), "fill", self.home / "house", ACCOUNTS, CLOSED, 0)
            self.cluster.sql("VACUUM ANALYZE", "house")
            self.figure("closures", "close", CLOSED)
            self.figure("texts", "texts", TEXTS)
            self.nodes()
            self.bench.read_page(self.cluster.url)
