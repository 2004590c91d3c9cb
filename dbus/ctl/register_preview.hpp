// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace causeway::dbus::ctl {

/// What the registers from one on may mean; empty where too few follow.
struct RegisterPreview
{
    std::string hex;
    std::string unsigned16;
    std::string signed16;
    std::string signed32; ///< high word first, as all that follow
    std::string float32;
    std::string signed64;
    std::string float64;
    std::string swappedSigned32; ///< low word first, as all that follow
    std::string swappedFloat32;
    std::string swappedSigned64;
    std::string swappedFloat64;
    std::string text; ///< its two characters; '.' for what cannot be shown
};

/// For a technician who looks for the encoding of a register; one row for each.
[[nodiscard]] std::vector<RegisterPreview> previewOf(const std::vector<std::uint16_t>& words);

} // namespace causeway::dbus::ctl
