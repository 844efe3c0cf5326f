"""More than the store can take: the carrier is told to keep its texts, sends them again, and each is stored once."""
import sqlite3
import time

from servers import postgres
from smsc import Smsc
from story import one
from tap import equal, eventually, run, test
from violet import Service, request

NUMBER = "+12025550143"
ROK, RMSGQFUL = 0, 0x14
BINDS, WINDOW, QUEUE = 5, 1000, 4096  # LIMIT_SQL_QUEUE
smsc, private = Smsc(), postgres.free_port()
service = Service()
service.secret("smpp.password", "secret12")
service.config.write_text(service.config.read_text().replace(
    "private_listen =", f"private_listen = 127.0.0.1:{private}"))
with open(service.config, "a", encoding="utf-8") as config:
    config.write(f"""
[carrier.flood]
kind = smpp
host = 127.0.0.1
port = {smsc.port}
system_id = violet
password_file = {service.home}/smpp.password
binds = {BINDS}
window = {WINDOW}
""")
service.init()
service.account("ann")
service.numbers(NUMBER)
service.line("ann", NUMBER)
service.start()


def messages():
    return one(service, "SELECT count(*) FROM message")


def put_off():
    lines = request(f"http://127.0.0.1:{private}", "GET", "/metrics").text.splitlines()
    return sum(int(line.split()[-1]) for line in lines if line.startswith("violet_smpp_put_off_total{"))


class Held:
    """Another program writes to the store's file and does not end: nothing of ours can be committed."""

    def __enter__(self):
        self.store = sqlite3.connect(service.data / "violet.db", isolation_level=None, timeout=30)
        self.store.execute("BEGIN IMMEDIATE")
        return self

    def __exit__(self, *_):
        self.store.execute("ROLLBACK")
        self.store.close()


def deliver(texts):
    """Shares the texts among the binds: (session, sequence) of each."""
    sessions, sent = smsc.bound((0x09,) * BINDS), {}
    for number, text in enumerate(texts):
        session = sessions[number % BINDS]
        sent[text] = (session, session.deliver(text))
    return sent


def answers(sent):
    return {text: session.status(sequence) for text, (session, sequence) in sent.items()}


def answered(sent):
    return {text: session.answers[sequence] for text, (session, sequence) in sent.items()
            if sequence in session.answers}


@test
def a_store_that_is_slow_delays_the_answers_and_refuses_nothing():
    before = messages()
    with Held():
        sent = deliver([b"slow %d" % number for number in range(50)])
        time.sleep(1)
        equal(answered(sent), {}, "answers before the commit")
    equal(set(answers(sent).values()), {ROK})
    equal(messages(), before + 50)


@test
def where_the_queue_is_full_the_carrier_keeps_the_rest_and_sends_it_again():
    before, refused_before = messages(), put_off()
    texts = [b"flood %d" % number for number in range(BINDS * WINDOW)]
    with Held():
        sent = deliver(texts)
        eventually(lambda: len(answered(sent)) >= (BINDS * WINDOW - QUEUE) // 2, 4, "the first refusals")
        equal(set(answered(sent).values()), {RMSGQFUL})
    found = answers(sent)
    kept = [text for text, status in found.items() if status == RMSGQFUL]
    equal(set(found.values()), {ROK, RMSGQFUL})
    eventually(lambda: put_off() == refused_before + len(kept), what="they are counted")
    equal(messages(), before + len(texts) - len(kept), "stored as acknowledged")
    equal(set(answers(deliver(kept)).values()), {ROK})
    equal(messages(), before + len(texts), "none is lost and none is there twice")
    service.check()


run(service.close)
