// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/decimal.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace causeway::lwm2m {

namespace {

std::optional<double> parse(std::string_view text, std::chars_format format)
{
    double number = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number, format);
    // from_chars knows "inf" and "nan"; LwM2M does not.
    if (error != std::errc() || end != last || !std::isfinite(number))
        return std::nullopt;
    return number;
}

} // namespace

std::optional<double> parseDecimal(std::string_view text)
{
    return parse(text, std::chars_format::fixed);
}

std::optional<double> parseFloat(std::string_view text)
{
    return parse(text, std::chars_format::general);
}

std::string formatDecimal(double number)
{
    // The longest are the smallest denormals: sign, "0.", 323 zeros and 17 digits.
    std::array<char, 400> text{};
    const auto [end, error] =
        std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    return std::string(text.data(), error == std::errc() ? end : text.data());
}

} // namespace causeway::lwm2m
