// SPDX-License-Identifier: Apache-2.0
#include "store/psk_policy.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>

#include <fmt/format.h>

namespace causeway::store {

namespace {

using base::ByteView;

constexpr std::size_t shortestKey = 16; // 128 bits, RFC 9257 §6
constexpr std::size_t longestKey = 64;  // what GnuTLS and the usual servers take (RFC 4279 §5.4)
constexpr std::size_t longestIdentity = 128; // RFC 4279 §5.3
/// 16 random octets have fewer distinct values once in 10^11 keys.
constexpr std::size_t fewestDistinct = 8;
/// A shorter name turns up in good keys by chance.
constexpr std::size_t shortestTellingName = 4;
/// NIST SP 800-131A.
constexpr unsigned leastBits = 112;
constexpr std::size_t fewestOctets = leastBits / 8;
/// 16 random octets begin or end with as many equal ones once in 10^7 keys.
constexpr std::size_t shortestPadding = 4;

constexpr std::array<std::string_view, 8> passwordWords{
    "password", "passwort", "changeme", "letmein", "qwerty", "asdfgh", "12345678", "deadbeef"};

constexpr std::uint8_t toLower(std::uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z' ? static_cast<std::uint8_t>(octet + ('a' - 'A')) : octet;
}

bool containsText(ByteView key, std::string_view text)
{
    const auto sameLetter = [](std::uint8_t a, std::uint8_t b) {
        return toLower(a) == toLower(b);
    };
    const ByteView wanted = base::asBytes(text);
    return std::search(key.begin(), key.end(), wanted.begin(), wanted.end(), sameLetter) !=
           key.end();
}

bool isRepeated(ByteView key)
{
    for (std::size_t period = 1; period < shortestKey && period <= key.size() / 2; ++period) {
        if (std::ranges::equal(key.subspan(period), key.first(key.size() - period)))
            return true;
    }
    return false;
}

/// 00 01 02…, 00 11 22…, fe fd fc…, "abcdefgh…": most steps are the same.
bool isCounted(ByteView key)
{
    std::array<std::size_t, 256> steps{};
    for (std::size_t i = 1; i < key.size(); ++i)
        ++steps[static_cast<std::uint8_t>(key[i] - key[i - 1])];
    return *std::ranges::max_element(steps) * 4 >= (key.size() - 1) * 3;
}

std::size_t countDistinct(ByteView key)
{
    std::bitset<256> seen;
    for (const std::uint8_t octet : key)
        seen.set(octet);
    return seen.count();
}

/// The length of the run of one octet that begins here, where it is too long for chance.
template <typename Iterator>
std::size_t countPadding(Iterator begin, Iterator end)
{
    const auto other =
        std::find_if(begin, end, [&](std::uint8_t octet) { return octet != *begin; });
    const auto run = static_cast<std::size_t>(other - begin);
    return run < shortestPadding ? 0 : run;
}

ByteView withoutPadding(ByteView key)
{
    const ByteView front = key.subspan(countPadding(key.begin(), key.end()));
    return front.first(front.size() - countPadding(front.rbegin(), front.rend()));
}

/// Characters that a text is taken from.
struct Alphabet
{
    char first;
    char last;
    unsigned size; ///< of all of its kind
};

constexpr std::array<Alphabet, 3> alphabets{{{'0', '9', 10}, {'a', 'z', 26}, {'A', 'Z', 26}}};
constexpr unsigned otherCharacters = 33; ///< of ASCII, the blank among them

bool isWithin(std::uint8_t octet, const Alphabet& alphabet)
{
    return octet >= alphabet.first && octet <= alphabet.last;
}

bool isText(ByteView key)
{
    return std::ranges::all_of(key, [](std::uint8_t octet) {
        return (octet >= ' ' && octet <= '~') || octet == '\t' || octet == '\r' || octet == '\n';
    });
}

bool isHexadecimal(ByteView key)
{
    return std::ranges::all_of(key, [](std::uint8_t octet) {
        const auto letter = toLower(octet);
        return (octet >= '0' && octet <= '9') || (letter >= 'a' && letter <= 'f');
    });
}

/// What a text of this length has if each character was drawn from the kinds that it shows.
unsigned mostBits(ByteView text)
{
    constexpr double hexadecimalDigits = 16;
    double kinds = 0;
    std::size_t known = 0;
    for (const Alphabet& alphabet : alphabets) {
        const auto count = std::ranges::count_if(
            text, [&](std::uint8_t octet) { return isWithin(octet, alphabet); });
        known += static_cast<std::size_t>(count);
        kinds += count > 0 ? alphabet.size : 0;
    }
    if (known < text.size())
        kinds += otherCharacters;
    if (isHexadecimal(text))
        kinds = std::min(kinds, hexadecimalDigits);
    return static_cast<unsigned>(static_cast<double>(text.size()) * std::log2(kinds));
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

tl::unexpected<base::Error> refuse(std::string sentence)
{
    return base::fail(base::ErrorKind::InvalidArgument, std::move(sentence));
}

base::Expected<void> checkShape(ByteView key)
{
    if (key.size() < shortestKey || key.size() > longestKey)
        return refuse(fmt::format(
            "the key has {} octets; it must have {} to {}", key.size(), shortestKey, longestKey));
    if (isRepeated(key))
        return refuse("the key repeats a short pattern; use random octets");
    if (isCounted(key))
        return refuse("the key is a counted sequence; use random octets");
    if (countDistinct(key) < fewestDistinct)
        return refuse(fmt::format("the key has only {} different octets; use random octets",
                                  countDistinct(key)));
    return {};
}

/// Text is typed by people, or at least cut to what they can type.
base::Expected<void> checkText(ByteView key)
{
    const ByteView content = withoutPadding(key);
    if (content.size() < fewestOctets)
        return refuse(fmt::format(
            "the key has only {} octets beside its padding; use random octets", content.size()));
    if (!isText(content))
        return {};
    if (const auto bits = mostBits(content); bits < leastBits)
        return refuse(fmt::format("the key is text of {} characters, which has {} bits at most; {} "
                                  "are the least, use random octets",
                                  content.size(),
                                  bits,
                                  leastBits));
    if (isMadeOfWords(content))
        return refuse("the key is made of words; use random octets");
    return {};
}

bool containsName(ByteView key, std::string_view name)
{
    return name.size() >= shortestTellingName && containsText(key, name);
}

base::Expected<void> checkWords(ByteView key, std::span<const std::string_view> names)
{
    for (const std::string_view word : passwordWords) {
        if (containsText(key, word))
            return refuse("the key contains a common password; use random octets");
    }
    for (const std::string_view name : names) {
        if (containsName(key, name))
            return refuse(fmt::format("the key contains the name {}; use random octets", name));
    }
    return {};
}

} // namespace

base::Expected<void> checkPskIdentity(ByteView identity)
{
    if (identity.empty() || identity.size() > longestIdentity)
        return refuse(fmt::format("the PSK identity has {} octets; it must have 1 to {}",
                                  identity.size(),
                                  longestIdentity));
    if (std::ranges::find(identity, 0) != identity.end())
        return refuse("the PSK identity contains a NUL octet");
    return {};
}

base::Expected<void> checkPsk(const api::PskCredential& credential,
                              std::span<const std::string_view> names)
{
    auto identity = checkPskIdentity(credential.identity);
    if (!identity)
        return identity;
    const ByteView key = credential.key.view();
    auto shape = checkShape(key);
    if (!shape)
        return shape;
    if (containsName(key, base::asText(credential.identity)))
        return refuse("the key contains its own identity; use random octets");
    if (auto words = checkWords(key, names); !words)
        return words;
    return checkText(key);
}

} // namespace causeway::store
