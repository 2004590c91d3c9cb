// SPDX-License-Identifier: Apache-2.0
#include "store/psk_text.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

namespace causeway::store {

namespace {

using base::ByteView;

/// Where not all of a key is text, the rest is counted as if it were random. Of 10^7 random keys of
/// 16 octets 11 had less; with 84 it were 89, with 96 14,000.
constexpr unsigned leastMixedBits = 80;

/// Characters that a text is taken from.
struct Alphabet
{
    char first;
    char last;
    unsigned size; ///< of all of its kind
};

constexpr Alphabet digits{'0', '9', 10};
constexpr std::array<Alphabet, 3> alphabets{{digits, {'a', 'z', 26}, {'A', 'Z', 26}}};
constexpr unsigned otherCharacters = 33; ///< of ASCII, the blank among them

bool isControl(std::uint8_t octet)
{
    return octet < ' ' || octet == 0x7F;
}

bool isCharacter(std::uint8_t octet)
{
    return (octet >= ' ' && octet <= '~') || octet == '\t' || octet == '\r' || octet == '\n';
}

/// An end of line, a NUL: whoever wrote the file has put it there.
ByteView withoutControls(ByteView key)
{
    const auto begin = std::ranges::find_if_not(key, isControl);
    const auto front = key.subspan(static_cast<std::size_t>(begin - key.begin()));
    const auto end = std::find_if_not(front.rbegin(), front.rend(), isControl);
    return front.first(static_cast<std::size_t>(front.rend() - end));
}

std::size_t countIn(ByteView text, const Alphabet& alphabet)
{
    return static_cast<std::size_t>(std::ranges::count_if(text, [&](std::uint8_t octet) {
        return octet >= alphabet.first && octet <= alphabet.last;
    }));
}

bool isHexadecimal(ByteView text)
{
    return std::ranges::all_of(text, [](std::uint8_t octet) {
        const auto letter = toLower(octet);
        return (octet >= '0' && octet <= '9') || (letter >= 'a' && letter <= 'f');
    });
}

/// What a text of this length has if each character was drawn from the kinds that it shows. A date
/// or a number with its unit was not: what is mostly digits is counted kind by kind.
double mostBits(ByteView text)
{
    constexpr double hexadecimalDigits = 16;
    double kinds = 0;
    std::size_t known = 0;
    for (const Alphabet& alphabet : alphabets) {
        const auto count = countIn(text, alphabet);
        known += count;
        kinds += count > 0 ? alphabet.size : 0;
    }
    if (known < text.size())
        kinds += otherCharacters;
    if (text.empty())
        return 0;
    const auto size = static_cast<double>(text.size());
    if (isHexadecimal(text))
        return size * std::log2(std::min(kinds, hexadecimalDigits));
    const auto numbers = static_cast<double>(countIn(text, digits));
    if (numbers * 3 >= size * 2)
        return numbers * std::log2(digits.size) + (size - numbers) * std::log2(kinds - digits.size);
    return size * std::log2(kinds);
}

/// Of a key that has text and other octets: each different one of these counts in full.
double mostMixedBits(ByteView key)
{
    base::Bytes text;
    std::bitset<256> others;
    for (const std::uint8_t octet : key) {
        if (isCharacter(octet))
            text.push_back(octet);
        else
            others.set(octet);
    }
    return mostBits(text) + 8 * static_cast<double>(others.count());
}

/// Pairs of letters that four of five in English are, most of German's among them, and one of seven
/// by chance.
constexpr std::string_view usualPairs =
    "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve "
    "co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no "
    "ct us ac ot il tr ly nc et ut ss so rs un lo wa ge ie wh ee wi em ad ol rt po we na ul ni ei";

bool hasLettersBeyondF(ByteView text)
{
    return std::ranges::any_of(
        text, [](std::uint8_t octet) { return toLower(octet) > 'f' && toLower(octet) <= 'z'; });
}

/// 24 random characters in base64 look like that once in 2,000 keys, 44 in 40,000.
bool isMadeOfWords(ByteView text)
{
    constexpr std::size_t fewestPairs = 12;
    constexpr std::size_t percent = 55;
    std::size_t pairs = 0;
    std::size_t usual = 0;
    for (std::size_t i = 1; i < text.size(); ++i) {
        const std::array<char, 2> pair{static_cast<char>(toLower(text[i - 1])),
                                       static_cast<char>(toLower(text[i]))};
        const bool isPair =
            std::ranges::all_of(pair, [](char letter) { return letter >= 'a' && letter <= 'z'; });
        pairs += isPair ? 1 : 0;
        const std::string_view letters(pair.data(), pair.size());
        usual += isPair && usualPairs.find(letters) != std::string_view::npos ? 1 : 0;
    }
    // Not a UUID or the like.
    return pairs >= fewestPairs && usual * 100 >= pairs * percent && hasLettersBeyondF(text);
}

} // namespace

std::optional<std::string> textComplaint(ByteView key)
{
    const ByteView content = withoutControls(key);
    if (std::ranges::all_of(content, isCharacter)) {
        if (const double bits = mostBits(content); bits < leastKeyBits)
            return fmt::format("the key is text of {} characters, which has {} bits at most; {} "
                               "are the least, use random octets",
                               content.size(),
                               static_cast<unsigned>(bits),
                               leastKeyBits);
    } else if (std::ranges::none_of(content, isControl) &&
               base::isValidUtf8(base::asText(content))) {
        return "the key is text in UTF-8, as people type it; use random octets";
    } else if (mostMixedBits(key) < leastMixedBits) {
        return "the key is mostly text; use random octets";
    }
    if (isMadeOfWords(content))
        return "the key is made of words; use random octets";
    return std::nullopt;
}

} // namespace causeway::store
