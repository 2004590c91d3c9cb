// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/codec.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "agent/lwm2m/codec/cbor.hpp"
#include "agent/lwm2m/codec/lwm2m_cbor.hpp"
#include "agent/lwm2m/codec/old_json.hpp"
#include "agent/lwm2m/codec/plain_text.hpp"
#include "agent/lwm2m/codec/senml_cbor.hpp"
#include "agent/lwm2m/codec/senml_json.hpp"
#include "agent/lwm2m/codec/tlv.hpp"

namespace causeway::lwm2m {

using base::Bytes;
using base::ByteView;
using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Definitions;
using model::Path;
using Records = std::span<const Record>;

namespace {

using Encode = Expected<Bytes> (*)(const Path&, Records);
using Decode = Expected<std::vector<Record>> (*)(const Path&, ByteView, const Definitions&);
using ParseNames = Expected<std::vector<SenmlEntry>> (*)(ByteView);

template <ParseNames parse, SenmlNull null = SenmlNull::IsRefused>
Expected<std::vector<Record>>
decodeSenml(const Path& target, ByteView payload, const Definitions& definitions)
{
    const auto entries = parse(payload);
    if (!entries)
        return fail(entries.error());
    return typedRecords(*entries, target, definitions, null);
}

// RFC 8790: what SenML means in FETCH and iPATCH; nothing is answered in it.
Expected<Bytes> encodeNothing(const Path&, Records)
{
    return fail(ErrorKind::NotSupported, "SenML-ETCH is a format of requests");
}

template <ParseNames parse>
Expected<std::vector<Record>>
decodeEtch(const Path& target, ByteView payload, const Definitions& definitions)
{
    if (!target.isRoot())
        return fail(ErrorKind::NotSupported, "SenML-ETCH is a format of composites");
    return decodeSenml<parse, SenmlNull::Removes>(target, payload, definitions);
}

struct FormatRow
{
    api::ContentFormat format;
    Encode encode;
    Decode decode;
    ParseNames parseNames; // null: the format has no names
};

// clang-format off
constexpr std::array formats{
    FormatRow{plainTextFormat,     encodePlainText, decodePlainText,             nullptr},
    FormatRow{opaqueFormat,        encodeOpaque,    decodeOpaque,                nullptr},
    FormatRow{cborFormat,          encodeCbor,      decodeCbor,                  nullptr},
    FormatRow{senmlJsonFormat,     encodeSenmlJson, decodeSenml<parseSenmlJson>, parseSenmlJson},
    FormatRow{senmlCborFormat,     encodeSenmlCbor, decodeSenml<parseSenmlCbor>, parseSenmlCbor},
    FormatRow{senmlEtchJsonFormat, encodeNothing,   decodeEtch<parseSenmlJson>,  parseSenmlJson},
    FormatRow{senmlEtchCborFormat, encodeNothing,   decodeEtch<parseSenmlCbor>,  parseSenmlCbor},
    FormatRow{tlvFormat,           encodeTlv,       decodeTlv,                   nullptr},
    FormatRow{oldJsonFormat,       encodeOldJson,   decodeOldJson,               nullptr},
    FormatRow{lwm2mCborFormat,     encodeLwm2mCbor, decodeLwm2mCbor,             nullptr},
};
// clang-format on

constexpr std::array optional{
    cborFormat, senmlJsonFormat, senmlCborFormat, tlvFormat, lwm2mCborFormat};

Expected<const FormatRow*> find(api::ContentFormat format)
{
    const auto* const found = std::ranges::find(formats, format, &FormatRow::format);
    if (found == formats.end())
        return fail(ErrorKind::NotSupported,
                    fmt::format("Content-Format {} is not supported", format));
    return found;
}

// Our own Objects' values, so a misfit is a bug: it shows as an error instead of bytes.
Expected<std::vector<Record>>
inDefinedTypes(const Path& target, Records records, const Definitions& definitions)
{
    std::vector<Record> typed(records.begin(), records.end());
    for (Record& record : typed) {
        if (!target.contains(record.path))
            return fail(ErrorKind::Internal,
                        fmt::format("{} is not in {}", record.path.toString(), target.toString()));
        const auto* definition = definitions.find(record.path);
        if (definition == nullptr || !record.value ||
            model::typeOf(*record.value) == definition->type)
            continue;
        auto value = model::convert(*record.value, definition->type);
        if (!value)
            return fail(value.error().in(record.path.toString()));
        record.value = std::move(*value);
    }
    return typed;
}

Expected<void> checkPayload(ByteView payload)
{
    if (payload.size() > largestPayload)
        return fail(ErrorKind::LimitExceeded,
                    fmt::format("a payload of more than {} octets", largestPayload));
    return {};
}

} // namespace

bool isSupported(api::ContentFormat format)
{
    return find(format).has_value();
}

std::span<const api::ContentFormat> optionalFormats()
{
    return optional;
}

Expected<Bytes> encode(api::ContentFormat format,
                       const Path& target,
                       Records records,
                       const Definitions& definitions)
{
    const auto row = find(format);
    if (!row)
        return fail(row.error());
    const auto typed = inDefinedTypes(target, records, definitions);
    if (!typed)
        return fail(typed.error());
    const bool isHistory = std::ranges::adjacent_find(*typed, {}, &Record::path) != typed->end();
    if (isHistory && (*row)->parseNames == nullptr)
        return fail(ErrorKind::NotSupported, "only SenML carries several times of one value");
    return (*row)->encode(target, *typed);
}

Expected<std::vector<Record>> decode(api::ContentFormat format,
                                     const Path& target,
                                     ByteView payload,
                                     const Definitions& definitions)
{
    const auto row = find(format);
    if (!row)
        return fail(row.error());
    if (auto checked = checkPayload(payload); !checked)
        return fail(checked.error());
    auto records = (*row)->decode(target, payload, definitions);
    if (records && records->empty() && target.size() > 2)
        return fail(ErrorKind::InvalidArgument, fmt::format("no value for {}", target.toString()));
    return records;
}

Expected<std::vector<Path>> decodePaths(api::ContentFormat format, ByteView payload)
{
    const auto row = find(format);
    if (!row)
        return fail(row.error());
    if ((*row)->parseNames == nullptr)
        return fail(ErrorKind::NotSupported,
                    fmt::format("Content-Format {} carries no names", format));
    if (auto checked = checkPayload(payload); !checked)
        return fail(checked.error());
    const auto entries = (*row)->parseNames(payload);
    if (!entries)
        return fail(entries.error());
    return pathsOnly(*entries);
}

} // namespace causeway::lwm2m
