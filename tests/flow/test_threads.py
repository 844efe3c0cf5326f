"""What users of other services suffered, one test each, named after the thread in which they told it."""
import datetime
import time

from client import Rest
from story import close_by_clock, expect_closed_once, one, prove, rows, submit_closing, walk_to_confirm
from tap import contains, equal, eventually, run, test
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
    before = rows(demo, "SELECT count(*), max(at) FROM customer_order WHERE account_id = ?", account)
    demo.move_clock(2160)
    equal(rows(demo, "SELECT count(*), max(at) FROM customer_order WHERE account_id = ?", account), before)
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


run()
