#!/usr/bin/env python3
"""Compiles web/templates/*.html into C:

compile_templates.py TEMPLATES LOCALE ICONS ASSETS_C TEMPLATES_H TEMPLATES_C

Every page becomes a struct of typed fields and a function that renders it. Escaping follows from a field's
type and from where it stands. Texts without arguments are taken from the catalogues at build time.
"""
import re
import sys
from html import escape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import catalogue  # noqa: E402
from template_parser import Field, Literal, Struct, TemplateError, parse  # noqa: E402

C_TYPES = {'text': 'struct str', 'path': 'struct str', 'url': 'struct str', 'label': 'enum text_id',
           'bool': 'bool', 'int': 'int64_t', 'money': 'int64_t', 'date': 'int64_t', 'time': 'int64_t',
           'hour': 'int64_t', 'span': 'int64_t'}
UNITS = {'money': 'millionths', 'date': 'microseconds UTC', 'time': 'microseconds UTC',
         'hour': 'microseconds UTC', 'span': 'microseconds', 'path': 'of ours, begins with "/"'}
ARGUMENT_KINDS = {'text': 'TEXT', 'int': 'INT', 'money': 'MONEY', 'date': 'DATE', 'time': 'TIME', 'span': 'SPAN'}
LANGUAGE_OF = {'en': 'EN', 'zh': 'ZH'}


class House:
    """All templates, texts, icons and assets."""

    def __init__(self, templates, locale, icons, assets):
        self.texts = catalogue.load(locale)
        self.icons = {path.stem: path.read_text(encoding='utf-8').strip() for path in Path(icons).glob('*.svg')}
        self.assets = assets
        self.templates, self.structs, self.used = {}, {}, set()
        for path in sorted(Path(templates).glob('*.html')):
            self.add(parse(path.name, path.read_text(encoding='utf-8')))

    def add(self, template):
        if template.name != template.file.removesuffix('.html'):
            raise TemplateError(f'{template.file}:1: the file must be named {template.name}.html')
        self.templates[template.name] = template
        for struct in [*template.locals.values(), template.struct]:
            self.structs[struct.name] = struct

    def text_forms(self, name, fail):
        if name not in self.texts['EN']:
            fail(f'the catalogues have no text "{name}"')
        self.used.add(name)
        return self.texts['EN'][name], self.texts['ZH'][name]


class Writer:
    """The C statements of one function; neighbouring literals become one."""

    def __init__(self):
        self.lines, self.pending, self.depth = [], ['', ''], 1

    def literal(self, english, chinese):
        self.pending[0] += english
        self.pending[1] += chinese

    def flush(self):
        english, chinese = self.pending
        self.pending = ['', '']
        if english == chinese:
            if english:
                self.line(f'buf_add(out, STR({catalogue.c_string(english)}));')
        else:
            self.line(f'buf_add(out, lang == LANGUAGE_ZH ? STR({catalogue.c_string(chinese)})\n'
                      f'        : STR({catalogue.c_string(english)}));')

    def line(self, text):
        if self.pending != ['', '']:
            self.flush()
        self.lines.append('    ' * self.depth + text)


