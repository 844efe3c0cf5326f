"""The PostgreSQL server's disk is really full: each text is refused clearly or acknowledged, what was acknowledged stands
once, and it goes on by itself when there is room again. The disk is a small tmpfs in a mount namespace of this process;
where the machine permits none, that is said and nothing is tried."""
import os
import subprocess
import sys
import time
from pathlib import Path

MARK = "VIOLET_TEST_MOUNTS"
SIZE = 160 << 20


def enter():
    """Runs the program again where it may mount for itself; root alone can be the server's user there as well."""
    if os.environ.get(MARK):
        return os.environ[MARK] == "yes"
    works = os.geteuid() == 0 and subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True).returncode == 0
    os.environ[MARK] = "yes" if works else "no"
    command = [sys.executable, *sys.argv]
    os.execvp("unshare" if works else sys.executable, ["unshare", "--mount", *command] if works else command)


if not enter():
    print("1..1\nok 1 - a full disk below the server # SKIP no file system may be mounted here")
    sys.exit()
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "flow"))
from servers import NUMBER, Load, house, postgres, ready  # noqa: E402
from tap import contains, equal, eventually, run, test  # noqa: E402

cluster = postgres.Cluster(durable=True, settings={"min_wal_size": "32MB", "max_wal_size": "64MB",
                                                   "shared_buffers": "16MB"})
subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0755", "tmpfs", cluster.directory], check=True)
if cluster.user:
    os.chown(cluster.directory, cluster.user.pw_uid, cluster.user.pw_gid)
cluster.start()
cluster.sql("CREATE DATABASE house")
service = house(cluster.tcp_url("house"))
filler = cluster.directory / "filler"


def fill():
    with open(filler, "ab", buffering=0) as file:
        for size in (1 << 20, 4096):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue


@test
def a_full_disk_refuses_clearly_loses_nothing_and_is_over_by_itself():
    refused, answers = "", set()
    with Load(service) as load:
        load.wait_for(100, 30)
        fill()
        end = time.monotonic() + 60
        while time.monotonic() < end and not refused:
            answer = service.text(NUMBER, "one too many " + "x" * 1000, id=f"more-{time.monotonic()}")
            answers.add(answer.status)
            refused = "" if answer.status == 200 else answer.text
        filler.unlink()
        if cluster.process.poll() is not None:  # where the log has no room the server ends itself
            print("# the server ended itself and is started again, as a service manager does")
            cluster.process = None
            cluster.start()
        load.wait_for(100, 30)
    print(f"# answers: {sorted(answers)}")
    equal(bool(refused), True, "a text was refused")
    equal(answers <= {200, 503}, True, f"answers: {answers}")
    contains(service.stderr(), "state=53100")
    load.expect_all_once()
    eventually(lambda: ready(service) == 200, 15, "readiness is green again")
    service.check()


def finish():
    service.close()
    cluster.stop()
    subprocess.run(["umount", "--lazy", cluster.directory], check=False)
    cluster.remove()


run(finish)
