# SPDX-License-Identifier: Apache-2.0
"""python3 ets_table.py: what of OMA's test cases is proved here, by the names of the tests; fails when README.md's table says
something else. The first column has the cases, ranges as in 222–225; the last one says "here" of those that tests of this
directory prove, which are named test_int_N_…, or test_int_N_M_… for several."""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent


def numbers(text):
    found = set()
    for first, last in re.findall(r"(\d+)(?:–(\d+))?", text):
        found |= set(range(int(first), int(last or first) + 1))
    return found


def proved():
    """The cases that the names of tests have."""
    found = set()
    for path in HERE.glob("test_*.py"):
        for name in re.findall(r"def test_int_((?:\d+_)+)", path.read_text(encoding="utf-8")):
            found |= {int(number) for number in name.split("_") if number}
    return found


def told():
    """{"here": cases, "elsewhere": cases, "none": cases} by the table."""
    cases = {"here": set(), "elsewhere": set(), "none": set()}
    for line in (HERE / "README.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 4 and cells[2] in cases:
            cases[cells[2]] |= numbers(cells[0])
    return cases


def main():
    cases = told()
    failures = [f"case {case} is in the table as here, and no test has its name" for case in cases["here"] - proved()]
    failures += [f"case {case} has a test, and the table does not say here" for case in proved() - cases["here"]]
    failures += [f"case {case} is in the table twice" for case in
                 (cases["here"] & cases["elsewhere"]) | ((cases["here"] | cases["elsewhere"]) & cases["none"])]
    for failure in sorted(failures):
        print(failure, file=sys.stderr)
    print(f"ETS: {len(proved())} cases passed against Leshan, {len(cases['elsewhere'])} are proved elsewhere, "
          f"{len(cases['none'])} not applicable")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
