"""The inbox as its holder wishes it: search, blocked senders, quiet hours, forwarding by mail and by a signed webhook."""
import hashlib
import hmac
import http.server
import json
import queue
import ssl
import statistics
import threading
import time
from datetime import datetime, timedelta, timezone
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from story import one
from tap import contains, equal, eventually, lacks, run, table, test
from violet import Service

NUMBER, OTHER = "+12025550143", "+12025550144"


class Hook(http.server.BaseHTTPRequestHandler):
    """A subscriber's webhook; `answers` are the next statuses, then 200."""
    calls, answers = queue.Queue(), []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.answers.pop(0) if self.answers else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.calls.put((dict(self.headers), body))

    def log_message(self, *_):
        pass


service = Service(extra="[webhook]\nca_file = smtp.crt\nprivate = allowed\n")
service.config.write_text(service.config.read_text().replace("ca_file = smtp.crt", f"ca_file = {service.home}/smtp.crt"))
service.init()
service.account("ann", mail="ann@example.org")
service.numbers(NUMBER, OTHER)
service.line("ann", NUMBER)
service.line("ann", OTHER)
service.start()
ann = service.rest()
page = service.person("subscriber")

hook = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(service.home / "smtp.crt", service.home / "smtp.key")
hook.socket = tls.wrap_socket(hook.socket, server_side=True)
threading.Thread(target=hook.serve_forever, daemon=True).start()
# The certificate is for "localhost"; a name needs a dot.
URL = f"https://127.0.0.1:{hook.server_address[1]}/texts"


def texts(query=""):
    return [each["text"] for each in ann.get(f"/messages{query}")["messages"]]


def next_call():
    headers, body = Hook.calls.get(timeout=10)
    return headers, json.loads(body), body


def mails(subject):
    return service.sink.mails(subject=subject)


@test
def a_text_is_found_by_words_sender_code_and_service():
    service.text(NUMBER, "482913 is your Facebook confirmation code", sender="32665")
    service.text(OTHER, "Das Päckchen ist da, Grüße vom Zoll", sender="+4915155500100")
    service.text(NUMBER, "您的包裹已到驿站", sender="106900002222")
    for words, count in (("facebook", 1), ("482913", 1), ("32665", 1), ("PÄCKCHEN zoll", 0), ("päckchen ZOLL", 1),
                         ("Päckchen zoll", 1), ("包裹", 1), ("nothing of it", 0), ("is", 2)):
        found = ann.get("/search?" + urlencode({"q": words}))
        equal((len(found["messages"]), found["searched"], found["next"]), (count, 3, None), words)
    lines = {each["number"]: each["id"] for each in ann.get("/numbers")["numbers"]}
    equal(len(ann.get(f"/search?q=is&line={lines[OTHER]}")["messages"]), 1)
    ann.get("/search", status=422)
    ann.get("/search?q=" + "a" * 129, status=422)
    page.get("/inbox?q=facebook")
    contains(page.page.html.text, "Searched the newest 3 messages.")
    contains(page.page.html.text, "482913 is your Facebook")
    lacks(page.page.html.text, "包裹")
    contains(page.get("/inbox?q=zzz").html.text, "Nothing found for “zzz”.")


@test
def a_search_goes_on_where_it_ended():
    for number in range(4):
        service.text(NUMBER, f"needle {number}", sender="777")
    first = ann.get("/search?q=needle&limit=3")
    equal([each["text"] for each in first["messages"]], ["needle 3", "needle 2", "needle 1"])
    second = ann.get(f"/search?q=needle&limit=3&before={first['next']}")
    equal([each["text"] for each in second["messages"]], ["needle 0"])
    equal(second["next"], None)


