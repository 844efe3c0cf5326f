#!/usr/bin/env python3
"""Checks that every text of the catalogues is used: by a template, by C code, or by a name made there.

(That every used text exists in both languages, and that no template holds text of its own, is checked by the
compilers themselves.) Prints TAP.
"""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import catalogue  # noqa: E402
import compile_templates  # noqa: E402

def used_by_templates(root):
    house = compile_templates.House(root / 'web' / 'templates', root / 'locale', root / 'web' / 'icons',
                                    {path.name: f'/assets/{path.name}' for path in (root / 'web').iterdir()})
    for template in house.templates.values():
        compile_templates.compile_template(house, template)
    return house.used


def used_by_code(root, ids):
    constants = {catalogue.constant(name): name for name in ids}
    used = set()
    for path in (root / 'src').rglob('*.[ch]'):
        source = path.read_text(encoding='utf-8')
        used |= {constants[word] for word in re.findall(r'\bTEXT_[A-Z0-9_]+\b', source) if word in constants}
        used |= set(re.findall(r'"([a-z0-9_]+(?:\.[a-z0-9_]+)+)"', source)) & ids
        # Names that are put together at run time begin with a literal: "closure.state.", "mail.%s.subject".
        prefixes = tuple(re.findall(r'"([a-z0-9_]+\.(?:[a-z0-9_]+\.)*)(?:%[^"]*)?"', source))
        used |= {name for name in ids if prefixes and name.startswith(prefixes)}
    return used


def main():
    root = Path(__file__).resolve().parent.parent
    ids = set(catalogue.load(root / 'locale')['EN'])
    used = used_by_templates(root) | used_by_code(root, ids)
    unused = sorted(ids - used)
    print('1..1')
    print(f'{"not ok" if unused else "ok"} 1 - every text is used ({len(ids)} texts)')
    for name in unused:
        print(f'# nobody uses "{name}"')
    return 1 if unused else 0


if __name__ == '__main__':
    sys.exit(main())
