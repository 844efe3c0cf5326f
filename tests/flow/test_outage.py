"""The PostgreSQL server is killed, hangs or forbids writing under a stream of texts: nothing that was acknowledged is lost,
nothing stands twice, and the service goes on by itself."""
import os
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import postgres
from story import one
from tap import equal, eventually, run, table
from violet import Service

cluster = postgres.Cluster(durable=True).start()
os.environ["VIOLET_POSTGRES"], os.environ["VIOLET_TEST_STORE"] = cluster.url, "postgres"
NUMBER = "+12025550143"
service = Service().init()
service.account("ann", mail="ann@example.org")
service.numbers(NUMBER)
service.line("ann", NUMBER)
service.start()


class Carrier(threading.Thread):
    """Delivers texts with ids of its own until it is told to end, each again until it is acknowledged."""

    def __init__(self, name):
        super().__init__(daemon=True)
        self.prefix, self.acknowledged, self.refused, self.ended = name, 0, 0, False

    def run(self):
        while not self.ended:
            answer = service.text(NUMBER, "text of the stream", id=f"{self.prefix}-{self.acknowledged}")
            if answer.status == 200:
                self.acknowledged += 1
            else:
                equal(answer.status, 503)
                self.refused += 1


def kill_and_start():
    cluster.kill()
    time.sleep(1)
    cluster.start()


def stop_and_start():
    cluster.stop()
    time.sleep(1)
    cluster.start()


def hang():
    cluster.pause()
    time.sleep(3)
    cluster.go_on()


def forbid_writing():
    cluster.sql("ALTER SYSTEM SET default_transaction_read_only = on; SELECT pg_reload_conf();")
    cluster.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'violet'")
    time.sleep(2)
    cluster.sql("SET default_transaction_read_only = off; ALTER SYSTEM RESET default_transaction_read_only; "
                "SELECT pg_reload_conf();")


def break_connections():
    for _ in range(30):
        cluster.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'violet'")
        time.sleep(0.05)


@table([("killed", kill_and_start), ("stopped", stop_and_start), ("hanging", hang), ("read-only", forbid_writing),
        ("losing connections", break_connections)])
def what_was_acknowledged_stands_once_after_the_server_was(how):
    before = one(service, "SELECT count(*) FROM message")
    carriers = [Carrier(f"{how.__name__}-{number}") for number in range(8)]
    for carrier in carriers:
        carrier.start()
    time.sleep(0.5)
    how()
    acknowledged = [carrier.acknowledged for carrier in carriers]
    eventually(lambda: all(carrier.acknowledged > old for carrier, old in zip(carriers, acknowledged)), 15,
               "every carrier is served again")
    for carrier in carriers:
        carrier.ended = True
    for carrier in carriers:
        carrier.join(30)
    equal(one(service, "SELECT count(*) FROM message") - before, sum(carrier.acknowledged for carrier in carriers))
    service.check()


def finish():
    service.close()
    cluster.remove()


run(finish)
