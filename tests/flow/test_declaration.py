"""A declaration by link: what it concerns, its term of withdrawal, and "This was not me" of it."""
import re

from client import Rest
from tap import contains, equal, eventually, lacks, run, test
from violet import Demo

demo = Demo().start()
ann, nobody = Rest(demo.url).log_in("ann", "violet-ann-demo"), Rest(demo.url)
number = max(ann.get("/numbers")["numbers"], key=lambda one: one["since"])["number"]
address = next(one["address"] for one in ann.get("/contacts")["contacts"] if one["verified_at"])


def declare(**said):
    return nobody.post("/declarations", {"name": "Ann Lee", "mail": address, **said})["reference"]


def mailed(reference, pattern):
    """What the mails about it say, and the first link in them that fits."""
    def look():
        for href, _ in demo.mails(reference):
            text = demo.person().get(href).text
            found = re.search(pattern, text.replace("&amp;", "&"))
            if found:
                return text, found[0]
        return None
    return eventually(look, 5, f"a mail about {reference} with {pattern}")


def status_link(reference):
    return mailed(reference, rf"/cancel/{reference}\?key=[\w-]+")[1]


@test
def a_withdrawal_in_time_says_that_the_price_goes_back():
    reference = declare(kind="withdraw", contract=number)
    contains(mailed(reference, r"came in time: what the purchase cost goes back")[0], "Withdrawal possible until")
    link = status_link(reference)
    contains(demo.person().get(link).html.text, "came in time")
    equal(nobody.get(f"/declarations/{reference}?key={link.split('key=')[1]}")["taken_as"], "withdraw")


@test
def a_late_withdrawal_of_one_number_says_so_on_page_mail_and_by_rest():
    for _ in range(6):
        demo.move_clock(72)
    reference = declare(kind="withdraw", contract=number)
    text, _ = mailed(reference, r"take it as a cancellation")
    contains(text, "Withdrawal possible until")
    link = status_link(reference)
    page = demo.person().get(link).html.text
    for said in ("taken as a cancellation", "Bought on", "Withdrawal possible until", "The number"):
        contains(page, said)
    contains(demo.person(language="zh-CN").get(link).html.text, "按取消服务处理")
    key = link.split("key=")[1]
    seen = nobody.get(f"/declarations/{reference}?key={key}")
    equal((seen["kind"], seen["taken_as"], seen["scope"], seen["state"]), ("withdraw", "cancel", "number", "matched"))
    equal(bool(seen["bought_at"] < seen["withdraw_last_day"] < seen["received_at"]), True)
    nobody.call("GET", f"/declarations/{reference}?key={key[:-1]}", status=404)
    demo.person().get(link[:-1], status=404)


@test
def not_me_of_a_declaration_says_what_it_stops_and_no_more():
    reference = declare(contract=number)
    link = status_link(reference).replace("?", "/not-me?")
    guest = demo.person()
    page = guest.get(link).html.text
    lacks(page, "logged out")
    guest.press(action="/not-me")
    contains(demo.person().get(link).html.text, "has no effect any more")
    equal(nobody.get(f"/declarations/{reference}?key={link.split('key=')[1]}")["state"], "objected")
    demo.person().get(link[:-1], status=404)


@test
def whom_a_stranger_names_shows_in_no_answer():
    said = {"kind": "withdraw", "mail": "stranger@example.net"}
    known, unknown = declare(contract=number, **said), declare(contract="+1 202 555 0999", **said)
    texts = []
    for reference in (known, unknown):
        text, _ = mailed(reference, r"within 14 days of the purchase")
        lacks(text, "key=")
        texts.append(text.split("<pre>")[1].split("</pre>")[0].replace(reference, "REFERENCE"))
    equal(*[re.sub(r"Contract, number or order: .*|\d\d:\d\d(:\d\d)?", "", text) for text in texts])


@test
def the_desk_finds_a_declaration_that_waits_for_nobody():
    desk = demo.person()
    desk.log_in("rita", "violet-rita-demo", page="/desk/login")
    reference = declare(kind="withdraw", contract=number)
    page = desk.get(f"/desk/declarations/{reference}").html.text
    contains(page, "Withdrawal possible until")
    contains(page, "taken as a cancellation")


@test
def a_letter_without_a_mail_address_is_recorded_as_a_withdrawal():
    desk = demo.person()
    desk.log_in("rita", "violet-rita-demo", page="/desk/login")
    desk.get("/desk/declarations")
    desk.press(action="/desk/declarations", kind="withdraw", name="Ann Lee", contract="a letter", mail="")
    contains(desk.page.html.text, "recorded")
    nobody.call("POST", "/declarations", {"name": "Ann Lee", "contract": "a letter", "mail": ""}, 422)


@test
def nothing_is_out_of_order_afterwards():
    demo.check()


run(demo.close)
