// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/attributes_query.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "agent/lwm2m/codec/decimal.hpp"

namespace causeway::lwm2m {

using base::ErrorKind;
using base::Expected;
using base::fail;
using model::NotificationAttributes;

namespace {

tl::unexpected<base::Error> bad(std::string_view option, std::string_view why)
{
    constexpr std::size_t mostShown = 64; // a peer's text; enough to find it again
    return fail(ErrorKind::InvalidArgument,
                fmt::format("attribute \"{}\": {}", option.substr(0, mostShown), why));
}

std::optional<std::uint32_t> parseUnsigned(std::string_view text)
{
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

bool set(std::optional<std::chrono::seconds>& attribute, std::string_view text)
{
    const auto number = parseUnsigned(text);
    if (number)
        attribute = std::chrono::seconds(*number);
    return number.has_value();
}

bool set(std::optional<double>& attribute, std::string_view text)
{
    const auto number = parseDecimal(text);
    if (number)
        attribute = number;
    return number.has_value();
}

bool set(std::optional<bool>& attribute, std::string_view text)
{
    if (text != "0" && text != "1")
        return false;
    attribute = text == "1";
    return true;
}

bool set(std::optional<std::uint32_t>& attribute, std::string_view text)
{
    const auto number = parseUnsigned(text);
    if (number)
        attribute = number;
    return number.has_value();
}

std::string textOf(std::chrono::seconds value)
{
    return std::to_string(value.count());
}

std::string textOf(double value)
{
    return formatDecimal(value);
}

std::string textOf(bool value)
{
    return value ? "1" : "0";
}

std::string textOf(std::uint32_t value)
{
    return std::to_string(value);
}

// Calls visit(name, member) for every attribute, in the order Discover prints them.
template <typename Attributes, typename Visit>
void forEach(Attributes& attributes, Visit visit)
{
    visit("pmin", attributes.pmin);
    visit("pmax", attributes.pmax);
    visit("gt", attributes.gt);
    visit("lt", attributes.lt);
    visit("st", attributes.st);
    visit("epmin", attributes.epmin);
    visit("epmax", attributes.epmax);
    visit("edge", attributes.edge);
    visit("con", attributes.con);
    visit("hqmax", attributes.hqmax);
}

Expected<void> applyOption(NotificationAttributes& attributes, std::string_view option)
{
    const auto equals = option.find('=');
    const auto name = option.substr(0, equals);
    bool isKnown = false;
    bool isValid = true;
    forEach(attributes, [&](std::string_view known, auto& attribute) {
        if (known != name)
            return;
        isKnown = true;
        if (equals == std::string_view::npos)
            attribute.reset();
        else
            isValid = set(attribute, option.substr(equals + 1));
    });
    if (!isKnown)
        return bad(option, "not known");
    if (!isValid)
        return bad(option, "the value does not fit the attribute");
    return {};
}

Expected<void> checkTogether(const NotificationAttributes& attributes)
{
    const auto& [pmin, pmax, gt, lt, st, epmin, epmax, edge, con, hqmax] = attributes;
    if (st && *st < 0)
        return bad("st", "a step is not negative");
    if (gt && lt && *lt + 2 * st.value_or(0) >= *gt)
        return bad("gt", st ? "lt + 2 * st < gt does not hold" : "lt < gt does not hold");
    if (epmin && epmax && *epmin >= *epmax)
        return bad("epmax", "epmin < epmax does not hold");
    return {};
}

} // namespace

Expected<NotificationAttributes> applyAttributesQuery(const NotificationAttributes& attached,
                                                      std::span<const std::string> query)
{
    NotificationAttributes result = attached;
    std::set<std::string_view> seen;
    for (const std::string_view option : query) {
        if (!seen.insert(option.substr(0, option.find('='))).second)
            return bad(option, "given twice");
        if (auto applied = applyOption(result, option); !applied)
            return fail(std::move(applied).error());
    }
    if (auto checked = checkTogether(result); !checked)
        return fail(std::move(checked).error());
    return result;
}

bool hasNumericConditions(const NotificationAttributes& attributes)
{
    return attributes.gt || attributes.lt || attributes.st;
}

bool hasLaterAttributes(const NotificationAttributes& attributes)
{
    return attributes.edge || attributes.con || attributes.hqmax;
}

std::string formatAttributes(const NotificationAttributes& attributes)
{
    std::string text;
    forEach(attributes, [&](std::string_view name, const auto& attribute) {
        if (attribute)
            text += fmt::format(";{}={}", name, textOf(*attribute));
    });
    return text;
}

} // namespace causeway::lwm2m
