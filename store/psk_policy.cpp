// SPDX-License-Identifier: Apache-2.0
#include "store/psk_policy.hpp"

#include <algorithm>
#include <array>
#include <bitset>

#include <fmt/format.h>

#include "store/psk_names.hpp"
#include "store/psk_text.hpp"

namespace causeway::store {

namespace {

using base::ByteView;

constexpr std::size_t shortestKey = 16; // 128 bits, RFC 9257 §6
constexpr std::size_t longestKey = 64;  // what GnuTLS and the usual servers take (RFC 4279 §5.4)
constexpr std::size_t longestIdentity = 128; // RFC 4279 §5.3
/// 16 random octets have fewer distinct values once in 10^11 keys.
constexpr std::size_t fewestDistinct = 8;
constexpr std::size_t fewestOctets = leastKeyBits / 8;
/// 16 random octets begin or end with as many equal ones once in 10^7 keys.
constexpr std::size_t shortestPadding = 4;
/// 32 random hexadecimal digits repeat as many, or have them again backwards, once in 10^7 keys.
constexpr std::size_t shortestEcho = 8;
/// Of 16 random octets as many are zeros once in 10^6 keys; of UTF-16 every other one is.
constexpr std::size_t zerosOf = 4;

constexpr std::array<std::string_view, 8> passwordWords{
    "password", "passwort", "changeme", "letmein", "qwerty", "asdfgh", "12345678", "deadbeef"};

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

/// Without the zeros of UTF-16, or between digits.
base::Bytes withoutZeros(ByteView key)
{
    base::Bytes content(key.begin(), key.end());
    if (static_cast<std::size_t>(std::ranges::count(key, 0)) * zerosOf >= key.size())
        std::erase(content, 0);
    return content;
}

bool isSame(std::uint8_t octet, std::uint8_t former)
{
    return toLower(octet) == toLower(former);
}

bool isComplement(std::uint8_t octet, std::uint8_t former)
{
    return (octet ^ former) == 0xFF;
}

/// How many octets from `at` on were there before, in one piece, forwards or backwards, as letters
/// of the other case or with all bits turned round.
std::size_t countEcho(const base::Bytes& key, std::size_t at)
{
    const ByteView rest = ByteView(key).subspan(at);
    std::size_t longest = 0;
    const auto compare = [&](auto begin, auto end) {
        for (; begin != end; ++begin) {
            for (const auto isEcho : {isSame, isComplement}) {
                const auto [mine, theirs] =
                    std::mismatch(rest.begin(), rest.end(), begin, end, isEcho);
                longest = std::max(longest, static_cast<std::size_t>(mine - rest.begin()));
            }
        }
    };
    const ByteView before = ByteView(key).first(at);
    compare(before.begin(), before.end());
    compare(before.rbegin(), before.rend());
    return longest < shortestEcho ? 0 : longest;
}

base::Bytes withoutEchoes(const base::Bytes& key)
{
    base::Bytes content;
    for (std::size_t at = 0; at < key.size();) {
        const auto echo = countEcho(key, at);
        if (echo == 0)
            content.push_back(key[at]);
        at += std::max<std::size_t>(echo, 1);
    }
    return content;
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

/// Octets that say nothing new are not counted.
base::Expected<void> checkContent(ByteView key)
{
    const auto content = withoutEchoes(withoutZeros(withoutPadding(key)));
    if (content.size() < fewestOctets)
        return refuse(fmt::format("the key has only {} octets beside its padding and repetitions; "
                                  "use random octets",
                                  content.size()));
    if (auto complaint = textComplaint(content))
        return refuse(*std::move(complaint));
    return {};
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
        // Not which one: the sentence would tell it, too.
        if (tellsKey(name, key))
            return refuse("a name of the device or the server tells the key; use random octets");
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
    if (tellsKey(base::asText(credential.identity), key))
        return refuse("the PSK identity tells the key; use random octets");
    if (auto words = checkWords(key, names); !words)
        return words;
    return checkContent(key);
}

} // namespace causeway::store
