"""Carriers deliver texts by SMPP to `violet serve`: every character set, every fault, acknowledged = stored."""
import time
import urllib.request

from servers import postgres
from smsc import DELIVER, ENQUIRE, RESPONSE, UNBIND, Smsc, message, pdu, tlv
from story import one
from tap import contains, equal, run, table, test
from violet import Service

NUMBER, RESTING = "+12025550143", "+12025550144"
ROK, INVMSGLEN, INVCMDLEN, INVCMDID, OPTPARNOTALLWD, INVOPTPARSTREAM = 0, 1, 2, 3, 0xc1, 0xc0
NACK = 0x80000000

smsc, pair = Smsc(), Smsc()
service, private = Service(), postgres.free_port()
service.secret("smpp.password", "secret12")
service.config.write_text(service.config.read_text().replace(
    "private_listen =", f"private_listen = 127.0.0.1:{private}"))
with open(service.config, "a", encoding="utf-8") as config:
    config.write(f"""
[carrier.wire]
kind = smpp
host = 127.0.0.1
port = {smsc.port}
system_id = violet
password_file = {service.home}/smpp.password
enquire_seconds = 1
window = 50
[carrier.pair]
kind = smpp
host = localhost
port = {pair.port}
system_id = violet2
password_file = {service.home}/smpp.password
bind = both
binds = 2
charset = latin1
""")
service.init()
service.account("ann", mail="ann@example.org")
service.numbers(NUMBER, RESTING)
service.line("ann", NUMBER)
service.start()
ann = service.person("subscriber")


def bound(after=0):
    return smsc.bound(after=after)[0]


def inbox():
    return ann.get("/inbox").html.text


def messages():
    return one(service, "SELECT count(*) FROM message")


@test
def it_binds_as_configured_with_system_id_and_password_from_a_file():
    session = bound()
    equal((session.bind, session.system_id, session.password), (0x09, b"violet", b"secret12"))
    equal({one.system_id for one in pair.bound((0x01, 0x01, 0x02, 0x02))}, {b"violet2"})


@table([
    ("the GSM alphabet", b"Pay 5\x1b\x65 \x00 home", {}, "Pay 5€ @ home"),
    ("Latin-1", "Größe café".encode("latin-1"), {"coding": 3}, "Größe café"),
    ("ASCII", b"Plain 1234", {"coding": 1}, "Plain 1234"),
    ("UCS-2 with a surrogate pair", "验证码 654321 😀".encode("utf-16-be"), {"coding": 8}, "验证码 654321 😀"),
    ("a lone surrogate", b"\0A\xd8\x3d\0B", {"coding": 8}, "A\ufffdB"),
    ("Cyrillic", "Код 7788".encode("iso8859-5"), {"coding": 6}, "Код 7788"),
    ("data that is no text", b"\x00\x1f\xfe", {"coding": 4}, "[8 bit] 00 1F FE"),
    ("a flash text", b"flash 99881", {"coding": 0x10}, "flash 99881"),
    ("a long payload", b"", {"tlvs": tlv(0x424, b"payload " * 60)}, "payload payload"),
    ("an unknown TLV beside it", b"vendor ok", {"tlvs": tlv(0x1403, b"x")}, "vendor ok"),
    ("a header that lies", b"\x50abc", {"esm": 0x40}, "[8 bit] 50 61 62 63"),
    ("254 bytes of extension characters", b"\x1b\x65" * 127, {}, "€" * 127),
])
def a_text_arrives_in(text, named, shown):
    equal(bound().say(text, **named), ROK)
    contains(inbox(), shown)


def wait_until(true, what, seconds=15):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


@test
def a_flash_text_says_that_it_is_one():
    equal(bound().say(b"look up", coding=0x10), ROK)
    contains(inbox(), "Flash text")
    equal(service.rest().get("/messages?limit=1")["messages"][0]["flash"], True)


@test
def a_text_of_a_replace_type_takes_the_place_of_the_earlier_one_of_its_sender_number_and_type():
    for text, named in ((b"0 missed calls", {"protocol": 0x41}), (b"another type", {"protocol": 0x42}),
                        (b"another sender", {"protocol": 0x41, "source": b"22001"}), (b"no type", {"protocol": 0x40}),
                        (b"3 missed calls", {"protocol": 0x41})):
        equal(bound().say(text, **named), ROK)
    found = [text["text"] for text in service.rest().get("/messages?limit=4")["messages"]]
    equal(found, ["3 missed calls", "no type", "another sender", "another type"])
    equal("0 missed calls" in inbox(), False)


@test
def a_text_that_the_carrier_names_is_taken_once_in_one_connection_too():
    before, named = messages(), {"tlvs": tlv(0x1e, b"7f3a\0")}
    equal([bound().say(b"named 1", **named), bound().say(b"named 1", **named)], [ROK, ROK])
    equal(bound().say(b"named 1", tlvs=tlv(0x1e, b"7f3b\0")), ROK)
    for _ in range(2):
        equal(bound().say(b"long and named " * 15, **named), ROK)
    equal(messages(), before + 3)


def udh(number, total, reference=7):
    return bytes([5, 0, 3, reference, total, number])


