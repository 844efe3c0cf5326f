"""What the operator does with a number at the desk and by command: it parks, leaves, goes back to its carrier."""
import re
from urllib.parse import quote

from client import Rest
from story import Closure, close_by_clock, new_code, one, rows
from tap import contains, equal, eventually, lacks, run, table, test
from violet import Demo

demo = Demo().start()
FIRST, SECOND = "+12025550143", "+14155550186"
ann = Rest(demo.url).log_in("ann", "violet-ann-demo")
page = demo.person("subscriber")
amy, ada = demo.person("agent"), demo.person("admin")
line = next(each["id"] for each in ann.get("/numbers")["numbers"] if each["number"] == FIRST)


def state(number):
    return one(demo, "SELECT state FROM number WHERE e164 = ?", number)


def told(subject):
    eventually(lambda: demo.mails(subject), 5, f"the mail {subject!r}")
    return demo.mail(subject).text


def open_number(who, number=FIRST, status=200):
    return who.get(f"/desk/numbers?q={quote(number)}", status)


def received(text):
    demo.send_text(text, sender="+12125550100", number=FIRST)
    return eventually(lambda: next((each["id"] for each in ann.get("/messages?limit=5")["messages"] if text in each["text"]),
                                   None), 5, "the text")


@test
def a_number_is_found_as_people_write_it():
    open_number(amy, "(202) 555-0143")
    contains(amy.page.url, "/desk/numbers/12025550143")
    contains(amy.page.html.text, "Assigned")
    contains(open_number(amy, "+12025550999", status=404).html.text, "not in the inventory")
    amy.get("/desk/numbers/12025550999", status=404)
    amy.get("/desk/numbers/x", status=404)


@test
def a_parked_number_receives_and_costs_as_before_and_sends_nothing():
    demo.cli("account", "sending", "on", "--account", "ann", "--price", "0.02")
    fee = ann.get("/numbers")["numbers"][0]["next_fee_at"]
    asked = ann.post(f"/messages/{received('Are you there?')}/quote", {"text": "Yes"}, status=200)
    equal(asked["refused"], None)
    open_number(amy)
    amy.press(action="/park")
    contains(amy.page.html.text, "The number is parked")
    equal(state(FIRST), 3)
    contains(told("receives only for now"), "monthly fee stays")
    message = received("Are you still there?")
    equal(ann.post(f"/messages/{message}/quote", {"text": "Yes"}, status=200)["refused"], "state")
    ann.post(f"/messages/{message}/answer", {"text": "Yes"}, status=409)
    first = next(each for each in ann.get("/numbers")["numbers"] if each["number"] == FIRST)
    equal((first["parked"], first["ended_at"], first["next_fee_at"]), (True, None, fee))
    page.get("/numbers")
    contains(page.page.html.text, "Nothing can be sent from this number at present")
    equal(demo.cli("number", "show", FIRST)["state"], "parked")
    demo.check()


@test
def parked_twice_is_parked_once_and_it_comes_back():
    demo.cli("number", "park", FIRST)
    equal(len(demo.mails("receives only for now")), 1, "mails")
    open_number(ada)
    ada.press(action="/unpark")
    equal(state(FIRST), 2)
    told("can send again")
    demo.cli("number", "unpark", FIRST)
    equal(len(demo.mails("can send again")), 1, "mails")


@table([("park", ("park", "+12025550999"), 3), ("unpark", ("unpark", "nonsense"), 2), ("show", ("show",), 2),
        ("return", ("return", FIRST), 4), ("park without a holder", ("park", "+12025550150"), 4)])
def a_verb_says_why_not(words, status):
    if words[-1] == "+12025550150":
        demo.cli("number", "import", "--carrier", "demo", "-", stdin="+12025550150\n+12025550151\n")
    demo.cli("number", *words, status=status)


@test
def the_desk_answers_a_port_request_in_the_new_carriers_words():
    code = new_code(demo, lambda: ann.post("/closures/proof-code", status=200))
    ann.post("/closures/proof", {"password": "violet-ann-demo", "code": code}, status=200)
    given = ann.call("POST", f"/numbers/{line}/transfer-pin", {}, 201, key=False).json
    open_number(amy)
    amy.press(action="/port/check", account_number="1", pin=given["transfer_pin"])
    contains(amy.page.html.text, "Refused: the account number is wrong")
    lacks(amy.page.text, given["transfer_pin"], "the PIN on the page")
    amy.press(action="/port/check", account_number=given["account_number"], pin=given["transfer_pin"])
    contains(amy.page.html.text, "Accepted")
    equal(state(FIRST), 2)
    amy.press("Check and start", account_number=given["account_number"], pin=given["transfer_pin"])
    contains(amy.page.html.text, "The number is leaving")
    amy.get("/desk/numbers")
    contains(amy.page.html.text, "Moving to another carrier")
    amy.click("/desk/numbers/12025550143")
    amy.press(action="/port/cancel")
    contains(amy.page.html.text, "The number stays")
    equal(rows(demo, "SELECT count(*) FROM audit WHERE event = 'port_started' AND staff_id <> 0"), [(1,)])


