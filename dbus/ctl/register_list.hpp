// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/expected.hpp"

namespace causeway::dbus::ctl {

/// A profile made of somebody's list of registers, to be edited.
struct ImportedProfile
{
    std::string text;                 ///< TOML
    std::size_t resources = 0;        ///< also those that are put behind #
    std::vector<std::string> skipped; ///< "row 7: no address in \"reserved\""
};

/// What a number such as 40001 is in a list.
enum class AddressNumbers : std::uint8_t {
    Guessed,   ///< the first holding register, unless the list's other numbers tell otherwise
    AsWritten, ///< what goes over the wire
};

/// Reads a list of registers as vendors and other gateways give it: comma, semicolon or tab between
/// the columns, which a first line (or two, where cells were merged) names in any order and in many
/// words (address, name, type, unit, scale, function code or table, access, length, order). UTF-8,
/// UTF-16 or Windows-1252. Addresses may be decimal, hexadecimal, 3xxxx and 4xxxx. InvalidArgument
/// when no column can be an address. Pure.
[[nodiscard]] base::Expected<ImportedProfile>
importRegisterList(std::string_view csv,
                   const std::string& title,
                   AddressNumbers numbers = AddressNumbers::Guessed);

} // namespace causeway::dbus::ctl
