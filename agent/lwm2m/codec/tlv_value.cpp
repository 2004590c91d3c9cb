// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/tlv_value.hpp"

#include <bit>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "agent/lwm2m/codec/narrow_float.hpp"

namespace causeway::lwm2m {

using base::Bytes;
using base::ByteView;
using base::ErrorKind;
using base::Expected;
using base::fail;
using model::ResourceType;
using model::Value;

namespace {

Bytes bigEndian(std::uint64_t bits, std::size_t width)
{
    Bytes octets;
    for (std::size_t i = width; i > 0; --i)
        octets.push_back(static_cast<std::uint8_t>(bits >> 8U * (i - 1)));
    return octets;
}

template <typename Narrow, typename Number>
bool fits(Number number)
{
    return number >= std::numeric_limits<Narrow>::min() &&
           number <= std::numeric_limits<Narrow>::max();
}

Bytes octetsOf(std::int64_t number)
{
    const auto bits = static_cast<std::uint64_t>(number);
    if (fits<std::int8_t>(number))
        return bigEndian(bits, 1);
    if (fits<std::int16_t>(number))
        return bigEndian(bits, 2);
    return bigEndian(bits, fits<std::int32_t>(number) ? 4 : 8);
}

Bytes octetsOf(std::uint64_t number)
{
    if (fits<std::uint8_t>(number))
        return bigEndian(number, 1);
    if (fits<std::uint16_t>(number))
        return bigEndian(number, 2);
    return bigEndian(number, fits<std::uint32_t>(number) ? 4 : 8);
}

Bytes octetsOf(double number)
{
    if (const auto single = toSingle(number))
        return bigEndian(std::bit_cast<std::uint32_t>(*single), 4);
    return bigEndian(std::bit_cast<std::uint64_t>(number), 8);
}

Bytes octetsOf(const std::string& text)
{
    return base::toBytes(text);
}

Bytes octetsOf(bool truth)
{
    return {static_cast<std::uint8_t>(truth ? 1 : 0)};
}

Bytes octetsOf(const Bytes& bytes)
{
    return bytes;
}

Bytes octetsOf(const model::Time& time)
{
    return octetsOf(time.seconds);
}

Bytes octetsOf(const model::ObjectLink& link)
{
    return bigEndian(std::uint32_t{link.object} << 16U | link.instance, 4);
}

Bytes octetsOf(const model::CoreLink& link)
{
    return base::toBytes(link.text);
}

tl::unexpected<base::Error> badLength(ResourceType type, ByteView octets)
{
    return fail(ErrorKind::InvalidArgument,
                fmt::format("TLV: {} octets are no {}", octets.size(), toString(type)));
}

bool isIntegerWidth(std::size_t width)
{
    return width == 1 || width == 2 || width == 4 || width == 8;
}

std::uint64_t unsignedOf(ByteView octets)
{
    std::uint64_t bits = 0;
    for (const std::uint8_t octet : octets)
        bits = bits << 8U | octet;
    return bits;
}

std::int64_t signedOf(ByteView octets)
{
    const auto unused = static_cast<int>(64 - 8 * octets.size());
    return static_cast<std::int64_t>(unsignedOf(octets) << unused) >> unused;
}

Expected<Value> integerOf(ResourceType type, ByteView octets)
{
    if (!isIntegerWidth(octets.size()))
        return badLength(type, octets);
    if (type == ResourceType::UnsignedInteger)
        return Value(unsignedOf(octets));
    if (type == ResourceType::Time)
        return Value(model::Time{signedOf(octets)});
    return Value(signedOf(octets));
}

Expected<Value> floatOf(ByteView octets)
{
    if (octets.size() == 4)
        return Value(double{std::bit_cast<float>(static_cast<std::uint32_t>(unsignedOf(octets)))});
    if (octets.size() == 8)
        return Value(std::bit_cast<double>(unsignedOf(octets)));
    return badLength(ResourceType::Float, octets);
}

Expected<Value> booleanOf(ByteView octets)
{
    if (octets.size() != 1)
        return badLength(ResourceType::Boolean, octets);
    if (octets[0] > 1)
        return fail(ErrorKind::InvalidArgument, "TLV: a Boolean is 0 or 1");
    return Value(octets[0] == 1);
}

Expected<Value> objectLinkOf(ByteView octets)
{
    if (octets.size() != 4)
        return badLength(ResourceType::ObjectLink, octets);
    return Value(model::ObjectLink{static_cast<model::Id>(unsignedOf(octets.first(2))),
                                   static_cast<model::Id>(unsignedOf(octets.last(2)))});
}

} // namespace

Bytes tlvOctets(const Value& value)
{
    return std::visit([](const auto& content) { return octetsOf(content); }, value);
}

Expected<Value> tlvValue(ResourceType type, ByteView octets)
{
    switch (type) {
    case ResourceType::String:
        return Value(std::string(base::asText(octets)));
    case ResourceType::CoreLink:
        return Value(model::CoreLink{std::string(base::asText(octets))});
    case ResourceType::Integer:
    case ResourceType::UnsignedInteger:
    case ResourceType::Time:
        return integerOf(type, octets);
    case ResourceType::Float:
        return floatOf(octets);
    case ResourceType::Boolean:
        return booleanOf(octets);
    case ResourceType::Opaque:
        return Value(Bytes(octets.begin(), octets.end()));
    case ResourceType::ObjectLink:
        return objectLinkOf(octets);
    case ResourceType::None:
        break;
    }
    return fail(ErrorKind::InvalidArgument, "TLV: an executable Resource takes no value");
}

} // namespace causeway::lwm2m
