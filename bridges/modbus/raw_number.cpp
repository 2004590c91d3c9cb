// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/raw_number.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace causeway::bridges::modbus {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

constexpr std::uint64_t wordBase = 10000;

std::optional<std::uint64_t> fromBcd(std::uint64_t raw, unsigned digits)
{
    std::uint64_t number = 0;
    for (unsigned i = digits; i-- > 0;) {
        const std::uint64_t digit = (raw >> (4U * i)) & 0xFU;
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

std::optional<std::uint64_t> fromMod10000(std::uint64_t raw)
{
    std::uint64_t number = 0;
    for (int shift = 48; shift >= 0; shift -= 16) {
        const std::uint64_t word = (raw >> static_cast<unsigned>(shift)) & 0xFFFFU;
        if (word >= wordBase)
            return std::nullopt;
        number = number * wordBase + word;
    }
    return number;
}

std::uint64_t toMod10000(std::uint64_t number)
{
    std::uint64_t raw = 0;
    for (unsigned shift = 0; number > 0; shift += 16, number /= wordBase)
        raw |= (number % wordBase) << shift;
    return raw;
}

Whole fromSigned(std::int64_t value)
{
    return {value < 0, std::bit_cast<std::uint64_t>(value)};
}

Whole fromSignMagnitude(std::uint64_t raw, unsigned bits)
{
    const auto amount = static_cast<std::int64_t>(raw & onesBelow(bits - 1));
    return fromSigned(((raw >> (bits - 1)) & 1U) != 0 ? -amount : amount);
}

Whole fromTwosComplement(std::uint64_t raw, unsigned bits)
{
    const unsigned unused = 64 - bits;
    return fromSigned(std::bit_cast<std::int64_t>(raw << unused) >> unused);
}

std::optional<Whole> unsignedOrNone(std::optional<std::uint64_t> number)
{
    return number ? std::optional(Whole{false, *number}) : std::nullopt;
}

double shortest(float value)
{
    std::array<char, 40> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
    double result = value;
    std::from_chars(text.data(), end.ptr, result);
    return result;
}

/// IEEE 754 binary16, which C++20 has no type for.
double fromHalf(std::uint64_t raw)
{
    const auto exponent = static_cast<int>((raw >> 10U) & 0x1FU);
    const auto fraction = static_cast<double>(raw & 0x3FFU);
    double amount = std::ldexp(fraction, -24);
    if (exponent == 31)
        amount = fraction == 0.0 ? std::numeric_limits<double>::infinity()
                                 : std::numeric_limits<double>::quiet_NaN();
    else if (exponent != 0)
        amount = std::ldexp(fraction + 1024, exponent - 25);
    return (raw & 0x8000U) != 0 ? -amount : amount;
}

/// ISO/IEEE 11073-20601 Annex F. Dividing by a power of ten gives the nearest double: 37.2.
double fromMedical(std::uint64_t raw, unsigned mantissaBits, unsigned exponentBits)
{
    const auto mantissa = std::bit_cast<std::int64_t>(
        fromTwosComplement(raw & onesBelow(mantissaBits), mantissaBits).bits);
    const auto exponent =
        std::bit_cast<std::int64_t>(fromTwosComplement(raw >> mantissaBits, exponentBits).bits);
    const std::int64_t largest = (std::int64_t{1} << (mantissaBits - 1)) - 1;
    // NaN, not at this resolution, reserved, and both infinities stand around the ends.
    const bool isNone = exponent == 0 && (mantissa >= largest - 1 || mantissa <= 1 - largest);
    if (isNone)
        return std::numeric_limits<double>::quiet_NaN();
    const double power = std::pow(10.0, std::abs(static_cast<double>(exponent)));
    const auto amount = static_cast<double>(mantissa);
    return exponent < 0 ? amount / power : amount * power;
}

Expected<std::uint64_t> toFloat(RawType type, double number)
{
    if (type == RawType::F64)
        return std::bit_cast<std::uint64_t>(number);
    if (type == RawType::F16)
        return fail(ErrorKind::NotSupported, "half-precision numbers are only read");
    if (std::abs(number) > double{std::numeric_limits<float>::max()})
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("{} is too large for the device", number));
    return std::bit_cast<std::uint32_t>(static_cast<float>(number));
}

struct WholeRange
{
    double smallest;
    double largest;
};

WholeRange rangeOf(const Encoding& encoding)
{
    constexpr double exact = 9007199254740992.0; // 2^53: a double counts no further
    const unsigned bits = bitsOf(encoding);
    if (isBcd(encoding.type))
        return {0, std::min(exact, std::pow(10.0, bits / 4) - 1)};
    if (encoding.decoding == Decoding::Mod10000)
        return {0, std::min(exact, std::pow(10.0, bits / 4) - 1)};
    const bool hasSign = isSigned(encoding.type) || encoding.decoding == Decoding::SignMagnitude;
    if (!hasSign)
        return {0, std::min(exact, std::ldexp(1.0, static_cast<int>(bits)) - 1)};
    const double half = std::min(exact, std::ldexp(1.0, static_cast<int>(bits) - 1));
    return {encoding.decoding == Decoding::SignMagnitude ? 1 - half : -half, half - 1};
}

std::uint64_t toWhole(const Encoding& encoding, std::int64_t number)
{
    const auto amount = static_cast<std::uint64_t>(std::abs(number));
    if (isBcd(encoding.type))
        return toBcd(amount);
    if (encoding.decoding == Decoding::Mod10000)
        return toMod10000(amount);
    const unsigned bits = bitsOf(encoding);
    if (encoding.decoding == Decoding::SignMagnitude && number < 0)
        return amount | (std::uint64_t{1} << (bits - 1));
    return std::bit_cast<std::uint64_t>(number) & onesBelow(bits);
}

} // namespace

