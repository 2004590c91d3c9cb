// SPDX-License-Identifier: Apache-2.0
#include "store/psk_names.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/psk_text.hpp"

namespace causeway::store {

namespace {

using base::Bytes;
using base::ByteView;

/// Fewer octets are in a good key by chance.
constexpr std::size_t fewestTelling = 4;

// RFC 4648 §4, and §5 for what differs in URLs.
constexpr std::string_view base64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Without the last digit if that is a part of one: another would be there if more octets followed.
std::string toBase64(ByteView octets)
{
    std::string text;
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const std::uint8_t octet : octets) {
        bits = bits << 8U | octet;
        for (held += 8; held >= 6; held -= 6)
            text += base64Digits[bits >> (held - 6) & 63U];
    }
    return text;
}

/// Of both alphabets, to the one above.
char plainDigit(char digit)
{
    if (digit == '-')
        return '+';
    return digit == '_' ? '/' : digit;
}

std::string inPlainDigits(ByteView octets)
{
    std::string text(base::asText(octets));
    std::ranges::transform(text, text.begin(), plainDigit);
    return text;
}

std::optional<Bytes> fromBase64(std::string_view text)
{
    text = text.substr(0, text.find_last_not_of('=') + 1);
    Bytes octets;
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char character : text) {
        const auto digit = base64Digits.find(plainDigit(character));
        if (digit == std::string_view::npos)
            return std::nullopt;
        bits = bits << 6U | static_cast<std::uint32_t>(digit);
        held += 6;
        if (held >= 8) {
            held -= 8;
            octets.push_back(static_cast<std::uint8_t>(bits >> held));
        }
    }
    return octets;
}

/// As they are, and what they are the text of.
std::vector<Bytes> readings(ByteView octets)
{
    std::vector<Bytes> all{{octets.begin(), octets.end()}};
    const std::string_view text = base::asText(octets);
    for (auto read : {base::fromHex(text), fromBase64(text)}) {
        if (read && read->size() >= fewestTelling)
            all.push_back(*std::move(read));
    }
    return all;
}

/// Whether a part of `octets` is what `wanted` is, or its digits.
bool shows(ByteView octets, ByteView wanted)
{
    const std::string digits = toBase64(wanted);
    const std::string plain = inPlainDigits(octets);
    return containsText(octets, base::asText(wanted)) ||
           containsText(octets, base::toHex(wanted)) || plain.find(digits) != std::string::npos;
}

bool showsInAnyReading(ByteView octets, ByteView wanted)
{
    const auto wholes = readings(octets);
    const auto parts = readings(wanted);
    return std::ranges::any_of(wholes, [&](const Bytes& whole) {
        return std::ranges::any_of(parts, [&](const Bytes& part) { return shows(whole, part); });
    });
}

} // namespace

bool containsText(ByteView octets, std::string_view text)
{
    const auto sameLetter = [](std::uint8_t a, std::uint8_t b) {
        return toLower(a) == toLower(b);
    };
    const ByteView wanted = base::asBytes(text);
    return std::search(octets.begin(), octets.end(), wanted.begin(), wanted.end(), sameLetter) !=
           octets.end();
}

bool containsName(ByteView key, std::string_view name)
{
    return name.size() >= fewestTelling && showsInAnyReading(key, base::asBytes(name));
}

bool tellsKey(std::string_view name, ByteView key)
{
    return showsInAnyReading(base::asBytes(name), key);
}

} // namespace causeway::store