class Body:
    """Compiles one template's nodes."""

    def __init__(self, house, template, writer):
        self.house, self.template, self.writer = house, template, writer
        self.scopes = {}  # loop variable -> (C expression, struct)
        self.known = set()  # optional values that an {if} has found
        self.line = template.body_line

    def fail(self, what):
        raise TemplateError(f'{self.template.file}:{self.line}: {what}')

    # Expressions.
    def resolve(self, path):
        """A dotted path -> (C expression, Field)."""
        names = path.split('.')
        if names[0] in self.scopes:
            expression, struct = self.scopes[names[0]]
            if len(names) == 1:
                return expression, Field(names[0], 'one', struct.name)
            return self.walk(expression + '->', struct, names[1:], names[0])
        return self.walk('page->', self.template.struct, names, '')

    def walk(self, expression, struct, names, walked):
        for index, name in enumerate(names):
            if name not in struct.fields:
                self.fail(f'"{".".join(names)}" is not declared')
            found = struct.fields[name]
            walked = f'{walked}.{name}' if walked else name
            if index == len(names) - 1:
                return expression + name, found
            if found.type != 'one':
                self.fail(f'"{walked}" has no parts')
            if found.optional and walked not in self.known:
                self.fail(f'"{walked}" may be absent; ask {{if {walked}}} first')
            expression += name + ('->' if found.optional else '.')
            if found.struct not in self.house.structs:
                self.fail(f'there is no template "{found.struct}"')
            struct = self.house.structs[found.struct]
        raise AssertionError

    def truth(self, path):
        expression, found = self.resolve(path)
        if found.type == 'bool':
            return expression
        if found.type == 'list':
            return f'{expression}_count > 0'
        if not found.optional:
            self.fail(f'"{path}" is always there: neither bool, list nor optional')
        if found.type == 'one':
            return f'{expression} != NULL'
        if C_TYPES[found.type] == 'struct str':
            return f'{expression}.length > 0'
        return f'{expression} != 0'

    def comparison(self, words):
        expression, found = self.resolve(words[0])
        value = words[2]
        if value.startswith('"') and found.type == 'text':
            test = f'str_is({expression}, {value})'
        elif value.startswith('@') and found.type == 'label':
            self.house.text_forms(value[1:], self.fail)
            test = f'{expression} == {catalogue.constant(value[1:])}'
        elif value.isdigit() and found.type == 'int':
            test = f'{expression} == {value}'
        else:
            self.fail(f'"{found.type}" can not be compared with {value}')
        return test if words[1] == '==' else f'!({test})'

    def condition(self, words):
        """The C condition, and what it makes known."""
        tests, known = [], set()
        for part in ' '.join(words).split(' and '):
            piece = part.split()
            if len(piece) == 3 and piece[1] in ('==', '!='):
                tests.append(self.comparison(piece))
            elif len(piece) == 2 and piece[0] == 'not':
                tests.append(f'!({self.truth(piece[1])})')
            elif len(piece) == 1:
                tests.append(self.truth(piece[0]))
                known.add(piece[0])
                self.known.add(piece[0])
            else:
                self.fail(f'"{part}" is no condition')
        self.known -= known
        return ' && '.join(f'({test})' for test in tests), known

    # Output.
    def nodes(self, nodes):
        for node in nodes:
            if isinstance(node, Literal):
                self.writer.literal(node.text, node.text)
            else:
                self.line = node.line
                getattr(self, 'node_' + node.kind)(node)

    def node_value(self, node):
        if len(node.words) != 1:
            self.fail(f'"{" ".join(node.words)}" is no directive')
        path = node.words[0]
        expression, found = self.resolve(path)
        kind = found.type
        if kind in ('list', 'one', 'bool'):
            self.fail(f'"{path}" is a {kind} and can not be written')
        if found.optional and C_TYPES[kind] == 'int64_t' and path not in self.known:
            self.fail(f'"{path}" may be absent; ask {{if {path}}} first')
        self.value(node.context, path, expression, kind)

    def value(self, context, path, expression, kind):
        if context == 'url':
            if kind not in ('path', 'url'):
                self.fail(f'"{path}" is {kind}; an address begins with a path or url field')
            self.writer.line(f'render_{kind}(out, {expression});')
        elif context == 'percent':
            if kind not in ('text', 'int', 'path'):
                self.fail(f'"{path}" is {kind} and can not stand inside an address')
            function = 'int' if kind == 'int' else 'percent'
            self.writer.line(f'render_{function}(out, {expression});')
        elif kind in ('text', 'path', 'url'):
            self.writer.line(f'render_text(out, {expression});')
        elif kind == 'label':
            self.writer.line(f'render_text(out, text_get(lang, {expression}));')
        elif kind == 'int':
            self.writer.line(f'render_int(out, {expression});')
        elif kind in ('date', 'time', 'hour') and context == 'element':
            self.writer.line(f'render_{kind}(out, lang, {expression});')
        elif kind in ('date', 'time', 'hour'):
            function = {'date': 'date', 'time': 'date_time', 'hour': 'hour'}[kind]
            self.writer.line(f'i18n_add_{function}(out, lang, {expression}, 0);')
        else:
            self.writer.line(f'i18n_add_{kind}(out, lang, {expression});')

    def node_text(self, node):
        if node.context not in ('element', 'attribute'):
            self.fail('a text may not stand in an address')
        name, pairs = node.words[0], node.words[1:]
        if name.startswith('='):
            self.chosen_text(node, name[1:], pairs)
            return
        english, chinese = self.house.text_forms(name, self.fail)
        wanted = catalogue.arguments(english)
        given = {pair.split('=')[0].lstrip('*') for pair in pairs}
        if wanted != given:
            self.fail(f'"{name}" wants the arguments {sorted(wanted)}, not {sorted(given)}')
        if not pairs:
            self.writer.literal(escape(english[-1]), escape(chinese[-1]))
            return
        self.text_with_arguments(catalogue.constant(name), pairs, node.context)

    def chosen_text(self, node, path, pairs):
        """{t =field …}: a text that the page's filler has chosen, with what it may name."""
        expression, found = self.resolve(path)
        if found.type != 'label':
            self.fail(f'"{path}" is no label')
        self.text_with_arguments(expression, pairs, node.context)

    def text_with_arguments(self, identity, pairs, context):
        rows = ', '.join(self.argument(pair, context) for pair in pairs)
        self.writer.line(f'text_add(out, lang, {identity}, '
                         f'(const struct text_argument[]){{{rows}}}, {len(pairs)}, render_text);')

    def argument(self, pair, context):
        name, _, path = pair.partition('=')
        strong = 'true' if name.startswith('*') and context == 'element' else 'false'
        name = name.lstrip('*')
        if path.startswith('@'):
            self.house.text_forms(path[1:], self.fail)
            return f'{{"{name}", TEXT_KIND_TEXT, text_get(lang, {catalogue.constant(path[1:])}), 0, {strong}}}'
        expression, found = self.resolve(path)
        if found.optional and C_TYPES.get(found.type) == 'int64_t' and path not in self.known:
            self.fail(f'"{path}" may be absent; ask {{if {path}}} first')
        if found.type == 'label':
            return f'{{"{name}", TEXT_KIND_TEXT, text_get(lang, {expression}), 0, {strong}}}'
        if found.type not in ARGUMENT_KINDS:
            self.fail(f'"{path}" is {found.type} and can not be an argument')
        kind = ARGUMENT_KINDS[found.type]
        if kind == 'TEXT':
            return f'{{"{name}", TEXT_KIND_TEXT, {expression}, 0, {strong}}}'
        return f'{{"{name}", TEXT_KIND_{kind}, STR_NONE, {expression}, {strong}}}'

    def node_if(self, node):
        # What stands before must be out first, since branches are flushed on their own.
        word = 'if'
        for condition, nodes in node.branches:
            known = set()
            if condition is None:
                self.writer.line('} else {')
            else:
                test, known = self.condition(condition)
                test = test if test.count('(') == 1 else f'({test})'
                self.writer.line(('if ' if word == 'if' else '} else if ') + test + ' {')
            word = 'elif'
            self.branch(nodes, known)
        self.writer.line('}')

    def branch(self, nodes, known):
        added = known - self.known
        self.known |= added
        self.writer.depth += 1
        self.nodes(nodes)
        self.writer.flush()
        self.writer.depth -= 1
        self.known -= added

    def node_for(self, node):
        name, path = node.words
        expression, found = self.resolve(path)
        if found.type != 'list':
            self.fail(f'"{path}" is no list')
        if name in self.scopes or name in self.template.struct.fields:
            self.fail(f'"{name}" means something already')
        if found.struct not in self.house.structs:
            self.fail(f'there is no template "{found.struct}"')
        index, item = f'{name}_index', f'{name}_item'
        self.writer.line(f'for (size_t {index} = 0; {index} < {expression}_count; {index}++) {{')
        self.writer.depth += 1
        self.writer.line(f'const struct {found.struct} *{item} = &{expression}[{index}];')
        self.writer.depth -= 1
        self.scopes[name] = (item, self.house.structs[found.struct])
        self.branch(node.branches[0][1], set())
        del self.scopes[name]
        self.known = {k for k in self.known if not k.startswith(name + '.')}
        self.writer.line('}')
        if len(node.branches) > 1:
            self.writer.line(f'if ({expression}_count == 0) {{')
            self.branch(node.branches[1][1], set())
            self.writer.line('}')

    def node_part(self, node):
        name, words = node.words[0], list(node.words[1:])
        part = self.house.templates.get(name)
        if part is None or part.kind != 'part':
            self.fail(f'there is no part "{name}"')
        language = 'lang'
        if words and words[-1].startswith('lang='):
            language = f'LANGUAGE_{LANGUAGE_OF[words.pop()[5:]]}'
        if len(words) == 1 and '=' not in words[0]:
            expression, found = self.resolve(words[0])
            if found.type != 'one' or found.struct != part.struct.name:
                self.fail(f'"{words[0]}" is no {name}')
            if found.optional and words[0] not in self.known:
                self.fail(f'"{words[0]}" may be absent; ask {{if {words[0]}}} first')
            pointer = found.optional or words[0] in self.scopes
            self.writer.line(f'part_{name}(out, {language}, {expression if pointer else "&" + expression});')
            return
        values = ', '.join(self.part_values(part, words))
        self.writer.line(f'part_{name}(out, {language}, &(struct {part.struct.name}){{{values}}});')

    def part_values(self, part, words):
        given = dict(word.split('=', 1) for word in words)
        for name, found in part.struct.fields.items():
            if name not in given:
                if not found.optional and found.type not in ('bool', 'list'):
                    self.fail(f'{part.name} wants "{name}"')
                continue
            for field, value in self.part_value(found, given.pop(name)):
                yield f'.{field} = {value}'
        if given:
            self.fail(f'{part.name} has no {", ".join(given)}')

    def part_value(self, wanted, value):
        if value.startswith('"') and wanted.type in ('text', 'path'):
            return [(wanted.name, f'STR({value})')]
        if value.startswith('@') and wanted.type == 'label':
            self.house.text_forms(value[1:], self.fail)
            return [(wanted.name, catalogue.constant(value[1:]))]
        if value in ('true', 'false') and wanted.type == 'bool' or value.isdigit() and wanted.type == 'int':
            return [(wanted.name, value)]
        expression, found = self.resolve(value)
        fits = found.type == wanted.type and found.struct == wanted.struct
        if not fits and not (wanted.type == 'text' and found.type == 'path'):
            self.fail(f'"{value}" is {found.type}, not {wanted.type}')
        if found.type == 'list':
            return [(wanted.name, expression), (f'{wanted.name}_count', f'{expression}_count')]
        if found.type == 'one' and wanted.optional != found.optional:
            self.fail(f'"{value}" may be absent on one side only')
        return [(wanted.name, expression)]

    def node_slot(self, _):
        self.fail('{slot} may stand only in a layout, outside of {if} and {for}')

    def node_icon(self, node):
        name = node.words[0] if node.words else ''
        if name not in self.house.icons:
            self.fail(f'there is no icon "{name}"')
        self.writer.literal(self.house.icons[name], self.house.icons[name])

    def node_asset(self, node):
        if node.context != 'url' or node.words[0] not in self.house.assets:
            self.fail(f'"{node.words[0]}" is no file of web/, or stands outside of href and src')
        path = self.house.assets[node.words[0]]
        self.writer.literal(path, path)

    def node_token(self, node):
        if node.words == ['none']:
            return
        frame = 'frame.' if 'frame' in self.template.struct.fields else ''
        expression, found = self.resolve(f'{frame}token')
        if found.type != 'text':
            self.fail('"token" must be a text')
        self.writer.literal(*['<input type="hidden" name="token" value="'] * 2)
        self.writer.line(f'render_text(out, {expression});')
        self.writer.literal('">', '">')

    def node_lang(self, _):
        self.writer.literal('en', 'zh-CN')


