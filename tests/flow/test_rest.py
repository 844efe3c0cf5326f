"""The REST interface: every answer is as openapi.json says."""
import io
import json
import re
import subprocess
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from client import Rest, request
from schema import Schemas
from story import Closure, close_by_clock, new_code, rows
from tap import contains, equal, eventually, lacks, run, table, test
from violet import Demo

demo = Demo().start()
schemas = Schemas(request(demo.url, "GET", "/api/v1/openapi.json").expect(200).json)


class Checked(Rest):
    """A program that compares each answer with the document."""

    def call(self, method, path, content=None, status=200, key=None, headers=()):
        answer = super().call(method, path, content, status, key, headers)
        kind = answer.header("Content-Type") if answer.body else None
        value = answer.json if kind and "json" in kind else answer.text if kind and "text" in kind else None
        faults = schemas.answer_faults(method, "/api/v1" + path, status, kind, value)
        equal(faults, [], f"{method} {path}")
        return answer

    def send(self, method, path, body, status, headers=()):
        """Bytes as they are."""
        head = [("Content-Type", "application/json"), *headers]
        if self.token:
            head.append(("Authorization", f"Bearer {self.token}"))
        return request(self.base, method, "/api/v1" + path, body, head).expect(status)


def log_in(name):
    return Checked(demo.url).log_in(name, f"violet-{name}-demo")


ann, wei, nobody = log_in("ann"), log_in("wei"), Checked(demo.url)


def code(answer):
    return answer.json["code"]


@test
def a_wrong_log_in_gets_no_token_and_says_no_more_for_names_that_exist():
    first = nobody.call("POST", "/sessions", {"name": "ann", "password": "not it"}, 401, key=False)
    second = nobody.call("POST", "/sessions", {"name": "nobody-here", "password": "not it"}, 401, key=False)
    equal(first.json, second.json)
    equal(code(first), "wrong_login")


@table([(path, path) for path in ("/account", "/contacts", "/messages", "/services", "/numbers", "/wallet", "/closures",
                                  "/closures/preflight", "/tickets")])
def a_page_is_as_the_document_says_and_needs_a_session(path):
    ann.get(path)
    wei.get(path)
    refused = nobody.call("GET", path, status=401)
    equal(refused.header("WWW-Authenticate"), "Bearer")
    equal(code(Checked(demo.url, "A" * 43).call("GET", path, status=401)), "unauthenticated")


@test
def a_session_that_was_ended_is_none():
    once = log_in("ann")
    once.call("DELETE", "/sessions", status=204)
    once.call("GET", "/account", status=401)
    ann.get("/account")


@test
def a_problem_speaks_the_language_of_its_reader():
    english = ann.call("GET", "/messages/1", status=404)
    chinese = ann.call("GET", "/messages/1", status=404, headers=[("Accept-Language", "zh-CN,zh;q=0.9")])
    equal(english.header("Content-Type"), "application/problem+json")
    equal((english.header("Content-Language"), chinese.header("Content-Language")), ("en", "zh-CN"))
    equal(bool(re.search("[\u4e00-\u9fff]", chinese.json["title"])), True, chinese.json["title"])
    equal(code(english), code(chinese))


@test
def unknown_paths_and_methods_are_problems_too():
    equal(code(request(demo.url, "GET", "/api/v1/nothing").expect(404)), "not_found")
    refused = request(demo.url, "PUT", "/api/v1/account").expect(405)
    equal((code(refused), refused.header("Allow")), ("method", "GET, HEAD"))


@table([
    ("no JSON", b"{", 400, "bad_json", None),
    ("a name twice", b'{"name":"a","name":"b"}', 400, "bad_json", None),
    ("no object", b'["name"]', 400, "bad_json", None),
    ("an unknown name", b'{"name":"a","nmae":"b"}', 422, "invalid", [{"name": "nmae", "fault": "unknown"}]),
    ("a missing name", b"{}", 422, "invalid", [{"name": "name", "fault": "missing"}]),
    ("null", b'{"name":null}', 422, "invalid", [{"name": "name", "fault": "missing"}]),
    ("another kind", b'{"name":7}', 422, "invalid", [{"name": "name", "fault": "invalid"}]),
    ("NUL in a name", b'{"name":"a","b\\u0000":1}', 400, "bad_json", None),
    ("bad UTF-8", b'{"name":"\xff"}', 400, "bad_json", None),
    ("too deep", b"[" * 5000, 400, "bad_json", None),
    ("too large", b'{"name":"' + b"a" * 70000 + b'"}', 413, "too_large", None),
])
def a_body_is_refused(body, status, expected, fields):
    before = ann.get("/services")
    refused = ann.send("POST", "/services", body, status)
    equal((code(refused), refused.json.get("fields")), (expected, fields))
    equal(ann.get("/services"), before)


