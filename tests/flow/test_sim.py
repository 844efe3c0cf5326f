"""The simulated carrier, and what the service makes of each of its faults: every text once, and back by itself."""
import json
import re
import subprocess
import time

from servers import postgres
from story import one
from tap import contains, equal, eventually, run, test
from violet import Demo, Service, request

NUMBER = "+12025550143"
COUNT, LOAD, LONG, INCOMPLETE = 36, 1000, 40, 12
FAULTS = ("hang", "reset", "garbage", "duplicate", "slow", "truncated", "overlong", "sequence", "bind", "unbind")
# The log's line and the metric that rises for it; the others pass without a word: they only take longer.
SIGNS = {"hang": ("smpp_lost", "losses"), "reset": ("smpp_lost", "losses"), "garbage": ("smpp_lost", "losses"),
         "duplicate": ("smpp_lost", "losses"), "truncated": ("smpp_malformed", "malformed"),
         "overlong": ("smpp_lost", "losses"), "bind": ("smpp_bind_refused", "bind_refusals"),
         "unbind": ("smpp_lost", "losses")}
ports = {name: postgres.free_port() for name in (*FAULTS, "load", "long", "torn")}
private = postgres.free_port()
service, ann = Service(), None


def carrier(name):
    with open(service.config, "a", encoding="utf-8") as config:
        config.write(f"\n[carrier.{name}]\nkind = smpp\nhost = 127.0.0.1\nport = {ports[name]}\nsystem_id = violet\n"
                     f"password_file = {service.home}/smpp.password\nwindow = 100\nenquire_seconds = 1\n")


def configure():
    service.secret("smpp.password", "secret12")
    service.config.write_text(service.config.read_text().replace(
        "private_listen =", f"private_listen = 127.0.0.1:{private}"))
    for name in FAULTS:
        carrier(name)
    service.init()
    service.account("ann")
    service.numbers(NUMBER)
    service.line("ann", NUMBER)


configure()


