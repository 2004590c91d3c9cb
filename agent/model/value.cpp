// SPDX-License-Identifier: Apache-2.0
#include "agent/model/value.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace causeway::model {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

template <typename... Cases>
struct Overloaded : Cases...
{
    using Cases::operator()...;
};

template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

tl::unexpected<base::Error> mismatch(std::string_view text, ResourceType type)
{
    constexpr std::size_t mostShown = 64;
    return fail(
        ErrorKind::InvalidArgument,
        fmt::format("\"{}\" is no value of type {}", text.substr(0, mostShown), toString(type)));
}

template <typename Number>
std::optional<Number> parseNumber(std::string_view text)
{
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

template <typename Number>
Expected<Value> numberFromText(ResourceType type, std::string_view text)
{
    if (const auto number = parseNumber<Number>(text))
        return Value(*number);
    return mismatch(text, type);
}

Expected<Value> booleanFromText(std::string_view text)
{
    if (text == "1" || text == "true")
        return Value(true);
    if (text == "0" || text == "false")
        return Value(false);
    return mismatch(text, ResourceType::Boolean);
}

Expected<Value> objectLinkFromText(std::string_view text)
{
    const auto colon = text.find(':');
    if (colon == std::string_view::npos)
        return mismatch(text, ResourceType::ObjectLink);
    const auto object = parseNumber<Id>(text.substr(0, colon));
    const auto instance = parseNumber<Id>(text.substr(colon + 1));
    if (!object || !instance)
        return mismatch(text, ResourceType::ObjectLink);
    return Value(ObjectLink{*object, *instance});
}

// An exact integer of any kind, wide enough for both 64-bit types.
__extension__ using Wide = __int128;

std::optional<Wide> asWide(const Value& value)
{
    if (const auto* number = std::get_if<std::int64_t>(&value))
        return *number;
    if (const auto* number = std::get_if<std::uint64_t>(&value))
        return *number;
    if (const auto* time = std::get_if<Time>(&value))
        return time->seconds;
    const auto* number = std::get_if<double>(&value);
    // 2^64; and -2^63, which is also what the numbers just below it are rounded to.
    constexpr double above = 18446744073709551616.0;
    constexpr double below = -9223372036854775808.0;
    if (number != nullptr && std::trunc(*number) == *number && *number<above&& * number> below)
        return static_cast<Wide>(*number);
    return std::nullopt;
}

template <typename Number>
bool fits(Wide number)
{
    return number >= Wide{std::numeric_limits<Number>::min()} &&
           number <= Wide{std::numeric_limits<Number>::max()};
}

std::optional<Value> convertNumber(const Value& value, ResourceType type)
{
    if (type == ResourceType::Float) {
        if (const auto number = asNumber(value))
            return Value(*number);
        return std::nullopt;
    }
    const auto wide = asWide(value);
    if (!wide)
        return std::nullopt;
    if (type == ResourceType::Integer && fits<std::int64_t>(*wide))
        return Value(static_cast<std::int64_t>(*wide));
    if (type == ResourceType::UnsignedInteger && fits<std::uint64_t>(*wide))
        return Value(static_cast<std::uint64_t>(*wide));
    if (type == ResourceType::Time && fits<std::int64_t>(*wide))
        return Value(Time{static_cast<std::int64_t>(*wide)});
    return std::nullopt;
}

} // namespace

ResourceType typeOf(const Value& value)
{
    // The enumerators stand in the order of the variant's alternatives.
    return static_cast<ResourceType>(value.index());
}

std::string_view toString(ResourceType type)
{
    switch (type) {
    case ResourceType::String:
        return "String";
    case ResourceType::Integer:
        return "Integer";
    case ResourceType::UnsignedInteger:
        return "Unsigned Integer";
    case ResourceType::Float:
        return "Float";
    case ResourceType::Boolean:
        return "Boolean";
    case ResourceType::Opaque:
        return "Opaque";
    case ResourceType::Time:
        return "Time";
    case ResourceType::ObjectLink:
        return "Objlnk";
    case ResourceType::CoreLink:
        return "Corelnk";
    case ResourceType::None:
        return "none";
    }
    return "none";
}

std::string toText(const Value& value)
{
    return std::visit(
        Overloaded{
            [](const std::string& text) { return text; },
            [](bool truth) { return std::string(truth ? "true" : "false"); },
            [](const base::Bytes& bytes) { return base::toHex(bytes); },
            [](const Time& time) { return fmt::format("{}", time.seconds); },
            [](const ObjectLink& link) { return fmt::format("{}:{}", link.object, link.instance); },
            [](const CoreLink& link) { return link.text; },
            [](auto number) { return fmt::format("{}", number); },
        },
        value);
}

Expected<Value> fromText(ResourceType type, std::string_view text)
{
    switch (type) {
    case ResourceType::String:
        return Value(std::string(text));
    case ResourceType::Integer:
        return numberFromText<std::int64_t>(type, text);
    case ResourceType::UnsignedInteger:
        return numberFromText<std::uint64_t>(type, text);
    case ResourceType::Float:
        return numberFromText<double>(type, text);
    case ResourceType::Boolean:
        return booleanFromText(text);
    case ResourceType::Opaque:
        if (auto bytes = base::fromHex(text))
            return Value(std::move(*bytes));
        return mismatch(text, type);
    case ResourceType::Time:
        if (const auto seconds = parseNumber<std::int64_t>(text))
            return Value(Time{*seconds});
        return mismatch(text, type);
    case ResourceType::ObjectLink:
        return objectLinkFromText(text);
    case ResourceType::CoreLink:
        return Value(CoreLink{std::string(text)});
    case ResourceType::None:
        break;
    }
    return mismatch(text, type);
}

Expected<Value> convert(const Value& value, ResourceType type)
{
    const ResourceType from = typeOf(value);
    if (from == type)
        return value;
    if (auto number = convertNumber(value, type))
        return *std::move(number);
    if (const auto* text = std::get_if<std::string>(&value);
        text != nullptr && type == ResourceType::CoreLink)
        return Value(CoreLink{*text});
    if (const auto* link = std::get_if<CoreLink>(&value);
        link != nullptr && type == ResourceType::String)
        return Value(link->text);
    return fail(
        ErrorKind::InvalidArgument,
        fmt::format("a value of type {} where {} is expected", toString(from), toString(type)));
}

std::optional<double> asNumber(const Value& value)
{
    if (const auto* number = std::get_if<double>(&value))
        return *number;
    if (const auto wide = asWide(value))
        return static_cast<double>(*wide);
    return std::nullopt;
}

} // namespace causeway::model
