"""The way of a subscriber through a closing, step by step, as the pages ask for it."""
import json
import re
import sqlite3
from urllib.parse import parse_qs, urlsplit

from tap import equal, eventually
from violet import ask_server

REFERENCE = re.compile(r"VC-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")


class Closure:
    """A submitted closure, as whoever has its link sees it."""

    def __init__(self, violet, reference, link):
        self.violet, self.reference, self.link = violet, reference, link

    @property
    def state(self):
        return self.violet.cli("closure", "show", self.reference)["state"]

    def wait_for(self, *states, seconds=10):
        try:
            eventually(lambda: self.state in states, seconds)
        except AssertionError:
            raise AssertionError(f"{self.reference} is {self.state}, not {' or '.join(states)}") from None

    def wait_until_over(self, seconds=10):
        """The account is gone; the nightly turn may have made it forgotten as well."""
        self.wait_for("forgetting", "forgotten", seconds=seconds)

    def follow(self, language="en"):
        """The status page, without log-in."""
        somebody = self.violet.person(language=language)
        somebody.get(self.link)
        return somebody


def codes(violet):
    """The codes that were mailed, newest first; the subject names them in either language."""
    return [found[0] for _, text in violet.mails() for found in [re.search(r"(?<![\w-])\d{6}(?!\d)", text)] if found]


def prove(violet, person):
    """Presses "send a code" and returns the one that comes."""
    return new_code(violet, lambda: person.press(action="/close/code"))


def new_code(violet, send):
    """The code of the mail that comes after send()."""
    known = len(codes(violet))

    def look():
        found = codes(violet)
        return found[:len(found) - known]
    send()
    return eventually(look, 5, "a mail with a code")[0]


def walk_to_confirm(person, line=None):
    """From the settings page through check, unbind and save."""
    if line:
        person.get(f"/close?line={line}")
    else:
        person.get("/settings")
        person.click("/close")
    for step in ("/close/unbind", "/close/save", "/close/confirm"):
        person.click(step)


def submit_closing(violet, person, password, line=None, **choices):
    """Walks the four steps, proves who it is and submits; returns the closure. The page shows its status."""
    walk_to_confirm(person, line)
    person.press(action="/close/submit", code=prove(violet, person), password=password, **choices)
    return submitted(violet, person)


def dated_steps(person):
    """Whether each past step of the status page on the screen has its date."""
    return ['<p class="muted">' in step for step in re.findall(r'<li class="past">(.*?)</li>', person.page.text, re.S)]


def submitted(violet, person):
    found = REFERENCE.search(person.page.html.text)
    if not found:
        raise AssertionError(f"no reference on {person.page.url}: {person.page.html.text[:1500]}")
    return Closure(violet, found[0], secret_link(violet, found[0]))


def secret_link(violet, reference):
    """The link of the mail that acknowledges the closing."""
    def look():
        for href, text in violet.mails(reference):
            for link in re.findall(r"/closure/[^\s\"<>]+", violet.person().get(href).text):
                # The alert's link, "This was not me", has a key of its own that opens nothing else.
                if "/not-me" not in link and parse_qs(urlsplit(link.replace("&amp;", "&")).query).get("key"):
                    return link.replace("&amp;", "&").split("#")[0]
        return None
    return eventually(look, 5, "the mail with the secret link")


def close_by_clock(violet, closure):
    """Approves a closing that waits for review, lets its cooling-off pass, and waits until it is over."""
    if closure.state == "review":
        violet.cli("closure", "approve", closure.reference)
    closure.wait_for("cooling")
    violet.move_clock(72)
    violet.move_clock(1)
    closure.wait_until_over()


def rows(violet, question, *values):
    """Asks the store itself, read-only: what the program says about itself is not evidence enough."""
    if violet.store:
        return rows_of_server(violet.store, question, values)
    store = sqlite3.connect(f"file:{violet.data}/violet.db?mode=ro", uri=True, timeout=10)
    try:
        return store.execute(question, values).fetchall()
    finally:
        store.close()


def rows_of_server(url, question, values):
    """The same of a PostgreSQL server, by its client: numbers and texts come as JSON, bytes in hexadecimal."""
    for value in values:
        literal = str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
        question = question.replace("?", literal, 1)
    question = re.sub(r"\bx'", r"'\\x", question)
    lines = ask_server(url, f"SELECT row_to_json(answer) FROM ({question}) AS answer").splitlines()
    return [tuple(bytes.fromhex(value[2:]) if str(value).startswith("\\x") else value for _, value in pairs)
            for pairs in (json.loads(line, object_pairs_hook=list) for line in lines)]


def one(violet, question, *values):
    [[value]] = rows(violet, question, *values)
    return value


def expect_closed_once(violet, closures=1):
    """What must hold after any way to the end, whoever was killed on it."""
    violet.check()
    equal(one(violet, "SELECT count(*) FROM receipt WHERE stage = 1"), closures, "receipts")
    equal(rows(violet, "SELECT closure_id, payment_id, count(*) FROM refund GROUP BY 1, 2 HAVING count(*) > 1"), [],
          "refunds twice")
    # every kept balance is what the ledger's transfers add up to
    equal(rows(violet, """
        SELECT b.ledger_id, b.code, b.balance FROM ledger_balance b WHERE abs(b.balance) <> abs(
            (SELECT coalesce(sum(amount), 0) FROM transfer t WHERE t.ledger_id = b.ledger_id AND t.credit = b.code)
          - (SELECT coalesce(sum(amount), 0) FROM transfer t WHERE t.ledger_id = b.ledger_id AND t.debit = b.code))"""),
          [], "balances that are not the sum of their transfers")
