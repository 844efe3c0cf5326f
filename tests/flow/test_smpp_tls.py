"""stunnel with the shipped configuration between Violet and a carrier that wants TLS."""
import os
import re
import subprocess
from pathlib import Path

from peer import Peer
from servers import postgres
from sink import make_certificate
from story import one
from tap import contains, equal, eventually, lacks, run, test
from violet import Service

SHIPPED = Path(__file__).resolve().parents[2] / "packaging/stunnel-smpp.conf"
NUMBER = "+12025550143"
port = postgres.free_port()
service = Service()
make_certificate(service.home, "localhost")
key, certificate = service.home / "smtp.key", service.home / "smtp.crt"
peer = Peer(key, certificate)
service.secret("smpp.password", "secret12")
with open(service.config, "a", encoding="utf-8") as config:
    config.write(f"""
[carrier.acme-tls]
kind = smpp
host = 127.0.0.1
port = {port}
system_id = violet
password_file = {service.home}/smpp.password
""")
service.init()
service.account("ann")
service.numbers(NUMBER)
service.line("ann", NUMBER)
tunnels = []


def adapted(name, host):
    """The shipped file with this machine's addresses; fails where one has no place any more."""
    text = SHIPPED.read_text()
    for old, new in {"127.0.0.1:12775": f"127.0.0.1:{port}", "connect = smpp.acme.example:3550":
                     f"connect = 127.0.0.1:{peer.port}", "checkHost = smpp.acme.example": f"checkHost = {host}",
                     "/etc/ssl/certs/ca-certificates.crt": str(certificate)}.items():
        contains(text, old, SHIPPED.name)
        text = text.replace(old, new)
    if os.getuid() != 0:
        text = re.sub(r"^set[ug]id = .*\n", "", text, flags=re.M)
    path = service.home / name
    path.write_text(text)
    return path


class Tunnel:
    def __init__(self, host):
        self.log = service.home / f"stunnel-{host}.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(["stunnel4", adapted(f"stunnel-{host}.conf", host)], stdout=log, stderr=log)
        tunnels.append(self)

    def said(self):
        return self.log.read_text()

    def stop(self):
        self.process.kill()
        self.process.wait()


@test
def another_ones_certificate_is_no_way_to_the_carrier():
    tunnel = Tunnel("smpp.other.example")
    service.start()
    eventually(lambda: "Subject checks failed" in tunnel.said(), 20, "the refusal of the certificate")
    tunnel.stop()
    eventually(lambda: "smpp_not_bound" in service.stderr(), what="the log line")
    lacks(service.stderr(), "smpp_bound")
    equal(peer.heard[1:], [], "what the carrier heard")


@test
def through_the_tunnel_the_bind_stands_and_texts_come():
    Tunnel("localhost")
    bind = peer.wait(lambda line: line.get("command") == "bind_transceiver", 30)
    equal((bind["system_id"], bind["password"]), ("violet", "secret12"))
    peer.deliver(short_message="by TLS 778899")
    contains(service.person("subscriber").get("/inbox").html.text, "by TLS 778899")
    equal(one(service, "SELECT count(*) FROM message"), 1)


@test
def without_the_tunnel_the_bind_is_lost_and_comes_back_with_it():
    binds = sum(line.get("command") == "bind_transceiver" for line in peer.heard)
    tunnels[-1].stop()
    eventually(lambda: "smpp_lost" in service.stderr(), what="the log line")
    Tunnel("localhost")
    eventually(lambda: peer.wait(lambda line: line.get("command") == "bind_transceiver") and
               service.stderr().count("smpp_bound") > binds, 30, "the bind")


def finish():
    for tunnel in tunnels:
        tunnel.stop()
    peer.close()
    service.close()


run(finish)
