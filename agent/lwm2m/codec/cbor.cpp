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

Expected<base::Bytes> encodeCbor(const Path& target, std::span<const Record> records)
{
    const auto value = singleValue(target, records);
    if (!value)
        return fail(value.error());
    CborWriter writer;
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
