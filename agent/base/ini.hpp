// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "agent/base/expected.hpp"

namespace causeway::base {

/// One "Key=Value" of a settings file, or one "[Section]" without a key, and where it stands.
struct IniEntry
{
    std::string section;
    std::string key;
    std::string value;
    std::filesystem::path file;
    int line = 0;

    /// "/etc/causeway/causeway.conf:12"
    [[nodiscard]] std::string place() const;
};

/// Reads a file in unit-file syntax: [Section], Key=Value, whole-line comments with # or ;.
/// Errors name file and line. Lines are at most 199 octets long.
[[nodiscard]] Expected<std::vector<IniEntry>> readIni(const std::filesystem::path& file);

} // namespace causeway::base
