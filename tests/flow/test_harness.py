"""The tests' own tools, tried without the program: what they would miss, every story would miss."""
import smtplib
import ssl
import tempfile

from page import Html
from sink import Sink, make_certificate
from tap import contains, equal, lacks, run, table, test

PAGE = """<!doctype html><html lang=en><title>Close &amp; go</title><body><h1>Check</h1><p>Balance:
  <b>$12.40</b><script>var hidden;</script></p>
<form action="/close" method=post><input type=hidden name=token value="a&quot;b"><input name=name value=Ann>
<input type=checkbox name=keep value=1 checked><input type=checkbox name=more value=2>
<select name=when><option value=now>Now<option value=later selected>Later</select>
<textarea name=why>
two
lines</textarea><button name=go value=on>Go <i>on</i></button><button formaction=/undo>Undo</button></form>
<a href="/help">Ask <b>support</b></a></body></html>"""


@test
def a_page_is_read_as_a_person_sees_it():
    page = Html(PAGE)
    equal(page.title, "Close & go")
    contains(page.text, "Balance: $12.40")
    lacks(page.text, "hidden")
    equal(page.link("support"), "/help")


@test
def a_form_sends_what_a_browser_would_send():
    form, button = Html(PAGE).form("Go on")
    equal(form.filled(button, {"name": "Bea"}),
          [("token", 'a"b'), ("keep", "1"), ("when", "later"), ("why", "two\nlines"), ("name", "Bea"), ("go", "on")])
    equal(Html(PAGE).form("Undo")[1].action, "/undo")
    equal(Html(PAGE).form(action="/undo")[1].text, "Undo")


@test
def a_field_that_is_not_in_the_form_is_refused():
    form, button = Html(PAGE).form("Go on")
    try:
        form.filled(button, {"nmae": "Bea"})
    except AssertionError as problem:
        contains(str(problem), "nmae")
    else:
        raise AssertionError("it was accepted")


@test
def a_mail_reaches_the_sink_over_starttls():
    with tempfile.TemporaryDirectory() as directory:
        sink = Sink(make_certificate(directory), login=("violet", "pw"))
        sink.refusals["gone@example.org"] = "550 5.1.1 no such person"
        trusted = ssl.create_default_context(cafile=f"{directory}/smtp.crt")
        with smtplib.SMTP("localhost", sink.port, timeout=10) as client:
            client.starttls(context=trusted)
            client.login("violet", "pw")
            client.sendmail("a@b.c", ["ann@example.org"], "Subject: Hi\r\n\r\n.dot\r\n")
            try:
                client.sendmail("a@b.c", ["gone@example.org"], "Subject: Hi\r\n\r\n")
            except smtplib.SMTPRecipientsRefused:
                pass
        [mail] = sink.mails("ann@example.org")
        equal((mail.subject, mail.text, mail.secure), ("Hi", ".dot\n", True))
        sink.stop()


@table([("no TLS", False, True), ("no log-in", True, False)])
def a_mail_is_refused_with(secure, login):
    with tempfile.TemporaryDirectory() as directory:
        sink = Sink(make_certificate(directory), login=("violet", "pw"))
        with smtplib.SMTP("localhost", sink.port, timeout=10) as client:
            if secure:
                client.starttls(context=ssl.create_default_context(cafile=f"{directory}/smtp.crt"))
            client.ehlo()
            equal(client.docmd("MAIL FROM:<a@b.c>")[0], 530)
        sink.stop()


run()
