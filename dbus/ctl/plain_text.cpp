// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/plain_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

#include "agent/base/bytes.hpp"

namespace causeway::dbus::ctl {

namespace {

struct Range
{
    char32_t first;
    char32_t last;
};

constexpr std::array harmful{
    Range{0x00, 0x1F},     // C0, with escape
    Range{0x7F, 0x9F},     // delete, and C1: U+009B is another escape
    Range{0x200E, 0x200F}, // marks of direction
    Range{0x2028, 0x202E}, // line and paragraph, embeddings and overrides of direction
    Range{0x2066, 0x2069}, // isolates
    Range{0xFEFF, 0xFEFF}, // invisible
};

constexpr std::size_t longestCharacter = 4;

/// How many octets the character in front has; 0 when it is none.
std::size_t sizeOfFirst(std::string_view text)
{
    for (std::size_t size = 1; size <= std::min(longestCharacter, text.size()); ++size) {
        if (base::isValidUtf8(text.substr(0, size)))
            return size;
    }
    return 0;
}

char32_t decode(std::string_view character)
{
    constexpr std::array<std::uint8_t, longestCharacter> leadMasks{0x7F, 0x1F, 0x0F, 0x07};
    char32_t code = static_cast<std::uint8_t>(character.front()) & leadMasks[character.size() - 1];
    for (const char octet : character.substr(1))
        code = (code << 6U) | (static_cast<std::uint8_t>(octet) & 0x3FU);
    return code;
}

bool isHarmful(char32_t code)
{
    return std::ranges::any_of(
        harmful, [code](const Range& range) { return code >= range.first && code <= range.last; });
}

} // namespace

std::string plainText(std::string_view text)
{
    std::string plain;
    while (!text.empty()) {
        const std::size_t size = sizeOfFirst(text);
        const auto character = text.substr(0, std::max<std::size_t>(size, 1));
        const char32_t code =
            size == 0 ? static_cast<std::uint8_t>(text.front()) : decode(character);
        if (size > 0 && !isHarmful(code))
            plain.append(character);
        else if (size <= 1)
            plain += fmt::format("<{:02X}>", static_cast<std::uint32_t>(code));
        else
            plain += fmt::format("<U+{:04X}>", static_cast<std::uint32_t>(code));
        text.remove_prefix(character.size());
    }
    return plain;
}

} // namespace causeway::dbus::ctl
