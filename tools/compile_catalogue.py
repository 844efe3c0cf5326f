#!/usr/bin/env python3
"""Compiles locale/*.po into C: compile_catalogue.py LOCALE_DIRECTORY ERR_H TEXTS_H TEXTS_C

The header gets an enum of ids, the source one table a language. Refuses catalogues that differ in ids or
arguments, that msgfmt refuses, or that lack the text of an error of base/err.h.
"""
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import catalogue  # noqa: E402


def check_with_msgfmt(directory):
    for _, file, _ in catalogue.LANGUAGES:
        result = subprocess.run(['msgfmt', '--check', '-o', '/dev/null', str(Path(directory) / file)],
                                capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise catalogue.CatalogueError(result.stderr.strip())


def check_errors(header, texts):
    codes = re.findall(r'X\([A-Z_]+, "([a-z_]+)",', Path(header).read_text(encoding='utf-8'))
    missing = [code for code in codes if f'error.{code}' not in texts]
    if missing or not codes:
        raise catalogue.CatalogueError('errors without a text "error.CODE": ' + ', '.join(missing))


def write_header(path, names):
    rows = ''.join(f'    {catalogue.constant(name)},\n' for name in names)
    Path(path).write_text(
        '/* Made by tools/compile_catalogue.py from locale/. */\n'
        '#ifndef I18N_TEXTS_H\n#define I18N_TEXTS_H\n\n'
        'enum text_id {\n    TEXT_NONE,\n' + rows + '    TEXT_COUNT\n};\n\n#endif\n', encoding='utf-8')


def forms_of(forms):
    both = forms + forms[-1:] * (2 - len(forms))
    return '{{' + ', '.join(catalogue.c_str(form) for form in both) + '}}'


def write_source(path, languages):
    names = list(languages['EN'])
    out = ['/* Made by tools/compile_catalogue.py from locale/. */\n#include "i18n/tables.h"\n']
    out.append('const struct text_row text_rows[LANGUAGE_COUNT][TEXT_COUNT] = {')
    for language, _, _ in catalogue.LANGUAGES:
        out.append(f'    [LANGUAGE_{language}] = {{')
        for name in names:
            out.append(f'        [{catalogue.constant(name)}] = {forms_of(languages[language][name])},')
        out.append('    },')
    out.append('};\n')
    out.append('const struct text_name text_names[TEXT_COUNT - 1] = {')
    for name in sorted(names):
        out.append(f'    {{{catalogue.c_str(name)}, {catalogue.constant(name)}}},')
    out.append('};')
    Path(path).write_text('\n'.join(out) + '\n', encoding='utf-8')


def main(directory, err_header, header, source):
    try:
        check_with_msgfmt(directory)
        languages = catalogue.load(directory)
        check_errors(err_header, languages['EN'])
    except catalogue.CatalogueError as error:
        sys.exit(f'{error}')
    names = list(languages['EN'])
    constants = {}
    for name in names:
        other = constants.setdefault(catalogue.constant(name), name)
        if other != name:
            sys.exit(f'"{name}" and "{other}" give the same constant')
    write_header(header, names)
    write_source(source, languages)


if __name__ == '__main__':
    main(*sys.argv[1:])
