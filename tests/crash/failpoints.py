"""Which program kills at which failpoint. What stands on no other way belongs to the golden closing, which fails for a
failpoint that it does not come by: a new one is red until a test reaches it. VIOLET_FAILPOINTS, first words of names
with | between, leaves all others out of the golden closing."""
import os
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "flow"))
from violet import BINARY  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
WAYS = {
    "test_keeping": ("backup.copied", "backup.before_manifest", "backup.verified", "restore.replayed",
                     "sql.backup_copied"),
    "test_move": ("move.batch", "move.before_end"),
    "test_texts": ("message.before_submit", "message.after_submit", "message.carried", "message.taken_on"),
    "test_inputs": ("api.before_keep", "archive.chunk", "archive.finish", "declaration.before_record",
                    "keyring.offer.every_copy",
                    "keyring.offer.first_copy", "keyring.offer.start", "message.received",
                    "sql.before_migration_commit"),
}


def listed():
    """What the binary says of itself; nothing where it was built without failpoints."""
    return subprocess.run([BINARY, "failpoints"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()


def written():
    """The names that stand in src, macros that make several of one left out."""
    found = [name for path in sorted((ROOT / "src").rglob("*.c"))
             for name in re.findall(r'FAILPOINT\("([^"]*)"\)', path.read_text())]
    if not found:
        raise AssertionError("no failpoint in src")
    return found


def of(way):
    """The failpoints of one way, as rows of a table."""
    return [(name, name) for name in WAYS[way]]


def of_the_golden_closing():
    elsewhere = {name for names in WAYS.values() for name in names}
    wanted = os.environ.get("VIOLET_FAILPOINTS")
    return [(name, name) for name in listed()
            if name not in elsewhere and (not wanted or name.split(".")[0] in wanted.split("|"))]
