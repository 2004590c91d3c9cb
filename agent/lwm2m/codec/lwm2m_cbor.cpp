// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/lwm2m_cbor.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "agent/lwm2m/codec/cbor_reader.hpp"
#include "agent/lwm2m/codec/cbor_writer.hpp"
#include "agent/lwm2m/codec/record_collector.hpp"

namespace causeway::lwm2m {

using base::Bytes;
using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Id;
using model::Path;
using Kind = CborToken::Kind;
using Records = std::span<const Record>;

namespace {

tl::unexpected<base::Error> bad(std::string_view why)
{
    return fail(ErrorKind::InvalidArgument, fmt::format("LwM2M CBOR: {}", why));
}

// The records that share their first `levels` levels with the first one.
Records group(Records records, std::size_t levels)
{
    const Path common = records.front().path.upTo(levels);
    const auto end = std::ranges::find_if_not(
        records, [&](const Record& record) { return record.path.upTo(levels) == common; });
    return {records.begin(), end};
}

std::size_t countGroups(Records records, std::size_t levels)
{
    std::size_t count = 0;
    for (; !records.empty(); records = records.subspan(group(records, levels).size()))
        ++count;
    return count;
}

void writeKey(CborWriter& writer, const Path& path)
{
    writer.array(path.size());
    for (std::size_t level = 0; level < path.size(); ++level)
        writer.unsignedInteger(path[level]);
}

// One Resource: its value, or a map of its Resource Instances.
void writeResource(CborWriter& writer, Records records)
{
    const Record& first = records.front();
    if (first.path.isResource() && first.value) {
        writer.value(*first.value);
        return;
    }
    const bool isEmpty = first.path.isResource();
    writer.map(isEmpty ? 0 : records.size());
    for (const Record& record : isEmpty ? Records{} : records) {
        writer.unsignedInteger(record.path.resourceInstance());
        writer.value(*record.value);
    }
}

void writeInstance(CborWriter& writer, Records records)
{
    if (records.front().path.isInstance()) {
        writer.map(0);
        return;
    }
    writer.map(countGroups(records, 3));
    while (!records.empty()) {
        const auto resource = group(records, 3);
        writer.unsignedInteger(resource.front().path.resource());
        writeResource(writer, resource);
        records = records.subspan(resource.size());
    }
}

/// A map that is being read: what its keys add to, and how many pairs are to come.
struct OpenMap
{
    Path path;
    bool isOpen = false; ///< ends with a break instead of a count
    std::uint64_t left = 0;
};

// The depth of the maps is that of a path, so the stack has at most four of them and one above.
class Lwm2mCborParser
{
public:
    Lwm2mCborParser(const Path& target,
                    base::ByteView payload,
                    const model::Definitions& definitions)
        : target_(target)
        , reader_(payload)
        , collector_(target, definitions)
    {}

    Expected<std::vector<Record>> parse();

private:
    Expected<void> step();
    Expected<void> pair(Path above, const CborToken& key);
    Expected<Path> extend(Path path, const CborToken& id) const;
    Expected<Path> keyed(Path path, const CborToken& key);
    Expected<void> open(const Path& path, const CborToken& head);
    Expected<void> value(const Path& path, const CborToken& first);

