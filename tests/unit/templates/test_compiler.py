#!/usr/bin/env python3
"""Shows the template compiler good and bad pages. Prints TAP."""
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / 'tools'))
import compile_templates  # noqa: E402
from template_parser import TemplateError  # noqa: E402

HEAD = '''page sample
text name
text? nickname
path where
url? site
int count
bool loud
time? until
list row rows
one? box box
struct row
text word
end
struct box
text inside
end
'''

# What a name promises, the body, and what the compiler says about it (None: it accepts).
ROWS = [
    ('text in an element', '<p>{name}</p>', None),
    ('text in a quoted attribute', '<p title="{name}">{name}</p>', None),
    ('a path in an address', '<a href="{where}">{name}</a>', None),
    ('text behind a path of ours', '<a href="/x?name={name}">{count}</a>', None),
    ('a condition inside a tag', '<input type="checkbox" name="a"{if loud} checked{/if}>', None),
    ('an optional value behind its question', '{if until}<p>{until}</p>{/if}', None),
    ('a loop with an else', '{for row in rows}<p>{row.word}</p>{else}<p>{name}</p>{/for}', None),
    ('a form with its token', '<form method="post" action="/x">{token none}<p>{name}</p></form>', None),
    ('text that begins an address', '<a href="{name}">{count}</a>', 'an address begins with a path or url'),
    ('an url inside an address', '<a href="/x?to={site}">{count}</a>', 'can not stand inside an address'),
    ('an attribute without quotes', '<p title={name}>{name}</p>', 'not in double quotes'),
    ('single quotes', "<p title='a'>{name}</p>", 'not in double quotes'),
    ('a value where an attribute name stands', '<p {name}>{count}</p>', 'only as text or in a quoted attribute'),
    ('a script with a value', '<script>{name}</script>', 'a value inside <script>'),
    ('a script with code', '<script>var a</script>', 'text of its own'),
    ('a script with signs', '<script>1</script>', 'text inside <script>'),
    ('a style element', '<style></style>', '<style> is not allowed'),
    ('a style attribute', '<p style="{name}">{count}</p>', '"style" is not allowed'),
    ('an event attribute', '<p onclick="{name}">{count}</p>', '"onclick" is not allowed'),
    ('a javascript address', '<a href="javascript:{name}">{count}</a>', 'is no address of ours'),
    ('a protocol-relative address', '<a href="//evil.example">{count}</a>', 'is no address of ours'),
    ('an undeclared field', '<p>{nothing}</p>', 'is not declared'),
    ('an undeclared field of a row', '{for row in rows}<p>{row.nothing}</p>{/for}', 'is not declared'),
    ('a row outside of its loop', '{for row in rows}<p>{row.word}</p>{/for}<p>{row.word}</p>', 'is not declared'),
    ('text of its own', '<p>Hello</p>', 'text of its own'),
    ('text of its own in a title', '<p title="Hello">{name}</p>', 'text of its own'),
    ('Chinese text of its own', '<p>你好</p>', 'text of its own'),
    ('a text that is in no catalogue', '<p>{t no.such}</p>', 'no text "no.such"'),
    ('a text without its argument', '<p>{t span.days}</p>', "wants the arguments ['count']"),
    ('an argument that may be absent', '<p>{t frame.closing_until time=until}</p>', 'may be absent'),
    ('an optional time without a question', '<p>{until}</p>', 'may be absent'),
    ('an optional part without a question', '<p>{box.inside}</p>', 'may be absent'),
    ('a question after its answer is gone', '{if box}<p>{box.inside}</p>{/if}<p>{box.inside}</p>', 'may be absent'),
    ('a question about what is always there', '{if name}<p>{name}</p>{/if}', 'is always there'),
    ('a form without token', '<form method="post" action="/x"><p>{name}</p></form>', 'has no {token}'),
    ('an element left open', '<p>{name}', 'ends inside'),
    ('elements closed across', '<p><b>{name}</p></b>', 'closes nothing'),
    ('a branch that opens', '{if loud}<p>{/if}', 'a branch must end where it began'),
    ('an if without end', '{if loud}<p></p>', 'missing {/if}'),
    ('an end without if', '{/if}', 'without its beginning'),
    ('a comment', '<!-- a -->', 'comments are not allowed'),
    ('an unknown part', '{> nothing name=name}', 'there is no part'),
    ('a slot in a page', '{slot}', 'only in a layout'),
    ('an icon in an attribute', '<p title="{icon inbox}">{name}</p>', 'only between elements'),
    ('an unknown icon', '<p>{icon nothing}</p>', 'there is no icon'),
    ('a list as a value', '<p>{rows}</p>', 'can not be written'),
]


def complaint(body):
    """What the compiler says about a page with this body; None where it is content."""
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / 'sample.html').write_text(HEAD + '---\n' + body + '\n', encoding='utf-8')
        try:
            house = compile_templates.House(directory, ROOT / 'locale', ROOT / 'web' / 'icons', {})
            compile_templates.write_source(house, Path(directory) / 'out.c')
            compile_templates.write_header(house, Path(directory) / 'out.h')
        except TemplateError as error:
            return str(error)
    return None


def main():
    print(f'1..{len(ROWS)}')
    failed = 0
    for number, (name, body, wanted) in enumerate(ROWS, 1):
        said = complaint(body)
        good = said is None if wanted is None else said is not None and wanted in said and 'sample.html:' in said
        failed += not good
        print(f'{"ok" if good else "not ok"} {number} - {name} is {"refused" if wanted else "accepted"}')
        if not good:
            print(f'# wanted {wanted!r}, the compiler said {said!r}')
    return failed != 0


if __name__ == '__main__':
    sys.exit(main())
