// SPDX-License-Identifier: Apache-2.0
#include "store/recovery_key.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "store/aead.hpp"

namespace causeway::store::recovery {

using base::ByteView;
using base::Expected;
using base::Secret;

namespace {

constexpr std::size_t keySize = 32;
constexpr std::size_t checkSize = 3; // one mistyped key in 16 million passes
constexpr std::size_t textSize = 56; // (32 + 3) octets at five bits a character
constexpr std::size_t groupSize = 7;
constexpr unsigned bitsPerCharacter = 5;
constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::string_view wrapPurpose = "causeway key slot recovery aes-256-gcm 1";
constexpr std::string_view checkPurpose = "causeway recovery key check 1";

tl::unexpected<base::Error> refuse(std::string sentence)
{
    return base::fail(base::ErrorKind::InvalidArgument, std::move(sentence));
}

/// Key and check in one piece.
Expected<Secret> withCheck(ByteView key)
{
    const auto check = aead::derive(key, {}, checkPurpose, checkSize);
    if (!check)
        return base::fail(check.error());
    Secret all(keySize + checkSize);
    std::ranges::copy(key, all.mutableView().begin());
    std::ranges::copy(check->view(), all.mutableView().subspan(keySize).begin());
    return all;
}

char upper(char character)
{
    return character >= 'a' && character <= 'z' ? static_cast<char>(character - 'a' + 'A')
                                                : character;
}

/// What people read for another.
char meant(char character)
{
    const char letter = upper(character);
    if (letter == 'O')
        return '0';
    return letter == 'I' || letter == 'L' ? '1' : letter;
}

bool isBetweenGroups(char character)
{
    return std::string_view("- \t\r\n").find(character) != std::string_view::npos;
}

/// Five bits each; nothing when one is no character of ours.
std::optional<Secret> digitsOf(ByteView text)
{
    Secret digits(text.size());
    std::size_t size = 0;
    for (const char character : base::asText(text)) {
        if (isBetweenGroups(character))
            continue;
        const auto digit = alphabet.find(meant(character));
        if (digit == std::string_view::npos)
            return std::nullopt;
        digits.mutableView()[size++] = static_cast<std::uint8_t>(digit);
    }
    return Secret(digits.view().first(size));
}

/// Bit `index`, most significant first, of values that have `width` bits each.
unsigned bitOf(ByteView values, std::size_t index, unsigned width)
{
    return values[index / width] >> (width - 1 - index % width) & 1U;
}

Secret regroup(ByteView values, unsigned from, unsigned to)
{
    Secret regrouped(values.size() * from / to);
    const auto room = regrouped.mutableView();
    for (std::size_t bit = 0; bit < room.size() * to; ++bit)
        room[bit / to] = static_cast<std::uint8_t>(room[bit / to] << 1U | bitOf(values, bit, from));
    return regrouped;
}

} // namespace

Expected<Secret> makeKey()
{
    return aead::randomSecret(keySize);
}

Expected<Secret> toText(const Secret& key)
{
    const auto all = withCheck(key.view());
    if (!all)
        return base::fail(all.error());
    const Secret digits = regroup(all->view(), 8, bitsPerCharacter);
    Secret text(digits.size() + digits.size() / groupSize - 1);
    std::size_t place = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i != 0 && i % groupSize == 0)
            text.mutableView()[place++] = '-';
        text.mutableView()[place++] = static_cast<std::uint8_t>(alphabet[digits.view()[i]]);
    }
    return text;
}

Expected<Secret> fromText(ByteView text)
{
    const auto digits = digitsOf(text);
    if (!digits)
        return refuse("the recovery key contains a character that none has");
    if (digits->size() != textSize)
        return refuse(fmt::format(
            "the recovery key has {} characters; it must have {}", digits->size(), textSize));
    const Secret typed = regroup(digits->view(), bitsPerCharacter, 8);
    const auto right = withCheck(typed.view().first(keySize));
    if (!right)
        return base::fail(right.error());
    if (!right->equals(typed.view()))
        return refuse("the recovery key is mistyped somewhere");
    return Secret(typed.view().first(keySize));
}

Expected<base::Bytes> wrap(const Secret& recoveryKey, const Secret& kek)
{
    return aead::encrypt(recoveryKey, wrapPurpose, base::asBytes(slotKind), kek);
}

Expected<Secret> unwrap(const Secret& recoveryKey, ByteView blob)
{
    return aead::decrypt(recoveryKey, wrapPurpose, base::asBytes(slotKind), blob);
}

} // namespace causeway::store::recovery
