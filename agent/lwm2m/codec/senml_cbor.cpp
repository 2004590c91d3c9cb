// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/senml_cbor.hpp"

#include <algorithm>

#include "agent/lwm2m/codec/cbor_reader.hpp"
#include "agent/lwm2m/codec/cbor_writer.hpp"

namespace causeway::lwm2m {

using base::Bytes;
using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Path;
using model::Value;
using Kind = CborToken::Kind;

namespace {

void writeLabel(CborWriter& writer, SenmlLabel label)
{
    if (label == SenmlLabel::ObjectLinkValue)
        writer.text("vlo");
    else
        writer.integer(static_cast<std::int64_t>(label));
}

SenmlLabel labelOf(const Value& value)
{
    switch (model::typeOf(value)) {
    case model::ResourceType::String:
    case model::ResourceType::CoreLink:
        return SenmlLabel::StringValue;
    case model::ResourceType::Boolean:
        return SenmlLabel::BooleanValue;
    case model::ResourceType::Opaque:
        return SenmlLabel::DataValue;
    case model::ResourceType::ObjectLink:
        return SenmlLabel::ObjectLinkValue;
    default:
        return SenmlLabel::Value;
    }
}

void writeText(CborWriter& writer, SenmlLabel label, const std::string& text)
{
    if (text.empty())
        return;
    writeLabel(writer, label);
    writer.text(text);
}

void writeTime(CborWriter& writer, SenmlLabel label, std::optional<std::int64_t> milliseconds)
{
    if (!milliseconds)
        return;
    writeLabel(writer, label);
    if (*milliseconds % 1000 == 0)
        writer.integer(*milliseconds / 1000);
    else
        writer.floating(static_cast<double>(*milliseconds) / 1000);
}

void writeRecord(CborWriter& writer, const SenmlNames& names, const Value& value)
{
    std::size_t pairs = 1;
    pairs += names.baseName.empty() ? 0 : 1;
    pairs += names.name.empty() ? 0 : 1;
    pairs += names.baseTime ? 1 : 0;
    pairs += names.time ? 1 : 0;
    writer.map(pairs);
    writeText(writer, SenmlLabel::BaseName, names.baseName);
    writeTime(writer, SenmlLabel::BaseTime, names.baseTime);
    writeText(writer, SenmlLabel::Name, names.name);
    writeTime(writer, SenmlLabel::Time, names.time);
    writeLabel(writer, labelOf(value));
    writer.value(value);
}

// A pack is an array of maps of scalars: two loops, each of known or open length. What is deeper is
// under an unknown label and skipped, or refused.
class SenmlCborParser
{
public:
    explicit SenmlCborParser(base::ByteView payload)
        : reader_(payload)
    {}

    Expected<std::vector<SenmlEntry>> parse();

private:
    Expected<void> record(const CborToken& head);
    Expected<void> pair(const CborToken& key);

    CborReader reader_;
    SenmlPack pack_;
};

// Calls each(token) for the first token of every entry; the container's own head is `head`.
template <typename Each>
Expected<void> forEachEntry(CborReader& reader, const CborToken& head, Each each)
{
    const bool isOpen = head.kind == Kind::OpenArray || head.kind == Kind::OpenMap;
    for (std::uint64_t i = 0; isOpen || i < head.argument; ++i) {
        const auto token = reader.next();
        if (!token)
            return fail(token.error());
        if (isOpen && token->kind == Kind::Break)
            break;
        if (auto done = each(*token); !done)
            return done;
    }
    return {};
}

Expected<std::vector<SenmlEntry>> SenmlCborParser::parse()
{
    const auto head = reader_.next();
    if (!head)
        return fail(head.error());
    if (head->kind != Kind::Array && head->kind != Kind::OpenArray)
        return fail(ErrorKind::InvalidArgument, "SenML CBOR: the pack is no array");
    auto done =
        forEachEntry(reader_, *head, [this](const CborToken& token) { return record(token); });
    if (!done)
        return fail(std::move(done).error());
    if (!reader_.isAtEnd())
        return fail(ErrorKind::Corrupt, "SenML CBOR: more after the pack");
    return std::move(pack_).take();
}

Expected<void> SenmlCborParser::record(const CborToken& head)
{
    if (head.kind != Kind::Map && head.kind != Kind::OpenMap)
        return fail(ErrorKind::InvalidArgument, "SenML CBOR: a record is no map");
    auto done = forEachEntry(reader_, head, [this](const CborToken& token) { return pair(token); });
    return done ? pack_.endRecord() : done;
}

// The one label that has no number.
std::optional<SenmlLabel> textLabel(const std::string& name)
{
    const auto label = senmlLabel(name);
    return label == SenmlLabel::ObjectLinkValue ? label : std::nullopt;
}

Expected<void> SenmlCborParser::pair(const CborToken& key)
{
    const auto name = reader_.scalar(key);
    if (!name)
        return fail(name.error());
    const auto* text = std::get_if<std::string>(&*name);
    const auto* number = std::get_if<std::int64_t>(&*name);
    if (text == nullptr && number == nullptr)
        return fail(ErrorKind::InvalidArgument, "SenML CBOR: a label is no integer");
    const auto label = text == nullptr ? senmlLabel(*number) : textLabel(*text);
    const auto first = reader_.next();
    if (!first)
        return fail(first.error());
    if (!label) {
        if (auto known = pack_.unknownField(text == nullptr ? std::string() : *text); !known)
            return known;
        return reader_.skip(*first, deepestUnknownValue);
    }
    if (first->kind == Kind::Null)
        return pack_.nullField(*label);
    auto value = reader_.scalar(*first);
    return value ? pack_.field(*label, std::move(*value)) : fail(value.error());
}

} // namespace

Expected<Bytes> encodeSenmlCbor(const Path& target, std::span<const Record> records)
{
    std::vector<Record> valued;
    valued.reserve(records.size());
    std::ranges::copy_if(records, std::back_inserter(valued), [](const Record& record) {
        return record.value.has_value();
    });
    const auto names = senmlNames(target, valued);
    CborWriter writer;
    writer.array(valued.size());
    for (std::size_t i = 0; i < valued.size(); ++i)
        writeRecord(writer, names[i], *valued[i].value);
    return std::move(writer).take();
}

Expected<std::vector<SenmlEntry>> parseSenmlCbor(base::ByteView payload)
{
    return SenmlCborParser(payload).parse();
}

} // namespace causeway::lwm2m
