// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/plain_text.hpp"

#include <cmath>

#include "agent/lwm2m/codec/base64.hpp"
#include "agent/lwm2m/codec/decimal.hpp"
#include "agent/lwm2m/codec/single_value.hpp"

namespace causeway::lwm2m {

using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Path;
using model::ResourceType;
using model::Value;

namespace {

Expected<std::string> textOf(const Value& value)
{
    if (const auto* number = std::get_if<double>(&value)) {
        if (!std::isfinite(*number))
            return fail(ErrorKind::NotSupported, "plain text has no digits for infinity or NaN");
        return formatDecimal(*number);
    }
    if (const auto* truth = std::get_if<bool>(&value))
        return *truth ? "1" : "0";
    if (const auto* bytes = std::get_if<base::Bytes>(&value))
        return toBase64(*bytes);
    return model::toText(value);
}

tl::unexpected<base::Error> mismatch(ResourceType type)
{
    return fail(ErrorKind::InvalidArgument,
                std::string("the text is no ") + std::string(model::toString(type)));
}

// "10.0" and "1e3" are integers, too, as they are in SenML.
Expected<Value> integerOf(ResourceType type, std::string_view text)
{
    auto value = model::fromText(type, text);
    const auto number = value ? std::nullopt : parseFloat(text);
    return number ? model::convert(Value(*number), type) : std::move(value);
}

// Float, Boolean and Opaque have other texts on the wire than for people; the rest is the same.
Expected<Value> valueOf(ResourceType type, std::string_view text)
{
    switch (type) {
    case ResourceType::Float:
        if (const auto number = parseFloat(text))
            return Value(*number);
        return mismatch(type);
    case ResourceType::Boolean:
        if (text == "0" || text == "1")
            return Value(text == "1");
        return mismatch(type);
    case ResourceType::Opaque:
        if (auto bytes = fromBase64(text))
            return Value(std::move(*bytes));
        return mismatch(type);
    case ResourceType::Integer:
    case ResourceType::UnsignedInteger:
    case ResourceType::Time:
        return integerOf(type, text);
    default:
        return model::fromText(type, text);
    }
}

} // namespace

Expected<base::Bytes> encodePlainText(const Path& target, std::span<const Record> records)
{
    const auto value = singleValue(target, records);
    if (!value)
        return fail(value.error());
    return textOf(**value).map([](const std::string& text) { return base::toBytes(text); });
}

Expected<std::vector<Record>>
decodePlainText(const Path& target, base::ByteView payload, const model::Definitions& definitions)
{
    const auto definition = singleValueDefinition(target, definitions);
    if (!definition)
        return fail(definition.error());
    const auto value = valueOf((*definition)->type, base::asText(payload));
    if (!value)
        return fail(value.error());
    return singleRecord(target, **definition, *value);
}

Expected<base::Bytes> encodeOpaque(const Path& target, std::span<const Record> records)
{
    const auto value = singleValue(target, records);
    if (!value)
        return fail(value.error());
    const auto* bytes = std::get_if<base::Bytes>(*value);
    if (bytes == nullptr)
        return fail(ErrorKind::NotSupported, "octet-stream carries Opaque Resources only");
    return *bytes;
}

Expected<std::vector<Record>>
decodeOpaque(const Path& target, base::ByteView payload, const model::Definitions& definitions)
{
    const auto definition = singleValueDefinition(target, definitions);
    if (!definition)
        return fail(definition.error());
    if ((*definition)->type != ResourceType::Opaque)
        return fail(ErrorKind::NotSupported, "octet-stream carries Opaque Resources only");
    return singleRecord(target, **definition, Value(base::Bytes(payload.begin(), payload.end())));
}

} // namespace causeway::lwm2m
