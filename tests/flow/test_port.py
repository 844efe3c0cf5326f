"""Port-out: the number lock, the transfer PIN, a carrier's request, and a closing while the number leaves."""
import json
import re
from concurrent.futures import ThreadPoolExecutor

from client import Rest
from story import Closure, close_by_clock, expect_closed_once, new_code, one, rows
from tap import contains, equal, eventually, lacks, run, test
from violet import Demo

demo = Demo().start()
FIRST, SECOND = "+12025550143", "+14155550186"
THIRD, FOURTH, FIFTH, SIXTH = "+12025550161", "+12025550162", "+12025550163", "+12025550164"


def rest(name):
    return Rest(demo.url).log_in(name, f"violet-{name}-demo")


ann, wei = rest("ann"), rest("wei")
page = demo.person("subscriber")


def numbers(caller):
    return caller.get("/numbers")["numbers"]


def line_of(caller, number):
    return next(each for each in numbers(caller) if each["number"] == number)


def prove(caller, name):
    code = new_code(demo, lambda: caller.post("/closures/proof-code", status=200))
    caller.post("/closures/proof", {"password": f"violet-{name}-demo", "code": code}, status=200)


def told(subject):
    """The mail with this subject, when it has left."""
    eventually(lambda: demo.mails(subject), 5, f"the mail {subject!r}")
    return demo.mail(subject).text


def pin_of(caller, number):
    return caller.call("POST", f"/numbers/{line_of(caller, number)['id']}/transfer-pin", {}, 201, key=False).json


def ask(verb, number, account_number, pin, answer):
    """The operator answers the new carrier's request."""
    told = demo.cli("port", verb, number, "--account-number", account_number, "--pin-file", "-", stdin=f"{pin}\n",
                    status=0 if answer == "accepted" else 4)
    equal(told, {"accepted": answer == "accepted", "answer": answer})


def state(number):
    return rows(demo, "SELECT state, leaving_at > 0, account_id <> 0 FROM number WHERE e164 = ?", number)


def findings(caller, query=""):
    return {each["id"]: each["count"] for each in caller.get(f"/closures/preflight{query}")["findings"]}


first = line_of(ann, FIRST)
ACCOUNT = ann.get("/account")["id"]
given = None


@test
def the_check_before_closing_offers_to_take_the_number_along():
    equal(findings(ann)["port_possible"], 2)
    equal(findings(ann, f"?line={first['id']}")["port_possible"], 1)
    page.get(f"/close?line={first['id']}")
    page.click(f"/numbers/{first['id']}/port")
    contains(page.page.html.text, ACCOUNT)


@test
def without_a_pin_nobody_gets_the_number():
    ask("check", FIRST, ACCOUNT, "000000", "no_pin")
    ask("check", "+12025550999", ACCOUNT, "000000", "not_here")
    refused = ann.call("POST", f"/numbers/{first['id']}/transfer-pin", {}, 403, key=False)
    equal(refused.json["code"], "proof_needed")
    wei.call("POST", f"/numbers/{first['id']}/transfer-pin", {}, 404, key=False)
    wei.call("POST", f"/numbers/{first['id']}/lock", {}, 404)


@test
def a_pin_needs_a_fresh_proof_is_shown_once_and_told_by_mail():
    global given
    action = f"/numbers/{first['id']}/pin"
    page.press(action=action, password="not it", code="000000", status=403)
    equal(one(demo, "SELECT count(*) FROM line WHERE pin_until > 0"), 0, "PINs")
    code = new_code(demo, lambda: page.press(action=f"/numbers/{first['id']}/port/code"))
    page.press(action=action, password="violet-ann-demo", code=code)
    given = re.search(r'data-copy="(\d{6})"', page.page.text)[1]
    lacks(told("A transfer PIN was made"), given, "the PIN in the mail")
    page.get(f"/numbers/{first['id']}/port")
    lacks(page.page.text, given, "the PIN shown again")
    contains(page.page.html.text, "it holds until")


@test
def the_new_carrier_hears_what_is_wrong():
    ask("check", FIRST, "123", given, "account_number")
    ask("check", FIRST, ACCOUNT, "999999" if given != "999999" else "111111", "pin")
    ask("check", FIRST, ACCOUNT, given, "accepted")
    ask("check", FIRST, f"{ACCOUNT[:4]} {ACCOUNT[4:]}", f"{given[:3]}-{given[3:]}", "accepted")
    demo.cli("port", "check", "nonsense", "--account-number", "1", "--pin-file", "-", stdin="1", status=2)
    demo.cli("port", "complete", FIRST, status=4)
    demo.cli("port", "cancel", FIRST, status=4)


