"""A carrier delivers texts by HTTP to `violet serve`: signed, durable, once."""
import time

from client import deliver_text
from story import one
from tap import contains, equal, run, table, test
from violet import CARRIER, SECRET, Service

NUMBER, RESTING = "+12025550143", "+12025550144"
service = Service().init()
service.account("ann", mail="ann@example.org")
service.numbers(NUMBER, RESTING)
service.line("ann", NUMBER)
service.start()
ann = service.person("subscriber")


def messages():
    return one(service, "SELECT count(*) FROM message")


@test
def a_signed_text_stands_in_the_inbox_with_its_code():
    equal(service.text(NUMBER, "G-482913 is your Google verification code.").status, 200)
    contains(ann.get("/inbox").html.text, "G-482913 is your Google verification code.")


@test
def the_same_text_again_is_answered_and_not_stored_again():
    before = messages()
    first = service.text(NUMBER, "only once", id="same-id")
    again = service.text(NUMBER, "only once", id="same-id")
    equal((first.status, again.status, again.json["result"]), (200, 200, "repeated"))
    equal(messages(), before + 1, "messages")


@test
def what_was_acknowledged_survives_kill_9():
    for number in range(20):
        equal(service.text(NUMBER, f"survivor {number}").status, 200)
    service.kill()
    service.start()
    ann.base = service.url
    found = ann.get("/inbox").html.text
    for number in range(20):
        contains(found, f"survivor {number}")
    service.check()


@table([("not ours", "+19995550100"), ("at rest", RESTING)])
def a_number_that_is(number):
    before = messages()
    answer = service.text(number, "for nobody")
    equal((answer.status, answer.json["result"]), (200, "counted"), "so that the carrier does not repeat it")
    equal(messages(), before, "messages")


@test
def a_wrong_signature_is_refused():
    before = messages()
    equal(service.text(NUMBER, "forged", signature="0" * 64).status, 401)
    equal(messages(), before, "messages")


@table([("ten minutes old", -600), ("ten minutes ahead", 600)])
def a_time_stamp_is_refused_that_is(seconds):
    before = messages()
    fields = {"from": "1", "to": NUMBER, "text": "stale", "id": "stale"}
    equal(deliver_text(service.url, CARRIER, SECRET, fields, now=time.time() + seconds).status, 401)
    equal(messages(), before, "messages")


@table([("without id", {"from": "1", "to": NUMBER, "text": "a"}),
        ("with a number that is none", {"from": "1", "to": "hello", "text": "a", "id": "b"})])
def a_delivery(fields):
    before, answer = messages(), deliver_text(service.url, CARRIER, SECRET, fields)
    if answer.status not in (200, 400, 422):
        raise AssertionError(f"answered {answer.status}: {answer.text}")
    equal(messages(), before, "messages")


@test
def an_unknown_carrier_is_not_found():
    equal(deliver_text(service.url, "nobody", SECRET, {"from": "1", "to": NUMBER, "text": "a", "id": "c"}).status, 404)


@test
def text_in_any_script_survives():
    words = "验证码 482913 \U0001f600 שלום \"quoted\" <b>&amp;"
    service.text(NUMBER, words)
    contains(ann.get("/inbox").html.text, words)
    service.check()


run(service.close)
