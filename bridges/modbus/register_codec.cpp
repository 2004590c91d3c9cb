// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/register_codec.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "agent/base/bytes.hpp"
#include "bridges/modbus/raw_number.hpp"
#include "bridges/modbus/write_fate.hpp"

namespace causeway::bridges::modbus {

using base::ErrorKind;
using base::Expected;
using base::fail;
using base::Retry;
using model::ResourceType;
using model::Value;

namespace {

using Words = std::vector<std::uint16_t>;

/// 305 * 0.1 is 30.5 and no more: every decimal of so many digits survives a double.
constexpr int tidyDigits = 15;
/// SunSpec Information Model: a scale factor is -10 to 10; 0x8000 says that there is none.
constexpr std::int16_t mostExponent = 10;

std::uint16_t swapped(std::uint16_t word)
{
    return static_cast<std::uint16_t>((word << 8U) | (word >> 8U));
}

/// High word first, high octet first; the same step leads back.
Words ordered(const Encoding& encoding, std::span<const std::uint16_t> words)
{
    Words result(words.begin(), words.end());
    if (encoding.isLowWordFirst)
        std::ranges::reverse(result);
    if (encoding.hasSwappedBytes)
        std::ranges::transform(result, result.begin(), swapped);
    return result;
}

std::uint64_t joined(const Words& words)
{
    std::uint64_t raw = 0;
    for (const std::uint16_t word : words)
        raw = (raw << 16U) | word;
    return raw;
}

Words split(std::uint64_t raw, std::uint16_t count)
{
    Words words(count);
    for (std::size_t i = count; i-- > 0; raw >>= 16U)
        words[i] = static_cast<std::uint16_t>(raw & 0xFFFFU);
    return words;
}

double tidied(double value)
{
    std::array<char, 40> text{};
    const auto end = std::to_chars(
        text.data(), text.data() + text.size(), value, std::chars_format::general, tidyDigits);
    double result = value;
    std::from_chars(text.data(), end.ptr, result);
    return result;
}

tl::unexpected<base::Error> notAvailable()
{
    return fail(ErrorKind::Refused, "the device marks the value as not available", Retry::Later);
}

tl::unexpected<base::Error> unbelievable(std::string what)
{
    return fail(ErrorKind::Corrupt, std::move(what), Retry::Later);
}

/// What the device itself says of the point's scale.
Expected<double> deviceScale(const Point& point, std::span<const std::uint16_t> words)
{
    if (!point.exponentAddress)
        return point.factor;
    const std::uint16_t word = words[*point.exponentAddress - point.extent().address];
    // An order of several registers says nothing of this single one.
    const bool isSwapped = point.encoding.hasSwappedBytes && point.encoding.words == 1;
    const auto exponent = static_cast<std::int16_t>(isSwapped ? swapped(word) : word);
    if (std::abs(exponent) > mostExponent)
        return notAvailable();
    return point.factor * std::pow(10.0, exponent);
}

/// Of what is added to the point, without its scale.
Expected<double> sumOf(const Point& point, std::span<const std::uint16_t> words)
{
    const Extent extent = point.extent();
    double sum = 0.0;
    for (const Part& part : point.plus) {
        Point own;
        own.table = part.table;
        own.address = part.address;
        own.encoding = part.encoding;
        const auto value =
            decode(own, words.subspan(part.address - extent.address, part.encoding.words));
        if (!value)
            return fail(value.error());
        sum += model::asNumber(*value).value_or(0.0);
    }
    return sum;
}

/// The point's encoding with all that depends on what the device says.
Expected<Encoding> scaledByDevice(const Point& point, std::span<const std::uint16_t> words)
{
    Encoding encoding = point.encoding;
    const auto scale = deviceScale(point, words);
    if (!scale)
        return fail(scale.error());
    const auto sum = sumOf(point, words);
    if (!sum)
        return fail(sum.error());
    encoding.scale *= *scale;
    encoding.offset += *sum * *scale;
    return encoding;
}

bool isIdentity(const Encoding& encoding)
{
    return encoding.scale == 1.0 && encoding.offset == 0.0 && !encoding.decimals;
}

double scaled(const Encoding& encoding, double raw)
{
    if (isIdentity(encoding))
        return raw;
    const double value = tidied(raw * encoding.scale + encoding.offset);
    if (!encoding.decimals)
        return value;
    const double power = std::pow(10.0, *encoding.decimals);
    return tidied(std::round(value * power) / power);
}

Expected<Value> wholeValue(const Point& point, const Whole& whole)
{
    const Value exact =
        whole.isNegative ? Value(std::bit_cast<std::int64_t>(whole.bits)) : Value(whole.bits);
    if (point.valueType == ResourceType::String)
        return Value(model::toText(exact));
    auto converted = model::convert(exact, point.valueType);
    if (!converted)
        return unbelievable(converted.error().message);
    return converted;
}

Expected<Value> numberValue(const Point& point, double number)
{
    if (point.valueType == ResourceType::Float)
        return Value(number);
    if (point.valueType == ResourceType::String)
        return Value(model::toText(Value(number)));
    constexpr double most = 9.2e18; // inside int64
    if (std::abs(number) > most)
        return unbelievable(fmt::format("{} does not fit an integer", number));
    auto converted =
        model::convert(Value(static_cast<std::int64_t>(std::llround(number))), point.valueType);
    if (!converted)
        return unbelievable(converted.error().message);
    return converted;
}

bool isInside(const std::optional<model::Range>& range, const Value& value)
{
    const auto number = model::asNumber(value);
    return !range || !number || (*number >= range->smallest && *number <= range->largest);
}

Expected<Value> clamped(const Point& point, Value value)
{
    const auto number = model::asNumber(value);
    if (!number || isInside(point.encoding.clamp, value))
        return value;
    const model::Range& ends = *point.encoding.clamp;
    return numberValue(point, std::clamp(*number, ends.smallest, ends.largest));
}

Expected<Value> decodeFloat(const Point& point, const Encoding& encoding, std::uint64_t raw)
{
    double number =
        hasExponent(encoding.decoding) ? exponentialOf(encoding, raw) : floatOf(encoding.type, raw);
    if (!std::isfinite(number))
        return notAvailable();
    if (encoding.decoding == Decoding::PowerFactor4q && std::abs(number) > 1.0)
        number = tidied(std::copysign(2.0, number) - number);
    return numberValue(point, scaled(encoding, number));
}

Expected<Value> meaningOf(const Encoding& encoding, const Whole& whole)
{
    const auto number = std::bit_cast<std::int64_t>(whole.bits);
    const auto found =
        std::ranges::find(encoding.meanings, number, &std::pair<std::int64_t, Value>::first);
    if (found != encoding.meanings.end())
        return found->second;
    if (encoding.otherMeaning)
        return *encoding.otherMeaning;
    return unbelievable(fmt::format("the profile has no meaning for {}", number));
}

Expected<Value> decodeWhole(const Point& point, const Encoding& encoding, std::uint64_t raw)
{
    const auto whole = wholeOf(encoding, raw);
    if (!whole)
        return unbelievable(fmt::format("0x{:x} has digits that cannot be", raw));
    if (!encoding.meanings.empty())
        return meaningOf(encoding, *whole);
    if (isIdentity(encoding) && point.valueType != ResourceType::Float)
        return wholeValue(point, *whole);
    return numberValue(point, scaled(encoding, whole->asDouble()));
}

Expected<Value> decodeText(const Encoding& encoding, const Words& words)
{
    std::string text;
    for (const std::uint16_t word : words) {
        if (encoding.characters != Characters::Low)
            text.push_back(static_cast<char>(word >> 8U));
        if (encoding.characters != Characters::High)
            text.push_back(static_cast<char>(word & 0xFFU));
    }
    if (const auto end = text.find('\0'); end != std::string::npos)
        text.resize(end);
    text.erase(text.find_last_not_of(' ') + 1);
    if (!base::isValidUtf8(text))
        return unbelievable("the text is not UTF-8");
    return Value(std::move(text));
}

Expected<Words> encodeText(const Encoding& encoding, const std::string& text)
{
    const std::size_t each = encoding.characters == Characters::Both ? 2 : 1;
    const std::size_t most = encoding.words * each;
    if (text.size() > most)
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("the device keeps {} characters", most));
    std::string octets;
    for (std::size_t i = 0; i < most; ++i) {
        if (encoding.characters == Characters::Low)
            octets.push_back('\0');
        octets.push_back(i < text.size() ? text[i] : '\0');
        if (encoding.characters == Characters::High)
            octets.push_back('\0');
    }
    Words words;
    for (std::size_t i = 0; i < octets.size(); i += 2)
        words.push_back(static_cast<std::uint16_t>((static_cast<std::uint8_t>(octets[i]) << 8U) |
                                                   static_cast<std::uint8_t>(octets[i + 1])));
    return ordered(encoding, words);
}

Expected<double> unscaled(const Encoding& encoding, const Value& value)
{
    const auto number = model::asNumber(value);
    if (!number || !std::isfinite(*number))
        return fail(ErrorKind::InvalidArgument, "only a number can be written here");
    if (isIdentity(encoding))
        return *number;
    return tidied((*number - encoding.offset) / encoding.scale);
}

Expected<double> rawNumberOf(const Point& point, const Value& value)
{
    const auto& meanings = point.encoding.meanings;
    if (!meanings.empty()) {
        const auto found =
            std::ranges::find(meanings, value, &std::pair<std::int64_t, Value>::second);
        if (found != meanings.end())
            return static_cast<double>(found->first);
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("{} is none of the device's words", model::toText(value)));
    }
    if (const auto* flag = std::get_if<bool>(&value))
        return *flag ? 1.0 : 0.0;
    return unscaled(point.encoding, value);
}