@test
def the_lock_ends_the_pin_and_opens_for_the_holder_only():
    demo.move_clock(1)  # codes and PINs are rationed
    ann.post(f"/numbers/{first['id']}/lock", status=200)
    ann.post(f"/numbers/{first['id']}/lock", status=200)
    told("The number lock of")
    equal(len(demo.mails("The number lock of")), 1, "mails: twice the same is told once")
    ask("check", FIRST, ACCOUNT, given, "number_locked")
    equal(ann.call("DELETE", f"/numbers/{first['id']}/lock", status=403).json["code"], "proof_needed")
    prove(ann, "ann")
    equal(ann.call("POST", f"/numbers/{first['id']}/transfer-pin", {}, 409, key=False).json["code"], "state")
    ann.call("DELETE", f"/numbers/{first['id']}/lock")
    ask("check", FIRST, ACCOUNT, given, "no_pin")
    contains(told("is off"), "+1 202 555 0143")


@test
def five_wrong_tries_end_a_pin():
    right = pin_of(ann, FIRST)["transfer_pin"]
    for _ in range(5):
        ask("check", FIRST, ACCOUNT, "000000" if right != "000000" else "111111", "pin")
    ask("check", FIRST, ACCOUNT, right, "tries")
    contains(told("Somebody tried to take"), "+1 202 555 0143")
    equal(line_of(ann, FIRST)["transfer_pin_until"], None)


@test
def a_pin_is_over_after_seven_days():
    right = pin_of(ann, SECOND)["transfer_pin"]
    demo.move_clock(72)
    demo.move_clock(72)
    ask("check", SECOND, ACCOUNT, right, "accepted")
    demo.move_clock(24)
    ask("check", SECOND, ACCOUNT, right, "no_pin")


@test
def a_number_that_leaves_works_until_it_has_left():
    prove(ann, "ann")
    pin = pin_of(ann, FIRST)["transfer_pin"]
    ask("start", FIRST, ACCOUNT, pin, "accepted")
    equal(state(FIRST), [(2, 1, 1)])
    contains(told("is moving to another carrier"), "+1 202 555 0143")
    ask("start", FIRST, ACCOUNT, pin, "leaving")
    ann.post(f"/numbers/{first['id']}/lock", status=409)
    equal(findings(ann), findings(ann) | {"number_leaving": 1, "port_possible": 1})
    demo.send_text("Your leaving code is 551903", number=FIRST)
    eventually(lambda: "551903" in page.get("/inbox").html.text, 5, "the text")
    page.get(f"/numbers/{first['id']}/port")
    contains(page.page.html.text, "has been moving to another carrier since")
    page.get("/close")
    contains(page.page.html.text, "The move goes on and finishes")
    equal([each["number"] for each in demo.cli("port", "list")], [FIRST])
    for language in ("en", "zh-CN"):
        reader = page.copy()
        reader.language = language
        for path in (f"/numbers/{first['id']}/port", "/close/confirm", "/numbers"):
            reader.get(path)
            contains(reader.page.html.text, "携号转出" if language == "zh-CN" else "oving to another carrier")
            equal(reader.page.html.mistakes, [], f"mistakes of {path}")


@test
def called_off_it_stays_and_its_pin_is_spent():
    demo.cli("port", "cancel", FIRST)
    equal(state(FIRST), [(2, 0, 1)])
    contains(told("stays here"), "called off")
    demo.check()


@test
def it_leaves_without_a_rest_and_without_a_report():
    pin = pin_of(ann, FIRST)["transfer_pin"]
    ask("start", FIRST, ACCOUNT, pin, "accepted")
    demo.cli("port", "complete", FIRST)
    equal(state(FIRST), [(6, 0, 0)])
    ended = line_of(ann, FIRST)
    equal((ended["ported_out"], ended["next_fee_at"], ended["ended_at"] is not None), (True, None, True))
    equal(one(demo, "SELECT count(*) FROM rnd_row WHERE e164 = ?", FIRST), 0, "rows of the registry")
    contains(told("has moved to your new carrier"), "costs nothing more")
    page.get("/numbers")
    contains(page.page.html.text, "went to another carrier")
    demo.cli("port", "complete", FIRST, status=4)
    demo.cli("number", "assign", FIRST, "--account", "wei", status=4)
    demo.check()


@test
def texts_to_it_are_counted_and_not_kept():
    known = one(demo, "SELECT count(*) FROM message")
    demo.send_text("Your late code is 660912", number=FIRST)
    eventually(lambda: one(demo, "SELECT COALESCE(SUM(count), 0) FROM number_texts WHERE e164 = ?", FIRST) == 1, 5,
               "the count")
    equal(one(demo, "SELECT count(*) FROM message"), known, "messages")


def close_while_leaving(caller, name, number):
    prove(caller, name)
    pin = pin_of(caller, number)["transfer_pin"]
    ask("start", number, caller.get("/account")["id"], pin, "accepted")
    told = caller.post("/closures", {"mark": caller.get("/closures/preflight")["mark"]})
    close_by_clock(demo, Closure(demo, told["reference"], None))
    equal(state(number), [(3, 1, 0)], "waits for its new carrier")
    equal(one(demo, "SELECT count(*) FROM rnd_row WHERE e164 = ?", number), 0, "rows of the registry")
    demo.check()


