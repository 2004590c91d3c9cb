// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/tlv_item.hpp"

namespace causeway::lwm2m {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

// Type octet: kind in bits 7-6, width of the identifier in bit 5, width of the length field in
// bits 4-3, and a length of up to seven in bits 2-0 when there is no length field.
constexpr unsigned kindShift = 6;
constexpr std::uint8_t wideIdBit = 0x20;
constexpr unsigned lengthShift = 3;
constexpr std::uint8_t lengthMask = 0x03;
constexpr std::uint8_t shortLengthMask = 0x07;
constexpr std::size_t largestValue = 0xffffff;

void appendBigEndian(base::Bytes& out, std::uint32_t number, std::size_t octets)
{
    for (std::size_t i = octets; i > 0; --i)
        out.push_back(static_cast<std::uint8_t>(number >> 8U * (i - 1)));
}

std::size_t lengthOctets(std::size_t length)
{
    if (length <= shortLengthMask)
        return 0;
    if (length <= 0xff)
        return 1;
    return length <= 0xffff ? 2 : 3;
}

} // namespace

Expected<std::uint32_t> TlvReader::number(std::size_t octets)
{
    if (rest_.size() < octets)
        return fail(ErrorKind::Corrupt, "TLV: the payload ends inside an element's header");
    std::uint32_t value = 0;
    for (const std::uint8_t octet : rest_.first(octets))
        value = value << 8U | octet;
    rest_ = rest_.subspan(octets);
    return value;
}

Expected<TlvItem> TlvReader::next()
{
    const auto type = number(1);
    if (!type)
        return fail(type.error());
    const auto id = number((*type & wideIdBit) != 0 ? 2 : 1);
    if (!id)
        return fail(id.error());
    const std::size_t octets = *type >> lengthShift & lengthMask;
    const auto length =
        octets == 0 ? Expected<std::uint32_t>(*type & shortLengthMask) : number(octets);
    if (!length)
        return fail(length.error());
    if (*length > rest_.size())
        return fail(ErrorKind::Corrupt, "TLV: an element is longer than what is left");
    if (*id == model::maxId)
        return fail(ErrorKind::InvalidArgument, "TLV: 65535 is no identifier");
    const TlvItem item{static_cast<TlvKind>(*type >> kindShift & 0x03U),
                       static_cast<model::Id>(*id),
                       rest_.first(*length)};
    rest_ = rest_.subspan(*length);
    return item;
}

Expected<void> appendTlv(base::Bytes& out, TlvKind kind, model::Id id, base::ByteView value)
{
    if (value.size() > largestValue)
        return fail(ErrorKind::LimitExceeded, "TLV: a value of 16 MiB or more");
    const bool hasWideId = id > 0xff;
    const std::size_t octets = lengthOctets(value.size());
    unsigned type = static_cast<unsigned>(kind) << kindShift;
    type |= hasWideId ? wideIdBit : 0U;
    type |= octets == 0 ? static_cast<unsigned>(value.size())
                        : static_cast<unsigned>(octets) << lengthShift;
    out.push_back(static_cast<std::uint8_t>(type));
    appendBigEndian(out, id, hasWideId ? 2 : 1);
    appendBigEndian(out, static_cast<std::uint32_t>(value.size()), octets);
    out.insert(out.end(), value.begin(), value.end());
    return {};
}

} // namespace causeway::lwm2m