LONG = "长短信验证码 998877 😀".encode("utf-16-be")


@table([
    ("in order", [1, 2, 3]), ("the last one first", [3, 1, 2]), ("with repetitions", [2, 2, 1, 1, 3]),
])
def a_long_text_is_put_together(order):
    before, session, reference = messages(), bound(), sum(order) * 10 + order[0]
    pieces = {1: LONG[:5], 2: LONG[5:-2], 3: LONG[-2:]}  # through a character, and through a surrogate pair
    for number in order:
        equal(session.say(udh(number, 3, reference) + pieces[number], coding=8, esm=0x40), ROK)
    equal(messages(), before + 1, "messages")
    contains(inbox(), "长短信验证码 998877 😀")


@test
def a_long_text_by_16_bit_reference_comes_whole():
    before, session = messages(), bound()
    for number in (2, 1):
        equal(session.say(bytes([6, 8, 4, 1, 2, 2, number]) + b"sixteen bit %d, " % number, esm=0x40), ROK)
    equal(messages(), before + 1, "messages")
    contains(inbox(), "sixteen bit 1, sixteen bit 2,")


@test
def a_long_text_by_SAR_comes_whole_across_binds():
    receivers = [one for one in pair.bound((0x01, 0x01, 0x02, 0x02)) if one.bind == 0x01]
    before = messages()
    for number in (1, 2):
        tlvs = tlv(0x20c, b"\1\2") + tlv(0x20e, b"\2") + tlv(0x20f, bytes([number]))
        equal(receivers[number - 1].say(b"segment %d, " % number, tlvs=tlvs), ROK)
    equal(messages(), before + 1, "messages")
    contains(inbox(), "segment 1, segment 2,")


@test
def parts_survive_kill_9_and_the_missing_ones_are_shown_after_a_time():
    before, session, count = messages(), bound(), len(smsc.sessions)
    equal(session.say(udh(1, 2, 200) + b"before the fall, ", esm=0x40), ROK)
    equal(session.say(udh(2, 3, 201) + b"the middle one", esm=0x40), ROK)
    service.kill()
    service.start()
    ann.base = service.url
    session = bound(count)
    equal(session.say(udh(2, 2, 200) + b"after it", esm=0x40), ROK)
    contains(inbox(), "before the fall, after it")
    equal(messages(), before + 1, "messages")
    service.stop()
    service.change("UPDATE queue SET due = 1 WHERE kind = 'parts'")
    count = len(smsc.sessions)
    service.start()
    ann.base = service.url
    bound(count)
    wait_until(lambda: messages() == before + 2, "the incomplete text is shown")
    contains(inbox(), "[1/3 …]the middle one[3/3 …]")
    # The prints of the text that is whole are another job's.
    wait_until(lambda: one(service, "SELECT count(*) FROM message_part") == 0, "no part or print is left")


@test
def a_part_that_comes_again_after_its_text_was_whole_is_not_shown():
    before, session, count = messages(), bound(), len(smsc.sessions)
    for number, text in ((1, b"whole before, "), (2, b"really whole"), (1, b"whole before, ")):
        equal(session.say(udh(number, 2, 210) + text, esm=0x40), ROK)
    equal(messages(), before + 1, "messages")
    # Its sender counts no further: a second text with the same reference, which begins like the first one.
    equal(session.say(udh(2, 2, 210) + b"and another one", esm=0x40), ROK)
    contains(inbox(), "whole before, and another one")
    equal(session.say(udh(1, 2, 210) + b"whole before, ", esm=0x40), ROK)
    service.stop()
    service.change("UPDATE queue SET due = 1 WHERE kind = 'parts'")
    service.start()
    ann.base = service.url
    bound(count)
    wait_until(lambda: one(service, "SELECT count(*) FROM message_part") == 0, "what was left is forgotten")
    equal(messages(), before + 2, "messages")


@table([
    ("sm_length beyond the PDU", message(b"abc")[:-1], INVMSGLEN),
    ("sm_length 255", message(b"")[:-1] + b"\xff" + b"a" * 255, INVMSGLEN),
    ("a text cut off", message(b"")[:9], INVCMDLEN),
    ("a TLV that lies", message(b"x", tlvs=b"\x14\x03\0\5ab"), INVOPTPARSTREAM),
    ("a text twice", message(b"x", tlvs=tlv(0x424, b"y")), OPTPARNOTALLWD),
    ("a sender without end", b"\0\1\1" + b"9" * 60, 0x0a),
])
def refused_and_not_stored_is(body, status):
    before, session = messages(), bound()
    session.sequence += 1
    session.send(pdu(DELIVER, body, sequence=session.sequence))
    equal(session.status(session.sequence), status)
    equal(messages(), before, "messages")


@test
def an_unknown_command_is_answered_by_generic_nack():
    session = bound()
    session.send(pdu(0x21, b"\0", sequence=4711))
    equal(session.answer(NACK), (INVCMDID, 4711))


@table([("not ours", b"19995550100"), ("at rest", b"12025550144")])
def a_number_is_counted_and_acknowledged_that_is(to):
    before = messages()
    equal(bound().say(b"for nobody", to=to), ROK)
    equal(messages(), before, "messages")


