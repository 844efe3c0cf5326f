"""Checks values against the schemas of an OpenAPI 3.1 document, as far as ours uses JSON Schema. A keyword that it
does not know is an error, so that nothing goes unchecked."""
import re
from datetime import datetime

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
NOTES = {"description", "default", "contentMediaType", "example", "title"}


class Schemas:
    def __init__(self, document):
        self.document = document

    def resolve(self, value):
        """Follows "$ref" within the document."""
        while isinstance(value, dict) and "$ref" in value:
            target = self.document
            for step in value["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            value = target
        return value

    def faults(self, value, schema, at="$"):
        """Yields what is wrong with the value, each with its place."""
        schema = self.resolve(schema)
        for keyword, rule in schema.items():
            if keyword in NOTES or keyword in ("properties", "required", "additionalProperties"):
                continue
            check = getattr(self, "_" + keyword, None)
            if check is None:
                yield f"{at}: the schema has a keyword that nobody checks: {keyword}"
            else:
                yield from check(value, rule, at)
        if isinstance(value, dict):
            yield from self._members(value, schema, at)

    def _members(self, value, schema, at):
        known = schema.get("properties", {})
        for name in schema.get("required", []):
            if name not in value:
                yield f"{at}.{name} is missing"
        for name, member in value.items():
            if name in known:
                yield from self.faults(member, known[name], f"{at}.{name}")
            elif schema.get("additionalProperties", True) is False:
                yield f"{at}.{name} is not in the document"

    def _type(self, value, rule, at):
        rules = rule if isinstance(rule, list) else [rule]
        if not any(self._is(value, one) for one in rules):
            yield f"{at} is {value!r}, not {rule}"

    @staticmethod
    def _is(value, kind):
        if kind == "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        return isinstance(value, TYPES[kind])

    def _anyOf(self, value, rule, at):
        tried = [list(self.faults(value, one, at)) for one in rule]
        if all(tried):
            yield from min(tried, key=len)

    def _items(self, value, rule, at):
        for index, item in enumerate(value if isinstance(value, list) else []):
            yield from self.faults(item, rule, f"{at}[{index}]")

    def _enum(self, value, rule, at):
        if value not in rule:
            yield f"{at} is {value!r}, none of {rule}"

    def _const(self, value, rule, at):
        if value != rule:
            yield f"{at} is {value!r}, not {rule!r}"

    def _pattern(self, value, rule, at):
        if isinstance(value, str) and not re.search(rule, value):
            yield f"{at} is {value!r}, which {rule} does not match"

    def _format(self, value, rule, at):
        if rule != "date-time":
            yield f"{at}: unknown format {rule}"
        elif isinstance(value, str):
            try:
                datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ")
            except ValueError:
                yield f"{at} is {value!r}, no time"

    def _minimum(self, value, rule, at):
        if isinstance(value, int) and value < rule:
            yield f"{at} is {value}, below {rule}"

    def _maximum(self, value, rule, at):
        if isinstance(value, int) and value > rule:
            yield f"{at} is {value}, above {rule}"

    def _minLength(self, value, rule, at):
        if isinstance(value, str) and len(value) < rule:
            yield f"{at} is shorter than {rule}"

    def _maxLength(self, value, rule, at):
        if isinstance(value, str) and len(value) > rule:
            yield f"{at} is longer than {rule}"

    def operation(self, method, path):
        """The operation that a request is of, the one with the fewest parameters first; None where there is none."""
        steps = path.split("?")[0].split("/")
        found = [template for template in self.document["paths"]
                 if method.lower() in self.document["paths"][template] and self._fits(template.split("/"), steps)]
        best = min(found, key=lambda template: template.count("{"), default=None)
        return best and self.document["paths"][best][method.lower()]

    @staticmethod
    def _fits(template, steps):
        return len(template) == len(steps) and all(
            a == b or (a.startswith("{") and b) for a, b in zip(template, steps))

    def answer_faults(self, method, path, status, content_type, value):
        """What of an answer is not as the document says; value: the parsed body, None where there is none."""
        operation = self.operation(method, path)
        if operation is None:
            return [f"{method} {path} is not in the document"]
        answer = self.resolve(operation["responses"].get(str(status)))
        if answer is None:
            return [f"{method} {path} answers {status}, which the document does not say"]
        if "content" not in answer:
            return [] if value is None else [f"{method} {path} answers {status} with a body"]
        media = answer["content"].get((content_type or "").split(";")[0])
        if media is None:
            return [f"{method} {path} answers {status} as {content_type}"]
        return list(self.faults(value, media["schema"])) if value is not None else []
