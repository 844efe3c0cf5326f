#!/usr/bin/env python3
"""Embeds one file as it is: embed_text.py TARGET_C HEADER SYMBOL FILE. The symbol is a struct str."""
import sys
from pathlib import Path


def main(target, header, symbol, file):
    data = Path(file).read_bytes()
    rows = ',\n    '.join(', '.join(str(byte) for byte in data[i:i + 24]) for i in range(0, len(data), 24))
    Path(target).write_text(f'/* Made by tools/embed_text.py from {Path(file).name}. */\n'
                            f'#include "{header}"\n\n'
                            f'static const unsigned char bytes[] = {{\n    {rows}}};\n\n'
                            f'const struct str {symbol} = {{(const char *)bytes, sizeof bytes}};\n',
                            encoding='utf-8')


if __name__ == '__main__':
    main(*sys.argv[1:])
