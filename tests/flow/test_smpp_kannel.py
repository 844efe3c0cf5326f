"""Kannel's own test SMSC (drive_smpp) as the carrier. It binds receivers only, numbers its PDUs from 0, asks after each
text, and sends all of them to the number 123: so they are counted and acknowledged, not stored."""
import socket
import subprocess
import urllib.request

from recorder import Recorder, tshark
from servers import postgres
from story import one
from tap import equal, eventually, run, test
from violet import Service

TEXTS = 50
DELIVER_RESP, ENQUIRE_RESP, ROK = 0x80000005, 0x80000015, 0
port, private = postgres.free_port(), postgres.free_port()
service = Service()
service.secret("smpp.password", "secret12")
service.config.write_text(service.config.read_text().replace(
    "private_listen =", f"private_listen = 127.0.0.1:{private}"))
# What would take the texts from Kannel's other end: it must be there, and hears nothing.
smsbox = socket.create_server(("127.0.0.1", 0))
(service.home / "kannel.conf").write_text(f"""group = core
admin-port = 1
admin-password = none
smsbox-port = {smsbox.getsockname()[1]}

group = smsbox
bearerbox-host = 127.0.0.1
""")
with open(service.home / "kannel.log", "wb") as log:
    kannel = subprocess.Popen(["/usr/lib/kannel/test/drive_smpp", "-p", str(port), "-m", str(TEXTS), "-c",
                               service.home / "kannel.conf"], stdout=log, stderr=log)


recorder = Recorder(port)
with open(service.config, "a", encoding="utf-8") as config:
    config.write(f"""
[carrier.kannel]
kind = smpp
host = 127.0.0.1
port = {recorder.port}
system_id = violet
password_file = {service.home}/smpp.password
bind = receiver
""")
service.init().start()


def counted():
    with urllib.request.urlopen(f"http://127.0.0.1:{private}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    name = 'violet_smpp_counted_total{carrier="kannel",mode="receiver",bind="1"} '
    return next(int(line[len(name):]) for line in lines if line.startswith(name))


@test
def it_takes_our_bind_and_delivers_all_its_texts():
    eventually(lambda: counted() == TEXTS, 20, "all texts of Kannel")
    equal("All messages sent to ESME." in (service.home / "kannel.log").read_text(), True, "what Kannel says")
    equal(one(service, "SELECT count(*) FROM message"), 0, "messages")


@test
def each_is_answered_under_its_sequence_and_none_is_malformed():
    def answers():
        return [one for one in recorder.pdus()[0] if one[0] in (DELIVER_RESP, ENQUIRE_RESP)]
    eventually(lambda: len(answers()) == 2 * TEXTS, what="an answer to each")
    asked = [one for one in recorder.pdus()[1] if one[0] in (0x05, 0x15)]
    equal(sorted(answers()), sorted((command | 0x80000000, ROK, sequence) for command, _, sequence in asked))
    capture = recorder.write(service.home / "kannel.pcap")
    equal(tshark(capture, "-Y", "_ws.malformed && tcp.dstport == 2775"), "")


def finish():
    kannel.kill()
    kannel.wait()
    service.close()


run(finish)