def declare_struct(struct, out):
    if struct.comment:
        out.append(f'/* {struct.comment} */')
    out.append(f'struct {struct.name} {{')
    for found in struct.fields.values():
        notes = [found.comment] if found.comment else []
        if found.type in UNITS:
            notes.insert(0, UNITS[found.type])
        if found.optional:
            notes.append('may be absent')
        note = f' /* {"; ".join(notes)} */' if notes else ''
        if found.type == 'list':
            out.append(f'    const struct {found.struct} *{found.name};{note}')
            out.append(f'    size_t {found.name}_count;')
        elif found.type == 'one' and found.optional:
            out.append(f'    const struct {found.struct} *{found.name};{note}')
        elif found.type == 'one':
            out.append(f'    struct {found.struct} {found.name};{note}')
        else:
            out.append(f'    {C_TYPES[found.type]} {found.name};{note}')
    out.append('};\n')


def in_order(structs):
    """Structs after those that they hold by value."""
    done, order = set(), []

    def visit(struct, above):
        if struct.name in done:
            return
        if struct.name in above:
            raise TemplateError(f'{struct.name} holds itself')
        for found in struct.fields.values():
            if found.struct is not None and found.struct not in structs:
                raise TemplateError(f'{struct.name}: there is no template "{found.struct}"')
            if found.type == 'one' and not found.optional:
                visit(structs[found.struct], above | {struct.name})
        done.add(struct.name)
        order.append(struct)

    for struct in structs.values():
        visit(struct, set())
    return order


