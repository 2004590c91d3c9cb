// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/cbor.hpp"

#include "agent/lwm2m/codec/cbor_reader.hpp"
#include "agent/lwm2m/codec/cbor_writer.hpp"
#include "agent/lwm2m/codec/single_value.hpp"

namespace causeway::lwm2m {

using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Path;

namespace {

constexpr std::uint64_t epochTimeTag = 1; // RFC 8949 §3.4.2

} // namespace

Expected<base::Bytes> encodeCbor(const Path& target, std::span<const Record> records)
{
    const auto value = singleValue(target, records);
    if (!value)
        return fail(value.error());
    CborWriter writer;
    // The type is nowhere else in this format, and Leshan takes no other octets for a Time.
    if (model::typeOf(**value) == model::ResourceType::Time)
        writer.tag(epochTimeTag);
    writer.value(**value);
    return std::move(writer).take();
}

Expected<std::vector<Record>>
decodeCbor(const Path& target, base::ByteView payload, const model::Definitions& definitions)
{
    const auto definition = singleValueDefinition(target, definitions);
    if (!definition)
        return fail(definition.error());
    CborReader reader(payload);
    const auto value = reader.scalar();
    if (!value)
        return fail(value.error());
    if (!reader.isAtEnd())
        return fail(ErrorKind::Corrupt, "CBOR: more than one data item");
    return singleRecord(target, **definition, *value);
}

} // namespace causeway::lwm2m