Expected<void> checkRule(const WriteRule& rule, const Value& value)
{
    if (!isInside(rule.range, value))
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("{} is outside the profile's {}..{}",
                                model::toText(value),
                                rule.range->smallest,
                                rule.range->largest));
    const auto number = model::asNumber(value);
    if (rule.step == 0.0 || !number)
        return {};
    const double steps = (*number - (rule.range ? rule.range->smallest : 0.0)) / rule.step;
    constexpr double slack = 1e-6; // 20.3 is no double
    if (std::abs(steps - std::round(steps)) <= slack)
        return {};
    return fail(
        ErrorKind::InvalidArgument,
        fmt::format("{} is between the device's steps of {}", model::toText(value), rule.step));
}

} // namespace

Expected<Value> decode(const Point& point, std::span<const std::uint16_t> words)
{
    const Extent extent = point.extent();
    if (words.size() != extent.count)
        return unbelievable("the answer has another number of registers than the value");
    const auto encoding = scaledByDevice(point, words);
    if (!encoding)
        return fail(encoding.error());
    const Words inOrder =
        ordered(*encoding, words.subspan(point.address - extent.address, point.count()));
    if (encoding->type == RawType::String)
        return decodeText(*encoding, inOrder);
    const std::uint64_t raw = joined(inOrder);
    if (std::ranges::find(encoding->sentinels, fieldOf(*encoding, raw)) !=
        encoding->sentinels.end())
        return notAvailable();
    if (encoding->type == RawType::Bit && encoding->meanings.empty())
        return Value(fieldOf(*encoding, raw) != 0);
    const bool isFraction = isFloat(encoding->type) || hasExponent(encoding->decoding);
    auto value =
        isFraction ? decodeFloat(point, *encoding, raw) : decodeWhole(point, *encoding, raw);
    if (value && !isInside(encoding->valid, *value))
        return unbelievable(
            fmt::format("{} is outside what the profile believes", model::toText(*value)));
    return value ? clamped(point, std::move(*value)) : value;
}

