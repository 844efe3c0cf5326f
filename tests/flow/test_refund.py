"""A refund that comes back, as the holder and finance see it."""
import re

from client import Rest
from story import close_by_clock, submit_closing
from tap import contains, equal, eventually, lacks, run, test
from violet import Demo

TRIES = 5
demo = Demo().start()
ann = demo.person()
ann.log_in("ann", "violet-ann-demo")
closure = submit_closing(demo, ann, "violet-ann-demo")
close_by_clock(demo, closure)
key = closure.link.split("key=")[1]
fay = demo.person()
fay.log_in("fay", "violet-fay-demo", page="/desk/login")


PAYMENT = re.search(rf"/desk/money/{closure.reference}/(\d+)/1/sent", fay.get("/desk/money").text)[1]


def refunds():
    return Rest(demo.url).get(f"/closures/{closure.reference}?key={key}")["refunds"]


def finance(attempt, verb, status=200, **said):
    """Presses a button beside an attempt of the first payment, as finance."""
    fay.get("/desk/money")
    return fay.press(action=f"/{PAYMENT}/{attempt}/{verb}", status=status, **said)


def waiting():
    """What the desk's pages count beside Money."""
    return int(re.search(r"Refunds (\d+)", fay.get("/desk/money").html.text)[1])


@test
def the_desk_counts_refunds_and_the_page_says_by_when():
    equal(waiting(), len(refunds()))
    finance(1, "sent", reference="B-1")
    sent = next(one for one in refunds() if one["state"] == "sent")
    equal(sent["with_you_by"] > sent["sent_at"], True)
    contains(closure.follow().page.html.text, "With you by")
    lacks(closure.follow().page.html.text, "waits for a destination")


@test
def one_that_came_back_asks_for_a_destination_on_page_by_mail_and_by_rest():
    finance(1, "failed")
    eventually(lambda: demo.mails("came back"), 5, "the mail")
    again = next(one for one in refunds() if one["state"] == "owed" and one["attempt"] == 2)
    equal((again["asks_destination"], again["to"]), (True, None))
    contains(fay.get("/desk/money").html.text, "The holder is asked")
    contains(closure.follow("zh-CN").page.html.text, "退到哪里")
    holder = closure.follow()
    holder.press(action="/bank", bank="DE02 1203 0000 0000 2020 51")
    again = next(one for one in refunds() if one["attempt"] == 2)
    equal((again["asks_destination"], again["to"]), (False, "•••• 0 51"))
    lacks(closure.follow().page.html.text, "waits for a destination")


@test
def a_tab_that_shows_an_older_destination_pays_nowhere():
    tab = fay.copy()
    tab.get("/desk/money")
    Rest(demo.url).call("POST", f"/closures/{closure.reference}/bank?key={key}", {"bank": "GB33 BUKB 2020 1555"}, 200)
    tab.press(action=f"/{PAYMENT}/2/sent", reference="B-2", status=409)
    equal(next(one for one in refunds() if one["attempt"] == 2)["state"], "owed")


@test
def after_five_attempts_a_person_sees_to_it():
    for attempt in range(2, TRIES + 1):
        finance(attempt, "sent", reference=f"B-{attempt}")
        finance(attempt, "failed")
        if attempt < TRIES:
            closure.follow().press(action="/bank", bank=f"DE02 1203 0000 000{attempt}")
    last = max(refunds(), key=lambda one: one["attempt"])
    equal((last["attempt"], last["state"], last["waits_for_person"]), (TRIES, "failed", True))
    contains(closure.follow().page.html.text, "a person sees to it")
    eventually(lambda: demo.mails("came back again"), 5, "the mail")
    contains(fay.get("/desk/money").html.text, "Only a person can say where it goes")
    finance(TRIES, "redirect", to="short", status=422)
    finance(TRIES, "redirect", to="DE02 1203 0000 0099")
    finance(TRIES + 1, "sent", reference="B-9")
    finance(TRIES + 1, "settled")
    equal(max(refunds(), key=lambda one: one["attempt"])["state"], "settled")


@test
def nothing_is_out_of_order_afterwards():
    demo.check()


run(demo.close)
