#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes causeway-dbus(7) from the comments of the interface XML, and refuses gaps.

A comment stands right before the interface, method, signal or property it describes. Its paragraphs
are text; "@name: text" describes an argument; "Since: version" ends it. Missing any of that for any
member is an error with file and member, so that the manual cannot fall behind the interface.

  generate_manual.py OUTPUT VERSION XML...   writes the page
  generate_manual.py --check XML...          only looks for gaps
"""
import re
import sys
import xml.etree.ElementTree as ElementTree

DOCUMENTED = ("interface", "method", "signal", "property")


class Gap(Exception):
    pass


def parse(path):
    builder = ElementTree.TreeBuilder(insert_comments=True)
    root = ElementTree.parse(path, ElementTree.XMLParser(target=builder)).getroot()
    return list(described(path, root, "", set()))


def described(path, node, owner, seen):
    """Every documented element below node, with its owner's name and its comment taken apart."""
    comment = None
    for child in node:
        if child.tag is ElementTree.Comment:
            comment = child.text
            continue
        if child.tag in DOCUMENTED:
            name = f"{owner}.{child.get('name')}" if owner else child.get("name")
            yield entry(path, child, name, comment)
            yield from described(path, child, name, seen)
        comment = None


def entry(path, element, name, comment):
    where = f"{path}: {element.tag} {name}"
    if comment is None:
        raise Gap(f"{where} has no comment")
    text, arguments, since = take_apart(comment)
    if not text:
        raise Gap(f"{where} has no text")
    if since is None:
        raise Gap(f"{where} has no Since:")
    declared = [argument.get("name") for argument in element.findall("arg")]
    if declared != list(arguments):
        raise Gap(f"{where} has arguments {declared}, but describes {list(arguments)}")
    return element, name, text, arguments, since


def take_apart(comment):
    paragraphs, arguments, since = [[]], {}, None
    target = paragraphs[-1]
    for line in (line.strip() for line in comment.strip().splitlines()):
        argument = re.fullmatch(r"@(\w+): (.+)", line)
        key = re.match(r"[a-z]\w*( \(\w+(\{\w+\})?\)(, )?)+|[a-z]\w* \(\w+\):", line)
        if not line:
            paragraphs.append([])
            target = paragraphs[-1]
        elif argument:
            target = arguments[argument.group(1)] = [argument.group(2)]
        elif line.startswith("Since: "):
            since = line.removeprefix("Since: ")
        elif key and target in paragraphs and target:
            paragraphs.append([line])
            target = paragraphs[-1]
        else:
            target.append(line)
    texts = [" ".join(lines) for lines in paragraphs if lines]
    return texts, {name: " ".join(lines) for name, lines in arguments.items()}, since


def escape(text):
    return re.sub(r"^([.'])", r"\\&\1", text.replace("\\", "\\e").replace("-", "\\-"))


def signature(element):
    if element.tag == "property":
        return f"{element.get('name')} ({element.get('type')}, {element.get('access')})"
    arguments = ", ".join(
        f"{argument.get('direction', 'out')} {argument.get('type')} {argument.get('name')}"
        for argument in element.findall("arg"))
    return f"{element.get('name')} ({arguments})"


def write_entry(page, element, name, text, arguments, since):
    if element.tag == "interface":
        page.append(f'.SH "INTERFACE {name}"')
    else:
        page.append(f'.SS "{element.tag}: {escape(signature(element))}"')
    for number, paragraph in enumerate(text):
        if number:
            page.append(".PP")
        page.append(escape(paragraph))
    for argument, description in arguments.items():
        page += [".TP", f".I {escape(argument)}", escape(description)]
    if element.tag != "interface":
        page += [".PP", f"Since {escape(since)}."]


def manual(version, entries):
    page = [
        '.\\" Made from the interface XML by dbus/generate_manual.py.',
        f'.TH CAUSEWAY\\-DBUS 7 "" "Causeway {version}" "Causeway"',
        ".SH NAME",
        "causeway\\-dbus \\- the D\\-Bus interface of causewayd",
        ".SH DESCRIPTION",
        "The bus name is org.causeway.Gateway1. Within this digit members are added, never removed,",
        "renamed or changed. Errors are named org.causeway.Gateway1.Error.KIND, where KIND is",
        "InvalidArgument, NotFound, AlreadyExists, NotAuthorized, NotSupported, Refused,",
        "Unreachable, Timeout, Locked, LimitExceeded, Corrupt, StorageFailed, Cancelled or Internal;",
        "their text is one sentence. A caller may have ten calls unanswered at a time.",
    ]
    for one in entries:
        write_entry(page, *one)
    page += [".SH SEE ALSO", ".BR causewayctl (1),", ".BR causewayd (8),", ".BR busctl (1)"]
    return "\n".join(page) + "\n"


def main(arguments):
    try:
        if arguments[:1] == ["--check"]:
            for path in arguments[1:]:
                parse(path)
            return 0
        output, version, *paths = arguments
        entries = [one for path in paths for one in parse(path)]
    except Gap as gap:
        print(gap, file=sys.stderr)
        return 1
    with open(output, "w", encoding="utf-8") as file:
        file.write(manual(version, entries))
    return 0


sys.exit(main(sys.argv[1:]))