class Sim:
    """A run of `violet sim carrier` that sends one text a line."""

    def __init__(self, name, texts, *options):
        path = service.home / f"{name}.texts"
        path.write_text("".join(f"+1312555{index:04}\t{text}\n" for index, text in enumerate(texts)))
        self.process = subprocess.Popen(
            [service.binary, "sim", "carrier", "--to", NUMBER, "--listen", f"127.0.0.1:{ports[name]}", "--system-id",
             "violet", "--password-file", service.home / "smpp.password", "--text", path, "--seed", "7",
             "--json", *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        equal(json.loads(self.process.stdout.readline()), {"port": ports[name]})

    def end(self, seconds=60):
        """What it counted, when all of its texts were answered."""
        out, _ = self.process.communicate(timeout=seconds)
        equal(self.process.returncode, 0, "the simulator")
        return json.loads(out)


def stored(prefix):
    """The texts of the inbox that begin so."""
    found, before = [], ""
    while True:
        page = ann.get(f"/messages?limit=50{before}")
        found += [message["text"] for message in page["messages"] if message["text"].startswith(prefix)]
        if not page.get("next"):
            return found
        before = f"&before={page['next']}"


def metric(name, carrier):
    lines = request(f"http://127.0.0.1:{private}", "GET", "/metrics").text.splitlines()
    return sum(int(line.split()[-1]) for line in lines if line.startswith(name) and f'carrier="{carrier}"' in line)


def texts_of(name, count):
    return [f"{name} {index} " + ("ünïcode 验证码" if index % 3 == 0 else "plain") for index in range(count)]


def all_of(name, sim, texts):
    """What the simulator counted, when each text was acknowledged and stands in the inbox once."""
    counts = sim.end()
    equal((counts["texts"], counts["acknowledged"], counts["refused"]), (len(texts), len(texts), 0), name)
    equal(sorted(stored(f"{name} ")), sorted(texts), name)
    return counts


@test
def each_fault_costs_no_text_and_doubles_none_and_the_bind_comes_back():
    global ann
    texts = {name: texts_of(name, COUNT) for name in FAULTS}
    sims = {name: Sim(name, texts[name], "--rate", "60", "--fault", name, "--every", "12", "--window", "4",
                      "--charset", "gsm,latin1,ucs2") for name in FAULTS}
    service.start()
    ann = service.rest()
    for name, sim in sims.items():
        begin = time.monotonic()
        counts = all_of(name, sim, texts[name])
        equal(counts["faults"].get(name, 0) > 0, True, f"{name} was done")
        print(f"# {name}: {counts['faults'][name]} times, {counts['again']} sent again, {time.monotonic() - begin:.1f} s more")


@test
def each_fault_that_is_more_than_slow_stands_in_the_log_and_in_the_metrics():
    log = service.stderr().splitlines()
    for name, (line, number) in SIGNS.items():
        equal(any(f" {line} " in each and f"carrier={name} " in each for each in log), True, f"{name}: {line}")
        equal(metric(f"violet_smpp_{number}_total", name) > 0, True, f"{name}: {number}")


@test
def long_texts_come_whole_however_their_parts_come():
    texts = [f"long {index} " + ("Ein längerer Text. " if index % 2 else "一条很长的短信。") * 25 for index in range(LONG)]
    sim = Sim("long", texts, "--rate", "100", "--concat", "udh8,udh16,sar,payload", "--parts", "ordered,shuffled,repeated")
    carrier("long")
    service.cli("carrier", "reload")
    equal(all_of("long", sim, texts)["sent"] > 3 * LONG, True, "in parts")


@test
def what_came_of_a_long_text_without_all_its_parts_is_shown_after_a_time():
    texts = [f"torn {index} " + "Ein längerer Text. " * 25 for index in range(INCOMPLETE)]
    sim = Sim("torn", texts, "--rate", "100", "--concat", "udh8,udh16,sar", "--parts", "missing")
    carrier("torn")
    service.cli("carrier", "reload")
    counts = sim.end()
    equal((counts["texts"], counts["incomplete"]), (INCOMPLETE, INCOMPLETE), counts)
    before = one(service, "SELECT count(*) FROM message")
    service.stop()
    service.change("UPDATE queue SET due = 1 WHERE kind = 'parts'")
    service.start()
    ann.base = service.url
    eventually(lambda: one(service, "SELECT count(*) FROM message_part") == 0, 20, "no part waits")
    equal(one(service, "SELECT count(*) FROM message"), before + INCOMPLETE, "all of them shown, and nothing else")
    page = ann.get(f"/messages?limit={INCOMPLETE}")["messages"]
    for message in page:
        equal(re.findall(r"\[\d/\d …\]", message["text"])[1:], [], message["text"])
        contains(message["text"], " …]")


@test
def kill_9_under_load_loses_and_doubles_nothing():
    before = one(service, "SELECT count(*) FROM message")
    sim = Sim("load", texts_of("load", LOAD), "--rate", "500", "--window", "100")
    carrier("load")
    service.cli("carrier", "reload")
    for share in (0.2, 0.5):
        eventually(lambda: one(service, "SELECT count(*) FROM message") - before > share * LOAD, 30, "a part of the texts")
        service.kill()
        service.start()
    counts = sim.end()
    equal((counts["texts"], counts["acknowledged"]), (LOAD, LOAD))
    equal(one(service, "SELECT count(*) FROM message") - before, LOAD, "stored")
    print(f"# {counts['again']} of {counts['sent']} were sent again")
    service.check()


@test
def the_texts_of_the_demo_come_over_smpp_also_when_they_are_equal():
    demo = Demo().start()
    eventually(lambda: demo.cli("carrier", "list")[0]["binds"][0]["state"] == "bound", 10, "the bind")
    before = one(demo, "SELECT count(*) FROM message")
    for _ in range(2):
        demo.send_text("G-445566 is your Google verification code.")
    [bind] = demo.cli("carrier", "list")[0]["binds"]
    equal(bind["delivered"] >= 2, True, bind)
    equal(one(demo, "SELECT count(*) FROM message") - before >= 2, True, "both are stored")
    equal((demo.data / "carrier-password").stat().st_mode & 0o777, 0o600, "its password")
    demo.close()


@test
def wrong_options_are_told_with_what_to_give():
    for words, said in ((["--fault", "fire"], "hang, reset"), (["--rate", "0"], "from 1 to"), (["--text", "-"], "a tab"),
                        (["--listen", "nowhere"], "--listen ADDRESS:PORT"),
                        (["--receipts", "tlv,text"], "one of")):
        done = subprocess.run([service.binary, "sim", "carrier", "--to", NUMBER, *words], input="no tab\n", text=True,
                              capture_output=True, timeout=10)
        equal(done.returncode != 0, True, words)
        contains(done.stderr, said)


run(service.close)