@test
def a_blocked_sender_is_counted_and_not_stored():
    block = ann.post("/blocks", {"sender": "63636"})["id"]
    ann.post("/blocks", {"sender": "63636"}, status=409)
    ann.post("/blocks", {"sender": "  "}, status=422)
    before = one(service, "SELECT count(*) FROM message")
    equal(service.text(NUMBER, "Flash sale!", sender="63636").status, 200)
    equal(service.text(NUMBER, "Flash sale!", sender="63637").status, 200)
    equal(one(service, "SELECT count(*) FROM message"), before + 1)
    [row] = ann.get("/blocks")["blocks"]
    equal((row["sender"], row["refused"], bool(row["last_at"])), ("63636", 1, True))
    ann.call("DELETE", f"/blocks/{block}", status=204)
    ann.call("DELETE", f"/blocks/{block}", status=404)
    service.text(NUMBER, "Flash sale again!", sender="63636")
    contains(texts(), "Flash sale again!")


@test
def a_sender_is_blocked_from_its_message_and_unblocked_in_the_settings():
    service.text(NUMBER, "Do you want it?", sender="+16465550119")
    message = ann.get("/messages?limit=1")["messages"][0]["id"]
    page.get(f"/messages/{message}")
    page.press(action=f"/messages/{message}/block")
    contains(page.page.html.text, "+1 646 555 0119")
    service.text(NUMBER, "Still there?", sender="16465550119")
    lacks("\n".join(texts()), "Still there?")
    contains(page.get("/inbox/settings").html.text, "1 text refused")
    page.press("Unblock")
    service.text(NUMBER, "And now?", sender="+16465550119")
    contains(texts(), "And now?")


@test
def a_blocked_service_still_counts_as_one_that_knows_the_number():
    ann.post("/blocks", {"sender": "24273"})
    service.text(NUMBER, "Chase: Your one-time code is 20659382.", sender="24273")
    contains({each["name"] for each in ann.get("/services")["services"]}, "Chase")
    service.check()


def listen():
    """An open inbox: lines of its event stream with the time at which they came."""
    place = urlsplit(service.url)
    connection = HTTPConnection(place.hostname, place.port, timeout=10)
    cookies = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
    connection.request("GET", "/inbox/events", headers={"Cookie": cookies, "Accept": "text/event-stream"})
    return connection, connection.getresponse()


def next_event(stream):
    while not stream.readline().startswith(b"event: message"):
        pass
    return time.monotonic()


@test
def an_open_inbox_is_told_of_each_text():
    connection, stream = listen()
    equal(stream.status, 200)
    waits = []
    for number in range(20):
        handed_over = time.monotonic()
        service.text(NUMBER, f"live {number}", sender="777")
        waits.append((next_event(stream) - handed_over) * 1000)
    connection.close()
    print(f"# from the carrier's request, over the commit, to the open page: median {statistics.median(waits):.1f} ms, "
          f"worst {max(waits):.1f} ms")


@test
def forwarding_is_off_at_first_and_goes_to_a_verified_address_only():
    equal(ann.get("/inbox"), {"quiet": None, "forward": None, "offered": None})
    contact = ann.get("/contacts")["contacts"][0]["id"]
    ann.post("/inbox/forward", {"contact": "4711"}, status=404)
    ann.post("/inbox/forward", {}, status=422)
    equal(ann.post("/inbox/forward", {"contact": contact}, status=200), {"forwarding": True})
    eventually(lambda: mails("forwarded from now on"), 10, "the warning")
    service.text(NUMBER, "774120 is your Lyft code", sender="46080")
    eventually(lambda: mails("Code from 46080"), 10, "the forwarded text")
    contains(mails("Code from 46080")[0].text, "774120 is your Lyft code")
    findings = {each["id"]: each for each in ann.get("/closures/preflight")["findings"]}
    contains(findings, "api_in_use")


@test
def in_quiet_hours_texts_are_stored_and_forwarded_later():
    now = datetime.now(timezone.utc)
    begin, end = now - timedelta(hours=2), now + timedelta(hours=2)
    hours = {"from": begin.strftime("%H:%M"), "to": end.strftime("%H:%M"), "zone": "+00:00"}
    equal(ann.post("/inbox/quiet", hours, status=200), {"quiet": hours})
    service.text(NUMBER, "quiet please", sender="55120")
    contains(texts(), "quiet please")
    due = one(service, "SELECT max(due) FROM queue WHERE kind = 'outbox'") / 1e6 - time.time()
    assert 3600 < due < 3 * 3600, due
    equal(mails("Text from 55120"), [])
    ann.call("DELETE", "/inbox/quiet", status=204)
    equal(ann.get("/inbox")["quiet"], None)
    service.text(NUMBER, "loud again", sender="55121")
    eventually(lambda: mails("Text from 55121"), 10, "the forwarded text")


