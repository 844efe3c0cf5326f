"""The password changed by its holder: the present one is asked for, other devices end, every address is told."""
from tap import contains, equal, lacks, run, table, test
from violet import Demo

demo = Demo().start()
OLD, NEW = "violet-wei-demo", "three words together"
SUBJECT = "您的密码已修改"  # she reads Chinese


def at_settings(password=OLD):
    somebody = demo.person()
    somebody.log_in("wei", password)
    somebody.get("/settings/security")
    return somebody


@table([
    ("the present password is wrong", "not it", NEW, NEW, 403, "not your present password"),
    ("the new one is short", OLD, "seven77", "seven77", 422, "Choose another one"),
    ("the new one is the present one", OLD, OLD, OLD, 422, "Choose another one"),
    ("the second typing differs", OLD, NEW, NEW + "x", 400, "differ"),
])
def nothing_changes_where(present, wanted, again, status, says):
    wei = at_settings()
    page = wei.press(action="/settings/password", present=present, wanted=wanted, again=again, status=status)
    contains(page.html.text, says)
    lacks(page.text, wanted, "a password in the page")
    equal(demo.mails(SUBJECT), [])


@test
def a_new_password_ends_other_devices_and_tells_the_holder():
    wei, elsewhere = at_settings(), at_settings()
    page = wei.press(action="/settings/password", present=OLD, wanted=NEW, again=NEW)
    contains(page.html.text, "Your password is changed")
    wei.get("/inbox")
    equal(elsewhere.send("GET", "/inbox").status, 303, "the other device is logged out")
    demo.person().log_in("wei", OLD, status=401)
    at_settings(NEW)
    contains(demo.mail(SUBJECT).text, "wei")
    demo.check()


run(demo.close)
