// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/cbor_writer.hpp"

#include <array>

#include <cbor.h>

#include "agent/lwm2m/codec/narrow_float.hpp"

namespace causeway::lwm2m {

CborWriter::CborWriter()
{
    constexpr std::size_t mostNotifications = 64; // one value with its name, in one allocation
    out_.reserve(mostNotifications);
}

template <typename Encode, typename... Arguments>
void CborWriter::append(Encode encode, Arguments... arguments)
{
    std::array<unsigned char, 9> head{}; // the longest head: one octet and a 64-bit argument
    const std::size_t size = encode(arguments..., head.data(), head.size());
    out_.insert(out_.end(), head.begin(), head.begin() + static_cast<std::ptrdiff_t>(size));
}

void CborWriter::integer(std::int64_t number)
{
    if (number < 0)
        append(cbor_encode_negint, static_cast<std::uint64_t>(-1 - number));
    else
        append(cbor_encode_uint, static_cast<std::uint64_t>(number));
}

void CborWriter::unsignedInteger(std::uint64_t number)
{
    append(cbor_encode_uint, number);
}

void CborWriter::floating(double number)
{
    if (const auto single = toSingle(number))
        append(cbor_encode_single, *single);
    else
        append(cbor_encode_double, number);
}

void CborWriter::boolean(bool truth)
{
    append(cbor_encode_bool, truth);
}

void CborWriter::text(std::string_view text)
{
    append(cbor_encode_string_start, text.size());
    out_.insert(out_.end(), text.begin(), text.end());
}

void CborWriter::octets(base::ByteView octets)
{
    append(cbor_encode_bytestring_start, octets.size());
    out_.insert(out_.end(), octets.begin(), octets.end());
}

void CborWriter::array(std::size_t entries)
{
    append(cbor_encode_array_start, entries);
}

void CborWriter::map(std::size_t pairs)
{
    append(cbor_encode_map_start, pairs);
}

void CborWriter::tag(std::uint64_t number)
{
    append(cbor_encode_tag, number);
}

void CborWriter::value(const model::Value& value)
{
    switch (model::typeOf(value)) {
    case model::ResourceType::Integer:
        return integer(std::get<std::int64_t>(value));
    case model::ResourceType::UnsignedInteger:
        return unsignedInteger(std::get<std::uint64_t>(value));
    case model::ResourceType::Float:
        return floating(std::get<double>(value));
    case model::ResourceType::Boolean:
        return boolean(std::get<bool>(value));
    case model::ResourceType::Opaque:
        return octets(std::get<base::Bytes>(value));
    case model::ResourceType::Time:
        return integer(std::get<model::Time>(value).seconds);
    default:
        return text(model::toText(value)); // String, Objlnk, Corelnk
    }
}

} // namespace causeway::lwm2m
