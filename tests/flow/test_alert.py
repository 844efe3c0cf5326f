"""The alert's own link: it opens "This was not me", and nothing else of the closing."""
import re

from client import Rest
from story import submit_closing
from tap import equal, run, test
from violet import Demo


def alert_link(demo, reference):
    for href, _ in demo.mails(reference):
        found = re.search(r"/closure/[^\s\"<>]+/not-me\?key=[\w-]+", demo.person().get(href).text)
        if found:
            return found[0]
    raise AssertionError("no mail holds the alert's link")


@test
def the_alert_opens_not_me_and_nothing_else():
    demo = Demo().start()
    try:
        wei = demo.person()
        wei.log_in("wei", "violet-wei-demo")
        closure = submit_closing(demo, wei, "violet-wei-demo")
        link, guest = alert_link(demo, closure.reference), demo.person()
        guest.get(link, status=200)
        guest.get(link.replace("/not-me", ""), status=404)
        guest.get(link.replace("key=", "key=x"), status=404)
        key = link.split("key=")[1]
        guest.post(f"/closure/{closure.reference}/undo", [("key", key)], status=404)
        guest.post(f"/closure/{closure.reference}/bank", [("key", key), ("bank", "DE02 1203 0000 0000 2020 51")],
                   status=404)
        guest.post(link.split("?")[0], [("key", key)])
        equal(demo.cli("closure", "show", closure.reference)["objected"], True)
    finally:
        demo.close()


@test
def by_rest_the_alerts_key_objects_and_says_nothing_else():
    demo = Demo().start()
    try:
        wei = demo.person()
        wei.log_in("wei", "violet-wei-demo")
        closure = submit_closing(demo, wei, "violet-wei-demo")
        key, guest = alert_link(demo, closure.reference).split("key=")[1], Rest(demo.url)
        path = f"/closures/{closure.reference}"
        for method, below in (("GET", ""), ("GET", "/receipt"), ("POST", "/undo")):
            guest.call(method, f"{path}{below}?key={key}", {} if method == "POST" else None, 404)
        guest.call("POST", f"{path}/not-me?key={key[:-1]}", {}, 404)
        equal(guest.call("POST", f"{path}/not-me?key={key}", {}, 200).json,
              {"reference": closure.reference, "objected": True})
        equal(demo.cli("closure", "show", closure.reference)["objected"], True)
    finally:
        demo.close()


run()