@test
def the_same_text_twice_in_one_session_is_two_texts():
    before, session = messages(), bound()
    equal([session.say(b"said twice"), session.say(b"said twice")], [ROK, ROK])
    equal(messages(), before + 2, "messages")


@test
def a_text_delivered_again_after_a_lost_connection_is_stored_once():
    before, count = messages(), len(smsc.sessions)
    session = bound()
    equal(session.say(b"only once"), ROK)
    session.reset()
    session = bound(count)
    equal(session.say(b"only once"), ROK)
    equal(messages(), before + 1, "messages")
    equal(session.say(b"only once"), ROK, "a third one, of the new session, is a new text")
    equal(messages(), before + 2, "messages")


@test
def garbage_ends_the_session_with_a_nack_and_another_begins():
    session, count = bound(), len(smsc.sessions)
    session.send(b"GET / HTTP/1.1\r\n\r\n")
    equal(session.answer(NACK), (INVCMDLEN, 0))
    session.wait(lambda: session.closed)
    equal(bound(count).say(b"after garbage"), ROK)
    contains(inbox(), "after garbage")


@test
def a_peer_that_is_silent_is_asked_and_then_left():
    session, count = bound(), len(smsc.sessions)
    session.answer(ENQUIRE)
    smsc.mute = True
    session.wait(lambda: session.closed)
    smsc.mute = False
    bound(count)


@test
def the_carriers_enquire_link_and_unbind_are_answered():
    session, count = bound(), len(smsc.sessions)
    session.send(pdu(ENQUIRE, sequence=77))
    equal(session.answer(ENQUIRE | RESPONSE), (ROK, 77))
    session.send(pdu(UNBIND, sequence=78))
    equal(session.answer(UNBIND | RESPONSE), (ROK, 78))
    bound(count)


@test
def the_metrics_of_each_bind_stand_on_the_private_listener():
    with urllib.request.urlopen(f"http://127.0.0.1:{private}/metrics") as answer:
        found = answer.read().decode()
    contains(found, 'violet_smpp_bound{carrier="wire",mode="transceiver",bind="1"} 1')
    contains(found, 'violet_smpp_bound{carrier="pair",mode="transmitter",bind="2"} 1')
    contains(found, 'violet_smpp_window{carrier="wire",mode="transceiver",bind="1"} 50')
    contains(found, 'violet_smpp_in_flight{carrier="wire",mode="transceiver",bind="1"} 0')
    for counter in ("losses_total", "malformed_total", "delivered_total", "last_text_seconds"):
        if f'violet_smpp_{counter}{{carrier="wire",mode="transceiver",bind="1"}} 0' in found:
            raise AssertionError(f"{counter} is not counted")


@test
def a_refused_bind_is_tried_again():
    session, count = bound(), len(smsc.sessions)
    smsc.refuse = 0x0d
    session.reset()
    while len(smsc.sessions) < count + 2:
        session.changed.acquire()
        session.changed.wait(0.05)
        session.changed.release()
    smsc.refuse = 0
    bound(count)


@test
def the_second_carriers_own_alphabet_counts():
    receiver = next(one for one in pair.bound((0x01, 0x01, 0x02, 0x02)) if one.bind == 0x01)
    equal(receiver.say("Müßig 4455".encode("latin-1")), ROK)
    contains(inbox(), "Müßig 4455")


@test
def nothing_is_taken_on_a_transmitter():
    transmitter = next(one for one in pair.bound((0x01, 0x01, 0x02, 0x02)) if one.bind == 0x02)
    equal(transmitter.say(b"wrong way"), 0x04)


@test
def what_was_acknowledged_under_load_survives_kill_9_exactly():
    before, session, count = messages(), bound(), len(smsc.sessions)
    wanted = [session.deliver(b"load %d" % number) for number in range(2000)]
    session.wait(lambda: len([one for one in wanted if one in session.answers]) >= 300)
    service.kill()
    session.wait(lambda: session.closed)
    acknowledged = {number for number, one in enumerate(wanted) if session.answers.get(one) == ROK}
    service.start()
    ann.base = service.url
    stored = messages() - before
    if stored < len(acknowledged):
        raise AssertionError(f"{len(acknowledged)} acknowledged, {stored} stored")
    session = bound(count)
    again = [session.deliver(b"load %d" % number) for number in range(2000) if number not in acknowledged]
    for one in again:
        equal(session.status(one), ROK)
    equal(messages(), before + 2000, "what the carrier kept was delivered again, and each is stored once")
    service.check()


@test
def stopping_answers_what_is_under_way_and_unbinds():
    before, session = messages(), bound()
    wanted = [session.deliver(b"last %d" % number) for number in range(40)]
    session.status(wanted[0])
    equal(service.stop(), 0)
    session.wait(lambda: session.closed)
    equal(session.answer(UNBIND)[0], ROK)
    acknowledged = [one for one in wanted if session.answers.get(one) == ROK]
    service.start()
    equal(messages(), before + len(acknowledged), "messages")


run(service.close)
