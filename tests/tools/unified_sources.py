# SPDX-License-Identifier: Apache-2.0
"""Which sources can be included one after the other in one file: those whose unnamed namespaces share no name."""

import functools
import math
import os
import re

from source_tree import ROOT

NAMESPACE = re.compile(r"^namespace ([\w:]+) \{")
# What stands at the beginning of a line of an unnamed namespace: a type's name, or what comes before ( { = ; or [.
DECLARATION = re.compile(
    r"^(?:.*\b(?:struct|class|enum|using)\s+(?:class\s+)?(\w+)|[^\s#/{}()].*?\b(\w+)\s*(?:\(|\{|=|;|\[|$))")


@functools.cache
def unnamed_names(source):
    """Names in the source's unnamed namespaces, with the namespace around. Read from the text, so some are missed."""
    with open(os.path.join(ROOT, source), encoding="utf-8") as file:
        lines = file.read().splitlines()
    around, is_inside, names = "", False, set()
    for line in lines:
        if match := NAMESPACE.match(line):
            around = match.group(1)
        elif line.startswith(("namespace {", "} // namespace")):
            is_inside = line.startswith("namespace")
        elif is_inside and (match := DECLARATION.match(line)):
            names.add(f"{around}::{match.group(1) or match.group(2)}")
    return frozenset(names)


def groups_of(units, most):
    """At most so many at a time; neighbours stay together where they can, since they include the same."""
    units = sorted(units, key=lambda unit: (os.path.dirname(unit.source), unit.source))
    count = math.ceil(len(units) / most) if units else 0
    groups = [[] for _ in range(count)]
    for index, unit in enumerate(units):
        home = index * count // len(units)
        fitting = (group for group in groups[home:] + groups[:home] if fits(unit, group, most))
        group = next(fitting, None)
        if group is None:
            group = []
            groups.append(group)
        group.append(unit)
    return [group for group in groups if group]


def fits(unit, group, most):
    mine = unnamed_names(unit.source)
    return len(group) < most and not any(mine & unnamed_names(other.source) for other in group)