Expected<void> checkWrite(const Point& point, const Value& value)
{
    if (model::typeOf(value) != point.valueType)
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("this Resource takes {}, not {}",
                                model::toString(point.valueType),
                                model::toString(model::typeOf(value))));
    return point.write ? checkRule(*point.write, value) : Expected<void>{};
}

Expected<Words> encode(const Point& point, const Value& value, std::span<const std::uint16_t> words)
{
    const auto encoding = scaledByDevice(point, words);
    if (!encoding)
        return fail(unsent(encoding.error().in("the scale is unknown")));
    Point scaledPoint = point;
    scaledPoint.encoding = *encoding;
    return encode(scaledPoint, value);
}

Expected<Words> encode(const Point& point, const Value& value)
{
    const Encoding& encoding = point.encoding;
    if (auto allowed = checkWrite(point, value); !allowed)
        return fail(allowed.error());
    if (const auto* text = std::get_if<std::string>(&value);
        text != nullptr && encoding.type == RawType::String)
        return encodeText(encoding, *text);
    const auto number = rawNumberOf(point, value);
    if (!number)
        return fail(number.error());
    const auto raw = rawOf(encoding, *number);
    if (!raw)
        return fail(raw.error());
    return ordered(encoding, split(*raw, encoding.words));
}

Words foreignBits(const Point& point)
{
    const Encoding& encoding = point.encoding;
    const bool isBit = encoding.type == RawType::Bit;
    if (holdsBits(point.table) || (!isBit && encoding.width == 0))
        return {};
    const unsigned width = isBit ? 1 : encoding.width;
    const std::uint64_t own = ((std::uint64_t{1} << width) - 1) << encoding.shift;
    return ordered(encoding, split(~own, encoding.words));
}

} // namespace causeway::bridges::modbus
