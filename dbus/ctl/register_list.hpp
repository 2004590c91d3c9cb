// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/expected.hpp"

namespace causeway::dbus::ctl {

/// A profile made of somebody's list of registers, to be edited.
struct ImportedProfile
{
    std::string text; ///< TOML
    std::size_t resources = 0;
    std::vector<std::string> skipped; ///< "line 7: no address in \"reserved\""
};

/// Reads a list of registers as vendors and other gateways give it: comma, semicolon or tab between
/// the columns, which a first line names in any order and in many words (address, name, type, unit,
/// scale, function code or table, access, length). Addresses may be decimal, 0x…, …h or 3xxxx and
/// 4xxxx. InvalidArgument when no column can be an address. Pure.
[[nodiscard]] base::Expected<ImportedProfile> importRegisterList(std::string_view csv,
                                                                 const std::string& title);

} // namespace causeway::dbus::ctl
