"""kill -9 between taking an answer on and the carrier's word for it. Started again, it reached the carrier once or not at
all, the money says the same, and nothing waits for ever."""
import http.client
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "flow"))
import failpoints  # noqa: E402
from client import Rest  # noqa: E402
from smsc import Smsc  # noqa: E402
from story import one  # noqa: E402
from tap import equal, eventually, run, table  # noqa: E402
from violet import Service  # noqa: E402

NUMBER, PEER = "+12025550143", b"12125550100"
# What the text shows afterwards, how often the carrier saw it, and what it cost.
ENDS = {"message.taken_on": ("sent", 1, "19.98"), "message.before_submit": ("unknown", 0, "20.00"),
        "message.after_submit": ("unknown", 1, "20.00"), "message.carried": ("sent", 1, "19.98")}


def installation(smsc):
    service = Service(extra=f"""[carrier.wire]
kind = smpp
host = 127.0.0.1
port = {smsc.port}
system_id = violet
password_file = smpp.password
""")
    service.config.write_text(service.config.read_text().replace("= smpp.password", f"= {service.home}/smpp.password"))
    service.secret("smpp.password", "secret12")
    service.init()
    service.account("ann", mail="ann@example.org")
    inventory = service.home / "numbers.csv"
    inventory.write_text(f"number,carrier,class\n{NUMBER},wire,residential\n")
    service.cli("number", "import", inventory)
    service.line("ann", NUMBER, credit="20.00", fee="0")
    service.cli("account", "sending", "on", "--account", "ann", "--price", "0.02")
    return service


@table(failpoints.of("test_texts"))
def killed_at(name):
    smsc = Smsc()
    service = installation(smsc)
    try:
        service.start(environment={"VIOLET_FAILPOINT": name})
        ann = service.rest()
        equal(smsc.bound()[0].say(b"Are you there?", source=PEER, ton=1), 0)
        to = ann.get("/messages")["messages"][0]["id"]
        try:
            ann.call("POST", f"/messages/{to}/answer", {"text": "Yes"}, None, key="k")
        except (OSError, http.client.HTTPException):
            pass  # killed before it answered
        equal(service.process.wait(10), -9, "how it ended")
        service.forget_process()
        service.start()
        ann = Rest(service.url, ann.token)
        state, seen, balance = ENDS[name]
        eventually(lambda: ann.get("/messages")["messages"][0]["delivery"] is not None and
                   ann.get("/messages")["messages"][0]["delivery"]["state"] == state, 20, state)
        equal((len(smsc.submits), ann.get("/wallet")["balance"]), (seen, balance))
        equal(one(service, "SELECT count(*) FROM queue WHERE kind = 'send'"), 0, "texts that wait")
        service.check()
    finally:
        service.close()


run()