@table([(query, query, field) for query, field in (("limit=0", "limit"), ("limit=51", "limit"), ("limit=x", "limit"),
                                                  ("before=-1", "before"), ("after=9x", "after"), ("line=1e3", "line"),
                                                  ("after=1&before=2", "before"))])
def a_query_is_refused(query, field):
    refused = ann.call("GET", "/messages?" + query, status=422)
    equal(refused.json["fields"], [{"name": field, "fault": "invalid"}])


def walk(first, parameter):
    """All messages, page by page; the Link header leads the same way as the cursor."""
    path, seen = first, []
    while path:
        answer = ann.call("GET", path)
        seen += [one["id"] for one in answer.json["messages"]]
        following = answer.json["next"]
        link = answer.header("Link")
        equal(bool(following), bool(link))
        path = link and re.fullmatch(r'</api/v1(.*)>; rel="next"', link)[1]
        equal(path is None or f"{parameter}={following}" in path, True, path)
    return seen


@test
def pages_show_every_message_once_in_both_directions():
    back, forth = walk("/messages?limit=37", "before"), walk("/messages?after=0&limit=41", "after")
    equal(len(back) > 100, True, "messages")
    equal(len(set(back)), len(back))
    equal(back, forth[::-1])


@test
def the_messages_of_a_line_are_its_own():
    lines = [one["id"] for one in ann.get("/numbers")["numbers"]]
    for line in lines:
        equal({one["line"] for one in ann.get(f"/messages?line={line}")["messages"]} <= {line}, True)


@test
def what_is_somebody_elses_looks_like_what_is_not_there():
    message = ann.get("/messages?limit=1")["messages"][0]["id"]
    service = ann.get("/services")["services"][0]["id"]
    line = ann.get("/numbers")["numbers"][0]["id"]
    for method, path in (("GET", f"/messages/{message}"), ("DELETE", f"/messages/{message}"),
                         ("DELETE", f"/services/{service}"), ("GET", f"/closures/preflight?line={line}")):
        foreign = wei.call(method, path, status=404).json
        equal(foreign, wei.call(method, re.sub(r"\d{5,}", "424242", path), status=404).json, path)
    ann.get(f"/messages/{message}")


@test
def a_message_is_read_and_deleted_for_good():
    message = ann.get("/messages")["messages"][-1]["id"]
    ann.post(f"/messages/{message}/read", status=200)
    equal(ann.get(f"/messages/{message}")["read_at"] is not None, True)
    ann.call("DELETE", f"/messages/{message}", status=204)
    ann.call("GET", f"/messages/{message}", status=404)
    ann.call("DELETE", f"/messages/{message}", status=404)


@test
def a_service_is_added_ticked_off_and_removed():
    made = ann.post("/services", {"name": "My allotment club"})["id"]
    equal(code(ann.call("POST", "/services", {"name": "My allotment club"}, 409)), "exists")
    ann.post(f"/services/{made}/tick", status=200)
    row = next(one for one in ann.get("/services")["services"] if one["id"] == made)
    equal((row["by_hand"], row["done_at"] is not None), (True, True))
    equal(ann.post(f"/services/{made}/tick", {"done": False}, 200), {"done": False})
    ann.call("DELETE", f"/services/{made}", status=204)
    ann.call("DELETE", f"/services/{made}", status=404)


@test
def the_same_key_and_body_get_the_same_answer_and_are_done_once():
    first = ann.call("POST", "/tickets", {"subject": "once", "text": "only once"}, 201, key="key-1")
    again = ann.call("POST", "/tickets", {"subject": "once", "text": "only once"}, 201, key="key-1")
    equal(again.body, first.body)
    equal((first.header("Idempotency-Replayed"), again.header("Idempotency-Replayed")), (None, "true"))
    equal([one["subject"] for one in ann.get("/tickets")["tickets"]].count("once"), 1)


@test
def many_at_once_with_one_key_do_it_once():
    said = {"subject": "race", "text": "who is first"}
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: request(
            demo.url, "POST", "/api/v1/tickets", json.dumps(said).encode(),
            [("Authorization", f"Bearer {ann.token}"), ("Idempotency-Key", "race-1")]), range(16)))
    equal({answer.status for answer in answers} <= {201, 409}, True, [answer.status for answer in answers])
    equal(len({answer.body for answer in answers if answer.status == 201}), 1, "answers")
    equal({code(answer) for answer in answers if answer.status == 409} <= {"in_flight"}, True)
    equal([one["subject"] for one in ann.get("/tickets")["tickets"]].count("race"), 1)