    Path target_;
    CborReader reader_;
    RecordCollector collector_;
    std::vector<OpenMap> maps_;
    std::set<Path> seen_; ///< a leaf that is left out must not come twice either
};

bool isMap(const CborToken& token)
{
    return token.kind == Kind::Map || token.kind == Kind::OpenMap;
}

Expected<std::vector<Record>> Lwm2mCborParser::parse()
{
    const auto head = reader_.next();
    if (!head)
        return fail(head.error());
    if (!isMap(*head))
        return bad("the payload is no map");
    maps_.push_back({{}, head->kind == Kind::OpenMap, head->argument});
    while (!maps_.empty()) {
        if (auto done = step(); !done)
            return fail(std::move(done).error());
    }
    if (!reader_.isAtEnd())
        return fail(ErrorKind::Corrupt, "LwM2M CBOR: more after the map");
    return std::move(collector_).finish();
}

Expected<void> Lwm2mCborParser::step()
{
    OpenMap& map = maps_.back();
    if (!map.isOpen && map.left == 0) {
        maps_.pop_back();
        return {};
    }
    const auto key = reader_.next();
    if (!key)
        return fail(key.error());
    if (map.isOpen && key->kind == Kind::Break) {
        maps_.pop_back();
        return {};
    }
    --map.left;
    return pair(map.path, *key);
}

Expected<void> Lwm2mCborParser::pair(Path above, const CborToken& key)
{
    const auto path = keyed(above, key);
    if (!path)
        return fail(path.error());
    const auto first = reader_.next();
    if (!first)
        return fail(first.error());
    return isMap(*first) ? open(*path, *first) : value(*path, *first);
}

Expected<Path> Lwm2mCborParser::extend(Path path, const CborToken& id) const
{
    if (id.kind != Kind::Unsigned || path.size() == Path::mostLevels)
        return bad("a key that is no identifier of a path");
    // 65535 is an instance that the Client is to choose: in a Create, on its own level.
    const bool mayBeOpen = path.isObject() && target_.isObject();
    if (id.argument > model::maxId || (id.argument == model::maxId && !mayBeOpen))
        return bad("an identifier beyond 65534");
    return path.child(static_cast<Id>(id.argument));
}

Expected<Path> Lwm2mCborParser::keyed(Path path, const CborToken& key)
{
    if (key.kind != Kind::Array && key.kind != Kind::OpenArray)
        return extend(path, key);
    const bool isOpen = key.kind == Kind::OpenArray;
    const std::size_t before = path.size();
    for (std::uint64_t i = 0; isOpen || i < key.argument; ++i) {
        const auto id = reader_.next();
        if (!id)
            return fail(id.error());
        if (isOpen && id->kind == Kind::Break)
            break;
        auto longer = extend(path, *id);
        if (!longer)
            return longer;
        path = *longer;
    }
    return path.size() > before ? Expected<Path>(path) : bad("an empty key");
}

Expected<void> Lwm2mCborParser::open(const Path& path, const CborToken& head)
{
    if (path.isResourceInstance())
        return bad(path.toString() + " is no map");
    if (path.size() > 1 && !target_.contains(path) && !path.contains(target_))
        return bad(path.toString() + " is not in the target");
    maps_.push_back({path, head.kind == Kind::OpenMap, head.argument});
    const bool isContainer = path.isInstance() || path.isResource();
    if (!isContainer || !seen_.insert(path).second)
        return {};
    if (path.isResource()) {
        const auto definition = collector_.find(path);
        if (!definition)
            return fail(definition.error());
        if (*definition == nullptr)
            return {};
        if (!(*definition)->isMultiple)
            return bad(path.toString() + " has no Resource Instances");
    }
    return collector_.open(path);
}

Expected<void> Lwm2mCborParser::value(const Path& path, const CborToken& first)
{
    auto value = reader_.scalar(first);
    if (!value)
        return fail(value.error());
    if (!seen_.insert(path).second)
        return bad(path.toString() + " is there twice");
    if (seen_.size() > mostRecords)
        return fail(ErrorKind::LimitExceeded,
                    fmt::format("more than {} values in one payload", mostRecords));
    const auto definition = collector_.find(path);
    if (!definition)
        return fail(definition.error());
    if (*definition != nullptr)
        return collector_.add(path, **definition, *value);
    // What is left out names its instance nevertheless.
    const bool isNew = target_.isObject() && seen_.insert(path.upTo(2)).second;
    return isNew ? collector_.open(path.upTo(2)) : Expected<void>();
}

} // namespace

Expected<Bytes> encodeLwm2mCbor(const Path& target, Records records)
{
    CborWriter writer;
    if (target.size() > 2) {
        writer.map(records.empty() ? 0 : 1);
        if (records.empty())
            return std::move(writer).take();
        const bool isInstance = target.isResourceInstance();
        writeKey(writer, target);
        if (isInstance)
            writer.value(*records.front().value);
        else
            writeResource(writer, records);
        return std::move(writer).take();
    }
    writer.map(countGroups(records, 2));
    while (!records.empty()) {
        const auto instance = group(records, 2);
        writeKey(writer, instance.front().path.upTo(2));
        writeInstance(writer, instance);
        records = records.subspan(instance.size());
    }
    return std::move(writer).take();
}

Expected<std::vector<Record>>
decodeLwm2mCbor(const Path& target, base::ByteView payload, const model::Definitions& definitions)
{
    return Lwm2mCborParser(target, payload, definitions).parse();
}

} // namespace causeway::lwm2m
