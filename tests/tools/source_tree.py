# SPDX-License-Identifier: Apache-2.0
"""Which files of the tree are ours to check: everything but build directories and hidden ones."""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PRODUCT = ("agent/", "bridges/", "store/", "dbus/")
HIDDEN_BUT_OURS = {".ci"}


def is_ours(directory, at_root):
    if at_root and (directory.startswith("build") or directory == "dist"):
        return False
    return directory in HIDDEN_BUT_OURS or not directory.startswith((".", "__"))


def files(root=ROOT):
    """All files, as paths from the root, sorted."""
    found = []
    for directory, children, names in os.walk(root):
        children[:] = [child for child in children if is_ours(child, directory == root)]
        found += [os.path.relpath(os.path.join(directory, name), root) for name in names]
    return sorted(found)


def cpp_files(root=ROOT):
    return [name for name in files(root) if name.endswith((".cpp", ".hpp"))]


def read_text(name, root=ROOT):
    """The text of a file, or None when it is not text."""
    try:
        with open(os.path.join(root, name), encoding="utf-8") as file:
            return file.read()
    except UnicodeDecodeError:
        return None


def scripts(interpreters, root=ROOT):
    """Files whose first line starts one of the interpreters."""
    found = []
    for name in files(root):
        with open(os.path.join(root, name), "rb") as file:
            first = file.readline(200).decode("utf-8", "replace").split()
        words = [os.path.basename(word) for word in first[:2]]
        if first and first[0].startswith("#!") and any(word in interpreters for word in words):
            found.append(name)
    return found


def root_of_arguments():
    """A checker looks at this tree, or at the one that its self-test names."""
    return os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ROOT


def report(complaints):
    """Prints the complaints; the exit code."""
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


def skip(reason):
    """Ends the program the way meson counts as skipped."""
    print(f"skipped: {reason}")
    sys.exit(77)
