"""What the desk sees of the house: effects that failed for good are tried again or given up, by an admin and with an
audit line; jobs on the clock; why people left."""
import re

from story import rows, submit_closing
from tap import contains, equal, eventually, lacks, run, test
from violet import Demo, Service

BAD = "bounces@example.org"


def house():
    made = Service().init()
    made.account("ann", mail="ann@example.org")
    made.staff("ada", "admin")
    made.staff("amy", "agent")
    made.sink.refusals[BAD] = "550 5.1.1 nobody of this name"
    return made.start()


def dead(made):
    return rows(made, "SELECT effect_key FROM outbox WHERE state = 2")


def let_a_mail_fail(made, ann):
    ann.get("/settings")
    ann.press("Add and send the code", address=BAD)
    eventually(lambda: dead(made), 10, "a mail that failed for good")


@test
def what_failed_for_good_is_tried_again_or_given_up():
    made = house()
    try:
        ann, ada, amy = made.person("subscriber"), made.person("admin"), made.person("agent")
        let_a_mail_fail(made, ann)
        ada.get("/desk/system")
        contains(ada.page.html.text, "550 5.1.1")
        lacks(ada.page.text, BAD, "the address")
        retry = re.search(r"/desk/system/effects/\d+/\d+/retry", ada.page.text)[0]
        amy.get("/desk/system", status=403)
        amy.get("/desk/tickets")
        token = re.search(r'name="token" value="([^"]+)"', amy.page.text)[1]
        amy.post(retry, [("token", token)], status=403)
        equal(len(dead(made)), 1, "an agent changes nothing")
        made.sink.refusals.clear()
        contains(ada.press(action="/retry").html.text, "Nothing has failed for good")
        eventually(lambda: made.sink.mails(to=BAD), 10, "the mail")
        ada.post(retry, [("token", re.search(r'name="token" value="([^"]+)"', ada.page.text)[1])], status=409)
        made.sink.refusals[BAD] = "550 5.1.1 nobody of this name"
        let_a_mail_fail(made, ann)
        ada.get("/desk/system")
        contains(ada.press(action="/give-up").html.text, "Nothing has failed for good")
        equal([event for event, in rows(made, "SELECT event FROM audit ORDER BY audit_id") if "effect" in event],
              ["effect_retried", "effect_given_up"])
        contains(ada.page.html.text, "Monthly fees" if rows(made, "SELECT 1 FROM line") else "Turn of the keyring")
        made.check()
    finally:
        made.close()


@test
def the_nodes_on_the_store_are_listed_with_their_last_sign_of_life():
    made = house()
    try:
        ada = made.person("admin")
        ada.get("/desk/system")
        node = re.search(r'<section class="card" id="nodes">.*?</section>', ada.page.text, re.S)[0]
        equal(node.count("<tr>"), 2, "the head and one row")
        for word in ("this one", "alive", made.cli("node", "list")[0]["node"]):
            contains(node, word)
    finally:
        made.close()


@test
def reasons_are_a_chart_and_a_table_in_both_languages():
    demo = Demo().start()
    try:
        wei = demo.person()
        wei.log_in("wei", "violet-wei-demo")
        submit_closing(demo, wei, "violet-wei-demo")
        contains(demo.person("agent").get("/desk/reasons").html.text, "Told none")
        wei.press(action="/reason", reason="price", comment="")
        for language, words in (("en", ("Too expensive", "Why people left")), ("zh-CN", ("价格太高", "注销原因"))):
            page = demo.person("reviewer", language).get("/desk/reasons")
            for one in words:
                contains(page.html.text, one)
            contains(page.text, '<svg class="chart" role="img"')
            if not re.search(rf"{words[0]}</th><td class=\"number\">1<", page.text):
                raise AssertionError("the table does not count it")
            contains(page.text, 'width="320" height="12"', "the longest bar")
    finally:
        demo.close()


run()
