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
PLAIN, TITLE, NEVER = range(3)  # as enum service_name_use
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


def short_of(row):
    """"PNC Bank" signs as "PNC:"; a name of that kind counts in the place of a title only."""
    found = re.fullmatch(r"(\S.{2,}) Bank", row["name"]) if row["category"] == "bank" else None
    return [found[1]] if found else []


def load(path, more_path):
    with open(path, encoding="utf-8") as file:
        services = json.load(file)
    with open(more_path, encoding="utf-8") as file:
        more = json.load(file)
    known = {service["name"] for service in services}
    use = {**{word: NEVER for word in more["generic"]}, **{word: TITLE for word in more["title"]}}
    for name in [*more["aliases"], *more["categories"]]:
        if name not in known:
            sys.exit(f"{more_path}: {name} is not in {path}")
    for service in services:
        service["senders"] = more["senders"].get(service["name"], [])
        service["aliases"] = more["aliases"].get(service["name"], [])
        if service["name"] in more["categories"]:
            service["categories"] = [more["categories"][service["name"]]]
    return more["services"] + services, use


def merged(services):
    """One service a key; the first one's texts win, all names and domains count."""
    rows = {}
    for service in services:
        row = rows.setdefault(key_of(service["name"]), {"names": [], "domains": [], "senders": [], "aliases": []})
        row.setdefault("name", service["name"])
        row.setdefault("category", category_of(service["categories"]))
        for field, source in (("security", "second_factor_url"), ("closing", "close_url")):
            url = service.get(source, "")
            if not row.get(field) and url.startswith("https://"):
                row[field] = url
        row["names"] += [*names_of(service["name"]), *service.get("aliases", [])]
        row["aliases"] += service.get("aliases", [])
        row["short"] = short_of(row)
        row["domains"] += service["domains"]
        row["senders"] += service.get("senders", [])
        row["hardness"] = row.get("hardness") or service.get("close_difficulty", "")
    return dict(sorted(rows.items()))


def fold(text):
    return bytes(b + 32 if 65 <= b <= 90 else b for b in text.encode())


def index(rows, field, prefer_short):
    """Folded name -> (name, service); where two share one, the service of exactly that name has it, then one that
    lists it as an alias."""
    found = {}
    for number, row in enumerate(rows.values()):
        for name in row[field]:
            rank = (fold(row["name"]) != fold(name), name not in row["aliases"],
                    number if prefer_short else -number)
            if fold(name) not in found or rank < found[fold(name)][0]:
                found[fold(name)] = (rank, name, number)
    return [(name, number) for _, (_, name, number) in sorted(found.items())]


def literal(text):
    out = []
    for byte in text.encode():
        plain = 32 <= byte < 127 and byte not in b'"\\?'
        out.append(chr(byte) if plain else f"\\{byte:03o}")
    return '"' + "".join(out) + '"'


def add_short(names, rows, use):
    """Adds the short names that nobody else bears, and sorts again."""
    taken = {fold(name) for name, _ in names}
    for number, row in enumerate(rows.values()):
        for name in row["short"]:
            if fold(name) not in taken:
                taken.add(fold(name))
                names.append((name, number))
                use.setdefault(name.lower(), TITLE)
    return sorted(names, key=lambda entry: fold(entry[0]))


def write_index(out, name, entries, use, blob):
    out.append(f"static const struct service_name_row {name}[] = {{")
    for text, number in entries:
        out.append(f"    {{{blob[0]}, {number}, {use.get(text.lower(), PLAIN)}}},")
        blob[0] += len(text.encode()) + 1
        blob[1].append(literal(text)[:-1] + '\\000"')
    out.append("};")


def main():
    services, use = load(sys.argv[1], sys.argv[2])
    rows = merged(services)
    out = ['#include "domain/message/table.h"', "", "static const struct service service_rows[] = {"]
    for key, row in rows.items():
        texts = ", ".join(
            literal(row.get(field, "")) for field in ("name", "category", "security", "closing", "hardness"))
        out.append(f"    {{{literal(key)}, {texts}, {str(row['category'] in DANGEROUS).lower()}, false}},")
    out.append("};")
    blob = [0, []]
    names = add_short(index(rows, "names", True), rows, use)
    write_index(out, "names", names, use, blob)
    write_index(out, "domains", [(d.lower(), n) for d, n in index(rows, "domains", True)], {}, blob)
    write_index(out, "senders", index(rows, "senders", True), {}, blob)
    out.append("static const char text[] =\n    " + "\n    ".join(blob[1]) + ";")
    counts = ", ".join(f"sizeof {name} / sizeof *{name}" for name in ("service_rows", "names", "domains", "senders"))
    out.append("const struct service_table service_shipped = {service_rows, names, domains, senders, text, "
               f"{counts}}};")
    with open(sys.argv[3], "w", encoding="ascii") as file:
        file.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
