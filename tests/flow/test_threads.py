"""What users of other services suffered, one test each, named after the thread in which they told it."""
import datetime
import time

from client import Rest
from story import close_by_clock, expect_closed_once, one, prove, rows, submit_closing, walk_to_confirm
from tap import contains, equal, eventually, lacks, run, test
from violet import Demo


def fresh(name="ann"):
    """A demo of its own, and one of its subscribers logged in: (demo, person, password)."""
    demo = Demo().start()
    login = next(one for one in demo.logins if one["name"] == name)
    person = demo.person()
    person.log_in(login["name"], login["password"])
    return demo, person, login["password"]


@test
def modrinth_2576_a_hijacker_deletes_out_of_spite():
    demo, hijacker, password = fresh()
    closure = submit_closing(demo, hijacker, password)
    owner = demo.person()
    owner.get(closure.link.replace(closure.reference, closure.reference + "/not-me"))
    owner.press(action="/not-me")
    hijacker.get("/inbox")
    contains(hijacker.page.url, "/login", "all sessions end")
    for _ in range(5):
        demo.move_clock(72)
    if closure.state in ("settling", "disconnecting", "closed", "forgetting", "forgotten"):
        raise AssertionError("the clock went on though the holder objected")
    demo.check()
    demo.close()


@test
def keycloak_26925_account_1_is_deleted_with_the_log_in_of_account_2():
    demo, ann, password = fresh()
    closure = submit_closing(demo, ann, password)
    wei = demo.person()
    login = next(one for one in demo.logins if one["name"] == "wei")
    wei.log_in(login["name"], login["password"])
    wei.get(f"/closure/{closure.reference}", status=404)
    ann.get(closure.link)
    form, _ = ann.page.html.form(action="/undo")
    stolen = [(name, value if name != "key" else "") for name, value in form.fields]
    answer = wei.post(form.action, stolen, status=None)
    if answer.status < 400:
        raise AssertionError(f"answered {answer.status}")
    equal(closure.state, "review")
    demo.close()


@test
def keycloak_pr_7176_the_proof_is_stripped_from_the_request():
    demo, ann, _ = fresh()
    walk_to_confirm(ann)
    form, _ = ann.page.html.form(action="/close/submit")
    kept = [(name, value) for name, value in form.fields if name not in ("password", "code")]
    if ann.post("/close/submit", kept, status=None).status not in (403, 422):
        raise AssertionError("it was taken")
    equal(one(demo, "SELECT count(*) FROM closure"), 0, "closures")
    demo.close()


@test
def gitlab_27231_checked_then_changed_then_confirmed():
    demo, ann, password = fresh()
    walk_to_confirm(ann)
    code = prove(demo, ann)
    demo.cli("wallet", "credit", "7.00", "--account", "ann", "--instrument", "Visa 4242")
    ann.press(action="/close/submit", password=password, code=code, status=409)
    equal(one(demo, "SELECT count(*) FROM closure"), 0, "closures")
    demo.close()


@test
def fusionauth_1559_stuck_in_pending_for_ever():
    demo, ann, password = fresh()
    closure = submit_closing(demo, ann, password)
    equal(closure.state, "review")
    demo.move_clock(72)  # nobody looks
    demo.move_clock(1)
    closure.wait_for("cooling")
    for _ in range(3):  # approved by silence with fresh security: seven days to undo
        demo.move_clock(72)
    demo.move_clock(1)
    closure.wait_until_over()
    expect_closed_once(demo)
    demo.close()


@test
def forem_19624_scheduled_and_never_done():
    demo, wei, password = fresh("wei")
    wished = datetime.datetime.fromtimestamp(demo.now() + 10 * 86400, datetime.timezone.utc).date()
    closure = submit_closing(demo, wei, password, wished=wished.isoformat())
    for _ in range(3):
        demo.move_clock(72)
    if closure.state in ("settling", "disconnecting", "closed", "forgetting"):
        raise AssertionError("closed before the wished day")
    for _ in range(5):
        demo.move_clock(72)
        time.sleep(0.5)  # the three days to undo count from when somebody looked at the clock
    closure.wait_until_over()
    expect_closed_once(demo)
    demo.close()


