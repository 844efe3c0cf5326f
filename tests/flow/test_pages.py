"""Every page answers, in both languages, without script; wrong input is shown at its place, and who may not, may not."""
import re

from story import dated_steps, new_code, submit_closing
from tap import contains, equal, eventually, run, table, test
from violet import Demo

demo = Demo().start()
ann = demo.person("subscriber")
ada, amy, rita, fay = (demo.person(role) for role in ("admin", "agent", "reviewer", "finance"))

OPEN = ("/", "/login", "/help", "/status", "/closure", "/cancel", "/desk/login")
LIVING = ("/inbox", "/numbers", "/wallet", "/settings", "/settings/security", "/tickets", "/close", "/close/unbind",
          "/close/save", "/close/confirm")
DESK = ("/desk/reviews", "/desk/tickets", "/desk/declarations", "/desk/money", "/desk/accounts", "/desk/numbers", "/desk/numbers/12025550143", "/desk/registry",
        "/desk/carriers", "/desk/system")


def is_whole(page, language):
    """In the language asked for, well-formed, and with no place of a text left open."""
    equal(page.html.language, language)
    equal(page.html.mistakes, [], "mistakes of the document")
    equal(re.findall(r"\{[a-z_]+\}", page.html.text), [], "places left open")


@table([(f"{page} in {language}", page, language) for page in OPEN + LIVING + DESK for language in ("en", "zh-CN")])
def page_answers(page, language):
    who = ann.copy() if page in LIVING else ada.copy() if page in DESK else demo.person()
    who.language = language
    is_whole(who.get(page), language)


@table([(language, language) for language in ("en", "zh-CN")])
def a_numbers_way_to_another_carrier_answers_in(language):
    who = ann.copy()
    who.language = language
    who.get("/numbers")
    is_whole(who.click("/port"), language)


@table([(page, page) for page in LIVING + DESK])
def who_is_not_logged_in_goes_to_the_log_in_and_comes_back(page):
    stranger = demo.person()
    stranger.get(page)
    contains(stranger.page.url, "/desk/login?next=" if page in DESK else "/login?next=")
    equal(dict(stranger.page.html.form(action="login")[0].fields)["next"], page)


@table([("agent", amy, ("reviews", "money", "carriers", "system")), ("reviewer", rita, ("money", "carriers", "system")),
        ("finance", fay, ("reviews", "carriers", "system"))])
def the_desk_shows_a_role_only_what_is_its_work(who, refused):
    for page in DESK:
        who.get(page, status=403 if page.rsplit("/", 1)[1] in refused else 200)
        who.page.html.link("/desk/tickets")


@table([(page, page) for page in ("/desk/reviews", "/desk/system")])
def a_subscriber_is_nobody_at_the_desk(page):
    contains(ann.copy().get(page).url, "/desk/login")


@table([(target, target) for target in (
    "/nowhere", "/messages/1", "/messages/x", "/messages/99999999999999999999", "/inbox?before=x", "/wallet?before=-1",
    "/close?line=1", "/settings/archive/1", "/tickets/VT-1", "/closure/VC-1", "/assets/none.css")])
def what_is_not_there_is_404(target):
    ann.copy().get(target, status=404)


@table([("without", None), ("of nobody", "AAAAAAAAAAAAAAAAAAAAAA")])
def a_form_needs_the_token_of_its_session(token):
    fields = [("address", "x@example.org")] + ([("token", token)] if token else [])
    ann.copy().post("/settings/contacts", fields, status=403)


@table([("another site", "https://evil.example/"), ("another host", "//evil.example"), ("a backslash", "/\\evil")])
def nobody_is_sent_away_from_here(next_page):
    answer = ann.copy().post("/language", [("language", "en"), ("next", next_page)], status=None)
    equal((answer.status, answer.header("Location")), (303, "/"))


@table([
    ("a mail address", "/settings", "/settings/contacts", {"address": "nobody"}, "mail address", "Add"),
    ("the name of a service", "/close/unbind", "/close/services", {"name": ""}, "name of the service", "Add"),
    ("a ticket", "/tickets", "/tickets", {"subject": "", "text": ""}, "in a few words"),
    ("a declaration", "/cancel", "/cancel", {"name": "", "contract": "", "mail": "x"}, "Enter your name"),
    ("its date", "/cancel", "/cancel", {"name": "A", "contract": "A", "mail": "a@example.org", "wished": "2001-01-01"},
     "from today on"),
    ("the reference of a closing", "/closure", "/closure", {"reference": "VC-1"}, "no closing reference"),
    ("the proof", "/close/confirm", "/close/submit", {"password": ""}, "Enter your password"),
    ("the date of closing", "/close/confirm", "/close/submit", {"wished": "2100-01-01"}, "up to 30 days"),
    ("the account of the refund", "/close/confirm", "/close/submit", {"refund": "bank", "bank": "x"}, "holder, bank"),
])
def wrong_input_is_shown_at_its_place(page, action, values, words, button=None):
    who = ann.copy()
    who.get(page)
    who.press(button, action=action, status=422, **values)
    contains(who.page.html.text, words)
    is_whole(who.page, "en")