@test
def a_key_is_for_one_request_of_one_account():
    equal(code(ann.call("POST", "/tickets", {"subject": "once", "text": "twice"}, 422, key="key-1")), "key_reused")
    equal(code(ann.call("POST", "/services", {"name": "once"}, 422, key="key-1")), "key_reused")
    mine = wei.call("POST", "/tickets", {"subject": "once", "text": "only once"}, 201, key="key-1")
    equal(mine.header("Idempotency-Replayed"), None)
    refused = ann.call("POST", "/tickets", {"subject": "a", "text": "b"}, 422, key="k" * 129)
    equal(refused.json["fields"], [{"name": "Idempotency-Key", "fault": "invalid"}])


@test
def a_refused_request_leaves_its_key_free():
    ann.call("POST", "/services/424242/tick", {}, 404, key="key-2")
    made = ann.call("POST", "/services", {"name": "Second try"}, 201, key="key-2").json["id"]
    ann.call("DELETE", f"/services/{made}", status=204)


@test
def kept_answers_are_sealed_and_sessions_are_never_kept():
    for _ in range(2):
        log = nobody.call("POST", "/sessions", {"name": "wei", "password": "violet-wei-demo"}, 201, key="key-3")
        equal(log.header("Idempotency-Replayed"), None)
    kept = rows(demo, "SELECT state, status, box FROM idempotency")
    equal(len(kept) >= 3, True, "kept answers")
    for state, status, box in kept:
        equal((state, status // 100), (2, 2))
        lacks(box, b"reference")
        lacks(box, b"once")


@test
def a_declaration_needs_no_log_in_and_is_acknowledged_by_mail():
    said = {"name": "Wei Example", "contract": "wei", "mail": "wei@example.org", "reason": "moving"}
    made = nobody.call("POST", "/declarations", said, 201, key="declare-1")
    again = nobody.call("POST", "/declarations", said, 201, key="declare-1")
    equal(made.body, again.body)
    lacks(made.text, "key")
    eventually(lambda: demo.mails(made.json["reference"]), 5, "the acknowledgement")
    bad = nobody.call("POST", "/declarations", {**said, "mail": "nowhere"}, 422)
    equal(bad.json["fields"], [{"name": "mail", "fault": "invalid"}])


@test
def an_archive_is_made_and_downloaded():
    made = ann.post("/archives")
    ready = eventually(lambda: (lambda one: one["state"] == "ready" and one)(ann.get(f"/archives/{made['id']}")), 30, "it")
    content = ann.call("GET", f"/archives/{made['id']}/content")
    equal((content.header("Content-Type"), len(content.body)), ("application/zip", ready["size"]))
    contains(zipfile.ZipFile(io.BytesIO(content.body)).namelist(), "messages.json")
    wei.call("GET", f"/archives/{made['id']}", status=404)
    wei.call("GET", f"/archives/{made['id']}/content", status=404)


@test
def a_conversation_with_support_goes_on_and_is_private():
    reference = ann.post("/tickets", {"subject": "Codes", "text": "none came"})["reference"]
    ann.post(f"/tickets/{reference}/messages", {"text": "still none"})
    whole = ann.get(f"/tickets/{reference.lower()}")
    equal([one["text"] for one in whole["messages"]], ["none came", "still none"])
    wei.call("GET", f"/tickets/{reference}", status=404)
    wei.call("POST", f"/tickets/{reference}/messages", {"text": "me too"}, 404)
    equal(ann.post(f"/tickets/{reference}/close", status=200)["state"], "closed")


@test
def a_contact_is_added_verified_by_its_code_and_removed():
    sent = new_code(demo, lambda: wei.post("/contacts", {"address": "wei.new@example.org"}))
    made = next(one for one in wei.get("/contacts")["contacts"] if one["address"] == "wei.new@example.org")
    equal(made["verified_at"], None)
    equal(code(wei.call("POST", f"/contacts/{made['id']}/verify", {"code": "x"}, 403)), "wrong_proof")
    wei.post(f"/contacts/{made['id']}/verify", {"code": sent}, 200)
    equal([one["address"] for one in wei.get("/contacts")["contacts"] if one["verified_at"]][-1], made["address"])
    equal(code(wei.call("POST", "/contacts", {"address": "WEI.NEW@example.org"}, 409)), "exists")
    ann.call("DELETE", f"/contacts/{made['id']}", status=404)
    wei.call("DELETE", f"/contacts/{made['id']}", status=204)
    equal(code(wei.call("POST", "/contacts", {"address": "a@b"}, 422)), "invalid")


@test
def nothing_is_closed_without_a_fresh_proof():
    equal(code(ann.call("POST", "/closures", {}, 403)), "proof_needed")
    sent = new_code(demo, lambda: ann.post("/closures/proof-code", status=200))
    for password, typed in (("not it", sent), ("violet-ann-demo", "x"), ("violet-ann-demo", "")):
        equal(code(ann.call("POST", "/closures/proof", {"password": password, "code": typed}, 403)), "wrong_proof")
    equal(code(ann.call("POST", "/closures", {}, 403)), "proof_needed")


def prove(program, name):
    sent = new_code(demo, lambda: program.post("/closures/proof-code", status=200))
    return program.post("/closures/proof", {"password": f"violet-{name}-demo", "code": sent}, 200)


@test
def what_is_confirmed_is_what_was_checked():
    prove(ann, "ann")
    equal(code(ann.call("POST", "/closures", {"mark": "0123456789abcdef"}, 409)), "changed")
    for wrong, field in (({"refund": "gold"}, "refund"), ({"refund": "bank"}, "bank"), ({"date": "2020-01-01"}, "date"),
                         ({"date": "soon"}, "date"), ({"line": "x"}, "line")):
        equal(ann.call("POST", "/closures", wrong, 422).json["fields"][0]["name"], field)
    equal(ann.get("/closures"), {"closures": []})


@test
def a_number_is_closed_and_undone():
    line = ann.get("/numbers")["numbers"][0]["id"]
    mark = ann.get(f"/closures/preflight?line={line}")["mark"]
    made = ann.post("/closures", {"line": line, "mark": mark})
    equal((made["scope"], made["line"], made["status_link"]), ("number", line, None))
    equal(ann.call("POST", "/closures", {"line": line}, 200).json["reference"], made["reference"])
    equal(ann.post(f"/closures/{made['reference']}/undo", status=200)["state"], "undone")
    equal(code(ann.call("POST", f"/closures/{made['reference']}/undo", {}, 409)), "state")


@test
def an_account_is_closed_to_its_receipt():
    mark = ann.get("/closures/preflight")["mark"]
    made = ann.call("POST", "/closures", {"mark": mark, "refund": "origin"}, 201, key="close-1")
    again = ann.call("POST", "/closures", {"mark": mark, "refund": "origin"}, 201, key="close-1")
    equal(made.body, again.body)
    reference = made.json["reference"]
    equal(made.header("Location"), f"/api/v1/closures/{reference}")
    wei.call("GET", f"/closures/{reference}", status=404)
    nobody.call("GET", f"/closures/{reference}", status=401)
    nobody.call("GET", f"/closures/{reference}?key=AAAAAAAAAAAAAAAAAAAAAA", status=404)
    link = ann.get(f"/closures/{reference}")["status_link"]
    secret = re.search(r"key=([\w-]+)", link)[1]
    by_link = f"/closures/{reference}?key={secret}"
    equal(nobody.get(by_link)["status_link"], None)
    told = nobody.call("POST", f"/closures/{reference}/reason?key={secret}", {"reason": "no_need", "comment": "ok"})
    equal(told.json["state"], "review")
    nobody.call("GET", f"/closures/{reference}/receipt?key={secret}", status=404)
    close_by_clock(demo, Closure(demo, reference, link))
    equal(nobody.get(by_link)["receipt_made"], True)
    asked = nobody.call("POST", f"/closures/{reference}/ask?key={secret}", {"text": "is it over?"}, 201).json
    equal(asked["reference"][:3], "VT-")
    ann.call("GET", "/account", status=401)
    check_receipt(reference, secret)


def check_receipt(reference, secret):
    """What the interface gives is what `violet verify` takes."""
    path = f"/closures/{reference}/receipt?key={secret}"
    receipt, signature = nobody.call("GET", path), nobody.call("GET", path + "&format=minisig")
    equal(receipt.json["reference"], reference)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "receipt.json"
        file.write_bytes(receipt.body)
        Path(f"{file}.minisig").write_bytes(signature.body)
        done = subprocess.run([demo.binary, "verify", "--key", str(demo.data / "signing/violet.pub"), str(file)],
                              capture_output=True, text=True)
        equal(done.returncode, 0, done.stdout + done.stderr)


@test
def who_asks_too_often_is_told_how_long_to_wait():
    answer = wei.call("GET", "/account")
    limit = int(answer.header("RateLimit-Limit"))
    for _ in range(20 * limit):
        answer = request(demo.url, "GET", "/api/v1/account", headers=[("Authorization", f"Bearer {wei.token}")])
        if answer.status == 429:
            break
    equal((answer.status, code(answer), answer.header("RateLimit-Remaining")), (429, "rate", "0"))
    equal(int(answer.header("Retry-After")) > 0, True)
    nobody.call("GET", "/openapi.json")


@test
def nothing_is_out_of_order_afterwards():
    demo.check()


run(demo.close)