unsigned bitsOf(const Encoding& encoding)
{
    if (encoding.type == RawType::Bit)
        return 1;
    return encoding.width != 0 ? encoding.width : 16U * wordsOf(encoding.type);
}

std::uint64_t onesBelow(unsigned bits)
{
    return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

std::uint64_t fieldOf(const Encoding& encoding, std::uint64_t raw)
{
    const unsigned width = encoding.type == RawType::Bit ? 1 : encoding.width;
    return width == 0 ? raw : (raw >> encoding.shift) & onesBelow(width);
}

std::optional<Whole> wholeOf(const Encoding& encoding, std::uint64_t raw)
{
    const std::uint64_t field = fieldOf(encoding, raw);
    if (isBcd(encoding.type))
        return unsignedOrNone(fromBcd(field, bitsOf(encoding) / 4));
    if (encoding.decoding == Decoding::Mod10000)
        return unsignedOrNone(fromMod10000(field));
    if (encoding.decoding == Decoding::SignMagnitude)
        return fromSignMagnitude(field, bitsOf(encoding));
    if (isSigned(encoding.type))
        return fromTwosComplement(field, bitsOf(encoding));
    return Whole{false, field};
}

double floatOf(RawType type, std::uint64_t raw)
{
    if (type == RawType::F64)
        return std::bit_cast<double>(raw);
    if (type == RawType::F16)
        return fromHalf(raw);
    return shortest(std::bit_cast<float>(static_cast<std::uint32_t>(raw)));
}

double exponentialOf(const Encoding& encoding, std::uint64_t raw)
{
    if (encoding.decoding == Decoding::Opt3001)
        return std::ldexp(static_cast<double>(raw & 0xFFFU), static_cast<int>((raw >> 12U) & 0xFU));
    return wordsOf(encoding.type) == 1 ? fromMedical(raw, 12, 4) : fromMedical(raw, 24, 8);
}

Expected<std::uint64_t> rawOf(const Encoding& encoding, double number)
{
    if (isFloat(encoding.type))
        return toFloat(encoding.type, number);
    const double rounded = std::round(number);
    const WholeRange range = rangeOf(encoding);
    if (rounded < range.smallest || rounded > range.largest)
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format("{} does not fit the device's {}", number, toString(encoding.type)));
    return toWhole(encoding, static_cast<std::int64_t>(rounded)) << encoding.shift;
}

} // namespace causeway::bridges::modbus
