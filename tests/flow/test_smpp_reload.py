"""Carriers come, go and change while the house serves: `violet carrier list` and `reload`, SIGHUP, the desk's page."""
import signal

from smsc import UNBIND, Smsc
from story import one
from tap import contains, equal, eventually, lacks, run, test
from violet import Service

NUMBER = "+12025550143"
ROK = 0

stays, changes, comes = Smsc(), Smsc(), Smsc()
service = Service()
service.secret("smpp.password", "secret12")
plain = service.config.read_text()


def section(name, smsc, **more):
    keys = {"kind": "smpp", "host": "127.0.0.1", "port": smsc.port, "system_id": "violet",
            "password_file": f"{service.home}/smpp.password", **more}
    return f"\n[carrier.{name}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())


def configure(*sections):
    service.config.write_text(plain + "".join(sections))


def carriers():
    return {row["carrier"]: row for row in service.cli("carrier", "list")}


def states(name):
    return [bind["state"] for bind in carriers()[name]["binds"]]


configure(section("stays", stays), section("changes", changes))
service.init()
equal(states("stays"), [], "binds where nobody serves")
service.account("ann")
service.staff("ada", "admin")
service.numbers(NUMBER)
service.line("ann", NUMBER)
service.start()
stays.bound()
changes.bound()


@test
def the_list_shows_carriers_binds_windows_counts_and_the_last_text():
    eventually(lambda: states("stays") == ["bound"], what="bound")
    equal(stays.bound()[0].say(b"for the list"), ROK)
    found = carriers()
    equal(list(found), ["acme", "stays", "changes"])
    equal(found["acme"], {"carrier": "acme", "kind": "http"})
    equal((found["stays"]["kind"], found["stays"]["host"], found["stays"]["port"]), ("smpp", "127.0.0.1", stays.port))
    [bind] = found["stays"]["binds"]
    equal({key: bind[key] for key in ("mode", "number", "state", "window", "in_flight", "delivered", "last_bind")},
          {"mode": "transceiver", "number": 1, "state": "bound", "window": 100, "in_flight": 0, "delivered": 1,
           "last_bind": "ESME_ROK"})
    equal((bind["last_text"] is not None, bind["since"] is not None), (True, True), "times")
    equal(found["changes"]["binds"][0]["last_text"], None)
    text = service.run("carrier", "list").stdout
    contains(text, f"stays smpp 127.0.0.1:{stays.port}\n  transceiver 1: bound since ")
    contains(text, "acme http /api/v1/hooks/sms/acme\n")


@test
def the_desk_shows_them_too():
    found = service.person("admin").get("/desk/carriers").html.text
    for part in ("HTTP /api/v1/hooks/sms/acme", f"SMPP 127.0.0.1:{stays.port}", "transceiver 1", "Bound", "0 / 100"):
        contains(found, part)


@test
def a_reload_adds_changes_and_removes_and_leaves_the_others_bound():
    kept, before = stays.bound()[0], changes.bound()[0]
    configure(section("stays", stays), section("changes", changes, binds=2, window=7), section("comes", comes))
    equal(service.cli("carrier", "reload"), {"added": 1, "removed": 0, "changed": 1, "kept": 2})
    equal(before.answer(UNBIND)[0], ROK)
    changes.bound((0x09, 0x09), after=1)
    comes.bound()
    eventually(lambda: states("changes") == ["bound"] * 2 and states("comes") == ["bound"], what="bound")
    equal([bind["window"] for bind in carriers()["changes"]["binds"]], [7, 7])
    equal(comes.bound()[0].say(b"from the one that came"), ROK)
    configure(section("stays", stays), section("comes", comes))
    equal(service.cli("carrier", "reload"), {"added": 0, "removed": 1, "changed": 0, "kept": 3})
    equal(list(carriers()), ["acme", "stays", "comes"])
    equal(all(one.closed for one in changes.sessions), True, "what is left of the one that went")
    equal((kept.closed, len(stays.sessions), kept.say(b"still here")), (False, 1, ROK))


@test
def the_same_again_changes_nothing():
    equal(service.cli("carrier", "reload"), {"added": 0, "removed": 0, "changed": 0, "kept": 3})
    equal((len(stays.sessions), len(comes.sessions)), (1, 1))


@test
def a_broken_configuration_is_refused_whole_with_line_and_reason():
    configure(section("comes", comes), section("broken", changes, window=5000), "[mail]\nstartls = yes\n")
    done = service.run("carrier", "reload")
    equal(done.returncode, 2)
    lines = service.config.read_text().splitlines()
    contains(done.stderr, f"violet.ini:{lines.index('window = 5000') + 1}: carrier.broken.window = 5000: must be ")
    contains(done.stderr, f"violet.ini:{lines.index('startls = yes') + 1}: mail.startls: no such key.")
    configure(section("stays", stays), section("comes", comes))  # the verb that lists reads it as well
    equal(list(carriers()), ["acme", "stays", "comes"])
    equal((len(stays.sessions), stays.bound()[0].say(b"after the broken one")), (1, ROK))


@test
def what_a_service_may_not_be_started_with_is_refused_too():
    configure(section("comes", comes))
    service.config.write_text(service.config.read_text().replace("legal_name = Test Telecom Ltd\n", ""))
    done = service.run("carrier", "reload")
    equal(done.returncode, 2)
    contains(done.stderr, "operator.legal_name")
    contains(done.stderr, "nothing was changed: the carriers are those of before.")
    equal(list(carriers()), ["acme", "stays", "comes"])


@test
def SIGHUP_does_the_same_and_says_it_in_the_log():
    configure(section("comes", comes), section("broken", changes, window=5000))
    service.process.send_signal(signal.SIGHUP)
    eventually(lambda: "carriers_not_reloaded" in service.stderr(), what="the refusal in the log")
    contains(service.stderr(), "carrier.broken.window = 5000")
    configure(section("stays", stays), section("changes", changes))
    service.process.send_signal(signal.SIGHUP)
    eventually(lambda: "changes" in carriers() and states("changes") == ["bound"], 15, "the reload")
    equal((list(carriers()), len(stays.sessions)), (["acme", "stays", "changes"], 1))
    contains(service.stderr(), "carriers_reloaded added=1 removed=1 changed=0 kept=2")


@test
def what_was_delivered_before_a_change_is_stored_once_when_it_comes_again():
    before, session, count = one(service, "SELECT count(*) FROM message"), changes.bound()[0], len(changes.sessions)
    equal(session.say(b"once and again"), ROK)
    configure(section("stays", stays), section("changes", changes, window=9))
    equal(service.cli("carrier", "reload")["changed"], 1)
    equal(changes.bound(after=count)[0].say(b"once and again"), ROK)
    equal(one(service, "SELECT count(*) FROM message"), before + 1)


@test
def a_carrier_by_HTTP_can_be_added_too():
    equal(service.text(NUMBER, "by http 445566").status, 200)
    configure(section("stays", stays), f"\n[carrier.second]\nsecret_file = {service.home}/acme.secret\n")
    equal(service.cli("carrier", "reload"), {"added": 1, "removed": 1, "changed": 0, "kept": 2})
    equal(carriers()["second"], {"carrier": "second", "kind": "http"})


@test
def nobody_serves_and_nobody_is_asked():
    equal(service.stop(), 0)
    done = service.run("carrier", "reload")
    equal(done.returncode, 4)
    contains(done.stderr, "nobody serves here")
    lacks(done.stderr, "carriers_reloaded")


run(service.close)
