// SPDX-License-Identifier: Apache-2.0
#include "agent/base/bytes.hpp"

#include <algorithm>

namespace causeway::base {

namespace {

constexpr std::string_view hexDigits = "0123456789abcdef";

int hexValue(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

struct Utf8Lead
{
    std::size_t continuation;
    std::uint32_t bits;
    std::uint32_t smallest;
};

std::optional<Utf8Lead> utf8Lead(std::uint8_t octet)
{
    if (octet < 0x80)
        return Utf8Lead{0, octet, 0};
    if ((octet & 0xE0U) == 0xC0U)
        return Utf8Lead{1, octet & 0x1FU, 0x80};
    if ((octet & 0xF0U) == 0xE0U)
        return Utf8Lead{2, octet & 0x0FU, 0x800};
    if ((octet & 0xF8U) == 0xF0U)
        return Utf8Lead{3, octet & 0x07U, 0x10000};
    return std::nullopt;
}

} // namespace

ByteView asBytes(std::string_view text)
{
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view asText(ByteView bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes toBytes(std::string_view text)
{
    const auto view = asBytes(text);
    return {view.begin(), view.end()};
}

std::string toHex(ByteView bytes)
{
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const auto octet : bytes) {
        text += hexDigits[octet >> 4U];
        text += hexDigits[octet & 0x0FU];
    }
    return text;
}

std::optional<Bytes> fromHex(std::string_view text)
{
    if (text.size() % 2 != 0)
        return std::nullopt;
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hexValue(text[i]);
        const int low = hexValue(text[i + 1]);
        if (high < 0 || low < 0)
            return std::nullopt;
        bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    return bytes;
}

bool isValidUtf8(std::string_view text)
{
    const auto octets = asBytes(text);
    for (std::size_t i = 0; i < octets.size();) {
        const auto lead = utf8Lead(octets[i]);
        if (!lead || octets.size() - i <= lead->continuation)
            return false;
        std::uint32_t codePoint = lead->bits;
        for (std::size_t k = 1; k <= lead->continuation; ++k) {
            if ((octets[i + k] & 0xC0U) != 0x80U)
                return false;
            codePoint = codePoint << 6U | (octets[i + k] & 0x3FU);
        }
        const bool isSurrogate = codePoint >= 0xD800 && codePoint <= 0xDFFF;
        if (codePoint < lead->smallest || codePoint > 0x10FFFF || isSurrogate)
            return false;
        i += lead->continuation + 1;
    }
    return true;
}

} // namespace causeway::base
