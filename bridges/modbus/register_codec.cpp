// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/register_codec.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "agent/base/bytes.hpp"

namespace causeway::bridges::modbus {

using base::ErrorKind;
using base::Expected;
using base::fail;
using base::Retry;
using model::ResourceType;
using model::Value;

namespace {

using Words = std::vector<std::uint16_t>;

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

std::uint64_t fieldOf(const Encoding& encoding, std::uint64_t raw)
{
    if (encoding.type == RawType::Bit)
        return (raw >> encoding.shift) & 1U;
    if (encoding.width == 0)
        return raw;
    return (raw >> encoding.shift) & ((std::uint64_t{1} << encoding.width) - 1);
}

std::optional<std::uint64_t> fromBcd(std::uint64_t raw, int digits)
{
    std::uint64_t number = 0;
    for (int i = digits - 1; i >= 0; --i) {
        const std::uint64_t digit = (raw >> (4U * static_cast<unsigned>(i))) & 0xFU;
        if (digit > 9)
            return std::nullopt;
        number = number * 10 + digit;
    }
    return number;
}

std::uint64_t toBcd(std::uint64_t number)
{
    std::uint64_t raw = 0;
    for (unsigned shift = 0; number > 0; shift += 4, number /= 10)
        raw |= (number % 10) << shift;
    return raw;
}

/// As many decimal digits as make sense: a float32 has no more than its shortest decimal form, and
/// 305 * 0.1 is 30.5.
double tidied(double value)
{
    constexpr int digits = 15; // every decimal of 15 digits survives a double
    std::array<char, 40> text{};
    const auto end = std::to_chars(
        text.data(), text.data() + text.size(), value, std::chars_format::general, digits);
    double result = value;
    std::from_chars(text.data(), end.ptr, result);
    return result;
}

double shortest(float value)
{
    std::array<char, 40> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
    double result = value;
    std::from_chars(text.data(), end.ptr, result);
    return result;
}

bool isIdentity(const Encoding& encoding)
{
    return encoding.scale == 1.0 && encoding.offset == 0.0;
}

tl::unexpected<base::Error> notAvailable()
{
    return fail(ErrorKind::Refused, "the device marks the value as not available", Retry::Later);
}

tl::unexpected<base::Error> unbelievable(std::string what)
{
    return fail(ErrorKind::Corrupt, std::move(what), Retry::Later);
}

/// Whole numbers as they are, so that 64 bits lose nothing.
struct Whole
{
    bool isNegative = false;
    std::uint64_t bits = 0;

