"""Reads the catalogues in locale/*.po: a strict subset of gettext's format, whose full check is msgfmt's.

An id stands as msgid, the text as msgstr. A text may name arguments in braces ("{amount}"). A plural entry
repeats the id as msgid_plural and is chosen by its argument {count}.
"""
import re
from pathlib import Path

LANGUAGES = (('EN', 'en.po', 2), ('ZH', 'zh_CN.po', 1))
ID = re.compile(r'[a-z][a-z0-9_]*(\.[a-z0-9_]+)+\Z')
ARGUMENT = re.compile(r'\{([a-z][a-z0-9_]*)\}')
LINE = re.compile(r'(?:(msgid_plural|msgid|msgstr(?:\[\d\])?) )?"(.*)"\Z')
ESCAPES = {'n': '\n', 't': '\t', '"': '"', '\\': '\\'}


class CatalogueError(Exception):
    """A mistake in a catalogue, with the place it stands at."""


def unescape(text):
    return re.sub(r'\\(.)', lambda found: ESCAPES[found.group(1)], text)


def read(path):
    """The texts of one catalogue: id -> list of plural forms (one form for an entry without plural)."""
    texts, entry, key = {}, {}, None

    def finish(where):
        name = entry.get('msgid')
        if name is None or name == '':
            return
        if not ID.match(name):
            raise CatalogueError(f'{where}: "{name}" is no id of the form "inbox.title"')
        if name in texts:
            raise CatalogueError(f'{where}: "{name}" stands twice')
        if entry.get('msgid_plural', name) != name:
            raise CatalogueError(f'{where}: the msgid_plural of "{name}" must repeat the id')
        plural = 'msgid_plural' in entry
        forms = [entry[k] for k in sorted(entry) if k.startswith('msgstr')]
        if any(form == '' for form in forms) or not forms:
            raise CatalogueError(f'{where}: "{name}" has no text')
        if not plural and 'msgstr' not in entry:
            raise CatalogueError(f'{where}: "{name}" has plural forms, but no msgid_plural')
        texts[name] = forms

    for number, raw in enumerate(Path(path).read_text(encoding='utf-8').splitlines(), 1):
        where = f'{path}:{number}'
        line = raw.strip()
        if line == '' or line.startswith('#'):
            continue
        found = LINE.match(line)
        if not found:
            raise CatalogueError(f'{where}: neither an entry nor a comment')
        if found.group(1) == 'msgid':
            finish(where)
            entry = {}
        if found.group(1):
            key = found.group(1)
            entry[key] = ''
        if key is None:
            raise CatalogueError(f'{where}: a text before the first msgid')
        entry[key] += unescape(found.group(2))
    finish(f'{path}: end')
    return texts


def arguments(forms):
    """The names in braces of all forms of one text."""
    return set(name for form in forms for name in ARGUMENT.findall(form))


def load(directory):
    """All languages, checked against each other: language -> id -> forms, in the order of the first."""
    languages = {}
    problems = []
    for language, file, forms in LANGUAGES:
        texts = read(Path(directory) / file)
        languages[language] = texts
        for name, text in texts.items():
            if len(text) not in (1, forms):
                problems.append(f'{file}: "{name}" has {len(text)} plural forms, the language has {forms}')
    first = languages[LANGUAGES[0][0]]
    for language, file, forms in LANGUAGES[1:]:
        texts = languages[language]
        problems += [f'{file}: "{name}" is missing' for name in first if name not in texts]
        problems += [f'{file}: "{name}" stands only here' for name in texts if name not in first]
        for name in first.keys() & texts.keys():
            if arguments(first[name]) != arguments(texts[name]):
                problems.append(f'{file}: the arguments of "{name}" differ from those in {LANGUAGES[0][1]}')
    for name, text in first.items():
        if len(text) > 1 and 'count' not in arguments(text):
            problems.append(f'"{name}" has plural forms, but no {{count}}')
    if problems:
        raise CatalogueError('\n'.join(problems))
    return languages


def constant(name):
    """inbox.title -> TEXT_INBOX_TITLE"""
    return 'TEXT_' + name.replace('.', '_').upper()


def c_string(text):
    """A C string literal of UTF-8 text, cut into lines."""
    out = []
    for piece in re.findall(r'[^\n]*\n|[^\n]+', text) or ['']:
        escaped = ''.join(
            f'\\{c}' if c in '"\\' else '\\n' if c == '\n' else '\\t' if c == '\t' else c for c in piece)
        out.append(f'"{escaped.replace("??", "?" + chr(92) + "?")}"')
    return '\n        '.join(out)


def c_str(text):
    """A struct str initialiser."""
    return f'{{{c_string(text)}, {len(text.encode())}}}'
