// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/base64.hpp"

#include <cstdint>

namespace causeway::lwm2m {

namespace {

constexpr std::string_view standard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view urlSafe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t charactersPerGroup = 4;

std::string encodeWith(std::string_view alphabet, base::ByteView bytes)
{
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * charactersPerGroup);
    std::uint32_t bits = 0;
    unsigned pending = 0;
    for (const std::uint8_t octet : bytes) {
        bits = bits << 8U | octet;
        for (pending += 8; pending >= 6; pending -= 6)
            text += alphabet[bits >> (pending - 6) & 0x3fU];
    }
    if (pending > 0)
        text += alphabet[bits << (6 - pending) & 0x3fU];
    return text;
}

std::optional<std::uint32_t> sextet(char character)
{
    const auto plain = standard.find(character);
    const auto position = plain != std::string_view::npos ? plain : urlSafe.find(character);
    if (position == std::string_view::npos)
        return std::nullopt;
    return static_cast<std::uint32_t>(position);
}

std::string_view withoutPadding(std::string_view text)
{
    if (text.size() % charactersPerGroup != 0)
        return text;
    for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i)
        text.remove_suffix(1);
    return text;
}

} // namespace

std::string toBase64(base::ByteView bytes)
{
    std::string text = encodeWith(standard, bytes);
    while (text.size() % charactersPerGroup != 0)
        text += '=';
    return text;
}

std::string toBase64Url(base::ByteView bytes)
{
    return encodeWith(urlSafe, bytes);
}

std::optional<base::Bytes> fromBase64(std::string_view text)
{
    base::Bytes bytes;
    std::uint32_t bits = 0;
    unsigned pending = 0;
    for (const char character : withoutPadding(text)) {
        const auto value = sextet(character);
        if (!value)
            return std::nullopt;
        bits = bits << 6U | *value;
        pending += 6;
        if (pending >= 8) {
            pending -= 8;
            bytes.push_back(static_cast<std::uint8_t>(bits >> pending));
        }
    }
    const bool hasLeftovers = pending == 6 || (bits & ((1U << pending) - 1U)) != 0;
    if (hasLeftovers)
        return std::nullopt;
    return bytes;
}

} // namespace causeway::lwm2m
