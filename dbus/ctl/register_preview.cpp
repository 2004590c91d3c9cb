// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/register_preview.hpp"

#include <bit>
#include <cstddef>
#include <span>

#include <fmt/format.h>

namespace causeway::dbus::ctl {

namespace {

char shown(unsigned octet)
{
    return octet >= 0x20 && octet < 0x7F ? static_cast<char>(octet) : '.';
}

using Words = std::span<const std::uint16_t>;

/// High word first.
std::uint64_t joined(Words words)
{
    std::uint64_t bits = 0;
    for (const std::uint16_t word : words)
        bits = bits << 16U | word;
    return bits;
}

/// Low word first.
std::uint64_t joinedBackwards(Words words)
{
    std::uint64_t bits = 0;
    for (std::size_t i = words.size(); i > 0; --i)
        bits = bits << 16U | words[i - 1];
    return bits;
}

std::string signed32(std::uint64_t bits)
{
    return std::to_string(static_cast<std::int32_t>(bits));
}

std::string signed64(std::uint64_t bits)
{
    return std::to_string(static_cast<std::int64_t>(bits));
}

std::string float32(std::uint64_t bits)
{
    return fmt::format("{:.6g}", std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
}

std::string float64(std::uint64_t bits)
{
    return fmt::format("{:.9g}", std::bit_cast<double>(bits));
}

RegisterPreview previewOfFirst(Words words)
{
    RegisterPreview row;
    const std::uint16_t word = words.front();
    row.hex = fmt::format("{:04x}", word);
    row.unsigned16 = std::to_string(word);
    row.signed16 = std::to_string(static_cast<std::int16_t>(word));
    row.text = {shown(word >> 8U), shown(word & 0xFFU)};
    if (words.size() >= 2) {
        const Words two = words.first(2);
        row.signed32 = signed32(joined(two));
        row.float32 = float32(joined(two));
        row.swappedSigned32 = signed32(joinedBackwards(two));
        row.swappedFloat32 = float32(joinedBackwards(two));
    }
    if (words.size() >= 4) {
        const Words four = words.first(4);
        row.signed64 = signed64(joined(four));
        row.float64 = float64(joined(four));
        row.swappedSigned64 = signed64(joinedBackwards(four));
        row.swappedFloat64 = float64(joinedBackwards(four));
    }
    return row;
}

} // namespace

std::vector<RegisterPreview> previewOf(const std::vector<std::uint16_t>& words)
{
    std::vector<RegisterPreview> rows;
    rows.reserve(words.size());
    for (std::size_t i = 0; i < words.size(); ++i)
        rows.push_back(previewOfFirst(Words(words).subspan(i)));
    return rows;
}

} // namespace causeway::dbus::ctl
