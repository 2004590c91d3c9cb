// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

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

    std::optional<double> read()
    {
        while (!rest_.empty() && isLetter(rest_.front()))
            rest_.remove_prefix(1); // "value", "x"
        if (take('='))
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
        return isDivided ? 1.0 / *value : *value;
    }

private:
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
    [[nodiscard]] bool isUnit() const
    {
        return rest_.find_first_of("0123456789+-*^=") == std::string_view::npos &&
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

} // namespace

std::optional<double> registerScale(const std::string& cell)
{
    if (isUnclear(cell))
        return std::nullopt;
    const std::string text = plainSigns(cell);
    const auto scale = Factor(text).read();
    return scale && *scale != 0.0 && std::isfinite(*scale) ? scale : std::nullopt;
}

std::optional<double> registerScale(const std::string& cell, std::string_view heading)
{
    const auto number = registerScale(cell);
    const auto says = [heading](std::string_view part) {
        return heading.find(part) != std::string_view::npos;
    };
    if (says("decimal")) {
        constexpr double mostDecimals = 9;
        double places = 0.0;
        const auto read = std::from_chars(cell.data(), cell.data() + cell.size(), places);
        const bool isGood = read.ec == std::errc{} && places >= 0 && places <= mostDecimals;
        return isGood ? std::optional(1.0 / std::pow(10.0, places)) : std::nullopt;
    }
    // Inverters' lists have a gain of 10 where the register counts tenths.
    const bool isDivisor = says("divis") || says("divid") || (says("gain") && number > 1.0);
    return number && isDivisor ? std::optional(1.0 / *number) : number;
}

} // namespace causeway::dbus::ctl
