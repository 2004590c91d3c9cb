# SPDX-License-Identifier: Apache-2.0
"""The translation units of a build, and what each one's meaning depends on."""

import functools
import hashlib
import json
import os
import re
import shlex

from source_tree import ROOT

INCLUDE = re.compile(rb'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.M)
# The flags that say what the source means; optimisation, warnings and output files do not.
MEANING = ("-D", "-U", "-I", "-isystem", "-std", "-pthread")
SYSTEM = ("/usr/include", "/usr/include/x86_64-linux-gnu")


class TranslationUnit:
    """One source of ours (named from the root) and the flags it is compiled with, inside the build directory."""

    def __init__(self, build, source, command):
        self.build = build
        self.source = source
        self.flags = meaning_of(build, shlex.split(command))

    def closure(self):
        """The file and all headers that it includes, directly or through one of ours: absolute paths."""
        pending, seen = [os.path.join(ROOT, self.source)], set()
        while pending:
            path = pending.pop()
            if path in seen:
                continue
            seen.add(path)
            if path.startswith((ROOT + "/", self.build + "/")):
                pending += [found for name in includes(path) if (found := self.find(path, name))]
        return sorted(seen)

    def find(self, includer, name):
        own = [os.path.dirname(includer)] if includer.startswith(ROOT) else []
        directories = [os.path.join(self.build, flag.removeprefix("-isystem").removeprefix("-I"))
                       for flag in self.flags if flag.startswith(("-I", "-isystem"))]
        return first_existing(tuple(own + directories) + SYSTEM, name)

    def state(self):
        """Changes when anything of ours that the unit is made of does; the same in every clone on one machine."""
        digest = hashlib.sha256("\0".join(self.flags).replace(ROOT, "root").encode())
        for path in self.closure():
            digest.update(f"{name_of(self.build, path)}\0".encode() + fingerprint(path))
        return digest.hexdigest()


def flags_together(group):
    """The flags of all, each once: what one unit adds for itself says nothing to the others."""
    return list(dict.fromkeys(flag for unit in group for flag in unit.flags))


def units(build, wanted):
    """The translation units whose source `wanted` accepts, by source."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    found = {}
    for entry in entries:
        path = os.path.realpath(os.path.join(entry["directory"], entry["file"]))
        source = os.path.relpath(path, ROOT)
        if not path.startswith(build + "/") and wanted(source):
            found[source] = TranslationUnit(build, source, entry["command"])
    return found


def meaning_of(build, words):
    """Without the private directories of targets: they are empty here, and differ between units that could share."""
    kept = [word for word in words if word.startswith(MEANING)]
    return tuple(word for word in kept if not (word.endswith(".p") and is_without_headers(build, word[2:])))


@functools.cache
def is_without_headers(build, directory):
    path = os.path.join(build, directory)
    return not os.path.isdir(path) or not any(name.endswith((".h", ".hpp")) for name in os.listdir(path))


@functools.cache
def includes(path):
    with open(path, "rb") as file:
        return [(quoted or angled).decode() for quoted, angled in INCLUDE.findall(file.read())]


@functools.cache
def first_existing(directories, name):
    paths = (os.path.normpath(os.path.join(directory, name)) for directory in directories)
    return next((path for path in paths if os.path.isfile(path)), None)


def name_of(build, path):
    """A path that does not depend on where the clone lies, nor on the build directory's name."""
    for prefix, stands_for in ((build, "build"), (ROOT, "root")):
        if path.startswith(prefix + "/"):
            return stands_for + path.removeprefix(prefix)
    return path


@functools.cache
def fingerprint(path):
    """Content for what is ours; for a library's header what changes when its package does."""
    if path.startswith("/usr/"):
        status = os.stat(path)
        return f"{status.st_size} {int(status.st_mtime)}".encode()
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).digest()
