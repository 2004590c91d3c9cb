// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "dbus/ctl/list_text.hpp"
#include "dbus/ctl/register_words.hpp"

namespace causeway::dbus::ctl {

namespace {

constexpr std::array<std::string_view, 7> swaps{"wordswap",
                                                "swapword",
                                                "swappedword",
                                                "wordsswapped",
                                                "lowwordfirst",
                                                "lswfirst",
                                                "littleendianword"};

constexpr std::array<std::string_view, 3> signLetters{"u", "s", "i"};

/// How many registers the type's own name says; 0 when it leaves that to the list.
std::uint32_t widthOf(const std::string& name)
{
    // An "unsigned int" is no "dint".
    const std::string word = replaced(replaced(name, "unsigned", ""), "signed", "");
    constexpr std::array<std::string_view, 5> four{"64", "lint", "lword", "double", "qword"};
    constexpr std::array<std::string_view, 4> two{"32", "dint", "dword", "long"};
    constexpr std::array<std::string_view, 2> one{"16", "short"};
    if (word.find("48") != std::string_view::npos)
        return 3;
    if (hasAny(word, four))
        return 4;
    if (hasAny(word, two))
        return 2;
    return hasAny(word, one) ? 1 : 0;
}

bool isSigned(std::string_view word)
{
    constexpr std::array<std::string_view, 6> no{
        "unsigned", "uint", "udint", "ulint", "ulong", "ushort"};
    constexpr std::array<std::string_view, 6> yes{"signed", "int", "dint", "lint", "long", "short"};
    // "INT16U" and "16U" have it at their end.
    const bool isNumberThenU = word.size() > 1 && word.ends_with('u') &&
                               word[word.size() - 2] >= '0' && word[word.size() - 2] <= '9';
    if (hasAny(word, no) || isNumberThenU)
        return false;
    return hasAny(word, yes) || (word.size() == 3 && (word[0] == 's' || word[0] == 'i'));
}

/// "u16", "s32", "16u", "32": a sign and a width and nothing else.
bool isSignAndWidth(std::string_view word)
{
    const auto digits = word.find_first_of("0123456789");
    const auto letters = word.find_first_not_of("0123456789", digits);
    const bool isLead = digits == 0 || (digits == 1 && hasAny(word.substr(0, 1), signLetters));
    return digits != std::string_view::npos && isLead &&
           (letters == std::string_view::npos ||
            (letters + 1 == word.size() && hasAny(word.substr(letters), signLetters)));
}

/// "f32", "fp32", "fp".
bool isShortFloat(std::string_view word)
{
    if (!word.starts_with('f'))
        return false;
    word.remove_prefix(word.starts_with("fp") ? 2 : 1);
    return word.empty() || word == "16" || word == "32" || word == "64";
}

/// What says in which order the octets come says nothing of the type.
std::string withoutOrder(std::string word)
{
    for (const auto phrase : swaps)
        word = replaced(word, phrase, "");
    for (const std::string_view phrase : {"highwordfirst", "mswfirst"})
        word = replaced(word, phrase, "");
    for (const std::string_view order : {"abcd", "cdab", "badc", "dcba", "bigendian", "be"}) {
        if (word.size() > order.size() && word.ends_with(order))
            word.resize(word.size() - order.size());
    }
    return word;
}

/// A "double word" is no floating point number.
std::string typeWord(const std::string& text)
{
    const std::string word = withoutOrder(plainWord(text));
    return replaced(replaced(word, "doubleword", "dword"), "singleword", "word");
}

/// "INT16 (1/10)" tells more than a type.
bool hasForeignNumber(std::string_view text)
{
    constexpr std::array<std::string_view, 10> known{
        "1", "2", "3", "4", "8", "16", "32", "48", "64", "754"};
    constexpr std::string_view digits = "0123456789";
    for (auto at = text.find_first_of(digits); at != std::string_view::npos;) {
        const auto end = std::min(text.find_first_not_of(digits, at), text.size());
        if (std::ranges::find(known, text.substr(at, end - at)) == known.end())
            return true;
        at = text.find_first_of(digits, end);
    }
    return false;
}

/// "UINT16/INT16" leaves the choice to whoever reads it.
bool isChoice(const std::string& text, std::uint32_t count)
{
    const auto slash = text.find('/');
    if (slash == std::string::npos)
        return false;
    const auto one = registerType(text.substr(0, slash), count);
    const auto other = registerType(text.substr(slash + 1), count);
    return one && other && one != other;
}

/// "int", "word", "enum": a number whose width the list gives elsewhere, or a register.
bool isWhole(std::string_view word)
{
    constexpr std::array<std::string_view, 13> words{"long",
                                                     "short",
                                                     "signed",
                                                     "int",
                                                     "word",
                                                     "byte",
                                                     "num",
                                                     "dec",
                                                     "hex",
                                                     "enum",
                                                     "bit",
                                                     "flag",
                                                     "reg"};
    return isSigned(word) || hasAny(word, words) || word == "u" || word == "s";
}

} // namespace

std::optional<std::string> registerType(const std::string& text, std::uint32_t count)
{
    constexpr std::array<std::string_view, 4> texts{"string", "ascii", "char", "utf8"};
    constexpr std::array<std::string_view, 6> floats{
        "float", "real", "ieee", "single", "double", "flt"};
    constexpr std::array<std::string_view, 3> octets{"int8", "byte", "u8"};
    const std::string word = typeWord(text);
    if (hasAny(word, texts) || word.starts_with("str"))
        return "string";
    if (word == "bool" || word == "boolean" || word == "bit")
        return "bit";
    if (hasForeignNumber(text) || isChoice(text, count))
        return std::nullopt;
    const std::uint32_t named = widthOf(word);
    const bool isFloat = hasAny(word, floats) || isShortFloat(word);
    const bool isBcd = word.find("bcd") != std::string::npos;
    if (!word.empty() && !isFloat && !isBcd && !isWhole(word) && !isSignAndWidth(word))
        return std::nullopt;
    if (named == 0 && !isFloat && !isBcd && (hasAny(word, octets) || word == "s8"))
        return isSigned(word) ? "s8" : "u8";
    const std::uint32_t width = named != 0 ? named : std::max(count, isFloat ? 2U : 1U);
    if (width > 4 || (isFloat && width == 3))
        return std::nullopt;
    const std::uint32_t bits = width * 16;
    if (isFloat)
        return fmt::format("f{}", bits);
    if (isBcd)
        return fmt::format("bcd{}", bits);
    return fmt::format("{}{}", isSigned(word) ? 's' : 'u', bits);
}

std::optional<std::string> registerOrder(const std::string& text)
{
    constexpr std::array<std::string_view, 4> names{"abcd", "cdab", "badc", "dcba"};
    constexpr std::array<std::string_view, 4> unclear{"little", "swap", "lsb", "invers"};
    const std::string word = plainWord(text);
    for (const std::string_view name : names) {
        if (word.find(name) != std::string::npos)
            return upper(name);
    }
    if (hasAny(word, swaps))
        return "CDAB";
    const bool isLittle =
        word == "le" || (word.size() > 2 && word.ends_with("le") && word[word.size() - 3] >= '0' &&
                         word[word.size() - 3] <= '9');
    if (isLittle || hasAny(word, unclear))
        return std::nullopt;
    return "";
}

} // namespace causeway::dbus::ctl
