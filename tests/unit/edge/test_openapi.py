"""openapi.json and the program say the same: test_openapi.py LIST_API OPENAPI_JSON [tap options]."""
import json
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "flow"))
from schema import Schemas  # noqa: E402
from tap import equal, run, test  # noqa: E402

LIST, DOCUMENT = sys.argv[1:3]
del sys.argv[1:3]


def no_duplicates(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise AssertionError(f"a name stands twice: {names}")
    return dict(pairs)


document = json.loads(Path(DOCUMENT).read_text("utf-8"), object_pairs_hook=no_duplicates)
schemas = Schemas(document)
known = [line.split(" ") for line in subprocess.run([LIST], capture_output=True, text=True, check=True).stdout.splitlines()]
operations = [(method.upper(), path, operation)
              for path, methods in document["paths"].items() for method, operation in methods.items()]
errors = {words[1]: int(words[2]) for words in known if words[0] == "error"}


def everywhere(value, at="#"):
    yield at, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in items:
        yield from everywhere(member, f"{at}/{name}")


@test
def the_router_and_the_document_name_the_same_routes():
    routes = {(words[1], words[2]) for words in known if words[0] == "route"}
    equal(len(routes) > 30, True, "the program named its routes")
    equal(sorted({(method, path) for method, path, _ in operations}), sorted(routes))


@test
def every_reference_leads_somewhere_and_nothing_is_left_over():
    used = {value["$ref"] for _, value in everywhere(document) if isinstance(value, dict) and "$ref" in value}
    for one in used:
        schemas.resolve({"$ref": one})
    defined = {f"#/components/{kind}/{name}" for kind, parts in document["components"].items()
               for name in parts if kind != "securitySchemes"}
    equal(sorted(defined - used), [])


@test
def an_operation_has_a_name_of_its_own_and_says_who_may_call_it():
    names = [operation["operationId"] for _, _, operation in operations]
    equal(len(names), len(set(names)))
    for method, path, operation in operations:
        schemes = [name for way in operation["security"] for name in way]
        equal(set(schemes) <= set(document["components"]["securitySchemes"]), True, path)
        equal(bool(operation["tags"] and operation["summary"]), True, path)


@test
def the_parameters_of_a_path_are_those_of_its_operations():
    for method, path, operation in operations:
        parameters = [schemas.resolve(one) for one in operation.get("parameters", [])]
        equal({one["name"] for one in parameters if one["in"] == "path"}, set(re.findall(r"{(\w+)}", path)), path)
        equal([one["name"] for one in parameters if one["in"] == "path" and one.get("required") is not True], [], path)


@test
def every_post_takes_an_idempotency_key_except_hooks_and_those_whose_answer_is_a_secret():
    without = ("/sessions", "/transfer-pin")
    for method, path, operation in operations:
        takes = {"$ref": "#/components/parameters/Idempotency-Key"} in operation.get("parameters", [])
        equal(takes, method == "POST" and "/hooks/" not in path and not path.endswith(without), f"{method} {path}")


@test
def the_document_knows_every_error_and_each_stands_at_its_status():
    equal(sorted(document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]), sorted(errors))
    for name, answer in document["components"]["responses"].items():
        for code, example in answer["content"]["application/problem+json"]["examples"].items():
            problem = example["value"]
            equal((problem["code"], problem["status"]), (code, errors[code]), name)


@test
def answers_of_errors_stand_at_the_status_that_they_hold():
    for method, path, operation in operations:
        for status, answer in operation["responses"].items():
            problem = schemas.resolve(answer).get("content", {}).get("application/problem+json")
            held = {one["value"]["status"] for one in problem["examples"].values()} if problem else set()
            equal(held <= {int(status)}, True, f"{method} {path} {status}")
            equal(bool(problem), int(status) >= 400, f"{method} {path} {status}")


@test
def every_example_is_as_its_schema_says():
    count = 0
    for at, value in everywhere(document):
        if not isinstance(value, dict) or "schema" not in value or at.count("/properties/"):
            continue
        examples = [value["example"]] if "example" in value else []
        examples += [one["value"] for one in value.get("examples", {}).values()]
        for example in examples:
            equal(list(schemas.faults(example, value["schema"], at)), [])
            count += 1
    equal(count > 60, True, f"{count} examples")


@test
def every_schema_uses_only_what_is_checked_and_has_an_example_where_it_is_answered():
    for method, path, operation in operations:
        for status, answer in operation["responses"].items():
            media = schemas.resolve(answer).get("content", {}).get("application/json", {})
            if "$ref" in media.get("schema", {}):
                equal("example" in media, True, f"{method} {path} {status}")


run()
