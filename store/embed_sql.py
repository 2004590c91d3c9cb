#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""embed_sql.py OUTPUT SCHEMA STEP...: puts the SQL files into a C++ source file."""
import sys


def literal(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert ')sql"' not in text, path
    return 'R"sql(' + text + ')sql"'


output, schema, *steps = sys.argv[1:]
with open(output, "w", encoding="utf-8") as file:
    file.write('#include "store/migration.hpp"\n\n#include <array>\n\n')
    file.write("namespace causeway::store {\n\n")
    file.write("std::string_view schemaSql()\n{\n    return " + literal(schema) + ";\n}\n\n")
    file.write("std::span<const std::string_view> migrationSteps()\n{\n")
    file.write("    static constexpr std::array<std::string_view, %d> steps{\n" % len(steps))
    file.write(",\n".join(literal(step) for step in steps))
    file.write("};\n    return steps;\n}\n\n} // namespace causeway::store\n")
