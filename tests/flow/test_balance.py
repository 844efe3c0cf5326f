"""The balancers' files of packaging/ before two nodes: one that is stopped, and one that is killed, under load."""
import subprocess
import threading
import time
from http.client import HTTPException
from pathlib import Path

from client import Rest, connect, request
from servers import NUMBER, join, postgres, ready
from sink import make_certificate
from tap import contains, equal, eventually, run, table
from violet import Service

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
SILENCE_SECONDS = 3
GONE = (OSError, HTTPException)  # what a connection that ends in the middle looks like
cluster = postgres.Cluster()
cluster.start()
cluster.sql("CREATE DATABASE house")
PORT, PRIVATE, FRONT, PLAIN = (postgres.free_port() for _ in range(4))
BASE = f"https://localhost:{FRONT}"


def node(host):
    """An installation that listens where the balancer's files expect a node, but for the first byte of the address."""
    service = Service(extra=f"[store]\nurl = {cluster.tcp_url('house')}\n")
    text = service.config.read_text()
    text = text.replace("listen = 127.0.0.1:0\nprivate_listen =", f"listen = {host}:{PORT}\nprivate_listen = {host}:"
                        f"{PRIVATE}\nnode_name = {host}\npublic_url = {BASE}\ntrusted_proxies = 127.0.0.1")
    service.config.write_text(text)
    service.host, service.private = host, f"http://{host}:{PRIVATE}"
    return service


def start(service):
    service.start()
    service.url = f"http://{service.host}:{PORT}"
    eventually(lambda: ready(service) == 200, what="ready")


west, east = node("127.0.0.11"), node("127.0.0.12")
west.init()
start(west)
west.account("ann", mail="ann@example.com")
west.numbers(NUMBER)
west.line("ann", NUMBER)
join(west, east)
start(east)


def finish():
    east.close()
    west.close()
    cluster.remove()


def adapted(name, changes):
    """A file of packaging/ with this machine's addresses and certificate; fails where one has no place any more."""
    text = (PACKAGING / name).read_text()
    nodes = {"10.0.0.11:8080": f"{west.host}:{PORT}", "10.0.0.12:8080": f"{east.host}:{PORT}"}
    for old, new in {**nodes, **changes}.items():
        contains(text, old, name)
        text = text.replace(old, new)
    path = west.home / name
    path.write_text(text)
    return path


def haproxy():
    path = adapted("haproxy.cfg", {"bind :443": f"bind 127.0.0.1:{FRONT}", "bind :80": f"bind 127.0.0.1:{PLAIN}",
                                   "maxconn 20000": "maxconn 200",  # what a test's descriptors allow
                                   "/etc/haproxy/violet.pem": str(make_certificate(west.home)),
                                   "check port 9090": f"check port {PRIVATE}"})
    return ["/usr/sbin/haproxy", "-db", "-f", path]


def nginx():
    pem = make_certificate(west.home)
    path = adapted("nginx.conf", {"listen 443": f"listen 127.0.0.1:{FRONT}", "violet.example": "localhost",
                                  "/etc/ssl/violet.pem": str(pem), "/etc/ssl/private/violet.key": str(pem)})
    whole = west.home / "whole.conf"
    places = "".join(f"{kind}_temp_path {west.home}/{kind};" for kind in
                     ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    whole.write_text(f"daemon off; master_process off; pid {west.home}/nginx.pid; error_log {west.home}/nginx.log;\n"
                     f"events {{}} http {{ access_log off; {places} include {path}; }}\n")
    return ["/usr/sbin/nginx", "-p", west.home, "-c", whole]


class Visitors:
    """One who reads pages and one who adds services, each once and never again, while nodes come and go."""

    def __init__(self, rest, name):
        self.rest, self.name, self.ending = rest, name, threading.Event()
        self.silence, self.pages, self.added, self.tried, self.statuses = 0, 0, [], 0, []
        self.threads = [threading.Thread(target=one) for one in (self.read, self.add)]

    def read(self):
        last = time.monotonic()
        while not self.ending.is_set():
            try:
                good = request(BASE, "GET", "/login").status == 200
            except GONE:
                good = False
            now = time.monotonic()
            self.silence, self.pages = max(self.silence, now - last), self.pages + good
            last = now if good else last
            time.sleep(0.02)

    def add(self):
        while not self.ending.is_set():
            self.tried += 1
            name = f"{self.name} {self.tried}"
            try:
                status = self.rest.call("POST", "/services", {"name": name}, status=None).status
            except GONE:
                status = 0
            if status == 201:
                self.added.append(name)
            else:
                self.statuses.append(status)
            time.sleep(0.1)

    def __enter__(self):
        for one in self.threads:
            one.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        for one in self.threads:
            one.join()


class Stream:
    """A live inbox that opens itself again, as browsers do."""

    def __init__(self, person):
        self.person, self.opened, self.lost, self.texts, self.ending = person, 0, 0, 0, False
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()
        eventually(lambda: self.opened, what="the stream")

    def listen(self):
        cookies = "; ".join(f"{name}={value}" for name, value in self.person.cookies.items())
        while not self.ending:
            try:
                connection = connect(BASE)
                connection.request("GET", "/inbox/events", headers={"Cookie": cookies, "Accept": "text/event-stream"})
                answer = connection.getresponse()
                self.opened += answer.status == 200
                while answer.status == 200 and (line := answer.readline()):
                    self.texts += line.startswith(b"event: message")
                connection.close()
            except GONE:
                self.lost += 1
            time.sleep(0.1)


def come_and_go(visitors, stream):
    for service, go in ((west, west.stop), (east, east.kill)):
        time.sleep(1)
        go()
        time.sleep(SILENCE_SECONDS)
        other = east if service is west else west
        seen = stream.texts
        equal(other.text(NUMBER, "418302 is your code").status, 200)
        eventually(lambda: stream.texts > seen, what="the text in the live inbox")
        start(service)
        time.sleep(2)  # until the balancer asks it again


@table([("haproxy", haproxy), ("nginx", nginx)])
def a_node_that_goes_is_hardly_seen_through(balancer):
    stream = None
    process = subprocess.Popen(balancer(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        def answers():
            try:
                return request(BASE, "GET", "/login").status == 200
            except GONE:
                return False
        eventually(answers, what="the balancer")
        login = west.login("subscriber")
        west.url = BASE
        person, rest = west.person("subscriber"), Rest(BASE).log_in(login["name"], login["password"])
        contains(person.get("/inbox").text, "/logout")
        west.url = f"http://{west.host}:{PORT}"
        stream = Stream(person)
        with Visitors(rest, balancer.__name__) as visitors:
            come_and_go(visitors, stream)
        names = [one["name"] for one in rest.get("/services")["services"]]
        print(f"# {visitors.pages} pages, {visitors.silence:.2f} s without one; {len(visitors.added)} of "
              f"{visitors.tried} added, not: {visitors.statuses}; the stream was opened {stream.opened} "
              f"times, refused or broken {stream.lost} times")
        equal(visitors.silence < SILENCE_SECONDS, True, f"{visitors.silence:.1f} s without a page")
        equal(len(names), len(set(names)), "services twice")
        equal(set(visitors.added) - set(names), set(), "acknowledged and not there")
        equal(len(visitors.added) > visitors.tried // 2, True, f"added; else {visitors.statuses}")
    finally:
        if stream:
            stream.ending = True
        for service in (west, east):
            if service.process is None:
                start(service)
        process.terminate()
        process.communicate(timeout=10)


run(finish)
