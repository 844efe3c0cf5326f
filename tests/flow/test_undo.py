"""Undo at each state before settling leaves everything as it was, compared field by field."""
import re

from story import one, rows, submit_closing
from tap import contains, equal, run, table, test
from violet import Demo

# What undo must leave alone, field by field. Boxes that are sealed anew never look the same; what they hold is
# compared on the pages.
TABLES = {
    "account": "account_id, state, created_at, security_at, locked_at, archived_at",
    "contact": "account_id, contact_id, kind, added_at, verified_at, removed_at, box",
    "line": "account_id, line_id, since, ended_at, fee, fees_stopped_at",
    "number": "e164, state, carrier, class, account_id, line_id, assigned_at, disconnected_at, aging_until",
    "ledger_balance": "ledger_id, code, balance",
    "data_key": "owner_id, kind",
    "directory": "kind, account_id",
    "linked_service": "account_id, service_id, done_at, removed_at",
}


def picture(demo):
    account = one(demo, "SELECT account_id FROM number WHERE e164 = '+13125550119'")
    found = {name: rows(demo, f"SELECT {columns} FROM {name} ORDER BY 1, 2") for name, columns in TABLES.items()}
    found["data_key"] = [row for row in found["data_key"] if row[1] == "account"]
    found["message"] = rows(demo, "SELECT message_id, line_id, direction, box FROM message WHERE account_id = ? "
                                  "ORDER BY 1", account)
    found["session"] = rows(demo, "SELECT session_id, role, secret_hash FROM session WHERE account_id = ? ORDER BY 1",
                            account)
    return found


def pages(person):
    """What the subscriber sees of it. The demo's clock on top moves on, and the next fee by the days between."""
    return {page: re.sub(r"next on .*", "next on", person.get(page).html.text.split("Desk\n", 1)[-1])
            for page in ("/inbox", "/numbers", "/wallet", "/settings", "/settings/security")}


def wei_of(demo):
    wei = demo.person()
    login = next(one for one in demo.logins if one["name"] == "wei")
    wei.log_in(login["name"], login["password"])
    return wei, login["password"]


def reach(demo, closure, state):
    if state == "cooling":
        if closure.state == "review":
            demo.cli("closure", "approve", closure.reference)
        closure.wait_for("cooling")
    if state == "last hour":
        reach(demo, closure, "cooling")
        for _ in range(2):
            demo.move_clock(24)
        for _ in range(23):
            demo.move_clock(1)
        equal(closure.state, "cooling", "an hour before the end")


@table([("at once", "at once"), ("cooling", "cooling"), ("its last hour", "last hour")])
def undo_in(state):
    demo = Demo().start()
    try:
        wei, password = wei_of(demo)
        before, seen = picture(demo), pages(wei)
        closure = submit_closing(demo, wei, password)
        reach(demo, closure, state)
        guest = closure.follow()
        guest.press(action="/undo")
        equal(closure.state, "undone")
        after = picture(demo)
        for name in before:
            changed = [(old, new) for old, new in zip(before[name], after[name]) if old != new]
            equal((len(after[name]), changed[:1]), (len(before[name]), []), name)
        for name, text in pages(wei).items():
            equal(text, seen[name], name)
        equal(len(demo.mails(closure.reference)) >= 2, True, "a mail at the request and one at the undoing")
        demo.check()
    finally:
        demo.close()


@test
def undo_in_review_before_a_person_looked():
    demo = Demo().start()
    try:
        ann = demo.person("subscriber")
        closure = submit_closing(demo, ann, demo.login("subscriber")["password"])
        equal(closure.state, "review")
        closure.follow().press(action="/undo")
        equal(closure.state, "undone")
        ann.get("/inbox")
        demo.check()
    finally:
        demo.close()


@test
def after_the_undo_period_nothing_is_undone():
    demo = Demo().start()
    try:
        wei, password = wei_of(demo)
        closure = submit_closing(demo, wei, password)
        reach(demo, closure, "cooling")
        guest = closure.follow()
        form = guest.page.html.form(action="/undo")[0]
        demo.move_clock(72)
        demo.move_clock(1)
        closure.wait_until_over()
        answer = guest.post(form.action, form.fields, status=409)
        contains(answer.html.text, closure.reference)
        equal(closure.state in ("forgetting", "forgotten"), True, "it stays closed")
        demo.check()
    finally:
        demo.close()


run()