@test
def a_closing_does_not_stop_a_number_that_leaves():
    close_while_leaving(ann, "ann", SECOND)
    equal(one(demo, "SELECT count(*) FROM closure_recipient WHERE result = 'to_other_carrier'"), 1)
    equal(one(demo, "SELECT count(*) FROM closure_recipient WHERE recipient = 'number_registry'"), 0)
    demo.cli("port", "complete", SECOND)
    equal(state(SECOND), [(6, 0, 0)])
    expect_closed_once(demo)


@test
def called_off_after_the_closing_it_rests_like_any_other():
    [number] = [each["number"] for each in numbers(wei) if each["ended_at"] is None]
    close_while_leaving(wei, "wei", number)
    demo.cli("port", "cancel", number)
    equal(state(number), [(4, 0, 0)])
    equal(one(demo, "SELECT count(*) FROM rnd_row WHERE e164 = ?", number), 1, "rows of the registry")
    expect_closed_once(demo, 2)


bob = None


@test
def who_is_contested_loses_no_number():
    global bob
    demo.cli("account", "create", "bob", "--password-file", "-", "--mail", "bob@example.org", stdin="violet-bob-demo\n")
    demo.cli("number", "import", "--carrier", "demo", "-", stdin=f"{THIRD}\n{FOURTH}\n")
    for number in (THIRD, FOURTH):
        demo.cli("number", "assign", number, "--account", "bob", "--fee", "0")
    bob = rest("bob")
    prove(bob, "bob")
    pin = pin_of(bob, THIRD)["transfer_pin"]
    ask("start", THIRD, bob.get("/account")["id"], pin, "accepted")
    pin = pin_of(bob, FOURTH)["transfer_pin"]
    told = bob.post("/closures", {"line": line_of(bob, THIRD)["id"],
                                  "mark": bob.get(f"/closures/preflight?line={line_of(bob, THIRD)['id']}")["mark"]})
    bob.post(f"/closures/{told['reference']}/not-me", status=200)
    account = one(demo, "SELECT account_id FROM number WHERE e164 = ?", FOURTH)
    ask("check", FOURTH, str(account), pin, "account_locked")
    ask("start", FOURTH, str(account), pin, "account_locked")
    equal(state(FOURTH), [(2, 0, 1)])
    demo.cli("port", "cancel", THIRD)
    demo.check()


@test
def a_move_that_nobody_ends_is_asked_for_after_seven_days():
    tickets = "SELECT count(*) FROM desk_item WHERE kind = 'ticket' AND account_id = 0"
    demo.cli("account", "create", "max", "--password-file", "-", "--mail", "max@example.org", stdin="violet-max-demo\n")
    demo.cli("number", "import", "--carrier", "demo", "-", stdin=f"{SIXTH}\n")
    demo.cli("number", "assign", SIXTH, "--account", "max", "--fee", "0")
    max_ = rest("max")
    prove(max_, "max")
    ask("start", SIXTH, max_.get("/account")["id"], pin_of(max_, SIXTH)["transfer_pin"], "accepted")
    demo.move_clock(72)
    demo.move_clock(72)
    equal(one(demo, tickets), 0, "tickets")
    demo.move_clock(24)
    demo.move_clock(1)
    eventually(lambda: int(one(demo, tickets)) == 1, 10, "a ticket")
    desk = demo.person("agent")
    desk.get("/desk/tickets")
    contains(desk.page.html.text, "port-out of +1 202 555 0164")
    desk.get("/desk/numbers")
    contains(desk.page.html.text, "longer than usual")
    demo.check()
    demo.cli("port", "cancel", SIXTH)
    equal(one(demo, "SELECT count(*) FROM queue WHERE kind = 'port'"), 0, "clocks")
    demo.check()


@test
def guesses_at_once_are_counted_one_by_one_and_a_number_leaves_once():
    demo.cli("account", "create", "eve", "--password-file", "-", "--mail", "eve@example.org", stdin="violet-eve-demo\n")
    demo.cli("number", "import", "--carrier", "demo", "-", stdin=f"{FIFTH}\n")
    demo.cli("number", "assign", FIFTH, "--account", "eve", "--fee", "0")
    eve = rest("eve")
    prove(eve, "eve")
    account, answers = eve.get("/account")["id"], []

    def at_once(verb, pin):
        def one_of_them(_):
            done = demo.run("port", verb, FIFTH, "--account-number", account, "--pin-file", "-", "--json", stdin=pin)
            return json.loads(done.stdout)["answer"]
        with ThreadPoolExecutor(12) as pool:
            return sorted(pool.map(one_of_them, range(12)))

    right = pin_of(eve, FIFTH)["transfer_pin"]
    equal(at_once("check", "000000" if right != "000000" else "111111"), ["pin"] * 5 + ["tries"] * 7)
    ask("check", FIFTH, account, right, "tries")
    right = pin_of(eve, FIFTH)["transfer_pin"]
    equal(at_once("start", right), ["accepted"] + ["leaving"] * 11)
    equal(one(demo, "SELECT count(*) FROM audit WHERE event = 'port_started' AND account_id = ?", int(account)), 1)
    demo.cli("port", "complete", FIFTH)
    demo.check()


run(demo.close)
