"""Sixty-four at once close one account, by pages and by programs, while money is paid in: one closure comes out of it,
and at its end what was paid in has been charged or paid back, to the last millionth. VIOLET_ROUNDS: how often."""
import os
from concurrent.futures import ThreadPoolExecutor

from client import Rest
from story import close_by_clock, expect_closed_once, new_code, one, prove, rows, walk_to_confirm
from story import Closure
from tap import equal, run, table
from violet import Demo

CLOSERS, TOP_UPS, WINDOWS = 64, 8, 6
TRIES = 50  # a top-up in between makes what was confirmed out of date: then it is looked at and sent again
MILLION = 1_000_000
WALLET, REFUND_PAYABLE, RECEIVABLE, CASH, REVENUE = 1, 2, 3, 4, 5
PASSWORD = "violet-wei-demo"


def moved(demo, debit, credit):
    """What went from one account to another over all ledgers; wei's is the only one that moves meanwhile."""
    return one(demo, "SELECT coalesce(sum(amount), 0) FROM transfer WHERE debit = ? AND credit = ?", debit, credit)


def kept(demo, code):
    return one(demo, "SELECT coalesce(sum(balance), 0) FROM ledger_balance WHERE code = ?", code)


def top_up(demo):
    """True where it was taken: from cooling-off on none is."""
    return demo.run("wallet", "credit", "1.00", "--account", "wei", "--instrument", "Visa 4242").returncode == 0


def closers_by_page(demo):
    """Each a window of the same session, with the page before it that asks for the last button."""
    wei = demo.person()
    wei.log_in("wei", PASSWORD)
    walk_to_confirm(wei)
    code = prove(demo, wei)

    def close(_):
        window = wei.copy()
        window.page = wei.page
        for _ in range(TRIES):
            form, button = window.page.html.form(action="/close/submit")
            proof = {"password": PASSWORD, "code": code} if "code" in form.controls else {}
            answer = window.post("/close/submit", form.filled(button, proof), status=None)
            if answer.status == 303:
                return answer.header("Location").split("/closure/")[1].split("?")[0]
            if answer.status not in (403, 409, 429, 503):
                raise AssertionError(f"answered {answer.status}: {answer.text[:500]}")
            again = window.send("GET", "/close/confirm")
            if again.status == 303 and "/closure/" in again.header("Location"):
                return again.header("Location").split("/closure/")[1].split("?")[0]
            if again.status == 200 and "/close/submit" in again.text:
                window.page = again
        return None
    return close


def closers_by_program(demo):
    """Each an own request of the same token."""
    wei = Rest(demo.url).log_in("wei", PASSWORD)
    code = new_code(demo, lambda: wei.post("/closures/proof-code", status=200))
    wei.post("/closures/proof", {"password": PASSWORD, "code": code}, 200)

    def close(number):
        for _ in range(TRIES):
            # every second shares its key with another one
            answer = wei.call("POST", "/closures", {}, None, key=f"close-{number // 2}")
            if answer.status in (200, 201):
                return answer.json["reference"]
            if answer.status not in (403, 409, 429, 503):
                raise AssertionError(f"answered {answer.status}: {answer.text[:500]}")
        return None
    return close


def pay(demo):
    """Finance in several windows at once presses every button it sees; each refund is paid once."""
    def window(_):
        fay = demo.person("finance")
        for step, pairs in (("/sent", {"reference": "BANK-1"}), ("/settled", {})):
            for form in fay.get("/desk/money").html.forms:
                if step in form.action:
                    status = fay.post(form.action, form.filled(form.buttons[0], pairs), status=None).status
                    if status not in (303, 409, 429, 503):
                        raise AssertionError(f"{form.action} answered {status}")
    with ThreadPoolExecutor(WINDOWS) as pool:
        list(pool.map(window, range(WINDOWS)))
    window(0)  # what the last window sent, after the others had looked


@table([(f"{how}, round {number + 1}", make) for number in range(int(os.environ.get("VIOLET_ROUNDS", "1")))
        for how, make in (("by page", closers_by_page), ("by program", closers_by_program))])
def sixty_four_closers_and_top_ups_make_one_closure_and_lose_no_money(make):
    demo = Demo().start()
    try:
        before = {pair: moved(demo, *pair) for pair in ((CASH, WALLET), (WALLET, REVENUE))}
        held = kept(demo, WALLET)
        close = make(demo)
        with ThreadPoolExecutor(CLOSERS + TOP_UPS) as pool:
            credits = [pool.submit(top_up, demo) for _ in range(TOP_UPS)]
            references = list(pool.map(close, range(CLOSERS)))
            taken = sum(credit.result() for credit in credits)
        named = {one for one in references if one}
        equal(len(named), 1, f"closures that were told to the closers: {named}")
        equal(rows(demo, "SELECT reference FROM closure"), [(*named,)], "closures")
        equal(moved(demo, CASH, WALLET) - before[CASH, WALLET], taken * MILLION, "paid in")
        equal(kept(demo, WALLET), held + taken * MILLION, "in the wallets")
        close_by_clock(demo, Closure(demo, *named, None))
        pay(demo)
        [[refunds]] = rows(demo, "SELECT sum(amount) FROM refund")
        charged = moved(demo, WALLET, REVENUE) - before[WALLET, REVENUE]
        others = kept(demo, WALLET)  # ann's, who stays
        equal(others + refunds + charged, held + taken * MILLION, "wallet, refunds and charges")
        equal(moved(demo, REFUND_PAYABLE, CASH), refunds, "paid back")
        equal((kept(demo, REFUND_PAYABLE), kept(demo, RECEIVABLE)), (0, 0), "owed to and by customers")
        expect_closed_once(demo)
    finally:
        demo.close()


run()
