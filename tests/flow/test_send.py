"""Answers to texts: what they cost, how they reach the carrier, what it says of them, and who wants none."""
import time
from itertools import count as counted

from smsc import DELIVER, Smsc, pdu, receipt, tlv
from story import one
from tap import contains, equal, eventually, run, table, test
from violet import Service

NUMBER, PEER = "+12025550143", "12125550100"
THROTTLED, QUEUE_FULL, REFUSED = 0x58, 0x14, 0x45

smsc = Smsc()
counter = counted(1)
service = Service()
service.secret("smpp.password", "secret12")
with open(service.config, "a", encoding="utf-8") as config:
    config.write(f"""
[carrier.wire]
kind = smpp
host = 127.0.0.1
port = {smsc.port}
system_id = violet
password_file = {service.home}/smpp.password
""")
service.init()
service.account("ann", mail="ann@example.org")
path = service.home / "inventory.csv"
path.write_text(f"number,carrier,class\n{NUMBER},wire,residential\n+12025550144,{'acme'},residential\n")
service.cli("number", "import", path)
service.line("ann", NUMBER)
service.cli("number", "assign", "+12025550144", "--account", "ann", "--fee", "0")
service.start()
ann = service.rest()


def bound():
    return smsc.bound()[0]


def allow(price="0.02", daily=100):
    service.cli("account", "sending", "on", "--account", "ann", "--price", price, "--daily", daily)


def came(text=None, source=PEER.encode(), **named):
    """A text comes in; its id. Each is another one: after a connection that ended, the same would be taken for a
    repetition."""
    text = text or b"Are you there? %d" % next(counter)
    equal(bound().say(text, source=source, ton=1 if len(source) > 8 else 3, **named), 0)
    return ann.get("/messages?limit=1")["messages"][0]["id"]


def balance():
    return ann.get("/wallet")["balance"]


def answer(text, to=None, status=201, key=None, **named):
    return ann.post(f"/messages/{to or came()}/answer", {"text": text, **named}, status=status, key=key)


def state(sent):
    return ann.get(f"/messages/{sent['id']}")["delivery"]["state"]


def becomes(sent, wanted, seconds=15):
    try:
        eventually(lambda: state(sent) == wanted, seconds)
    except AssertionError:
        raise AssertionError(f"{state(sent)}, not {wanted}") from None


def say_receipt(*words, **named):
    session = bound()
    session.sequence += 1
    session.send(pdu(DELIVER, receipt(*words, **named), sequence=session.sequence))
    equal(session.status(session.sequence), 0)


@test
def nobody_sends_before_the_operator_allows_it():
    first = came()
    equal(ann.post(f"/messages/{first}/quote", {"text": "hi"}, status=200)["refused"], "off")
    equal(answer("hi", first, status=403)["code"], "policy")
    equal(smsc.submits, [])


@test
def the_price_is_told_before_and_charged_when_the_carrier_takes_it():
    allow()
    to, before = came(), balance()
    quote = ann.post(f"/messages/{to}/quote", {"text": "On my way"}, status=200)
    equal(quote, {"parts": 1, "alphabet": "gsm7", "characters": 9, "room": 160, "price": "0.02", "day_left": 100,
                  "refused": None})
    sent = answer("On my way", to, most="0.02")
    equal((sent["direction"], sent["peer"], sent["number"]), ("sent", "+" + PEER, NUMBER))
    becomes(sent, "sent")
    made = smsc.submits[-1]
    equal((made.source, made.to, made.text, made.coding, made.receipt), (NUMBER[1:].encode(), PEER.encode(),
                                                                         b"On my way", 0, 1))
    equal((made.source_ton, made.ton, made.npi), (1, 1, 1))
    equal(f"{float(before) - float(balance()):.2f}", "0.02")
    service.check()


@table([
    ("text, hexadecimal as it was answered", lambda id: ((id,), {})),
    ("text, the id in decimal", lambda id: ((f"{int(id, 16)}",), {})),
    ("text, with zeros and capitals", lambda id: (("00" + id.upper(),), {})),
    ("TLVs alone", lambda id: (("",), {"text": "", "tlvs": tlv(0x1e, id.encode() + b"\0") + tlv(0x427, b"\2")})),
])
def a_receipt_shows_as_delivered(make):
    sent = answer("Receipt, please")
    becomes(sent, "sent")
    words, named = make(smsc.submits[-1].id)
    say_receipt(*words, **named)
    becomes(sent, "delivered")


