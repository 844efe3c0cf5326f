#!/usr/bin/env python3
"""Embeds style sheet, script and pictures: embed_assets.py ASSETS_C FILE…

Every file gets a path that holds the hash of its content, so that browsers may keep it for ever.
"""
import hashlib
import re
import sys
from pathlib import Path

TYPES = {'.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.svg': 'image/svg+xml'}


def squeeze(path):
    """The bytes to send: comments and indentation of a style sheet or script are left out."""
    text = path.read_text(encoding='utf-8')
    if path.suffix == '.css':
        text = re.sub(r'/\*.*?\*/', '', text, flags=re.DOTALL)
        text = re.sub(r'\s*([{};])\s*', r'\1', text).replace(': ', ':')
    if path.suffix in ('.css', '.js'):
        text = '\n'.join(line.strip() for line in text.split('\n') if line.strip() and not line.strip().startswith('//'))
    return text.encode() + b'\n'


def c_bytes(data):
    rows = [', '.join(str(byte) for byte in data[i:i + 24]) for i in range(0, len(data), 24)]
    return ',\n    '.join(rows)


def main(target, *files):
    out = ['/* Made by tools/embed_assets.py from web/. */\n#include "edge/web/assets.h"\n']
    rows = []
    for index, file in enumerate(files):
        path = Path(file)
        data = squeeze(path)
        digest = hashlib.sha256(data).hexdigest()[:16]
        url = f'/assets/{path.stem}.{digest}{path.suffix}'
        out.append(f'/* asset {path.name} {url} */')
        out.append(f'static const unsigned char bytes_{index}[] = {{\n    {c_bytes(data)}}};\n')
        rows.append(f'    {{STR("{url}"), "{TYPES[path.suffix]}", STR("\\"{digest}\\""), '
                    f'{{(const char *)bytes_{index}, sizeof bytes_{index}}}}},')
    out.append('const struct asset assets[] = {\n' + '\n'.join(rows) + '\n};')
    out.append('const size_t asset_count = sizeof assets / sizeof *assets;')
    Path(target).write_text('\n'.join(out) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main(*sys.argv[1:])
