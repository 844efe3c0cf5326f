"""Reads web/templates/*.html: declared, typed fields above a line '---', HTML with directives below it.

The HTML is followed character by character, so that every directive knows where it stands: as text of an
element, in a quoted attribute, in an address. What can't be made safe there is an error, not a warning.
The language of the templates is described in docs/templates.md.
"""
import re
from dataclasses import dataclass, field

SCALARS = {'text', 'label', 'int', 'bool', 'money', 'date', 'time', 'hour', 'span', 'path', 'url'}
URL_ATTRIBUTES = {'href', 'src', 'action', 'formaction', 'poster', 'cite', 'data', 'background', 'manifest'}
FORBIDDEN_ATTRIBUTES = {'style', 'srcdoc', 'srcset', 'ping', 'http-equiv'}
SPOKEN_ATTRIBUTES = {'title', 'alt', 'aria-label', 'placeholder', 'label', 'aria-description'}
VOID = {'area', 'base', 'br', 'col', 'hr', 'img', 'input', 'link', 'meta', 'source', 'wbr'}
SAFE_START = re.compile(r'(/(?!/)|\?|#|https?:|mailto:)')
NAME = re.compile(r'[a-z][a-z0-9_]*\Z')
FILLED = '\0'  # stands in an attribute's value for what a directive fills in


class TemplateError(Exception):
    """A mistake in a template: file, line, what is wrong."""


@dataclass
class Field:
    name: str
    type: str  # a scalar, 'list' or 'one'
    struct: str | None = None  # of a list or one
    optional: bool = False
    comment: str = ''


@dataclass
class Struct:
    name: str  # the C name without "struct "
    fields: dict = field(default_factory=dict)
    comment: str = ''


@dataclass
class Template:
    kind: str  # page, layout, part
    name: str
    file: str
    struct: Struct
    locals: dict  # local structs by their short name
    layout: str | None
    layout_values: dict
    body: str
    body_line: int
    nodes: list = field(default_factory=list)


class Header:
    """The declarations of one file."""

    def __init__(self, file, source):
        self.file, self.line = file, 0
        if '\n---\n' not in source:
            raise TemplateError(f'{file}:1: no line "---" between declarations and page')
        head, body = source.split('\n---\n', 1)
        self.comment, self.template, self.current = [], None, None
        for self.line, raw in enumerate(head.split('\n'), 1):
            self.read_line(raw)
        if self.template is None:
            self.fail('no "page", "layout" or "part" line')
        if self.current is not self.template.struct:
            self.fail('a struct without "end"')
        self.name_structs()
        self.template.body, self.template.body_line = body, self.line + 2

    def fail(self, what):
        raise TemplateError(f'{self.file}:{self.line}: {what}')

    def read_line(self, raw):
        line, _, comment = raw.partition('#')
        words = line.split()
        if not words:
            if comment and self.template is None:
                self.comment.append(comment.strip())
            return
        if words[0] in ('page', 'layout', 'part'):
            self.read_kind(words)
        elif self.template is None:
            self.fail('the first declaration must be "page", "layout" or "part"')
        elif words[0] == 'struct':
            self.open_struct(words, comment.strip())
        elif words == ['end']:
            self.current = self.template.struct
        else:
            self.read_field(words, comment.strip())

    def read_kind(self, words):
        if self.template is not None or len(words) < 2 or not NAME.match(words[1]):
            self.fail('expected one "page NAME", "layout NAME" or "part NAME"')
        layout, values = None, {}
        if len(words) > 2:
            if words[0] != 'page' or words[2] != 'in' or len(words) < 4:
                self.fail('expected "page NAME in LAYOUT key=value …"')
            layout = words[3]
            values = dict(word.split('=', 1) for word in words[4:])
        struct = Struct(f'template_{words[1]}', comment=' '.join(self.comment))
        if layout:
            struct.fields['frame'] = Field('frame', 'one', f'template_{layout}')
        self.template = Template(words[0], words[1], self.file, struct, {}, layout, values, '', 0)
        self.current = struct

    def open_struct(self, words, comment):
        if len(words) != 2 or not NAME.match(words[1]) or self.current is not self.template.struct:
            self.fail('expected "struct NAME" … "end"')
        self.current = Struct(f'{self.template.struct.name}_{words[1]}', comment=comment)
        self.template.locals[words[1]] = self.current

    def read_field(self, words, comment):
        kind = words[0].rstrip('?')
        optional = words[0].endswith('?')
        wanted = 3 if kind in ('list', 'one') else 2
        if (kind not in SCALARS and wanted == 2) or len(words) != wanted or not NAME.match(words[-1]):
            self.fail(f'"{" ".join(words)}" is no field: TYPE NAME')
        if words[-1] in self.current.fields:
            self.fail(f'"{words[-1]}" stands twice')
        struct = words[1] if wanted == 3 else None
        self.current.fields[words[-1]] = Field(words[-1], kind, struct, optional, comment)

    def name_structs(self):
        """Short names of structs become the C names, once all of them are known."""
        for struct in [self.template.struct, *self.template.locals.values()]:
            for found in struct.fields.values():
                if found.struct is not None and found.name != 'frame':
                    local = self.template.locals.get(found.struct)
                    found.struct = local.name if local else f'template_{found.struct}'


