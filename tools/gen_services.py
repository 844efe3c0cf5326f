#!/usr/bin/env python3
"""Compiles the lists of services into C tables that are sorted, so that nothing is built at start.

usage: gen_services.py services.json services_more.json OUTPUT.c
"""
import json
import re
import sys

CATEGORIES = (
    ("bank", ("banking",)),
    ("payment", ("payments", "cryptocurrencies", "investing", "finance", "crowdfunding")),
    ("mail", ("email",)),
    ("identity", ("identity", "security")),
    ("social", ("social", "communication")),
    ("government", ("government", "legal", "insurance")),
    ("health", ("health",)),
    ("shop", ("retail", "food", "postal", "tickets")),
    ("travel", ("travel", "transport")),
    ("leisure", ("gaming", "entertainment", "betting", "creativity")),
    ("work", ("developer", "cloud", "hosting", "domains", "task", "marketing", "remote", "backup")),
)
DANGEROUS = {"bank", "payment", "mail", "identity"}


def category_of(categories):
    for name, members in CATEGORIES:
        if any(member in categories for member in members):
            return name
    return "other"


def key_of(name):
    key = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return key or "service-" + "-".join(f"{ord(c):x}" for c in name)


def names_of(name):
    """The ways to write a name: without "[US]", the part in brackets, both sides of a slash."""
    plain = re.sub(r"\s*\[[^]]*\]", "", name).strip()
    inner = re.findall(r"\(([^()]{4,})\)", plain)
    outer = re.sub(r"\s*\([^()]*\)", "", plain).strip()
    sides = outer.split("/") if re.fullmatch(r"[^/]{4,}/[^/]{4,}", outer) else []
    words = [plain, outer, *inner, *sides]
    return list(dict.fromkeys(word.strip() for word in words if len(word.strip()) >= 1))


def load(path, more_path):
    with open(path, encoding="utf-8") as file:
        services = json.load(file)
    with open(more_path, encoding="utf-8") as file:
        more = json.load(file)
    known = {service["name"] for service in services}
    for name in [*more["aliases"], *more["categories"]]:
        if name not in known:
            sys.exit(f"{more_path}: {name} is not in {path}")
    for service in services:
        service["aliases"] = more["aliases"].get(service["name"], [])
        if service["name"] in more["categories"]:
            service["categories"] = [more["categories"][service["name"]]]
    return more["services"] + services, set(more["generic"])


def merged(services):
    """One service a key; the first one's texts win, all names and domains count."""
    rows = {}
    for service in services:
        row = rows.setdefault(key_of(service["name"]), {"names": [], "domains": []})
        row.setdefault("name", service["name"])
        row.setdefault("category", category_of(service["categories"]))
        for field, source in (("security", "second_factor_url"), ("closing", "close_url")):
            url = service.get(source, "")
            if not row.get(field) and url.startswith("https://"):
                row[field] = url
        row["names"] += [*names_of(service["name"]), *service.get("aliases", [])]
        row["domains"] += service["domains"]
    return dict(sorted(rows.items()))


def fold(text):
    return bytes(b + 32 if 65 <= b <= 90 else b for b in text.encode())


def index(rows, field, prefer_short):
    """Folded name -> (name, service); where two share one, the service of exactly that name has it."""
    found = {}
    for number, row in enumerate(rows.values()):
        for name in row[field]:
            rank = (fold(row["name"]) != fold(name), number if prefer_short else -number)
            if fold(name) not in found or rank < found[fold(name)][0]:
                found[fold(name)] = (rank, name, number)
    return [(name, number) for _, (_, name, number) in sorted(found.items())]


def literal(text):
    out = []
    for byte in text.encode():
        plain = 32 <= byte < 127 and byte not in b'"\\?'
        out.append(chr(byte) if plain else f"\\{byte:03o}")
    return '"' + "".join(out) + '"'


def write_index(out, name, entries, generic, blob):
    out.append(f"const struct service_name_row {name}[] = {{")
    for text, number in entries:
        out.append(f"    {{{blob[0]}, {number}, {int(text.lower() in generic)}}},")
        blob[0] += len(text.encode()) + 1
        blob[1].append(literal(text)[:-1] + '\\000"')
    out.append("};")


def main():
    services, generic = load(sys.argv[1], sys.argv[2])
    rows = merged(services)
    out = ['#include "domain/message/table.h"', "", "const struct service service_rows[] = {"]
    for key, row in rows.items():
        texts = ", ".join(
            literal(row.get(field, "")) for field in ("name", "category", "security", "closing"))
        out.append(f"    {{{literal(key)}, {texts}, {str(row['category'] in DANGEROUS).lower()}}},")
    out.append("};")
    names, domains = index(rows, "names", True), index(rows, "domains", True)
    blob = [0, []]
    write_index(out, "service_names", names, generic, blob)
    write_index(out, "service_domains", [(d.lower(), n) for d, n in domains], set(), blob)
    out.append("const char service_text[] =\n    " + "\n    ".join(blob[1]) + ";")
    for name, count in (("service_row", len(rows)), ("service_name", len(names)), ("service_domain", len(domains))):
        out.append(f"const size_t {name}_count = {count};")
    with open(sys.argv[3], "w", encoding="ascii") as file:
        file.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