@test
def a_receipt_of_failure_shows_and_a_strangers_receipt_changes_nothing():
    sent = answer("Will fail")
    becomes(sent, "sent")
    say_receipt(smsc.submits[-1].id, to=b"12125559999")
    say_receipt("feed")
    equal(state(sent), "sent")
    say_receipt(smsc.submits[-1].id, "UNDELIV")
    becomes(sent, "failed")


@test
def a_receipt_that_overtakes_the_answer_counts():
    def early(session):
        session.sequence += 1
        session.send(pdu(DELIVER, receipt(f"{smsc.next_id + 1:x}"), sequence=session.sequence))
        time.sleep(0.3)
        return 0
    smsc.verdicts = [early]
    becomes(answer("Fast carrier"), "delivered")


@test
def a_long_text_is_cut_and_each_part_is_paid():
    count, before = len(smsc.submits), balance()
    text = "我会在五点来，" * 20
    sent = answer(text)
    equal(sent["delivery"], {"state": sent["delivery"]["state"], "parts": 3, "price": "0.06"})
    becomes(sent, "sent")
    parts = smsc.submits[count:]
    equal([(one.esm, one.coding, one.text[:3], one.text[4:6]) for one in parts],
          [(0x40, 8, b"\5\0\3", bytes([3, number])) for number in (1, 2, 3)])
    equal("".join(one.text[6:].decode("utf-16-be") for one in parts), text)
    equal(f"{float(before) - float(balance()):.2f}", "0.06")


@test
def the_same_key_sends_once():
    to, count = came(), len(smsc.submits)
    sent = answer("Once", to, key="k-1")
    equal(answer("Once", to, key="k-1")["id"], sent["id"])
    becomes(sent, "sent")
    equal(len(smsc.submits), count + 1)
    becomes(answer("Once", came(), key="k-2"), "sent")
    becomes(answer("Once", key="k-3"), "sent")
    equal(len(smsc.submits), count + 3)


@test
def what_the_carrier_refuses_costs_nothing():
    before = balance()
    smsc.verdicts = [REFUSED]
    sent = answer("No")
    becomes(sent, "failed")
    equal((balance(), ann.get(f"/messages/{sent['id']}")["delivery"]["price"]), (before, "0.00"))
    service.check()


@table([("throttling", THROTTLED), ("a full queue", QUEUE_FULL)])
def sent_again_later_after(status):
    count = len(smsc.submits)
    smsc.verdicts = [status]
    sent = answer("Later then")
    becomes(sent, "sent")
    equal(len(smsc.submits), count + 2)


@test
def a_lost_answer_is_unknown_and_never_sent_twice():
    before, count, sessions = balance(), len(smsc.submits), len(smsc.sessions)
    smsc.verdicts = [lambda session: session.reset()]
    sent = answer("Into the dark")
    becomes(sent, "unknown")
    smsc.bound(after=sessions)
    equal((len(smsc.submits), balance()), (count + 1, before))
    service.check()


@test
def who_says_stop_gets_no_answer_until_start():
    to, count = came("退订".encode("utf-16-be"), coding=8), len(smsc.submits)
    equal(ann.post(f"/messages/{to}/quote", {"text": "hi"}, status=200)["refused"], "opted_out")
    equal(answer("But why", to, status=403)["code"], "policy")
    becomes(answer("Another one", came(source=b"12125550177")), "sent")
    to = came(b" Start. ")
    becomes(answer("Welcome back", to), "sent")
    equal(len(smsc.submits), count + 2)


@table([
    ("a name", {"source": b"BANK"}, "peer"),
    ("three digits", {"source": b"123"}, "peer"),
])
def nobody_can_answer(named, why):
    equal(ann.post(f"/messages/{came(**named)}/quote", {"text": "hi"}, status=200)["refused"], why)


@test
def a_short_code_is_answered():
    becomes(answer("STOP", came(source=b"22000")), "sent")
    equal((smsc.submits[-1].to, smsc.submits[-1].ton), (b"22000", 3))


@test
def numbers_of_a_carrier_that_takes_no_texts_only_receive():
    service.text("+12025550144", "Hello", sender="+" + PEER)
    to = ann.get("/messages?limit=1")["messages"][0]["id"]
    equal(ann.post(f"/messages/{to}/quote", {"text": "hi"}, status=200)["refused"], "carrier")


@table([
    ("nothing", "", 422), ("a bell", "ding\a", 422), ("too much", "x" * 4097, 413), ("33 parts", "€" * 2600, 413),
])
def is_refused_as_a_text(text, status):
    answer(text, status=status)


