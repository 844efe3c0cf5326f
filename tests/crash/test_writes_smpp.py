"""The disk is full while a carrier delivers by SMPP: what has no room is put off, the carrier sends it again when there is
some, and every text is there once. The disk is that of disk.py."""
import sys
from pathlib import Path

from disk import Disk, enter

mounts = enter()
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "flow"))
from smsc import Smsc  # noqa: E402
from story import one  # noqa: E402
from tap import equal, eventually, run, test  # noqa: E402
from violet import Service  # noqa: E402

NUMBER = "+12025550143"
ROK, LATER = 0, {0x14, 0x64}  # RMSGQFUL, RX_T_APPN
smsc, service = Smsc(), Service()
disk = Disk(service, mounts)
service.secret("smpp.password", "secret12")
with open(service.config, "a", encoding="utf-8") as config:
    config.write(f"""
[carrier.disk]
kind = smpp
host = 127.0.0.1
port = {smsc.port}
system_id = violet
password_file = {service.home}/smpp.password
""")
service.init()
service.account("ann")
service.numbers(NUMBER)
service.line("ann", NUMBER)
service.start()


def say(texts):
    session = smsc.bound()[0]
    sent = [(text, session.deliver(text)) for text in texts]
    return {text: session.status(sequence) for text, sequence in sent}


def texts(name, count):
    return [f"{name} {number} ".encode() + b"x" * 200 for number in range(count)]


@test
def a_full_disk_puts_texts_off_and_each_is_stored_once_in_the_end():
    equal(set(say(texts("before", 20)).values()), {ROK})
    disk.fill()
    wanted, refused = texts("full", 3000), []
    for at in range(0, len(wanted), 100):  # what the log has room for is taken
        answers = say(wanted[at:at + 100])
        equal(set(answers.values()) <= {ROK, *LATER}, True, f"answers: {set(answers.values())}")
        refused += [text for text, status in answers.items() if status in LATER]
        if len(refused) >= 200:
            wanted = wanted[:at + 100]
            break
    equal(bool(refused), True, "something was put off")
    equal(one(service, "SELECT count(*) FROM message"), 20 + len(wanted) - len(refused), "stored as acknowledged")
    disk.free()

    def again():
        nonlocal refused
        refused = [text for text, status in say(refused).items() if status != ROK]
        return not refused
    eventually(again, 20, "there is room again")
    equal(one(service, "SELECT count(*) FROM message"), 20 + len(wanted), "none is lost and none is there twice")
    service.check()


def finish():
    service.close()
    disk.release()


run(finish)
