"""PostgreSQL servers of our own below an installation, and the load that must survive what happens to them."""
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import postgres  # noqa: E402
from client import request  # noqa: E402
from violet import Service  # noqa: E402

NUMBER = "+12025550143"


def house(url, extra=""):
    """An installation on the server at the address: one subscriber with one number, running."""
    service = Service(extra=f"[store]\nurl = {url}\n{extra}")
    service.private = f"http://127.0.0.1:{postgres.free_port()}"
    text = service.config.read_text()
    service.config.write_text(text.replace("private_listen =", f"private_listen = {service.private[7:]}", 1))
    service.init().start()
    service.account("ann", mail="ann@example.com")
    service.numbers(NUMBER)
    service.line("ann", NUMBER)
    return service


def join(house, service):
    """Lets the service in as a second node of the house, by its print; it has not started yet."""
    asking = subprocess.Popen([service.binary, "node", "join", *service.options], stderr=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    try:
        words = asking.stderr.readline().split()
        done = house.run(*words[-4:])
        if done.returncode or asking.wait(20):
            raise AssertionError(f"{words}: {done.stderr} {asking.stderr.read()}")
    finally:
        asking.kill()
        asking.communicate()
    shutil.rmtree(service.data / "signing", ignore_errors=True)
    shutil.copytree(house.data / "signing", service.data / "signing")


def status(base, path):
    """The status of a page; 0 where nobody answers."""
    try:
        return request(base, "GET", path).status
    except OSError:
        return 0


def ready(service):
    return status(service.private, "/readyz")


class Standby(postgres.Cluster):
    """A copy of a server that follows it; promote() makes it one of its own."""

    def __init__(self, primary):
        super().__init__(durable=True)
        self.password = primary.password
        self.primary = primary

    def make(self):
        done = subprocess.run([postgres.program("pg_basebackup"), "-D", self.data, "-R", "-X", "stream", "-c", "fast",
                               "--no-sync", "-d", f"{self.primary.socket_url('postgres')}&application_name=standby"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **self.as_user())
        if done.returncode:
            raise OSError(f"pg_basebackup: {done.stdout}")

    def promote(self):
        self.sql("SELECT pg_promote(true)")


class Load:
    """Carriers that deliver texts as fast as they are answered, and repeat what was not acknowledged, as carriers do."""

    def __init__(self, service, threads=4):
        self.service, self.ending = service, threading.Event()
        self.acknowledged, self.slowest, self.last = [], 0, time.monotonic()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._deliver, args=(place,)) for place in range(threads)]
        for thread in self.threads:
            thread.start()

    def _deliver(self, place):
        number = 0
        while not self.ending.is_set():
            name = f"load-{place}-{number}"
            try:
                answer = self.service.text(NUMBER, f"text {name} {place * 7919 + number:06d}", id=name).status
            except OSError:
                answer = 0
            if answer == 200:
                with self.lock:
                    self.acknowledged.append(name)
                    self.slowest = max(self.slowest, time.monotonic() - self.last)
                    self.last = time.monotonic()
                number += 1
            else:
                time.sleep(0.05)

    def wait_for(self, count, seconds):
        """Until so many more are acknowledged."""
        wanted, end = len(self.acknowledged) + count, time.monotonic() + seconds
        while len(self.acknowledged) < wanted:
            if time.monotonic() > end:
                raise AssertionError(f"{len(self.acknowledged) - wanted + count} of {count} texts were acknowledged "
                                     f"within {seconds} s: {self.service.stderr()[-1500:]}")
            time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ending.set()
        for thread in self.threads:
            thread.join()

    def expect_all_once(self):
        """Each acknowledged text is in the inbox once, and none that nobody sent."""
        rest, found, after = self.service.rest(), [], ""
        while after is not None:
            page = rest.get(f"/messages{after}")
            found += [one["text"].split()[1] for one in page["messages"] if one["text"].startswith("text load-")]
            after = f"?before={page['next']}" if page.get("next") else None
        missing = set(self.acknowledged) - set(found)
        if missing or len(found) != len(set(found)):
            raise AssertionError(f"of {len(self.acknowledged)} acknowledged texts {len(missing)} are missing, "
                                 f"{len(found) - len(set(found))} are there twice")
