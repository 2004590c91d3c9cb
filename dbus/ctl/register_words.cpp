// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/register_words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

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

std::string lower(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char one) {
        return static_cast<char>(one >= 'A' && one <= 'Z' ? one - 'A' + 'a' : one);
    });
    return result;
}

template <std::size_t size>
bool hasAny(std::string_view word, const std::array<std::string_view, size>& parts)
{
    return std::ranges::any_of(
        parts, [&](std::string_view part) { return word.find(part) != std::string_view::npos; });
}

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
    return RegisterPlace{number % unit - 1, 0, table == 3 ? "input" : "holding"};
}

std::optional<RegisterPlace> onePlace(std::string_view word, bool isHex)
{
    std::optional<std::uint32_t> number;
    if (word.starts_with("0x"))
        number = wholeNumber(word.substr(2), 16);
    else if (word.ends_with('h'))
        number = wholeNumber(word.substr(0, word.size() - 1), 16);
    else if (isHex)
        number = wholeNumber(word, 16);
    else if (number = wholeNumber(word, 10); number) {
        if (auto place = conventional(*number, word.size()))
            return place;
    }
    if (!number || *number > mostAddress)
        return std::nullopt;
    return RegisterPlace{*number, 0, {}};
}

/// How many registers the type's own name says; 0 when it leaves that to the list.
std::uint32_t widthOf(std::string_view word)
{
    constexpr std::array<std::string_view, 5> four{"64", "lint", "lword", "double", "qword"};
    constexpr std::array<std::string_view, 4> two{"32", "dint", "dword", "long"};
    constexpr std::array<std::string_view, 3> one{"16", "short", "uint8"};
    if (hasAny(word, four))
        return 4;
    if (hasAny(word, two))
        return 2;
    return hasAny(word, one) ? 1 : 0;
}

bool isSigned(std::string_view word)
{
    constexpr std::array<std::string_view, 7> no{
        "unsigned", "uint", "udint", "ulint", "ulong", "ushort", "word"};
    constexpr std::array<std::string_view, 6> yes{"signed", "int", "dint", "lint", "long", "short"};
    if (hasAny(word, no))
        return false;
    return hasAny(word, yes) || (word.size() == 3 && (word[0] == 's' || word[0] == 'i'));
}

/// "int", "word", "enum": a number whose width the list gives elsewhere, or a register.
bool isWhole(std::string_view word)
{
    constexpr std::array<std::string_view, 11> words{
        "signed", "int", "word", "byte", "num", "dec", "hex", "enum", "bit", "flag", "reg"};
    return isSigned(word) || hasAny(word, words) || word == "u" || word == "s";
}

} // namespace

std::string plainWord(std::string_view text)
{
    std::string result = lower(text);
    std::erase_if(result,
                  [](char one) { return (one < 'a' || one > 'z') && (one < '0' || one > '9'); });
    return result;
}

std::optional<RegisterPlace> registerPlace(const std::string& text, bool isHex)
{
    const std::string word = lower(text);
    const auto dash = word.find('-');
    const auto end = word.find_last_not_of(' ', dash == std::string::npos ? dash : dash - 1);
    auto first = onePlace(std::string_view(word).substr(0, end + 1), isHex);
    if (!first || dash == std::string::npos)
        return first;
    const auto start = word.find_first_not_of(' ', dash + 1);
    if (start == std::string::npos)
        return std::nullopt;
    const auto last = onePlace(std::string_view(word).substr(start), isHex);
    if (!last || last->address < first->address)
        return std::nullopt;
    first->count = last->address - first->address + 1;
    return first;
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
    return RegisterPlace{*number % unit - 1, 0, table == 0 ? "coil" : "discrete-input"};
}

std::string registerTable(const std::string& text)
{
    const std::string word = plainWord(text);
    const auto has = [&](std::string_view part) {
        return word.find(part) != std::string::npos;
    };
    if (has("coil") || word == "1" || word == "01" || word == "fc1")
        return "coil";
    if (has("discrete") || word == "2" || word == "02" || word == "fc2")
        return "discrete-input";
    if (has("input") || word.starts_with("4") || word.starts_with("04") || word == "fc4")
        return "input";
    if (has("hold") || word.starts_with("3") || word.starts_with("03") || word == "fc3")
        return "holding";
    return {};
}

std::optional<std::string> registerType(const std::string& text, std::uint32_t count)
{
    constexpr std::array<std::string_view, 4> texts{"string", "ascii", "char", "utf8"};
    constexpr std::array<std::string_view, 5> floats{"float", "real", "ieee", "single", "double"};
    const std::string word = plainWord(text);
    if (hasAny(word, texts))
        return "string";
    if (word == "bool" || word == "boolean" || word == "bit")
        return "bit";
    const std::uint32_t named = widthOf(word);
    const bool isFloat = hasAny(word, floats) || word == "f32" || word == "f64";
    const bool isBcd = word.find("bcd") != std::string::npos;
    if (!word.empty() && named == 0 && !isFloat && !isBcd && !isWhole(word))
        return std::nullopt;
    const std::uint32_t width = named != 0 ? named : std::max(count, isFloat ? 2U : 1U);
    std::uint32_t bits = 16;
    if (width == 2 || width == 4)
        bits = width * 16;
    if (isFloat)
        return fmt::format("f{}", bits);
    if (isBcd)
        return fmt::format("bcd{}", bits);
    return fmt::format("{}{}", isSigned(word) ? 's' : 'u', bits);
}

std::optional<double> registerScale(std::string text)
{
    std::ranges::replace(text, ',', '.');
    const bool isDivisor = text.starts_with('/') || text.starts_with("1/");
    const auto start = text.find_first_of("0123456789.", isDivisor ? text.find('/') + 1 : 0);
    if (start == std::string::npos)
        return std::nullopt;
    double number = 0.0;
    const auto read = std::from_chars(text.data() + start, text.data() + text.size(), number);
    if (read.ec != std::errc{} || number == 0.0)
        return std::nullopt;
    const double scale = isDivisor ? 1.0 / number : number;
    return std::isfinite(scale) ? std::optional(scale) : std::nullopt;
}

UnitMeaning unitMeaning(const std::string& text)
{
    const auto known = std::ranges::find(units, lower(text), &UnitName::word);
    if (known == units.end())
        return {genericSensor, text};
    return {known->object, std::string(known->unit)};
}

} // namespace causeway::dbus::ctl