@table([("an hour that is none", {"from": "25:00", "to": "07:00", "zone": "Z"}),
        ("a minute that is none", {"from": "22:60", "to": "07:00", "zone": "Z"}),
        ("a word", {"from": "late", "to": "07:00", "zone": "Z"}),
        ("a zone that is none", {"from": "22:00", "to": "07:00", "zone": "+25:00"}),
        ("no zone", {"from": "22:00", "to": "07:00"})])
def quiet_hours_are_refused(hours):
    ann.post("/inbox/quiet", hours, status=422)


@table([("no TLS", "http://hook.example/"), ("no host", "https:///x"), ("a user", "https://a@b.example/"),
        ("a host without a dot", "https://localhost/"), ("a space", "https://hook.example/a b"),
        ("too long", "https://hook.example/" + "a" * 500)])
def a_webhook_is_refused(url):
    ann.post("/inbox/forward", {"url": url}, status=422)


@test
def a_webhook_gets_nothing_before_its_code_was_typed():
    ann.call("DELETE", "/inbox/forward", status=204)
    page.get("/inbox/settings")
    page.press(action="/inbox/forward/webhook", url=URL)
    headers, call, _ = next_call()
    equal(call["type"], "verification")
    equal(ann.get("/inbox")["offered"], URL)
    service.text(NUMBER, "not yet", sender="777")
    wrong = "000000" if call["code"] != "000000" else "000001"
    page.press(action="/inbox/forward/confirm", status=403, code=wrong)
    page.press(action="/inbox/forward/confirm", code=call["code"])
    contains(page.page.html.text, "Texts are forwarded to " + URL)
    assert Hook.calls.empty()


@test
def a_webhook_is_signed_and_called_again_until_it_takes_the_text():
    secret = ann.get("/inbox")["forward"]["secret"]
    service.text(OTHER, "448120 is your WhatsApp code", sender="22000")
    headers, call, body = next_call()
    equal((call["type"], call["number"], call["peer"], call["code"], call["service"]),
          ("message", OTHER, "22000", "448120", "WhatsApp"))
    signed = f"{headers['Violet-Id']}.{headers['Violet-Timestamp']}.".encode() + body
    equal(headers["Violet-Signature"], hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest())
    assert abs(int(headers["Violet-Timestamp"]) - time.time()) < 60
    Hook.answers = [500]
    service.text(OTHER, "try again", sender="777")
    first = next_call()[0]["Violet-Id"]
    eventually(lambda: one(service, "SELECT count(*) FROM outbox WHERE effect_key = ? AND state = 0 AND tries = 1", first),
               10, "the row that waits")
    equal(one(service, "SELECT count(*) FROM ticket"), 0, "tickets")


@test
def stopped_is_stopped():
    page.get("/inbox/settings")
    page.press(action="/inbox/forward/stop")
    service.text(NUMBER, "nobody is told", sender="777")
    equal(ann.get("/inbox")["forward"], None)
    time.sleep(0.5)
    assert Hook.calls.empty()
    service.check()


@test
def an_address_inside_the_operators_network_is_not_called():
    config = service.config.read_text()
    service.config.write_text(config.replace("private = allowed", "private = refused"))
    service.stop()
    service.start()
    ann.base = service.url
    ann.post("/inbox/forward", {"url": URL}, status=200)
    eventually(lambda: one(service, "SELECT count(*) FROM outbox WHERE result = 'an address that may not be called'"),
               10, "the refusal")
    assert Hook.calls.empty()


def finish():
    hook.shutdown()
    service.close()


run(finish)
