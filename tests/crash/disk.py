"""A disk of our own that is really full: a small tmpfs in a mount namespace of this process. Where the machine permits
no namespace, a preloaded library answers each call that makes a file longer with "no space", which is what the program
sees of a full disk, too. test_writes_disk says which of the two ran."""
import os
import subprocess
import sys
from pathlib import Path

LIBRARY = Path(os.environ.get("VIOLET_BUILD", "build-test/gcc")) / "tests/crash/libfail_write.so"
SIZE = 24 << 20
_MARK = "VIOLET_TEST_NAMESPACE"


def enter():
    """Runs the program again where it may mount; True where that is so. Mounts of it end with it."""
    if os.environ.get(_MARK):
        return os.environ[_MARK] == "mounts"
    command = ["unshare", "--user", "--map-root-user", "--mount"]
    works = subprocess.run([*command, "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"],
                           capture_output=True).returncode == 0 if _exists("unshare") else False
    os.environ[_MARK] = "mounts" if works else "preload"
    arguments = [sys.executable, *sys.argv]
    os.execvp((command + arguments)[0] if works else sys.executable, command + arguments if works else arguments)


def _exists(program):
    return any(os.access(os.path.join(place, program), os.X_OK) for place in os.environ["PATH"].split(os.pathsep))


class Disk:
    """Where an installation keeps its data. fill() leaves no room, free() gives it back."""

    def __init__(self, violet, mounts):
        self.violet, self.mounts = violet, mounts
        self.filler, self.wish = violet.data / "filler", violet.home / "wish"
        violet.data.mkdir(mode=0o700, exist_ok=True)
        if mounts:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "tmpfs", violet.data], check=True)
        else:
            violet.environment.update(preload(self.wish, violet.data))

    def fill(self):
        if not self.mounts:
            return self.wish.write_text("full")
        with open(self.filler, "ab", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                _write_all(file, bytes(size))
        return None

    def free(self):
        (self.filler if self.mounts else self.wish).unlink()

    def release(self):
        if self.mounts:
            subprocess.run(["umount", "--lazy", self.violet.data], check=False)


def preload(wish, directory):
    """What makes the files of the directory fail as the file `wish` says: "full" or "fsync"."""
    return {"LD_PRELOAD": str(LIBRARY), "FAIL_WISH": str(wish), "FAIL_UNDER": str(directory)}


def _write_all(file, piece):
    while True:
        try:
            if file.write(piece) == 0:
                return
        except OSError:
            return