def write_header(house, path):
    out = ['/* Made by tools/compile_templates.py from web/templates/. What may be absent is empty, 0 or NULL. */',
           '#ifndef EDGE_WEB_TEMPLATES_H\n#define EDGE_WEB_TEMPLATES_H\n',
           '#include "i18n/i18n.h"\n']
    for struct in in_order(house.structs):
        declare_struct(struct, out)
    for template in house.templates.values():
        if template.kind == 'page':
            out.append(f'/* Renders web/templates/{template.file}. */')
            out.append(f'void template_{template.name}(struct buf *out, enum language lang, '
                       f'const struct {template.struct.name} *page);')
    out.append('\n#endif')
    Path(path).write_text('\n'.join(out) + '\n', encoding='utf-8')


def function(house, template, name, nodes, public=False, frame=None):
    writer = Writer()
    body = Body(house, template, writer)
    if frame is not None:
        frame(body)
    body.nodes(nodes)
    if frame is not None:
        writer.line(f'close_{template.layout}(out, lang, &frame);')
    writer.flush()
    head = (f'{"" if public else "static "}void {name}(struct buf *out, enum language lang, '
            f'const struct {template.struct.name} *page)')
    unused = ['    (void)page;', '    (void)lang;']
    return head, f'{head}\n{{\n' + '\n'.join(unused + writer.lines) + '\n}\n'


