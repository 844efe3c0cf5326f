"""kill -9 while a backup or a restore is made: what is half done is never taken for a whole one."""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "flow"))
import failpoints  # noqa: E402
from tap import contains, equal, run, table  # noqa: E402
from violet import BINARY  # noqa: E402

home = Path(tempfile.mkdtemp(prefix="violet-keeping-"))
data = home / "data"
KILLED = -9


def violet(*words, failpoint=None):
    environment = {**os.environ, **({"VIOLET_FAILPOINT": failpoint} if failpoint else {})}
    return subprocess.run([BINARY, *map(str, words)], capture_output=True, text=True, timeout=60, env=environment)


def well(*words):
    done = violet(*words)
    equal(done.returncode, 0, f"violet {' '.join(map(str, words))}: {done.stdout}{done.stderr}")
    return done.stdout


def prepare():
    password = home / "password"
    password.write_text("correct horse battery\n")
    password.chmod(0o600)
    well("init", "--data", data)
    well("account", "create", "ann", "--password-file", password, "--data", data)
    well("backup", home / "whole", "--data", data)


prepare()


def a_backup(name):
    target = home / f"killed-{name}"
    equal(violet("backup", target, "--data", data, failpoint=name).returncode, KILLED, "ended")
    if name != "backup.verified":  # there only the record of it is missing
        equal((target / "manifest.json").exists(), False, "it has a manifest")
        contains(violet("restore", target, "--data", home / "nowhere").stderr, "no backup")
    well("backup", home / f"again-{name}", "--data", data)
    contains(well("check", "--data", data), "all hold")


def a_restore(name):
    new = home / f"new-{name}"
    new.mkdir(mode=0o700)
    for part in ("keyring", "logs", "signing"):
        shutil.copytree(data / part, new / part)
    equal(violet("restore", home / "whole", "--data", new, failpoint=name).returncode, KILLED, "ended")
    equal((new / "violet.db").exists(), False, "a half restored store has its name")
    well("restore", home / "whole", "--data", new)
    contains(well("check", "--data", new), "all hold")
    contains(well("account", "list", "--data", new), "active")


@table(failpoints.of("test_keeping"))
def killed_at(name):
    (a_restore if name.startswith("restore.") else a_backup)(name)


run(lambda: shutil.rmtree(home))
