"""The list of services: a newer one is imported whole or not at all, the desk corrects it, and both hold from the next
text on without a restart."""
import json
import os
import subprocess
import threading
from pathlib import Path

from story import one
from tap import contains, equal, lacks, run, table, test
from violet import Service

ROOT = Path(__file__).resolve().parents[2]
NUMBER = "+12025550143"
service = Service().init()
service.account("ann", mail="ann@example.org")
service.staff("ada", "admin")
service.staff("gus", "agent")
service.numbers(NUMBER)
service.line("ann", NUMBER)
service.start()
ann = service.rest()
CHICKPEA = {"name": "Chickpea Bank", "domains": ["chickpea.example"], "categories": ["banking"],
            "senders": ["55443"], "close_url": "https://chickpea.example/close", "close_difficulty": "hard"}


def write(rows):
    path = service.home / "services.json"
    path.write_text(rows if isinstance(rows, str) else json.dumps(rows), encoding="utf-8")
    return path


def name_of(text, sender="77001"):
    """The service that a text is filed under."""
    service.text(NUMBER, text, sender=sender)
    return ann.get("/messages?limit=1")["messages"][0]["service"]


@test
def a_new_service_is_known_from_the_next_text_on():
    equal(name_of("Chickpea Bank: your code is 482913"), None)
    equal(service.cli("services", "import", write([CHICKPEA])), {"services": 1, "new": 1, "dry_run": False})
    equal(name_of("Chickpea Bank: your code is 482914"), "Chickpea Bank")
    equal(name_of("Your transfer was made.", sender="55443"), "Chickpea Bank")
    equal(name_of("Your code is 482915\n\n@chickpea.example #482915"), "Chickpea Bank")
    equal(name_of("482916 is your Facebook confirmation code"), "Facebook")
    found = {each["name"]: each for each in ann.get("/services")["services"]}["Chickpea Bank"]
    equal((found["category"], found["dangerous"], found["hardness"]), ("bank", True, "hard"))


@test
def it_is_known_after_a_restart():
    service.stop()
    service.start()
    ann.base = service.url
    equal(name_of("Chickpea Bank: your code is 482917"), "Chickpea Bank")


@test
def the_shipped_list_itself_can_be_imported():
    shipped = json.loads((ROOT / "data/services.json").read_text(encoding="utf-8"))
    looked = service.cli("services", "import", ROOT / "data/services.json", "--dry-run")
    equal((looked["new"], looked["dry_run"], looked["services"] <= len(shipped)), (0, True, True))
    equal(name_of("Chickpea Bank: your code is 482918"), "Chickpea Bank")
    equal(service.cli("services", "import", ROOT / "data/services.json")["services"], looked["services"])
    equal(name_of("Chickpea Bank: your code is 482919"), None)
    equal(one(service, "SELECT count(DISTINCT generation) FROM service_entry"), 1, "lists that are kept")
    explained = service.run("message", "explain", "--from", "69525", "--text", "-", "--json",
                            stdin="Your Apple ID Code is: 649073.")
    equal(json.loads(explained.stdout)["category"], "mail")
    service.check()


BAD = [("no JSON", "[{", 2), ("an object", "{}", 2), ("an empty list", "[]", 2),
       ("a row without a name", [{"domains": ["a.example"]}], 2), ("a name that is a number", [{"name": 7}], 2),
       ("a domain that is none", [{"name": "Aa", "domains": ["no domain"]}], 2),
       ("a domain that is a number", [{"name": "Aa", "domains": [7]}], 2),
       ("an address with a quote", [{"name": "Aa", "domains": [], "close_url": "https://a.example/\""}], 2),
       ("a difficulty that is none", [{"name": "Aa", "domains": [], "close_difficulty": "so so"}], 2),
       ("a control character", [{"name": "A\u0007", "domains": []}], 2),
       ("too many domains", [{"name": "Aa", "domains": [f"a{n}.example" for n in range(300)]}], 2),
       ("too many rows", [{"name": f"A{n}", "domains": []} for n in range(17000)], 2)]


@table(BAD)
def a_wrong_list_changes_nothing(rows, status):
    service.cli("services", "import", write([CHICKPEA]))
    both = rows if isinstance(rows, str) else [CHICKPEA, *rows]
    if rows == "[]":
        both = "[]"
    before = one(service, "SELECT value FROM setting WHERE name = 'service_generation'")
    done = service.run("services", "import", write(both))
    equal(done.returncode, status, done.stderr)
    contains(done.stderr, "nothing was imported")
    equal(one(service, "SELECT value FROM setting WHERE name = 'service_generation'"), before)


@test
def texts_arrive_while_lists_are_exchanged():
    stop, faults = threading.Event(), []

    def exchange():
        while not stop.is_set():
            done = subprocess.run([service.binary, "services", "import", str(ROOT / "data/services.json"),
                                   *service.options], capture_output=True, env={**os.environ}, check=False)
            faults.extend([done.stderr] if done.returncode else [])

    thread = threading.Thread(target=exchange)
    thread.start()
    for number in range(40):
        equal(name_of(f"48{number:04} is your Facebook confirmation code"), "Facebook")
    stop.set()
    thread.join()
    equal(faults, [])


@test
def the_desk_adds_corrects_and_takes_back():
    ada = service.person("admin")
    ada.get("/desk/services?q=Corner+Co-op")
    ada.press(action="/desk/services/save", name="Corner Co-op", category="shop", names="CornerCoop\nThe Corner",
              domains="corner.example", senders="60601")
    contains(ada.page.html.text, "Corner Co-op")
    equal(name_of("CornerCoop: your code is 482920"), "Corner Co-op")
    equal(name_of("Fresh bread today!", sender="60601"), "Corner Co-op")
    ada.get("/desk/services?q=facebook")
    ada.press(action="/desk/services/save", name="Facebook (Meta)", category="mail")
    equal(name_of("482921 is your Facebook confirmation code"), "Facebook (Meta)")
    ada.press(action="/desk/services/undo", button="Facebook (Meta)")
    equal(name_of("482922 is your Facebook confirmation code"), "Facebook")
    equal(one(service, "SELECT count(*) FROM audit WHERE event IN ('service_corrected', 'service_correction_undone')"),
          3, "audited")


@test
def what_the_desk_hides_is_named_no_more():
    ada = service.person("admin")
    ada.get("/desk/services?q=lyft")
    ada.press(action="/desk/services/save", hidden="1")
    equal(name_of("662018 is your Lyft code. Never share it."), None)
    service.cli("services", "import", ROOT / "data/services.json")
    equal(name_of("662019 is your Lyft code. Never share it."), None)


@table([("no name", {"name": ""}, "Enter the name"), ("a domain that is none", {"domains": "no domain"}, "as example.com"),
        ("an address without TLS", {"security": "http://corner.example"}, "must begin with https://")])
def the_desk_is_told_what_is_wrong(change, words):
    ada = service.person("admin")
    ada.get("/desk/services")
    ada.press(action="/desk/services/save", status=422, **{"name": "Corner Co-op", "category": "shop", **change})
    contains(ada.page.html.text, words)


@test
def an_agent_may_not():
    gus = service.person("agent")
    gus.get("/desk/services", status=403)
    lacks(gus.get("/desk/numbers").html.text, "Services")


run(service.close)
