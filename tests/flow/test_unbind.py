"""Who still knows a number: counted by number, kept while a closing is under way, told before it is final."""
from story import one, submit_closing
from tap import contains, equal, eventually, lacks, run, test
from violet import Demo, Service

FIRST, SECOND = "+12025550143", "+12025550144"
service = Service().init()
service.account("ann", mail="ann@example.org")
service.numbers(FIRST, SECOND)
service.line("ann", FIRST)
service.line("ann", SECOND)
service.start()
ann = service.rest()
demo = Demo().start()
person = demo.person("subscriber")


def lines():
    return {line["number"]: line["id"] for line in ann.get("/numbers")["numbers"]}


def services(line=None):
    query = f"?line={line}" if line else ""
    return {each["name"]: each for each in ann.get(f"/services{query}")["services"]}


def linked(line=None):
    query = f"?line={line}" if line else ""
    findings = ann.get(f"/closures/preflight{query}")["findings"]
    return next((each["count"] for each in findings if each["id"] == "services_linked"), 0)


@test
def a_number_is_asked_about_the_services_that_know_it_alone():
    service.text(FIRST, "Chase: Your one-time code is 20659382.", sender="24273")
    service.text(FIRST, "482913 is your Facebook confirmation code", sender="32665")
    service.text(SECOND, "482914 is your Facebook confirmation code", sender="32665")
    service.text(SECOND, "Facebook: you have a new friend", sender="32665")
    here = lines()
    equal((linked(), linked(here[FIRST]), linked(here[SECOND])), (2, 2, 1), "services that are counted")
    equal(sorted(services()), ["Chase", "Facebook"])
    equal(sorted(services(here[SECOND])), ["Facebook"])
    equal([services(line)["Facebook"]["messages"] for line in (None, here[FIRST], here[SECOND])], [3, 1, 2], "texts")
    equal(services(here[FIRST])["Facebook"]["hardness"], services()["Facebook"]["hardness"])
    contains(("easy", "medium", "limited", "hard", "impossible"), services()["Facebook"]["hardness"])


@test
def one_that_was_added_by_hand_belongs_to_the_number_that_was_named():
    here = lines()
    ann.post("/services", {"name": "Corner shop", "line": here[SECOND]})
    equal((linked(), linked(here[FIRST]), linked(here[SECOND])), (3, 2, 2), "services that are counted")
    ann.post("/services", {"name": "Other shop", "line": "4711"}, status=404)
    service.check()


@test
def what_was_ticked_off_and_texts_again_counts_again():
    here = lines()
    facebook = services()["Facebook"]["id"]
    ann.post(f"/services/{facebook}/tick", {"done": True}, status=200)
    equal((linked(), linked(here[SECOND])), (2, 1), "after ticking off")
    service.text(SECOND, "482915 is your Facebook confirmation code", sender="32665")
    equal((linked(), linked(here[FIRST]), linked(here[SECOND])), (3, 1, 2), "after another text to one number")
    equal(services(here[SECOND])["Facebook"]["still_sending"], True)
    equal(services(here[FIRST])["Facebook"]["still_sending"], False)


@test
def counts_are_kept_and_not_made_from_the_messages():
    before = services()["Facebook"]["messages"]
    for message in ann.get("/messages")["messages"]:
        ann.call("DELETE", f"/messages/{message['id']}", status=204)
    equal(services()["Facebook"]["messages"], before)
    equal(one(service, "SELECT sum(count) FROM line_service"), before + services()["Chase"]["messages"])


closing = None


def forwards(state):
    return one(demo, "SELECT count(*) FROM outbox WHERE effect_key LIKE 'forward:%' AND state = ?", state)


@test
def the_check_says_that_forwarding_ends_with_the_account():
    subscriber = demo.rest()
    contact = next(each for each in subscriber.get("/contacts")["contacts"] if each["verified_at"])
    subscriber.post("/inbox/forward", {"contact": contact["id"]}, status=200)
    contains({each["id"] for each in subscriber.get("/closures/preflight")["findings"]}, "api_in_use")
    subscriber.post("/inbox/quiet", {"from": "00:00", "to": "23:59", "zone": "Z"}, status=200)


@test
def the_list_stays_while_a_closing_is_under_way():
    global closing
    closing = submit_closing(demo, person, demo.login("subscriber")["password"])
    person.get("/close/unbind")
    contains(person.page.url, "/services")
    contains(person.page.html.text, "A closing is under way")
    person.get("/services")
    contains(person.page.html.text, "Chase")


@test
def before_the_end_a_mail_names_the_important_services_that_still_text():
    demo.send_text("Chase: Your one-time code is 20659382.", sender="24273")
    demo.send_text("482913 is your Facebook confirmation code", sender="32665")
    if closing.state == "review":
        demo.cli("closure", "approve", closing.reference)
    closing.wait_for("cooling")
    equal(demo.mails("Important services still text"), [])
    for _ in range(2):
        demo.move_clock(24)
    demo.move_clock(1)
    eventually(lambda: demo.mails("Important services still text"), 10, "the mail")
    mail = demo.mail("Important services still text").text
    contains(mail, "Chase")
    contains(mail, "/services")
    lacks(mail, "Facebook")
    equal(len(demo.mails("Important services still text")), 1)
    demo.check()


@test
def what_waits_to_be_forwarded_is_cancelled_with_the_account():
    # Two texts came while it cooled off, in quiet hours or, in the day's last minute, out of them.
    assert forwards(0) + forwards(1) >= 2, "texts to forward"
    demo.move_clock(24)
    closing.wait_until_over()
    equal(forwards(0), 0, "texts that still wait")
    sent = len(demo.mails("from 777"))
    demo.send_text("after the end", sender="777")
    equal(len(demo.mails("from 777")), sent)
    demo.check()


def finish():
    service.close()
    demo.close()


run(finish)