@test
def a_contact_is_added_verified_and_removed():
    ann.get("/settings")
    code = new_code(demo, lambda: ann.press("Add", action="/settings/contacts", address="second@example.org"))
    ann.press(action="/verify", code="000000" if code != "000000" else "000001", status=403)
    ann.press(action="/verify", code=code)
    contains(ann.page.html.text, "The address is verified")
    ann.get("/settings")
    ann.press(action=re.search(r"/settings/contacts/\d+/remove", ann.page.text.split("second@example.org")[1])[0])
    equal("second@example.org" in ann.get("/settings").html.text, False)


@test
def mails_follow_the_language_that_was_chosen():
    ann.get("/settings")
    ann.press(action="/language")
    equal(ann.page.html.language, "zh-CN")
    ann.get("/close/confirm")
    new_code(demo, lambda: ann.press(action="/close/code"))
    contains(demo.mails()[0][1], "验证码")
    ann.press(action="/language")
    equal(ann.page.html.language, "en")


@test
def a_name_is_shown_as_it_was_typed_and_nothing_of_it_runs():
    ann.get("/numbers")
    ann.press(action="/name", name="<b>小号</b> & \"co\"")
    contains(ann.page.html.text, "<b>小号</b> & \"co\"")


@test
def support_is_asked_answered_and_the_conversation_closed():
    ann.get("/tickets?from=close-check")
    ann.press(action="/tickets", subject="Where is my code?", text="It did not come.")
    reference = re.search(r"VT-[0-9A-Z-]+", ann.page.url)[0]
    amy.get(f"/desk/tickets/{reference}")
    contains(amy.page.html.text, "close-check", "the page it came from")
    amy.press(action="/answer", text="It is on its way.")
    contains(ann.get(f"/tickets/{reference}").html.text, "It is on its way.")
    ann.press(action=f"/tickets/{reference}/close")
    contains(ann.page.html.text, "closed")


@test
def a_declaration_needs_no_log_in_and_is_matched_at_the_desk():
    anybody = demo.person()
    anybody.get("/cancel")
    anybody.press(action="/cancel", name="Somebody", contract="a blue phone", mail="some@example.org")
    anybody.press("change", action="/cancel")
    anybody.press(action="/cancel")
    anybody.press(action="/cancel/confirm")
    reference = re.search(r"VD-[0-9A-Z-]+", anybody.page.html.text)[0]
    eventually(lambda: demo.mails(reference), 5, "its acknowledgement by mail")
    amy.get(f"/desk/declarations/{reference}")
    amy.press(action="/match", account="nobody at all", status=404)
    contains(amy.page.html.text, "No account goes by this name")
    amy.press(action="/match", account="ann")
    contains(amy.get(f"/desk/declarations/{reference}").html.text, "Matched")
    amy.get("/desk/declarations/VD-0000-0000-0000", status=404)


@test
def a_fourth_acknowledgement_of_a_day_stands_on_the_screen_and_says_that_its_mail_comes_later():
    anybody = demo.person()
    for later in (False, False, False, True):
        anybody.get("/cancel")
        anybody.press(action="/cancel", name="Again", contract="a red phone", mail="often@example.org")
        anybody.press(action="/cancel/confirm")
        contains(anybody.page.html.text, "Acknowledgement")
        equal("The same goes to often@example.org" not in anybody.page.html.text, later, "the mail goes out later")


@test
def two_people_refuse_and_one_is_not_enough():
    closure = submit_closing(demo, ann, demo.login("subscriber")["password"])
    contains(ann.get("/settings").html.text, "This account is being closed")
    rita.get(f"/desk/reviews/{closure.reference}")
    for status in (200, 403):
        rita.press(action="/refuse", reason="unproven", text="Please prove it.", status=status)
    ada.get(f"/desk/reviews/{closure.reference}")
    ada.press(action="/refuse", reason="not_holder", text="Another reason.", status=409)
    equal(closure.state, "review")
    ada.press(action="/refuse", reason="unproven", text="Please show who you are.")
    guest = closure.follow()
    contains(guest.page.html.text, "Please show who you are.")
    guest.press(action="/answer", text=" ", status=422)
    guest.press(action="/answer", text="Here I am.")
    contains(guest.page.html.text, "Here I am.", "the holder's own answer")
    equal(closure.state, "review")
    rita.get(f"/desk/reviews/{closure.reference}")
    contains(rita.page.html.text, "Here I am.")
    rita.press(action="/approve")
    equal(closure.state, "cooling")
    guest.get(closure.link)
    guest.press(action="/ask", text="When is it over?")
    contains(guest.page.html.text, "When is it over?", "the holder's own question")
    equal(dated_steps(guest), [True, True], "past steps that have a date")
    guest.press(action="/reason", reason="price", comment="too much")
    guest.press(action="/undo")
    equal(closure.state, "undone")


@test
def the_link_of_a_closing_is_mailed_again_and_tells_strangers_nothing():
    anybody = demo.person()
    anybody.get("/closure")
    anybody.press(action="/closure", reference="VC-2222-2222-2222", status=422)
    anybody.get("/closure")
    reference = re.search(r"VC-[0-9A-Z-]{14}", demo.mails("VC-")[0][1])[0]
    before = len(demo.mails(reference))
    anybody.press(action="/closure", reference=reference.lower())
    contains(anybody.page.html.text, "If there is such a closing")
    eventually(lambda: len(demo.mails(reference)) > before, 5, "the link by mail")


@test
def logging_out_ends_the_session_everywhere():
    twin = ann.copy()
    ann.get("/inbox")
    ann.press(action="/logout")
    contains(twin.get("/inbox").url, "/login")
    demo.check()


run(demo.close)
