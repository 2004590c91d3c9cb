// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/number_range.hpp"

#include <charconv>
#include <string>
#include <system_error>

#include <fmt/format.h>

namespace causeway::dbus::ctl {

std::optional<std::int64_t> wholeNumberIn(std::string_view text)
{
    const bool isHexadecimal = text.starts_with("0x") || text.starts_with("0X");
    if (isHexadecimal)
        text.remove_prefix(2);
    std::int64_t number = 0;
    const auto* const past = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), past, number, isHexadecimal ? 16 : 10);
    if (error != std::errc() || end != past || (isHexadecimal && number < 0))
        return std::nullopt;
    return number;
}

CLI::Validator numberFrom(std::int64_t least, std::int64_t most)
{
    return CLI::Validator(
        [least, most](std::string& text) {
            const auto number = wholeNumberIn(text);
            if (!number || *number < least || *number > most)
                return fmt::format("\"{}\" is no whole number from {} to {}", text, least, most);
            text = std::to_string(*number); // CLI11 takes "0100" for an octal number
            return std::string();
        },
        "");
}

} // namespace causeway::dbus::ctl