@test
def cleargdpr_342_and_gitea_19111_erased_but_still_logged_in():
    demo, wei, password = fresh("wei")
    token = Rest(demo.url).log_in("wei", password)
    token.get("/account")
    closure = submit_closing(demo, wei, password)
    close_by_clock(demo, closure)
    token.call("GET", "/account", status=401)
    wei.get("/inbox")
    contains(wei.page.url, "/login")
    wei.log_in("wei", password, status=401)
    equal(one(demo, "SELECT count(*) FROM session WHERE role = 0"), 0, "sessions of subscribers")
    demo.check()
    demo.close()


@test
def ultralytics_655_and_shippable_4693_charged_after_deletion():
    demo, wei, password = fresh("wei")
    closure = submit_closing(demo, wei, password)
    equal(one(demo, "SELECT min(fees_stopped_at) > 0 FROM line WHERE line_id IN (SELECT line_id FROM number "
                    "WHERE e164 = '+13125550119')"), 1, "fees stop with the declaration")
    close_by_clock(demo, closure)
    account = one(demo, "SELECT account_id FROM closure")
    orders = "SELECT count(*) FROM customer_order WHERE account_id = ?"
    eventually(lambda: int(one(demo, orders, account)) == 0, 10, "the sweep of what the account had")
    demo.move_clock(2160)
    equal(one(demo, orders, account), 0, "orders after the end")
    demo.check()
    demo.close()


@test
def cocalc_7107_what_of_the_balance():
    demo, wei, password = fresh("wei")
    closure = submit_closing(demo, wei, password)
    close_by_clock(demo, closure)
    owed = rows(demo, "SELECT sum(amount) FROM refund")[0][0]
    equal(owed, 18_000_000, "20.00 paid, 2.00 for the number's month")
    contains(closure.follow().page.html.text, "$18.00")
    fay = demo.person("finance")
    fay.get("/desk/money")
    fay.press(action="/sent", reference="BANK-1")
    eventually(lambda: demo.mails("退款 $18.00 已退出"), 5, "the mail that the refund is sent")
    fay.get("/desk/money")
    fay.press(action="/settled")
    demo.check()
    demo.close()


@test
def kazoo_pr_1839_numbers_left_behind():
    demo, ann, password = fresh()
    closure = submit_closing(demo, ann, password)
    close_by_clock(demo, closure)
    equal(one(demo, "SELECT count(*) FROM number WHERE disconnected_at > 0 AND aging_until > disconnected_at"), 2)
    equal(one(demo, "SELECT count(*) FROM rnd_row"), 2)
    demo.close()


@test
def signal_5558_and_element_1614_a_recycled_number_is_tied_to_its_old_owner():
    demo, wei, password = fresh("wei")
    closure = submit_closing(demo, wei, password)
    close_by_clock(demo, closure)
    demo.cli("number", "assign", "+13125550119", "--account", "ann", "--fee", "2.00", status=4)
    month = one(demo, "SELECT month FROM rnd_row")
    demo.move_clock(720)
    demo.cli("rnd", "report", month, "--out", demo.home / "rnd.csv", "--mark")
    for _ in range(2):
        demo.move_clock(2160)
        time.sleep(0.5)
        demo.move_clock(1)  # a second observation, an hour apart, ends the rest
    demo.cli("wallet", "credit", "5.00", "--account", "ann", "--instrument", "Visa 4242")
    eventually(lambda: demo.run("number", "assign", "+13125550119", "--account", "ann", "--fee", "2.00").returncode == 0,
               5, "the end of the number's rest")
    demo.send_text("a code for the new owner", number="+13125550119")
    eventually(lambda: "a code for the new owner" in demo.person("subscriber").get("/inbox").html.text, 5, "the text")
    old = one(demo, "SELECT account_id FROM closure")
    equal(one(demo, "SELECT count(*) FROM number WHERE account_id = ?", old), 0, "numbers of the old owner")
    demo.close()


@test
def railwayapp_1293_a_last_bill_that_looked_like_a_mistake():
    demo, wei, password = fresh("wei")
    walk_to_confirm(wei)
    contains(wei.page.html.text, "Your balance of $18.00 goes", "what is promised before the button")
    closure = submit_closing(demo, wei, password)
    ledger = "ledger_id = (SELECT ledger_id FROM transfer WHERE amount = 20000000 AND debit = 4)"  # wei's
    before = rows(demo, f"SELECT transfer_id FROM transfer WHERE {ledger}")
    close_by_clock(demo, closure)
    later = rows(demo, f"SELECT debit, credit, amount FROM transfer WHERE {ledger} AND transfer_id NOT IN "
                       f"({', '.join(str(one) for one, in before)})")
    equal(later, [(1, 2, 18_000_000)], "no bill after the request: what was promised is owed back, nothing else")
    contains(closure.follow().page.html.text, "$18.00", "and the status page says so")
    demo.close()


