// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/list_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "agent/base/bytes.hpp"

namespace causeway::dbus::ctl {

namespace {

constexpr char32_t unknown = 0xFFFD;

/// Windows-1252 from 80 to 9F (WHATWG Encoding, index windows-1252); above it is Latin-1.
constexpr std::array<char32_t, 32> upperControls{
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

void put(std::string& out, char32_t code)
{
    const auto tail = [&](unsigned shift) {
        out += static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
    };
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0U | (code >> 6U));
        tail(0);
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0U | (code >> 12U));
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xF0U | (code >> 18U));
        tail(12);
        tail(6);
        tail(0);
    }
}

std::string fromWindows(std::string_view text)
{
    std::string out;
    for (const char one : text) {
        const auto octet = static_cast<std::uint8_t>(one);
        put(out, octet >= 0x80 && octet < 0xA0 ? upperControls[octet - 0x80] : char32_t{octet});
    }
    return out;
}

/// RFC 2781; half a pair, and an octet that is left over, is an unknown character.
std::string fromUtf16(std::string_view text, bool isLittleEndian)
{
    const auto unitAt = [&](std::size_t at) -> char32_t {
        const auto first = static_cast<std::uint8_t>(text[at]);
        const auto second = static_cast<std::uint8_t>(text[at + 1]);
        return isLittleEndian ? (char32_t{second} << 8U) | first : (char32_t{first} << 8U) | second;
    };
    std::string out;
    for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
        const char32_t unit = unitAt(at);
        const bool isHigh = unit >= 0xD800 && unit < 0xDC00;
        const char32_t low = isHigh && at + 3 < text.size() ? unitAt(at + 2) : 0;
        if (low >= 0xDC00 && low < 0xE000) {
            put(out, 0x10000 + ((unit - 0xD800) << 10U) + (low - 0xDC00));
            at += 2;
        } else {
            put(out, unit >= 0xD800 && unit < 0xE000 ? unknown : unit);
        }
    }
    if (text.size() % 2 != 0)
        put(out, unknown);
    return out;
}

} // namespace

std::string listText(std::string_view file)
{
    constexpr std::string_view utf8Mark = "\xEF\xBB\xBF";
    constexpr std::string_view littleEndianMark = "\xFF\xFE";
    constexpr std::string_view bigEndianMark = "\xFE\xFF";
    if (file.starts_with(littleEndianMark) || file.starts_with(bigEndianMark))
        return fromUtf16(file.substr(2), file.starts_with(littleEndianMark));
    if (file.starts_with(utf8Mark))
        file.remove_prefix(utf8Mark.size());
    return base::isValidUtf8(file) ? std::string(file) : fromWindows(file);
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to)
{
    std::string result;
    for (auto at = text.find(from); at != std::string_view::npos; at = text.find(from)) {
        result.append(text.substr(0, at)).append(to);
        text.remove_prefix(at + from.size());
    }
    return result.append(text);
}

std::string lower(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char one) {
        return static_cast<char>(one >= 'A' && one <= 'Z' ? one - 'A' + 'a' : one);
    });
    return result;
}

std::string upper(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char one) {
        return static_cast<char>(one >= 'a' && one <= 'z' ? one - 'a' + 'A' : one);
    });
    return result;
}

} // namespace causeway::dbus::ctl
