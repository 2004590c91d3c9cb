// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "dbus/ctl/list_text.hpp"
#include "dbus/ctl/register_words.hpp"

namespace causeway::dbus::ctl {

namespace {

/// Signs as spreadsheets have them become those of ASCII.
std::string plainSigns(std::string text)
{
    constexpr std::array<std::pair<std::string_view, std::string_view>, 9> signs{{
        {" ", ""},
        {"\u00A0", ""},
        {",", "."},
        {"\u00D7", "*"},
        {"\u00B7", "*"},
        {"\u00F7", "/"},
        {"\u2212", "-"},
        {"**", "^"},
        {"\u207B\u00B9", "^-1"},
    }};
    for (const auto& [from, to] : signs)
        text = replaced(text, from, to);
    return text;
}

bool isLetter(char one)
{
    return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z');
}

/// Reads one factor from left to right; whatever it does not know makes it none.
class Factor
{
public:
    explicit Factor(std::string_view text)
        : rest_(text)
    {}

    std::optional<RegisterScale> read()
    {
        if (!isLeadKnown())
            return std::nullopt;
        const bool isDivided = take('/');
        if (!isDivided)
            take('*');
        auto value = power();
        if (value && take('/')) {
            const auto divisor = power();
            value = divisor ? std::optional(*value / *divisor) : std::nullopt;
        }
        if (!value || !isUnit())
            return std::nullopt;
        return RegisterScale{isDivided ? 1.0 / *value : *value, std::string(rest_)};
    }

private:
    /// "value/", "raw*", "x". An "E-2" is no -2.
    bool isLeadKnown()
    {
        const auto letters =
            static_cast<std::size_t>(std::ranges::find_if_not(rest_, isLetter) - rest_.begin());
        const bool isTimes =
            letters > 0 && (rest_[letters - 1] == 'x' || rest_[letters - 1] == 'X');
        rest_.remove_prefix(letters);
        return letters == 0 || isTimes || rest_.starts_with('*') || rest_.starts_with('/');
    }

    bool take(char sign)
    {
        if (!rest_.starts_with(sign))
            return false;
        rest_.remove_prefix(1);
        return true;
    }

    std::optional<double> number()
    {
        take('+');
        double value = 0.0;
        const auto read = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (read.ec != std::errc{})
            return std::nullopt;
        rest_.remove_prefix(static_cast<std::size_t>(read.ptr - rest_.data()));
        return value;
    }

    std::optional<double> power()
    {
        const auto base = number();
        if (!base || !take('^'))
            return base;
        const auto exponent = number();
        return exponent ? std::optional(std::pow(*base, *exponent)) : std::nullopt;
    }

    /// What is left may be the unit, "kWh" or "°C/bit": nothing that would be reckoned with.
    [[nodiscard]] bool isUnit()
    {
        constexpr std::array<std::string_view, 4> counts{"/bit", "/digit", "/lsb", "/count"};
        for (const auto count : counts) {
            if (lower(rest_).ends_with(count))
                rest_.remove_suffix(count.size());
        }
        constexpr std::array<std::string_view, 3> places{"deci", "digit", "place"};
        return !hasAny(lower(rest_), places) &&
               rest_.find_first_of("0123456789+-*^=") == std::string_view::npos &&
               !rest_.starts_with('/') && !rest_.starts_with('.');
    }

    std::string_view rest_;
};

/// One or a thousand: people write both so.
bool isUnclear(const std::string& text)
{
    const auto comma = text.find(',');
    return comma != std::string::npos && comma > 0 && comma <= 3 && text.front() != '0' &&
           text.size() == comma + 4 && text.find_first_not_of("0123456789,") == std::string::npos;
}

std::optional<RegisterScale> factorOf(const std::string& cell)
{
    if (isUnclear(cell))
        return std::nullopt;
    const std::string text = plainSigns(cell);
    const auto scale = Factor(text).read();
    return scale && scale->factor != 0.0 && std::isfinite(scale->factor) ? scale : std::nullopt;
}

/// "V", "0.1 V", "V/10", "1/min".
std::optional<RegisterScale> scaledUnit(const std::string& cell)
{
    const auto slash = cell.rfind("/1");
    const bool isDivided = slash != std::string::npos && slash > 0 && slash + 2 < cell.size() &&
                           cell.find_first_not_of('0', slash + 2) == std::string::npos;
    if (isDivided) {
        const auto zeros = static_cast<double>(cell.size() - slash - 2);
        return RegisterScale{1.0 / std::pow(10.0, zeros), cell.substr(0, slash)};
    }
    const bool isPerSomething = cell.size() > 2 && cell.starts_with("1/") && isLetter(cell[2]);
    const bool isCounted = !cell.empty() && cell.front() >= '0' && cell.front() <= '9';
    return isCounted && !isPerSomething ? factorOf(cell) : RegisterScale{1.0, cell};
}

bool isSameUnit(const std::string& one, const std::string& other)
{
    return lower(one) == lower(other) || unitMeaning(one).unit == unitMeaning(other).unit;
}

} // namespace

std::optional<RegisterScale> registerScale(const std::string& cell, std::string_view heading)
{
    auto scale = factorOf(cell);
    const auto says = [heading](std::string_view part) {
        return heading.find(part) != std::string_view::npos;
    };
    if (says("decimal")) {
        constexpr double mostDecimals = 9;
        double places = 0.0;
        const auto read = std::from_chars(cell.data(), cell.data() + cell.size(), places);
        const bool isGood = read.ec == std::errc{} && places >= 0 && places <= mostDecimals;
        return isGood ? std::optional(RegisterScale{1.0 / std::pow(10.0, places), {}})
                      : std::nullopt;
    }
    // Inverters' lists have a gain of 10 where the register counts tenths.
    const bool isDivisor =
        scale && (says("divis") || says("divid") || (says("gain") && scale->factor > 1.0));
    if (isDivisor)
        scale->factor = 1.0 / scale->factor;
    return scale;
}

bool saysNumber(const std::string& cell)
{
    constexpr std::array<std::string_view, 5> none{"", "none", "no", "na", "raw"};
    return std::ranges::find(none, plainWord(cell)) == none.end();
}

RegisterQuantity
registerQuantity(const std::string& scale, std::string_view scaleHeading, const std::string& unit)
{
    const auto counted = scaledUnit(unit);
    if (!counted)
        return {1.0, {}, fmt::format("no usable unit: \"{}\"", unit)};
    const auto own = saysNumber(scale) ? registerScale(scale, scaleHeading) : RegisterScale{};
    if (!own)
        return {1.0, {}, fmt::format("no usable scale: \"{}\"", scale)};
    if (own->factor != 1.0 && counted->factor != 1.0)
        return {1.0, {}, fmt::format("two scales: \"{}\" and \"{}\"", scale, unit)};
    if (!own->unit.empty() && !counted->unit.empty() && !isSameUnit(own->unit, counted->unit))
        return {1.0, {}, fmt::format("two units: \"{}\" and \"{}\"", scale, unit)};
    return {own->factor * counted->factor, counted->unit.empty() ? own->unit : counted->unit, {}};
}

} // namespace causeway::dbus::ctl
