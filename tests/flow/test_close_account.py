"""The main story: a subscriber gets texts, closes the account, follows it to the end and holds a receipt."""
import json
import subprocess

from story import close_by_clock, dated_steps, expect_closed_once, one, rows, submit_closing, walk_to_confirm
from tap import contains, equal, eventually, lacks, run, test
from violet import Demo

demo = Demo().start()
ann = demo.person("subscriber")
password = demo.login("subscriber")["password"]
closing = None


@test
def a_text_that_arrives_stands_in_the_inbox():
    demo.send_text("Your Violet flow code is 482913")
    eventually(lambda: "482913" in ann.get("/inbox").html.text, 5, "the text")
    contains(ann.page.html.text, "Your Violet flow code is 482913")


@test
def the_settings_lead_to_closing_on_their_first_screen():
    ann.get("/settings")
    contains(ann.page.html.text, "Close account")


@test
def the_four_steps_change_nothing():
    before = rows(demo, "SELECT code, balance FROM ledger_balance ORDER BY ledger_id, code")
    walk_to_confirm(ann)
    contains(ann.page.html.text, "Submit closing request")
    equal(one(demo, "SELECT count(*) FROM closure"), 0, "closures")
    equal(rows(demo, "SELECT code, balance FROM ledger_balance ORDER BY ledger_id, code"), before, "balances")


@test
def a_wrong_password_or_code_submits_nothing():
    ann.get("/close/confirm")
    ann.press(action="/close/code")
    ann.press(action="/close/submit", password="not it", code="000000", status=403)
    equal(one(demo, "SELECT count(*) FROM closure"), 0, "closures")


@test
def the_request_is_acknowledged_with_a_reference_and_a_mail():
    global closing
    closing = submit_closing(demo, ann, password)
    contains(ann.page.html.text, closing.reference)
    equal(closing.state, "review")  # her security was changed 5 days ago: a person looks
    contains(demo.mail("Closing request received").text, closing.reference)


@test
def the_status_page_needs_the_secret_and_no_log_in():
    stranger = demo.person()
    stranger.get(f"/closure/{closing.reference}")
    contains(stranger.page.url, "/login")
    stranger.get(f"/closure/{closing.reference}?key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", status=404)
    contains(closing.follow().page.html.text, closing.reference)


@test
def a_reviewer_approves_it_and_sees_no_message():
    rita = demo.person("reviewer")
    rita.get("/desk/reviews")
    rita.click(closing.reference)
    lacks(rita.page.text, "482913")
    rita.press("Approve")
    closing.wait_for("cooling")
    contains(demo.mail("Closing approved").text, closing.reference)


@test
def texts_still_arrive_while_it_cools_off():
    demo.send_text("Your cooling code is 771203")
    eventually(lambda: "771203" in ann.get("/inbox").html.text, 5, "the text")


@test
def three_days_later_it_is_over():
    close_by_clock(demo, closing)
    expect_closed_once(demo)
    ann.get("/inbox")
    contains(ann.page.url, "/login")


@test
def its_numbers_rest_and_are_reported():
    equal(one(demo, "SELECT count(*) FROM rnd_row"), 2, "rows for the Reassigned Numbers Database")
    equal(one(demo, "SELECT count(*) FROM line WHERE ended_at = 0 AND account_id = "
                    "(SELECT account_id FROM closure)"), 0, "lines that go on")


@test
def the_confirmation_holds_the_receipt():
    mail = eventually(lambda: demo.mails("Closed: your receipt"), 10, "the confirmation")
    equal(len(mail), 1, "confirmations")


@test
def stock_minisign_and_violet_verify_accept_the_receipt_and_no_changed_one():
    page = closing.follow()
    receipt, signature = demo.home / "receipt.json", demo.home / "receipt.json.minisig"
    receipt.write_bytes(page.send("GET", page.local(page.page.html.link("receipt.json?"))).expect(200).body)
    signature.write_bytes(page.send("GET", page.local(page.page.html.link("minisig"))).expect(200).body)
    key = demo.data / "signing/violet.pub"
    told = json.loads(receipt.read_text())
    equal(told["reference"], closing.reference)
    for command in (["minisign", "-V", "-p", str(key), "-m", str(receipt), "-x", str(signature)],
                    [demo.binary, "verify", "--key", str(key), str(receipt)]):
        equal(subprocess.run(command, capture_output=True).returncode, 0, " ".join(command[:2]))
    receipt.write_text(receipt.read_text().replace(closing.reference, "VC-AAAA-AAAA-AAAA"))
    for command in (["minisign", "-V", "-p", str(key), "-m", str(receipt), "-x", str(signature)],
                    [demo.binary, "verify", "--key", str(key), str(receipt)]):
        equal(subprocess.run(command, capture_output=True).returncode, 1, " ".join(command[:2]))


@test
def after_the_turn_of_the_keyring_it_is_forgotten():
    demo.cli("keyring", "turn")
    demo.move_clock(24)
    closing.wait_for("forgotten", seconds=20)
    equal(one(demo, "SELECT count(*) FROM receipt WHERE stage = 2"), 1, "second lines of the receipt")
    equal(dated_steps(closing.follow()), [True] * 6, "past steps that have a date")
    demo.check()


run(demo.close)