@test
def railwayapp_1293_the_days_until_a_wished_date_are_told_and_cost_no_part_of_a_cent():
    demo, wei, password = fresh("wei")
    wished = datetime.datetime.fromtimestamp(demo.now() + 29 * 86400, datetime.timezone.utc).date()
    closure = submit_closing(demo, wei, password, wished=wished.isoformat())
    for _ in range(28):  # the day of the number's next monthly fee passes
        demo.move_clock(24)
    ledger = "ledger_id = (SELECT ledger_id FROM transfer WHERE amount = 20000000 AND debit = 4)"
    fees = f"SELECT amount FROM transfer WHERE {ledger} AND credit = 5 ORDER BY amount DESC"
    eventually(lambda: len(rows(demo, fees)) == 2, 10, "the days until the wished date are charged")
    [[_], [charged]] = rows(demo, fees)
    equal((charged > 0, charged % 10_000), (True, 0), f"{charged} millionths for the days until the wished date")
    wei.log_in("wei", password)  # after four weeks without use
    contains(wei.get("/wallet").html.text, f"−${charged / 1e6:.2f}", "the wallet says it")
    demo.move_clock(72)
    # Its three days begin when it has seen the wished date go by.
    eventually(lambda: rows(demo, "SELECT 1 FROM journal WHERE event = 'time'"), 10, "the wished date has gone by")
    for _ in range(2):
        demo.move_clock(24)
    eventually(lambda: rows(demo, "SELECT 1 FROM journal WHERE event = 'reminded'"), 10, "the day before is told")
    demo.move_clock(72)
    closure.wait_until_over()
    equal(rows(demo, "SELECT sum(amount) FROM refund"), [(18_000_000 - charged,)], "all the rest comes back")
    demo.close()


def rest_of_number(demo, number):
    """Its reports are made and its rest passes; then it belongs to nobody."""
    [[month]] = rows(demo, "SELECT month FROM rnd_row WHERE e164 = ?", number)
    demo.move_clock(720)
    demo.cli("rnd", "report", month, "--out", demo.home / "rnd.csv", "--mark")
    for _ in range(2):
        demo.move_clock(2160)
        time.sleep(0.5)
        demo.move_clock(1)
    eventually(lambda: one(demo, "SELECT state FROM number WHERE e164 = ?", number) == 1, 5, "the end of its rest")


@test
def element_meta_1614_a_recycled_number_stays_with_its_old_owner_for_life():
    demo, wei, password = fresh("wei")
    number = "+13125550119"
    demo.send_text("Chase: your code is 551177, for the old owner", sender="24273", number=number)
    eventually(lambda: "551177" in wei.get("/inbox").html.text, 5, "the text")
    closure = submit_closing(demo, wei, password)
    close_by_clock(demo, closure)
    old = one(demo, "SELECT account_id FROM closure")
    equal(rows(demo, "SELECT account_id, line_id FROM number WHERE e164 = ?", number), [(0, 0)], "whose it is at rest")
    rest_of_number(demo, number)
    demo.cli("wallet", "credit", "50.00", "--account", "ann", "--instrument", "Visa 4242")
    demo.cli("number", "assign", number, "--account", "ann", "--fee", "2.00")
    ann = demo.rest()
    equal([row["number"] for row in ann.get("/numbers")["numbers"] if row["number"] == number], [number])
    lacks(str(ann.get("/messages")), "551177", "the old owner's texts")
    demo.send_text("for the new owner", number=number)
    eventually(lambda: "for the new owner" in str(ann.get("/messages")), 5, "the text")
    equal(one(demo, "SELECT count(*) FROM number WHERE account_id = ?", old), 0, "numbers of the old owner")
    equal(one(demo, "SELECT count(*) FROM line WHERE ended_at = 0 AND account_id = ?", old), 0, "lines of the old owner")
    # who names the number now means its holder of today
    Rest(demo.url).post("/declarations", {"name": "Ann", "contract": number, "mail": "ann@example.org"})
    equal(rows(demo, "SELECT account_id FROM declaration WHERE account_id = ? AND state <> 4", old), [])
    demo.check()
    demo.close()


run()