@test
def a_parked_number_may_leave():
    given = ann.call("POST", f"/numbers/{line}/transfer-pin", {}, 201, key=False).json
    demo.cli("number", "park", FIRST)
    open_number(ada)
    ada.press("Check and start", account_number=given["account_number"], pin=given["transfer_pin"])
    ada.press(action="/port/complete")
    contains(ada.page.html.text, "Ported out")
    equal(state(FIRST), 6)
    demo.check()


@test
def only_an_administrator_returns_a_number():
    open_number(amy, "+12025550150")
    equal(re.findall("/return", amy.page.text), [])
    token = dict(amy.page.html.form(action="/desk/logout")[0].fields)
    equal(amy.post("/desk/numbers/12025550150/return", token.items(), None).status, 403)
    open_number(ada, "+12025550150")
    ada.press(action="/return")
    equal(state("+12025550150"), 5)
    demo.cli("number", "return", "+12025550150")
    demo.cli("number", "assign", "+12025550150", "--account", "ann", status=4)
    demo.check()


def cards(who):
    """Each month on the page and what it says."""
    return dict(re.findall(r'<section class="card" id="m([0-9-]+)">(.*?)</section>', who.get("/desk/registry").text, re.S))


@test
def with_nothing_to_report_the_file_says_so():
    [(month, card)] = cards(ada).items()
    contains(card, "Nothing to report")
    lacks(card, "Overdue")
    file = ada.send("GET", f"/desk/registry/{month}/file").expect(200)
    contains(file.header("Content-Disposition"), f"rnd-{month}.csv")
    contains(file.text, "00000,NONE,")
    ada.get("/desk/registry/2026-13/file", status=404)


@test
def a_disconnect_stands_in_the_months_file_which_is_recorded_by_whom_and_when():
    wei = Rest(demo.url).log_in("wei", "violet-wei-demo")
    number = next(each["number"] for each in wei.get("/numbers")["numbers"])
    code = new_code(demo, lambda: wei.post("/closures/proof-code", status=200))
    wei.post("/closures/proof", {"password": "violet-wei-demo", "code": code}, status=200)
    before = cards(demo.person("admin"))
    told_closing = wei.post("/closures", {"mark": wei.get("/closures/preflight")["mark"]})
    close_by_clock(demo, Closure(demo, told_closing["reference"], None))
    amy, ada = demo.person("agent"), demo.person("admin")  # three days later their sessions are over
    month = one(demo, "SELECT month FROM rnd_row WHERE e164 = ?", number)
    file = ada.send("GET", f"/desk/registry/{month}/file").expect(200).text
    contains(file, f"00000,{number[2:]},")
    demo.cli("rnd", "report", month, "--out", demo.home / "rnd.csv")
    equal((demo.home / "rnd.csv").read_bytes().decode(), file)

    token = dict(amy.get("/desk/registry").html.form(action="/desk/logout")[0].fields)
    equal(re.findall("/submitted", amy.page.text), [])
    target = f"/desk/registry/{month}/submitted"
    equal(amy.post(target, [*token.items(), ("count", "1")], None).status, 403)
    if month in before:  # the page from before the disconnect knows of no row
        token = dict(ada.get("/desk/registry").html.form(action="/desk/logout")[0].fields)
        equal(ada.post(target, [*token.items(), ("count", "0")], None).status, 409)
        equal(one(demo, "SELECT count(*) FROM rnd_month"), 0, "months that were submitted")
    ada.get("/desk/registry")
    ada.press(action=target)
    contains(ada.page.html.text, "Recorded as submitted")
    contains(cards(ada)[month], "ada")
    equal(re.findall(target, ada.page.text), [], "buttons")
    equal(ada.send("GET", f"/desk/registry/{month}/file").expect(200).text, file)
    equal(ada.post(target, [*token.items(), ("count", "1")], None).status in (403, 409), True)
    equal(one(demo, "SELECT count(*) FROM rnd_row WHERE submitted_at = 0"), 0, "rows")
    demo.cli("rnd", "report", month, "--out", demo.home / "rnd.csv", "--mark", status=4)
    demo.check()


run(demo.close)
