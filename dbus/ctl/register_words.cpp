// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/register_words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "dbus/ctl/list_text.hpp"

namespace causeway::dbus::ctl {

namespace {

constexpr std::uint32_t mostAddress = 65535;

struct UnitName
{
    std::string_view word; ///< lower case
    std::string_view unit;
    std::uint16_t object;
};

constexpr std::uint16_t genericSensor = 3300;

// clang-format off
constexpr std::array units{
    UnitName{"v",    "V",    3316}, UnitName{"mv",   "mV",   3316}, UnitName{"kv",   "kV",   3316},
    UnitName{"a",    "A",    3317}, UnitName{"ma",   "mA",   3317}, UnitName{"hz",   "Hz",   3318},
    UnitName{"w",    "W",    3328}, UnitName{"kw",   "kW",   3328}, UnitName{"mw",   "MW",   3328},
    UnitName{"va",   "VA",   3328}, UnitName{"kva",  "kVA",  3328}, UnitName{"var",  "var",  3328},
    UnitName{"kvar", "kvar", 3328}, UnitName{"wh",   "Wh",   3331}, UnitName{"kwh",  "kWh",  3331},
    UnitName{"mwh",  "MWh",  3331}, UnitName{"°c",   "Cel",  3303}, UnitName{"degc", "Cel",  3303},
    UnitName{"c",    "Cel",  3303}, UnitName{"cel",  "Cel",  3303}, UnitName{"℃",    "Cel",  3303},
    UnitName{"°f",   "degF", 3303}, UnitName{"degf", "degF", 3303}, UnitName{"k",    "K",    3303},
    UnitName{"%rh",  "%RH",  3304}, UnitName{"rh",   "%RH",  3304}, UnitName{"%",    "%",    3320},
    UnitName{"bar",  "bar",  3323}, UnitName{"mbar", "mbar", 3323}, UnitName{"pa",   "Pa",   3323},
    UnitName{"kpa",  "kPa",  3323}, UnitName{"ppm",  "ppm",  3325}, UnitName{"m",    "m",    3330},
    UnitName{"volt", "V",    3316}, UnitName{"volts", "V",   3316}, UnitName{"amp",  "A",    3317},
    UnitName{"amps", "A",    3317}, UnitName{"watt", "W",    3328}, UnitName{"watts", "W",   3328},
    UnitName{"hertz", "Hz",  3318}, UnitName{"deg c", "Cel", 3303}, UnitName{"celsius", "Cel", 3303},
    UnitName{"deg f", "degF", 3303}, UnitName{"fahrenheit", "degF", 3303},
};

// clang-format on

std::optional<std::uint32_t> wholeNumber(std::string_view text, int base)
{
    std::uint32_t number = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number, base);
    if (text.empty() || read.ec != std::errc{} || read.ptr != end)
        return std::nullopt;
    return number;
}

/// 40001 and 400001 are the first holding register, 30001 the first input register.
std::optional<RegisterPlace> conventional(std::uint32_t number, std::size_t digits)
{
    if (digits != 5 && digits != 6)
        return std::nullopt;
    const std::uint32_t unit = digits == 5 ? 10000 : 100000;
    const std::uint32_t table = number / unit;
    if ((table != 3 && table != 4) || number % unit == 0 || number % unit > mostAddress)
        return std::nullopt;
    return RegisterPlace{number % unit - 1, 0, table == 3 ? "input" : "holding", {}};
}

/// "4x0013", and "4x40013" of those who want to be sure. "0x…" is hexadecimal everywhere.
std::optional<RegisterPlace> withTable(std::string_view word)
{
    if (word.size() < 3 || word[1] != 'x' || word[0] == '0')
        return std::nullopt;
    const std::string_view digits = word.substr(word.find_first_not_of(' ', 2));
    const auto number = wholeNumber(digits, 10);
    auto whole = number ? conventional(*number, digits.size()) : std::nullopt;
    if (whole && digits.front() == word[0])
        return whole;
    if (!number || *number == 0 || *number > mostAddress + 1)
        return std::nullopt;
    const char* table = nullptr;
    if (word[0] == '1')
        table = "discrete-input";
    else if (word[0] == '3')
        table = "input";
    else if (word[0] == '4')
        table = "holding";
    return table != nullptr ? std::optional(RegisterPlace{*number - 1, 0, table, {}})
                            : std::nullopt;
}

std::optional<RegisterPlace> onePlace(std::string_view word, const AddressHabit& habit)
{
    std::optional<std::uint32_t> number;
    if (auto place = withTable(word))
        return place;
    if (word.starts_with("0x"))
        number = wholeNumber(word.substr(2), 16);
    else if (word.ends_with('h'))
        number = wholeNumber(word.substr(0, word.size() - 1), 16);
    else if (habit.isHex)
        number = wholeNumber(word, 16);
    else if (number = wholeNumber(word, 10); number && !habit.isAsWritten) {
        if (auto place = conventional(*number, word.size()))
            return place;
    }
    if (!number || *number > mostAddress)
        return std::nullopt;
    return RegisterPlace{*number, 0, {}, {}};
}

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

/// "3x" and "4xxxx" of the old convention.
std::string tableOfReference(char digit)
{
    switch (digit) {
    case '0':
        return "coil";
    case '1':
        return "discrete-input";
    case '3':
        return "input";
    case '4':
        return "holding";
    default:
        return {};
    }
}

/// "3", "FC04", "0x04", "03/16": the first function code says it.
std::string tableOfFunction(std::string_view text)
{
    const auto first = text.find_first_of("0123456789");
    if (first == std::string_view::npos)
        return {};
    text.remove_prefix(first);
    const bool isHex = text.starts_with("0x");
    text.remove_prefix(isHex ? 2 : 0);
    const auto digits = text.substr(0, text.find_first_not_of("0123456789abcdef"));
    switch (wholeNumber(digits, isHex ? 16 : 10).value_or(0)) {
    case 1:
    case 5:
    case 15:
        return "coil";
    case 2:
        return "discrete-input";
    case 3:
    case 6:
    case 16:
    case 22:
    case 23:
        return "holding";
    case 4:
        return "input";
    default:
        return {};
    }
}

} // namespace