def page_frame(house, template):
    layout = house.templates.get(template.layout)
    if layout is None or layout.kind != 'layout':
        raise TemplateError(f'{template.file}:1: there is no layout "{template.layout}"')

    def begin(body):
        body.writer.line(f'struct {layout.struct.name} frame = page->frame;')
        for name, value in template.layout_values.items():
            if name not in layout.struct.fields:
                body.fail(f'{layout.name} has no "{name}"')
            for field, expression in body.part_value(layout.struct.fields[name], value):
                if expression.startswith('STR('):
                    expression = f'(struct str){expression}'.replace('(struct str)', '')
                body.writer.line(f'frame.{field} = {expression};')
        body.writer.line(f'open_{layout.name}(out, lang, &frame);')
    return begin


def compile_template(house, template):
    if template.kind == 'part':
        return [function(house, template, f'part_{template.name}', template.nodes)]
    if template.kind == 'page':
        return [function(house, template, f'template_{template.name}', template.nodes, public=True,
                         frame=page_frame(house, template) if template.layout else None)]
    slots = [i for i, node in enumerate(template.nodes) if not isinstance(node, Literal) and node.kind == 'slot']
    if len(slots) != 1:
        raise TemplateError(f'{template.file}: a layout has one {{slot}}, outside of {{if}} and {{for}}')
    return [function(house, template, f'open_{template.name}', template.nodes[:slots[0]]),
            function(house, template, f'close_{template.name}', template.nodes[slots[0] + 1:])]


def write_source(house, path):
    functions = [row for template in house.templates.values() for row in compile_template(house, template)]
    bodies = ''.join(body for _, body in functions)
    unused = [name for name, template in house.templates.items()
              if template.kind == 'part' and bodies.count(f'part_{name}(') < 2]
    if unused:
        raise TemplateError(f'parts that no page uses: {", ".join(unused)}')
    prototypes = [head + ';' for head, _ in functions if head.startswith('static')]
    Path(path).write_text(
        '/* Made by tools/compile_templates.py from web/templates/. */\n'
        '#include "edge/web/templates.h"\n#include "edge/web/render.h"\n\n'
        + '\n'.join(prototypes) + '\n\n' + '\n'.join(body for _, body in functions), encoding='utf-8')


def read_assets(path):
    """name -> path with its hash, out of the generated source of the assets."""
    source = Path(path).read_text(encoding='utf-8')
    return dict(re.findall(r'/\* asset (\S+) (\S+) \*/', source))


def main(templates, locale, icons, assets, header, source):
    try:
        house = House(templates, locale, icons, read_assets(assets))
        write_source(house, source)
        write_header(house, header)
    except (TemplateError, catalogue.CatalogueError) as error:
        sys.exit(str(error))


if __name__ == '__main__':
    main(*sys.argv[1:])
