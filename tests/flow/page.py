"""Reads a page as a person without script does: its text, links, forms and buttons."""
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

BREAK = "\0"  # where a block begins or ends; no document holds it
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SILENT = {"script", "style", "title", "template", "noscript"}
BLOCK = {"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "dt", "dd", "form", "section", "article", "label", "button",
         "br", "ul", "ol", "table", "header", "footer", "nav", "main", "td", "th", "option"}


@dataclass
class Button:
    text: str
    name: str
    value: str
    action: str


@dataclass
class Form:
    action: str
    method: str
    fields: list = field(default_factory=list)   # [name, value] as a browser would send them untouched
    choices: dict = field(default_factory=dict)  # name: values that radio buttons, boxes and lists offer
    controls: dict = field(default_factory=dict) # name: type of the control
    buttons: list = field(default_factory=list)

    def filled(self, button, values):
        """What pressing the button sends, values (a text, a list, or None for nothing) replacing what stands in
        the form. Fails for a name that the form does not have."""
        unknown = set(values) - set(self.controls)
        if unknown:
            raise AssertionError(f"the form {self.action} has no field {unknown}; it has {sorted(self.controls)}")
        pairs = [(name, value) for name, value in self.fields if name not in values]
        for name, value in values.items():
            several = value if isinstance(value, (list, tuple)) else [value]
            pairs += [(name, str(one)) for one in several if one is not None]
        if button and button.name:
            pairs.append((button.name, button.value))
        return pairs


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.title, self.text, self.language = "", [], ""
        self.links, self.forms, self.ids, self.mistakes = [], [], set(), []
        self.open, self.form, self.button, self.link, self.area = [], None, None, None, None
        self.select_name, self.select_values, self.select_chosen = None, [], None

    def handle_starttag(self, tag, attributes):
        has = dict(attributes)
        if tag not in VOID:
            self.open.append(tag)
        if tag in BLOCK:
            self.text.append(BREAK)
        if has.get("id") in self.ids:
            self.mistakes.append(f"the id {has['id']} stands twice")
        if has.get("id"):
            self.ids.add(has["id"])
        if tag in _OPENERS:
            _OPENERS[tag](self, has)

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass
        elif tag not in VOID:
            self.mistakes.append(f"</{tag}> closes nothing")
        if tag in BLOCK:
            self.text.append(BREAK)
        if tag in _CLOSERS:
            _CLOSERS[tag](self)

    def handle_data(self, data):
        if self.open and self.open[-1] == "title":
            self.title += data
        if self.area is not None:
            self.area[1] += data
        elif not SILENT & set(self.open[-2:]):
            self.text.append(data)
            if self.button is not None:
                self.button.text += data
            if self.link is not None:
                self.link[1] += data

    def open_html(self, has):
        self.language = has.get("lang") or ""

    def open_form(self, has):
        self.form = Form(has.get("action") or "", (has.get("method") or "get").lower())
        self.forms.append(self.form)

    def close_form(self):
        self.form = None

    def open_link(self, has):
        self.link = [has.get("href") or "", ""]

    def close_link(self):
        if self.link:
            self.links.append(self.link)
        self.link = None

    def open_input(self, has):
        kind, name, value = (has.get("type") or "text").lower(), has.get("name"), has.get("value")
        if self.form is None or "disabled" in has:
            return
        if kind == "submit":
            self.form.buttons.append(Button(value or "", name or "", value or "",
                                            has.get("formaction") or self.form.action))
        elif name and kind in ("radio", "checkbox"):
            value = "on" if value is None else value
            self.form.controls[name] = kind
            self.form.choices.setdefault(name, []).append(value)
            if "checked" in has:
                self.form.fields.append([name, value])
        elif name and kind != "button":
            self.form.controls[name] = kind
            self.form.fields.append([name, value or ""])

    def open_button(self, has):
        action = has.get("formaction") or (self.form.action if self.form else "")
        self.button = Button("", has.get("name") or "", has.get("value") or "", action)
        if self.form is not None and (has.get("type") or "submit") == "submit" and "disabled" not in has:
            self.form.buttons.append(self.button)

    def close_button(self):
        self.button = None

    def open_select(self, has):
        self.select_name, self.select_values, self.select_chosen = has.get("name") or "", [], None

    def open_option(self, has):
        if self.select_name is not None:
            self.select_values.append(has.get("value") or "")
            if "selected" in has:
                self.select_chosen = self.select_values[-1]

    def close_select(self):
        if self.form is not None and self.select_values:
            chosen = self.select_values[0] if self.select_chosen is None else self.select_chosen
            self.form.controls[self.select_name] = "select"
            self.form.choices[self.select_name] = self.select_values
            self.form.fields.append([self.select_name, chosen])
        self.select_name = None

    def open_area(self, has):
        self.area = [has.get("name") or "", ""]

    def close_area(self):
        if self.form is not None and self.area:
            self.form.controls[self.area[0]] = "textarea"
            self.form.fields.append([self.area[0], self.area[1].removeprefix("\n")])
        self.area = None


_OPENERS = {"html": _Reader.open_html, "form": _Reader.open_form, "a": _Reader.open_link, "input": _Reader.open_input,
            "button": _Reader.open_button, "select": _Reader.open_select, "option": _Reader.open_option,
            "textarea": _Reader.open_area}
_CLOSERS = {"form": _Reader.close_form, "a": _Reader.close_link, "button": _Reader.close_button,
            "select": _Reader.close_select, "textarea": _Reader.close_area}


def squeeze(text):
    """White space as a browser shows it: single spaces, a new line where a block begins or ends."""
    lines = [re.sub(r"\s+", " ", line).strip() for line in text.split(BREAK)]
    return "\n".join(line for line in lines if line)


class Html:
    """One parsed document."""

    def __init__(self, source):
        reader = _Reader()
        reader.feed(source)
        reader.close()
        self.source, self.language, self.mistakes = source, reader.language, reader.mistakes
        self.title, self.text = squeeze(reader.title), squeeze("".join(reader.text))
        self.links = [(href, squeeze(text)) for href, text in reader.links]
        self.forms, self.ids = reader.forms, reader.ids
        for form in self.forms:
            for button in form.buttons:
                button.text = squeeze(button.text)

    def link(self, part):
        """The address of the first link whose text or address holds the part."""
        for href, text in self.links:
            if part in text or part in href:
                return href
        raise AssertionError(f"no link {part!r}; there are {self.links}")

    def form(self, button=None, action=None):
        """The first form with a button whose text, name or value, and whose address, hold what is asked for; and
        that button."""
        for form in self.forms:
            for one in form.buttons:
                named = button is None or button in (one.name, one.value) or button in one.text
                if named and (action is None or action in one.action):
                    return form, one
        offered = [(form.action, [(b.text, b.name, b.value) for b in form.buttons]) for form in self.forms]
        raise AssertionError(f"no form with button {button!r} and action {action!r}; there are {offered}")
