#!/usr/bin/env python3
"""Prints the files of the directories given, one a line, so that the build depends on each of them."""
import sys
from pathlib import Path

for directory in sys.argv[1:]:
    for path in sorted(Path(directory).iterdir()):
        if path.is_file():
            print(path)
