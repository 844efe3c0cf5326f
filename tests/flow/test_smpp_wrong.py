"""Carriers that do wrong: the right answer, a line in the log, a number on /metrics, and no text lost."""
import socket
import struct

from servers import postgres
from smsc import DELIVER, ENQUIRE, RESPONSE, Smsc, message, pdu
from story import one
from tap import contains, equal, eventually, run, table, test
from violet import Service, request

NUMBER = "+12025550143"
ROK, INVMSGLEN, INVCMDLEN, INVCMDID, INVOPTPARSTREAM = 0, 1, 2, 3, 0xc0
NACK, SUBMIT_RESP, BIND_RESP = 0x80000000, 0x80000004, 0x80000009
smsc, private = Smsc(), postgres.free_port()
smsc.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
silent = socket.create_server(("127.0.0.1", 0))  # takes connections, and says nothing to the bind
service = Service()
service.secret("smpp.password", "secret12")
service.config.write_text(service.config.read_text().replace(
    "private_listen =", f"private_listen = 127.0.0.1:{private}"))
with open(service.config, "a", encoding="utf-8") as config:
    for name, port in (("wrong", smsc.port), ("silent", silent.getsockname()[1])):
        config.write(f"\n[carrier.{name}]\nkind = smpp\nhost = 127.0.0.1\nport = {port}\nsystem_id = violet\n"
                     f"password_file = {service.home}/smpp.password\nenquire_seconds = 60\n")
service.init()
service.account("ann")
service.numbers(NUMBER)
service.line("ann", NUMBER)
service.start()


def bound(after=0):
    return smsc.bound(after=after)[0]


def messages():
    return one(service, "SELECT count(*) FROM message")


def counted(name, carrier="wrong"):
    lines = request(f"http://127.0.0.1:{private}", "GET", "/metrics").text.splitlines()
    return next(int(line.split()[-1]) for line in lines if line.startswith(f'violet_smpp_{name}{{carrier="{carrier}"'))


@table([
    ("cut off in its head of fields", message(b"")[:5], INVCMDLEN, "ESME_RINVCMDLEN"),
    ("with a length that lies", message(b"abc")[:-1], INVMSGLEN, "ESME_RINVMSGLEN"),
    ("with sm_length 255", message(b"")[:-1] + b"\xff" + b"\x1b\x65" * 127 + b"a", INVMSGLEN, "ESME_RINVMSGLEN"),
    ("with a TLV that ends behind it", message(b"x", tlvs=b"\x14\x03\0\5ab"), INVOPTPARSTREAM, "ESME_RINVOPTPARSTREAM"),
])
def a_PDU_is_refused_logged_and_counted(body, status, name):
    session, before, wrong = bound(), messages(), counted("malformed_total")
    session.sequence += 1
    session.send(pdu(DELIVER, body, sequence=session.sequence))
    equal(session.status(session.sequence), status)
    contains(service.stderr(), f"smpp_malformed carrier=wrong mode=transceiver number=1 why={name}")
    equal((counted("malformed_total"), messages()), (wrong + 1, before))
    equal(session.say(b"and the session goes on"), ROK)


@table([("one byte too long", struct.pack(">IIII", 72 * 1024 + 1, DELIVER, 0, 9)),
        ("shorter than a head", struct.pack(">IIII", 15, DELIVER, 0, 9)),
        ("of four billion bytes", b"\xff" * 16)])
def a_length_that_can_not_be_ends_the_session(head):
    session, count, wrong = bound(), len(smsc.sessions), counted("malformed_total")
    session.send(head)
    equal(session.answer(NACK)[0], INVCMDLEN)
    session.wait(lambda: session.closed)
    equal(bound(count).say(b"after it"), ROK)
    equal(counted("malformed_total"), wrong + 1)


@table([("an answer that nobody waits for", pdu(SUBMIT_RESP, b"id\0", sequence=4711)),
        ("a second answer to the bind", pdu(BIND_RESP, b"smsc\0", sequence=1)),
        ("an answer to no question", pdu(ENQUIRE | RESPONSE, sequence=99)),
        ("a nack of nothing", pdu(NACK, status=3, sequence=0)),
        ("an answer that can't be read", pdu(SUBMIT_RESP, b"no end", sequence=7))])
def not_answered_and_without_effect_is(data):
    session, seen = bound(), len(bound().seen)
    session.send(data + pdu(ENQUIRE, sequence=5))
    session.wait(lambda: len(session.seen) > seen)
    equal(session.seen[seen:], [(ENQUIRE | RESPONSE, ROK, 5)])


@test
def sequences_that_repeat_or_run_backwards_are_answered_as_they_came():
    session, before = bound(), messages()
    session.sequence = 70000
    for number in (0, 70001, 70001, 5, 0x7fffffff, 0xffffffff):
        session.answers.pop(number, None)
        session.send(pdu(DELIVER, message(b"sequence %d" % number), sequence=number))
        equal(session.status(number), ROK)
    equal(messages(), before + 6)


@test
def who_takes_no_answers_is_left():
    session, count, losses = bound(), len(smsc.sessions), counted("losses_total")
    session.deaf = True
    flood = pdu(ENQUIRE, sequence=1) * 65536
    try:
        for _ in range(16):
            session.send(flood)
    except OSError:
        pass
    eventually(lambda: counted("losses_total") > losses, 20, "the session is ended")
    contains(service.stderr(), "smpp_lost carrier=wrong mode=transceiver number=1 why=full")
    session.deaf = False
    session.wait(lambda: session.closed)
    equal(bound(count).say(b"after the flood"), ROK)


@test
def a_refused_bind_is_logged_and_counted():
    session, refused = bound(), counted("bind_refusals_total")
    smsc.refuse = 0x0e
    count = len(smsc.sessions)
    session.reset()
    eventually(lambda: counted("bind_refusals_total") > refused, 15, "the refusal")
    smsc.refuse = 0
    contains(service.stderr(), "smpp_bind_refused carrier=wrong mode=transceiver number=1 why=ESME_RINVPASWD")
    bound(count)


@test
def who_says_nothing_to_the_bind_is_left_and_tried_again():
    wanted = "smpp_not_bound carrier=silent mode=transceiver number=1 why=stale"
    eventually(lambda: wanted in service.stderr(), 20, "the silent one is left")
    eventually(lambda: counted("connects_total", "silent") >= 2, 10, "and tried again")
    service.check()


run(service.close)