std::string plainWord(std::string_view text)
{
    std::string result = lower(text);
    std::erase_if(result,
                  [](char one) { return (one < 'a' || one > 'z') && (one < '0' || one > '9'); });
    return result;
}

std::optional<RegisterPlace> registerPlace(const std::string& text, const AddressHabit& habit)
{
    std::string word = lower(text);
    for (const std::string_view dash : {"\u2013", "\u2014", "\u2026", "...", "..", "~", " to "})
        word = replaced(word, dash, "-");
    if (const auto dot = word.find('.'); dot != std::string::npos) {
        auto place = onePlace(trimmed(std::string_view(word).substr(0, dot)), habit);
        const auto bit = wholeNumber(trimmed(std::string_view(word).substr(dot + 1)), 10);
        if (!place || !bit || *bit > 15)
            return std::nullopt;
        place->bit = bit;
        return place;
    }
    const auto dash = word.find('-');
    auto first = onePlace(trimmed(std::string_view(word).substr(0, dash)), habit);
    if (!first || dash == std::string::npos)
        return first;
    const auto last = onePlace(trimmed(std::string_view(word).substr(dash + 1)), habit);
    if (!last || last->address < first->address)
        return std::nullopt;
    first->count = last->address - first->address + 1;
    return first;
}

bool isBareHex(const std::string& text)
{
    const std::string word = lower(text);
    // "dec" is a heading.
    return word.find_first_of("abcdef") != std::string::npos &&
           word.find_first_of("0123456789") != std::string::npos &&
           wholeNumber(word, 16).has_value();
}

std::optional<RegisterPlace> bitPlace(const std::string& text)
{
    const auto number = wholeNumber(text, 10);
    if (!number || (text.size() != 5 && text.size() != 6))
        return std::nullopt;
    const std::uint32_t unit = text.size() == 5 ? 10000 : 100000;
    const std::uint32_t table = *number / unit;
    if (table > 1 || *number % unit == 0 || *number % unit > mostAddress)
        return std::nullopt;
    return RegisterPlace{*number % unit - 1, 0, table == 0 ? "coil" : "discrete-input", {}};
}

std::string registerTable(const std::string& text)
{
    const std::string word = plainWord(text);
    const auto has = [&](std::string_view part) {
        return word.find(part) != std::string::npos;
    };
    if (has("coil"))
        return "coil";
    if (has("discrete"))
        return "discrete-input";
    if (has("input"))
        return "input";
    if (has("hold"))
        return "holding";
    const bool isReference = word.size() > 1 && word.find_first_not_of('x', 1) == std::string::npos;
    return isReference ? tableOfReference(word.front()) : tableOfFunction(lower(text));
}

std::uint32_t charactersIn(const std::string& type)
{
    const auto first = type.find_first_of("0123456789");
    if (first == std::string::npos)
        return 0;
    const auto end = type.find_first_not_of("0123456789", first);
    return wholeNumber(std::string_view(type).substr(first, end - first), 10).value_or(0);
}

std::uint32_t registerCount(const std::string& cell, std::string_view heading)
{
    std::uint32_t number = 0;
    std::from_chars(cell.data(), cell.data() + cell.size(), number);
    constexpr std::array<std::string_view, 3> octets{"byte", "octet", "char"};
    if (hasAny(heading, octets))
        return (number + 1) / 2;
    return heading.find("bit") != std::string_view::npos ? (number + 15) / 16 : number;
}

RegisterAccess registerAccess(const std::string& text, std::string_view heading)
{
    constexpr std::array<std::string_view, 5> yes{"yes", "y", "true", "ja", "1"};
    const std::string word = plainWord(text);
    const bool saysWrite = heading.find("writ") != std::string_view::npos ||
                           heading.find("schreib") != std::string_view::npos;
    const bool isYes = word == "x" || std::ranges::find(yes, word) != yes.end();
    if (saysWrite && heading.find("read") == std::string_view::npos && isYes)
        return RegisterAccess::ReadWrite;
    const bool reads = word.find('r') == 0 || word.find("rw") != std::string::npos ||
                       word.find("read") != std::string::npos || word.starts_with("l");
    const bool writes = word.find("wr") != std::string::npos || word.starts_with("w") ||
                        word.find("rw") != std::string::npos ||
                        word.find("schreib") != std::string::npos || word == "ls";
    if (!writes)
        return RegisterAccess::ReadOnly;
    return reads || word == "wr" || word == "writeread" ? RegisterAccess::ReadWrite
                                                        : RegisterAccess::WriteOnly;
}

UnitMeaning unitMeaning(const std::string& text)
{
    const auto known = std::ranges::find(units, lower(text), &UnitName::word);
    if (known == units.end())
        return {genericSensor, text};
    return {known->object, std::string(known->unit)};
}

} // namespace causeway::dbus::ctl
