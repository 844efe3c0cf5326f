"""The golden closing, cut into steps that can be taken again after the program was killed in any of them."""
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "flow"))
from client import Person  # noqa: E402
from story import Closure, expect_closed_once, one, prove, rows, walk_to_confirm  # noqa: E402
from tap import equal, eventually  # noqa: E402
from violet import Demo  # noqa: E402

# Who closes, with how many numbers and refunds. A reviewer has to look at the second.
SUBSCRIBERS = {"wei": (1, 1), "ann": (2, 2)}
FINISH_SECONDS = 5
# What a client sees of a process that is killed while it answers; the harness turns some of it into a failure.
BROKEN = (OSError, AssertionError)


class Golden:
    """One closing up to the end, its refund, and the turn of the keyring that makes it forgotten."""

    def __init__(self, binary, subscriber="wei"):
        self.demo, self.subscriber = Demo(binary), subscriber
        self.person, self.code = None, None

    def prepare(self):
        """Up to the page whose button submits; then the program is stopped."""
        self.demo.start()
        self.begin()
        self.demo.stop()
        return self

    def begin(self):
        login = next(one for one in self.demo.logins if one["name"] == self.subscriber)
        self.password = login["password"]
        self.person = Person(self.demo.url)
        self.person.log_in(login["name"], self.password)
        walk_to_confirm(self.person)
        self.code = prove(self.demo, self.person)

    def submit(self):
        """Presses the button of the page that prepare left open; the program listens elsewhere by now."""
        old, self.person.base = self.person.base, self.demo.url
        self.person.page.url = self.person.page.url.replace(old, self.demo.url)
        self.person.press(action="/close/submit", password=self.password, code=self.code)

    def find(self):
        found = rows(self.demo, "SELECT reference FROM closure")
        return Closure(self.demo, found[0][0], None) if found else None

    def close(self):
        """From wherever it stands to the end of the account."""
        if self.find() is None:
            self.begin()
            self.submit()
        closure = self.find()
        if closure.state == "review":
            self.demo.cli("closure", "approve", closure.reference)
        if closure.state == "cooling":
            self.demo.move_clock(72)
            self.demo.move_clock(1)
        closure.wait_until_over(FINISH_SECONDS)

    def pay(self):
        """The finance role marks what is owed as sent, and then as arrived."""
        fay = self.demo.person("finance")
        for step, values in (("/sent", {"reference": "BANK-1"}), ("/settled", {})):
            while any(step in form.action for form in fay.get("/desk/money").html.forms):
                fay.press(action=step, **values)

    def turn(self):
        """From the end of the account to the line of the receipt that says forgotten."""
        closure = self.find()
        if closure.state == "forgetting":
            self.demo.cli("keyring", "turn")
        closure.wait_for("forgotten", seconds=FINISH_SECONDS)

    def way(self):
        """All steps; True where the program was not killed on them."""
        try:
            self.submit()
            self.close()
            self.pay()
            self.turn()
            eventually(self.nothing_follows, FINISH_SECONDS, "the end of the closure's own key")
            return self.demo.process.poll() is None
        except BROKEN:
            if self.demo.process is not None and self.ended():
                return False
            raise

    def nothing_follows(self):
        """The last mail is out and the closure's own key gone, which happens beside the steps above."""
        return self.demo.process.poll() is not None or not rows(self.demo, "SELECT 1 FROM data_key "
                                                                           "WHERE kind = 'closure'")

    def ended(self):
        try:
            self.demo.process.wait(2)
        except Exception:  # still alive: the step failed for another reason
            return False
        return True

    def start_again(self):
        """After a kill: starts, and finishes in time."""
        self.demo.forget_process()
        self.demo.start()
        begin = time.monotonic()
        self.close()
        eventually(self.confirmations, FINISH_SECONDS, "the confirmation")
        seconds = time.monotonic() - begin
        if seconds > FINISH_SECONDS:
            raise AssertionError(f"it took {seconds:.1f} s to finish")
        self.pay()
        self.turn()

    def confirmations(self):
        """The Message-ID of each, as often as it was handed over."""
        return re.findall(r'mail_taken message_id="?(closure\.\d+\.closed\.[^\s"]*)', self.demo.stderr())

    def expect(self):
        """What holds whatever happened on the way."""
        expect_closed_once(self.demo)
        equal(one(self.demo, "SELECT count(*) FROM closure"), 1, "closures")
        numbers, refunds = SUBSCRIBERS[self.subscriber]
        equal(one(self.demo, "SELECT count(*) FROM refund"), refunds, "refunds")
        equal(one(self.demo, "SELECT count(*) FROM rnd_row"), numbers, "RND rows")
        taken = self.confirmations()
        if len(set(taken)) != 1 or len(taken) > 2:
            raise AssertionError(f"confirmations: {taken}")