@test
def a_dearer_text_than_was_shown_is_not_sent():
    equal(answer("hi", most="0.01", status=409)["code"], "changed")


@test
def the_day_and_the_balance_end():
    used = int(one(service, "SELECT count(*) FROM sent_part"))
    allow(daily=used + 1)
    equal(answer("x" * 161, status=429)["code"], "rate")
    allow(price="100")
    equal(answer("hi", status=402)["code"], "balance")
    allow()


@test
def the_page_shows_the_price_before_it_sends_and_then_what_became_of_it():
    allow()
    to, count = came(b"On the page?"), len(smsc.submits)
    somebody = service.person("subscriber")
    somebody.get("/inbox")
    contains(somebody.get(f"/messages/{to}").html.text, "Your answer to +1 212 555 0100")
    action = f"/messages/{to}/answer#answer"
    shown = somebody.press("quote", action=action, text="好的，五点见").html.text
    contains(shown, "6 of 70 characters, one part.")
    contains(shown, "Send for")
    equal(len(smsc.submits), count)
    twin = somebody.copy()
    twin.page = somebody.page
    contains(somebody.press("send", action=action).html.text, "Your answer is on its way.")
    twin.press("send", action=action)  # the same form once more
    sent = ann.get("/messages?limit=1")["messages"][0]
    becomes(sent, "sent")
    equal(len(smsc.submits), count + 1)
    contains(somebody.get("/inbox").html.text, "Sent to +1 212 555 0100")
    say_receipt(smsc.submits[-1].id)
    becomes(sent, "delivered")
    contains(somebody.get(f"/messages/{sent['id']}").html.text, "Delivered")


@test
def a_line_break_of_a_form_is_one_character():
    allow()
    to = came(b"Two lines?")
    somebody, action = service.person("subscriber"), f"/messages/{to}/answer#answer"
    somebody.get(f"/messages/{to}")
    contains(somebody.press("quote", action=action, text="one\r\ntwo").html.text, "7 of 160 characters")
    somebody.press("send", action=action, text="one\r\ntwo")
    sent = ann.get("/messages?limit=1")["messages"][0]
    becomes(sent, "sent")
    equal((sent["text"], smsc.submits[-1].text), ("one\ntwo", b"one\ntwo"))


@test
def the_page_sends_nothing_dearer_than_it_showed_and_says_why_nobody_answers():
    allow()
    to, count = came(b"Dear?"), len(smsc.submits)
    somebody, action = service.person("subscriber"), f"/messages/{to}/answer#answer"
    somebody.get(f"/messages/{to}")
    somebody.press("quote", action=action, text="short")
    contains(somebody.press("send", action=action, text="x" * 200, status=409).html.text, "It costs more than was shown before")
    contains(somebody.press("quote", action=action, text="x" * 4000 + "好", status=413).html.text, "too long")
    came(b"STOP")
    contains(somebody.get(f"/messages/{to}").html.text, "They asked for no more texts (STOP)")
    came(b"START")
    equal(len(smsc.submits), count)


@test
def a_text_that_waits_can_be_deleted_and_its_price_comes_back():
    before, count = balance(), len(smsc.submits)
    smsc.verdicts = [THROTTLED] * 9
    sent = answer("Never mind")
    eventually(lambda: len(smsc.submits) > count, 10)
    ann.call("DELETE", f"/messages/{sent['id']}", status=204)
    eventually(lambda: balance() == before, 10)
    smsc.verdicts = []
    service.check()


@test
def what_waits_when_its_number_is_parked_is_not_sent_and_costs_nothing():
    before, to = balance(), came()
    smsc.verdicts = [THROTTLED] * 9
    sent = answer("Too late", to)
    # the next try is four seconds away then: nothing is under way
    eventually(lambda: int(one(service, "SELECT count(*) FROM sent_part WHERE state = 1 AND tries = 2")) == 1, 20)
    service.cli("number", "park", NUMBER)
    smsc.verdicts = []
    service.cli("number", "unpark", NUMBER)
    becomes(sent, "failed")
    equal(balance(), before)
    becomes(answer("In time", to), "sent")
    service.check()


@test
def a_text_waits_for_its_carrier_over_a_restart():
    smsc.verdicts = [THROTTLED]
    sent = answer("Patience")
    eventually(lambda: int(one(service, "SELECT count(*) FROM sent_part WHERE state = 1 AND tries = 1")) == 1, 10)
    service.kill()
    service.start()
    ann.base = service.url
    becomes(sent, "sent", 30)
    service.check()


run(service.close)
