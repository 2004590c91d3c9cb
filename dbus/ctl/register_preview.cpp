// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/register_preview.hpp"

#include <bit>

#include <fmt/format.h>

namespace causeway::dbus::ctl {

namespace {

char shown(unsigned octet)
{
    return octet >= 0x20 && octet < 0x7F ? static_cast<char>(octet) : '.';
}

std::uint32_t joined(std::uint16_t high, std::uint16_t low)
{
    return (std::uint32_t{high} << 16U) | low;
}

std::string floatText(std::uint32_t bits)
{
    return fmt::format("{:.6g}", std::bit_cast<float>(bits));
}

} // namespace

std::vector<RegisterPreview> previewOf(const std::vector<std::uint16_t>& words)
{
    std::vector<RegisterPreview> rows;
    for (std::size_t i = 0; i < words.size(); ++i) {
        RegisterPreview& row = rows.emplace_back();
        const std::uint16_t word = words[i];
        row.hex = fmt::format("{:04x}", word);
        row.unsigned16 = std::to_string(word);
        row.signed16 = std::to_string(static_cast<std::int16_t>(word));
        row.text = {shown(word >> 8U), shown(word & 0xFFU)};
        if (i + 1 == words.size())
            continue;
        row.signed32 = std::to_string(std::bit_cast<std::int32_t>(joined(word, words[i + 1])));
        row.float32 = floatText(joined(word, words[i + 1]));
        row.swappedFloat = floatText(joined(words[i + 1], word));
    }
    return rows;
}

} // namespace causeway::dbus::ctl
