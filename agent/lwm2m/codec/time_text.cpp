// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/time_text.hpp"

#include <algorithm>
#include <chrono>

namespace causeway::lwm2m {

namespace {

bool isDigit(char character)
{
    return character >= '0' && character <= '9';
}

// 'd' stands for a digit, everything else for itself.
bool matches(std::string_view text, std::string_view pattern)
{
    return std::ranges::equal(text, pattern, [](char character, char expected) {
        return expected == 'd' ? isDigit(character) : character == expected;
    });
}

int number(std::string_view digits)
{
    int value = 0;
    for (const char digit : digits)
        value = value * 10 + (digit - '0');
    return value;
}

std::string_view withoutFraction(std::string_view rest)
{
    if (!rest.starts_with('.'))
        return rest;
    rest.remove_prefix(1);
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of("0123456789")));
    return rest;
}

std::optional<std::chrono::minutes> parseOffset(std::string_view text)
{
    if (text == "Z")
        return std::chrono::minutes(0);
    if (!matches(text, "+dd:dd") && !matches(text, "-dd:dd"))
        return std::nullopt;
    const std::chrono::hours hours(number(text.substr(1, 2)));
    const std::chrono::minutes minutes(number(text.substr(4, 2)));
    return text.front() == '+' ? hours + minutes : -(hours + minutes);
}

} // namespace

std::optional<model::Time> parseTimeText(std::string_view text)
{
    constexpr std::string_view pattern = "dddd-dd-ddTdd:dd:dd";
    const auto stamp = text.substr(0, pattern.size());
    if (!matches(stamp, pattern))
        return std::nullopt;
    const auto offset = parseOffset(withoutFraction(text.substr(pattern.size())));
    const std::chrono::year_month_day date(
        std::chrono::year(number(stamp.substr(0, 4))),
        std::chrono::month(static_cast<unsigned>(number(stamp.substr(5, 2)))),
        std::chrono::day(static_cast<unsigned>(number(stamp.substr(8, 2)))));
    const std::chrono::hours hours(number(stamp.substr(11, 2)));
    const std::chrono::minutes minutes(number(stamp.substr(14, 2)));
    const std::chrono::seconds seconds(number(stamp.substr(17, 2)));
    const bool isTime = hours.count() < 24 && minutes.count() < 60 && seconds.count() <= 60;
    if (!offset || !date.ok() || !isTime)
        return std::nullopt;
    const auto time = std::chrono::sys_days(date) + hours + minutes + seconds - *offset;
    return model::Time{
        std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count()};
}

} // namespace causeway::lwm2m