# What a body consists of.
@dataclass
class Literal:
    text: str


@dataclass
class Directive:
    """kind: value, text, if, for, part, slot, icon, asset, token, lang."""
    kind: str
    line: int
    context: str = ''  # element, attribute, url, percent
    words: list = field(default_factory=list)
    branches: list = field(default_factory=list)  # (condition words or None, nodes)


class HtmlState:
    """Where in the HTML a position is."""

    def __init__(self):
        self.mode, self.attribute, self.value, self.tag = 'element', '', '', ''
        self.open, self.names = [], []
        self.posts = self.has_token = False

    def key(self):
        return self.mode, self.attribute, tuple(self.open)


class BodyParser:
    """Turns a body into nodes."""

    def __init__(self, template):
        self.template, self.source, self.position = template, template.body, 0
        self.state = HtmlState()

    def line(self):
        return self.template.body_line + self.source.count('\n', 0, self.position)

    def fail(self, what):
        raise TemplateError(f'{self.template.file}:{self.line()}: {what}')

    def parse(self):
        nodes, end = self.block(())
        if self.state.mode != 'element' or self.state.open:
            self.fail(f'the page ends inside {self.state.open or self.state.mode}')
        return nodes

    def block(self, ends):
        nodes = []
        while self.position < len(self.source):
            if self.source[self.position] == '{':
                directive = self.directive_words()
                if directive[0] in ends:
                    return nodes, directive
                nodes.append(self.directive(directive))
            else:
                self.literal(nodes)
        if ends:
            self.fail(f'missing {{{ends[-1]}}}')
        return nodes, None

    def directive_words(self):
        close = self.source.find('}', self.position)
        if close < 0:
            self.fail('"{" without "}"')
        inner = self.source[self.position + 1:close]
        words = re.findall(r'[^\s"]*"[^"]*"|\S+', inner)
        if not words:
            self.fail('an empty directive')
        self.start_line = self.line()
        self.position = close + 1
        return words

    def directive(self, words):
        head = words[0]
        if head == 'if':
            return self.branches(words)
        if head == 'for':
            return self.loop(words)
        if head in ('>', 'slot', 'icon', 'token'):
            return self.structural(head, words)
        if head in ('elif', 'else') or head.startswith('/'):
            self.fail(f'{{{head}}} without its beginning')
        kinds = {'t': 'text', 'asset': 'asset', 'lang': 'lang'}
        return Directive(kinds.get(head, 'value'), self.start_line, self.value_context(head),
                         words if head not in kinds else words[1:])

    def structural(self, head, words):
        if self.state.mode != 'element':
            self.fail(f'{{{head}}} may stand only between elements')
        if head == 'token':
            self.state.has_token = True
        kinds = {'>': 'part', 'slot': 'slot', 'icon': 'icon', 'token': 'token'}
        return Directive(kinds[head], self.start_line, 'element', words[1:])

    def value_context(self, head):
        state = self.state
        if state.mode == 'element':
            if state.open[-1:] == ['script']:
                self.fail('a value inside <script>; scripts read data- attributes')
            return 'element'
        if state.mode != 'value':
            self.fail(f'{{{head}}} may not stand here: {state.mode}; only as text or in a quoted attribute')
        if state.attribute in URL_ATTRIBUTES:
            start = state.value
            state.value += FILLED
            return 'url' if start == '' else 'percent'
        state.value += FILLED
        return 'attribute'

    def branches(self, words):
        node = Directive('if', self.start_line)
        before, condition = self.state.key(), words[1:]
        while True:
            nodes, end = self.block(('elif', 'else', '/if'))
            if self.state.key() != before:
                self.fail('a branch must end where it began: same element, same attribute')
            node.branches.append((condition, nodes))
            if end[0] == '/if':
                return node
            if condition is None:
                self.fail('a branch after {else}')
            condition = end[1:] if end[0] == 'elif' else None

    def loop(self, words):
        if len(words) != 4 or words[2] != 'in' or not NAME.match(words[1]):
            self.fail('expected {for NAME in LIST}')
        node = Directive('for', self.start_line, words=[words[1], words[3]])
        before = self.state.key()
        nodes, end = self.block(('else', '/for'))
        node.branches.append((None, nodes))
        if end[0] == 'else':
            nodes, end = self.block(('/for',))
            node.branches.append((None, nodes))
        if self.state.key() != before:
            self.fail('a loop must end where it began: same element')
        return node

    def before(self):
        return self.source[max(0, self.position - 40):self.position]

    # Literal HTML.
    def literal(self, nodes):
        start = self.position
        while self.position < len(self.source) and self.source[self.position] != '{':
            self.step(self.source[self.position])
            self.position += 1
        text = re.sub(r'\s*\n\s*', '\n', self.source[start:self.position])
        nodes.append(Literal(text))

    def step(self, c):
        getattr(self, 'in_' + self.state.mode)(c)

    def in_element(self, c):
        state = self.state
        rest = self.source[self.position:self.position + 40]
        if c == '<':
            found = re.match(r'</?([a-z][a-z0-9]*)|<!doctype html', rest)
            if not found:
                self.fail('"<" that begins no tag (comments are not allowed, use the declarations)')
            state.tag = found.group(0)[1:]
            state.mode, state.names = 'tag', []
            if state.tag == 'style':
                self.fail('<style> is not allowed: web/style.css')
            if state.tag == 'form':
                state.posts = state.has_token = False
        elif c == '}':
            self.fail('"}" without "{"')
        elif c.isalpha() and not re.search(r'&[a-z]*\Z', self.before()):
            self.fail('text of its own; every text stands in the catalogue: {t …}')
        elif state.open and state.open[-1] == 'script':
            if not c.isspace():
                self.fail('text inside <script>; use web/script.js')

    def in_tag(self, c):
        state = self.state
        if c == '>':
            self.close_tag()
        elif c == '"':
            self.fail('a quote where an attribute name is expected')
        elif c == '=':
            name = re.search(r'([a-zA-Z_:][-a-zA-Z0-9_:.]*)\Z', self.before())
            following = self.source[self.position + 1:self.position + 2]
            if not name:
                self.fail('"=" without an attribute name')
            if following != '"':
                self.fail(f'the value of "{name.group(1)}" is not in double quotes')
            self.open_value(name.group(1).lower())

    def open_value(self, name):
        state = self.state
        if name.startswith('on') or name in FORBIDDEN_ATTRIBUTES:
            self.fail(f'"{name}" is not allowed')
        state.attribute, state.value, state.mode = name, '', 'quote'

    def in_quote(self, _):
        self.state.mode = 'value'

    def in_value(self, c):
        state = self.state
        if c == '"':
            if state.attribute in URL_ATTRIBUTES and state.value[:1] not in ('', FILLED):
                if not SAFE_START.match(state.value):
                    self.fail(f'"{state.value}" is no address of ours, http, https or mailto')
            if state.tag == 'form' and state.attribute == 'method' and state.value == 'post':
                state.posts = True
            state.mode, state.attribute = 'tag', ''
            return
        if state.attribute in SPOKEN_ATTRIBUTES and c.isalpha():
            self.fail(f'text of its own in "{state.attribute}"; use {{t …}}')
        state.value += c

    def close_tag(self):
        state = self.state
        state.mode = 'element'
        tag = state.tag
        if tag.startswith('!'):
            return
        if tag.startswith('/'):
            if not state.open or state.open[-1] != tag[1:]:
                self.fail(f'<{tag}> closes nothing: open are {state.open}')
            state.open.pop()
            if tag == '/form' and state.posts and not state.has_token:
                self.fail('a form that posts has no {token} (or {token none} where it needs none)')
        elif tag not in VOID and self.source[self.position - 1] != '/':
            state.open.append(tag)


def parse(file, source):
    """One template from its text."""
    template = Header(file, source).template
    template.nodes = BodyParser(template).parse()
    return template