    [[nodiscard]] double asDouble() const
    {
        return isNegative ? static_cast<double>(std::bit_cast<std::int64_t>(bits))
                          : static_cast<double>(bits);
    }
};

std::optional<Whole> wholeOf(RawType type, std::uint64_t raw)
{
    const auto fromSigned = [](std::int64_t value) {
        return Whole{value < 0, std::bit_cast<std::uint64_t>(value)};
    };
    switch (type) {
    case RawType::S16:
        return fromSigned(static_cast<std::int16_t>(raw));
    case RawType::S32:
        return fromSigned(static_cast<std::int32_t>(raw));
    case RawType::S64:
        return fromSigned(std::bit_cast<std::int64_t>(raw));
    case RawType::Bcd16:
    case RawType::Bcd32: {
        const auto number = fromBcd(raw, type == RawType::Bcd16 ? 4 : 8);
        return number ? std::optional(Whole{false, *number}) : std::nullopt;
    }
    default:
        return Whole{false, raw};
    }
}

Expected<Value> wholeValue(const Point& point, const Whole& whole)
{
    const Value exact =
        whole.isNegative ? Value(std::bit_cast<std::int64_t>(whole.bits)) : Value(whole.bits);
    auto converted = model::convert(exact, point.valueType);
    if (!converted)
        return unbelievable(converted.error().message);
    return converted;
}

Expected<Value> numberValue(const Point& point, double number)
{
    if (point.valueType == ResourceType::Float)
        return Value(number);
    constexpr double most = 9.2e18; // inside int64
    if (std::abs(number) > most)
        return unbelievable(fmt::format("{} does not fit an integer", number));
    auto converted =
        model::convert(Value(static_cast<std::int64_t>(std::llround(number))), point.valueType);
    if (!converted)
        return unbelievable(converted.error().message);
    return converted;
}

double scaled(const Encoding& encoding, double raw)
{
    if (isIdentity(encoding))
        return raw;
    return tidied(raw * encoding.scale + encoding.offset);
}

bool isInside(const std::optional<model::Range>& range, const Value& value)
{
    const auto number = model::asNumber(value);
    return !range || !number || (*number >= range->smallest && *number <= range->largest);
}

Expected<Value> decodeNumber(const Point& point, std::uint64_t raw)
{
    const Encoding& encoding = point.encoding;
    if (encoding.type == RawType::F32 || encoding.type == RawType::F64) {
        const double number = encoding.type == RawType::F32
                                  ? shortest(std::bit_cast<float>(static_cast<std::uint32_t>(raw)))
                                  : std::bit_cast<double>(raw);
        if (!std::isfinite(number))
            return notAvailable();
        return numberValue(point, scaled(encoding, number));
    }
    const auto whole = wholeOf(encoding.type, fieldOf(encoding, raw));
    if (!whole)
        return unbelievable(fmt::format("0x{:x} is not binary-coded decimal", raw));
    if (isIdentity(encoding) && point.valueType != ResourceType::Float)
        return wholeValue(point, *whole);
    return numberValue(point, scaled(encoding, whole->asDouble()));
}

Expected<Value> decodeText(const Words& words)
{
    std::string text;
    for (const std::uint16_t word : words) {
        text.push_back(static_cast<char>(word >> 8U));
        text.push_back(static_cast<char>(word & 0xFFU));
    }
    if (const auto end = text.find('\0'); end != std::string::npos)
        text.resize(end);
    text.erase(text.find_last_not_of(' ') + 1);
    if (!base::isValidUtf8(text))
        return unbelievable("the text is not UTF-8");
    return Value(std::move(text));
}

Expected<double> unscaled(const Point& point, const Value& value)
{
    const auto number = model::asNumber(value);
    if (!number || !std::isfinite(*number))
        return fail(ErrorKind::InvalidArgument, "only a number can be written here");
    const Encoding& encoding = point.encoding;
    if (isIdentity(encoding))
        return *number;
    return tidied((*number - encoding.offset) / encoding.scale);
}

struct WholeRange
{
    double smallest;
    double largest;
};

WholeRange rangeOf(RawType type)
{
    constexpr double most32 = 4294967295.0;
    constexpr double exact64 = 9007199254740992.0; // 2^53: a double counts no further
    switch (type) {
    case RawType::U16:
        return {0, 65535};
    case RawType::S16:
        return {-32768, 32767};
    case RawType::U32:
        return {0, most32};
    case RawType::S32:
        return {-2147483648.0, 2147483647.0};
    case RawType::U64:
        return {0, exact64};
    case RawType::S64:
        return {-exact64, exact64};
    case RawType::Bcd16:
        return {0, 9999};
    case RawType::Bcd32:
        return {0, 99999999};
    default:
        return {0, 1};
    }
}

Expected<std::uint64_t> rawOf(RawType type, double number)
{
    if (type == RawType::F64)
        return std::bit_cast<std::uint64_t>(number);
    if (type == RawType::F32) {
        if (std::abs(number) > double{std::numeric_limits<float>::max()})
            return fail(ErrorKind::InvalidArgument,
                        fmt::format("{} is too large for the device", number));
        return std::bit_cast<std::uint32_t>(static_cast<float>(number));
    }
    const double rounded = std::round(number);
    const WholeRange range = rangeOf(type);
    if (rounded < range.smallest || rounded > range.largest)
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("{} does not fit the device's {}", number, toString(type)));
    if (type == RawType::Bcd16 || type == RawType::Bcd32)
        return toBcd(static_cast<std::uint64_t>(rounded));
    return std::bit_cast<std::uint64_t>(static_cast<std::int64_t>(rounded));
}

Expected<Words> encodeText(const Encoding& encoding, const std::string& text)
{
    if (text.size() > encoding.words * std::size_t{2})
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("the device keeps {} characters", encoding.words * 2));
    std::string padded = text;
    padded.resize(encoding.words * std::size_t{2}, '\0');
    Words words;
    for (std::size_t i = 0; i < padded.size(); i += 2)
        words.push_back(static_cast<std::uint16_t>((static_cast<std::uint8_t>(padded[i]) << 8U) |
                                                   static_cast<std::uint8_t>(padded[i + 1])));
    return ordered(encoding, words);
}

} // namespace

Expected<Value> decode(const Point& point, std::span<const std::uint16_t> words)
{
    const Encoding& encoding = point.encoding;
    if (words.size() != point.count())
        return unbelievable("the answer has another number of registers than the value");
    const Words inOrder = ordered(encoding, words);
    if (encoding.type == RawType::String)
        return decodeText(inOrder);
    const std::uint64_t raw = joined(inOrder);
    if (std::ranges::find(encoding.sentinels, raw) != encoding.sentinels.end())
        return notAvailable();
    if (encoding.type == RawType::Bit)
        return Value(fieldOf(encoding, raw) != 0);
    auto value = decodeNumber(point, raw);
    if (value && !isInside(encoding.valid, *value))
        return unbelievable(
            fmt::format("{} is outside what the profile believes", model::toText(*value)));
    return value;
}

Expected<Words> encode(const Point& point, const Value& value)
{
    const Encoding& encoding = point.encoding;
    if (model::typeOf(value) != point.valueType)
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("this Resource takes {}, not {}",
                                model::toString(point.valueType),
                                model::toString(model::typeOf(value))));
    if (point.write && !isInside(point.write->range, value))
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("{} is outside the profile's {}..{}",
                                model::toText(value),
                                point.write->range->smallest,
                                point.write->range->largest));
    if (const auto* flag = std::get_if<bool>(&value))
        return Words{static_cast<std::uint16_t>(*flag ? 1 : 0)};
    if (const auto* text = std::get_if<std::string>(&value))
        return encodeText(encoding, *text);
    const auto number = unscaled(point, value);
    if (!number)
        return fail(number.error());
    const auto raw = rawOf(encoding.type, *number);
    if (!raw)
        return fail(raw.error());
    return ordered(encoding, split(*raw, encoding.words));
}

} // namespace causeway::bridges::modbus
