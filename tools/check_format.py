#!/usr/bin/env python3
"""Checks (with --mend: makes) the committed clang-format style of every C file. Prints TAP."""
import subprocess
import sys
from pathlib import Path

FORMATTER = "clang-format-14"


def c_files(root):
    return sorted(str(path.relative_to(root)) for folder in ("src", "tests", "tools")
                  for path in (root / folder).rglob("*.[ch]"))


def main():
    root = Path(__file__).resolve().parent.parent
    files = c_files(root)
    if "--mend" in sys.argv[1:]:
        return subprocess.run([FORMATTER, "-i", *files], cwd=root).returncode
    result = subprocess.run([FORMATTER, "--dry-run", "-Werror", "--ferror-limit=1", *files], cwd=root,
                            stderr=subprocess.PIPE, text=True)
    print("1..1")
    print(f"{'ok' if result.returncode == 0 else 'not ok'} 1 - {len(files)} C files have the committed format")
    for line in result.stderr.splitlines():
        if "error:" in line:
            print(f"# {line.split(': error')[0]}: not formatted (make format)")
    return min(result.returncode, 1)


if __name__ == "__main__":
    sys.exit(main())
