// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/tlv.hpp"

#include <fmt/format.h>

#include "agent/lwm2m/codec/record_collector.hpp"
#include "agent/lwm2m/codec/tlv_item.hpp"
#include "agent/lwm2m/codec/tlv_value.hpp"

namespace causeway::lwm2m {

using base::Bytes;
using base::ByteView;
using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Path;

namespace {

using Records = std::span<const Record>;

tl::unexpected<base::Error> cannotCarry(const Path& target)
{
    return fail(ErrorKind::NotSupported,
                fmt::format("TLV cannot carry these values of {}", target.toString()));
}

tl::unexpected<base::Error> misplaced(const Path& where)
{
    return fail(ErrorKind::InvalidArgument,
                fmt::format("TLV: an element that does not belong below {}", where.toString()));
}

// The leading records with the same first `levels` identifiers.
Records leading(Records records, std::size_t levels)
{
    const Path first = records.front().path.upTo(levels);
    std::size_t size = 1;
    while (size < records.size() && records[size].path.upTo(levels) == first)
        ++size;
    return records.first(size);
}

Expected<void> appendResourceInstances(Bytes& out, Records records)
{
    for (const Record& record : records) {
        if (!record.path.isResourceInstance() || !record.value)
            return cannotCarry(record.path);
        const auto octets = tlvOctets(*record.value);
        const auto id = record.path.resourceInstance();
        if (auto done = appendTlv(out, TlvKind::ResourceInstance, id, octets); !done)
            return done;
    }
    return {};
}

// The records of one Resource: one value, or the Resource Instances of a multiple one.
Expected<void> appendResource(Bytes& out, Records records)
{
    const Record& first = records.front();
    const auto id = first.path.resource();
    const bool isAlone = first.path.isResource();
    if (isAlone && records.size() > 1)
        return cannotCarry(first.path);
    if (isAlone && first.value)
        return appendTlv(out, TlvKind::Resource, id, tlvOctets(*first.value));
    Bytes instances;
    if (!isAlone) {
        if (auto done = appendResourceInstances(instances, records); !done)
            return done;
    }
    return appendTlv(out, TlvKind::MultipleResource, id, instances);
}

Expected<void> appendResources(Bytes& out, Records records)
{
    if (!records.empty() && records.front().path.isInstance())
        records = records.subspan(1); // tells that the instance is empty
    while (!records.empty()) {
        if (records.front().path.size() < 3)
            return cannotCarry(records.front().path);
        const Records resource = leading(records, 3);
        if (auto done = appendResource(out, resource); !done)
            return done;
        records = records.subspan(resource.size());
    }
    return {};
}

Expected<void> appendInstances(Bytes& out, Records records)
{
    while (!records.empty()) {
        if (records.front().path.size() < 2)
            return cannotCarry(records.front().path);
        const Records instance = leading(records, 2);
        const auto id = instance.front().path.instance();
        Bytes content;
        // A Create that leaves the identifier to the Client has no element around its Resources.
        Bytes& into = id == unassignedInstance ? out : content;
        if (auto done = appendResources(into, instance); !done)
            return done;
        if (id != unassignedInstance) {
            if (auto done = appendTlv(out, TlvKind::ObjectInstance, id, content); !done)
                return done;
        }
        records = records.subspan(instance.size());
    }
    return {};
}

// The decoder: one member per level, so that the depth is bounded by the code itself.
class TlvDecoder
{
public:
    TlvDecoder(const Path& target, const model::Definitions& definitions)
        : target_(target)
        , collector_(target, definitions)
    {}

    Expected<void> readAll(ByteView payload);

    Expected<std::vector<Record>> finish() { return std::move(collector_).finish(); }

private:
    Expected<void> readTop(const TlvItem& item);
    Expected<void> readInstance(const TlvItem& item);
    Expected<void> readResource(const Path& instance, const TlvItem& item);
    Expected<void> readMultiple(const Path& resource, const TlvItem& item);
    Expected<void> readValue(const Path& path, ByteView octets);
    Path openInstance() const;

    Path target_;
    RecordCollector collector_;
    bool hasInstances_ = false;
    bool hasBareResources_ = false;
};

Expected<void> TlvDecoder::readAll(ByteView payload)
{
    TlvReader reader(payload);
    while (!reader.isAtEnd()) {
        const auto item = reader.next();
        if (!item)
            return fail(item.error());
        if (auto done = readTop(*item); !done)
            return done;
    }
    if (hasInstances_ && hasBareResources_)
        return fail(ErrorKind::InvalidArgument, "TLV: Resources beside Object Instances");
    return {};
}

// The instance that Resources without one around them belong to.
Path TlvDecoder::openInstance() const
{
    return target_.isObject() ? target_.child(unassignedInstance) : target_.upTo(2);
}

Expected<void> TlvDecoder::readTop(const TlvItem& item)
{
    if (target_.isResourceInstance()) {
        const bool isTarget =
            item.kind == TlvKind::ResourceInstance && item.id == target_.resourceInstance();
        return isTarget ? readValue(target_, item.value) : misplaced(target_);
    }
    if (item.kind == TlvKind::ObjectInstance) {
        hasInstances_ = true;
        return readInstance(item);
    }
    hasBareResources_ = true;
    return readResource(openInstance(), item);
}

Expected<void> TlvDecoder::readInstance(const TlvItem& item)
{
    const Path path = target_.upTo(1).child(item.id);
    if (target_.size() > 2 || !target_.contains(path))
        return misplaced(target_);
    if (auto done = collector_.open(path); !done)
        return done;
    TlvReader reader(item.value);
    while (!reader.isAtEnd()) {
        const auto resource = reader.next();
        if (!resource)
            return fail(resource.error());
        if (auto done = readResource(path, *resource); !done)
            return done;
    }
    return {};
}

Expected<void> TlvDecoder::readResource(const Path& instance, const TlvItem& item)
{
    const Path path = instance.child(item.id);
    if (target_.isResource() && path != target_)
        return misplaced(target_);
    if (item.kind == TlvKind::MultipleResource)
        return readMultiple(path, item);
    return item.kind == TlvKind::Resource ? readValue(path, item.value) : misplaced(instance);
}

Expected<void> TlvDecoder::readMultiple(const Path& resource, const TlvItem& item)
{
    const auto definition = collector_.find(resource);
    if (!definition)
        return fail(definition.error());
    if (*definition == nullptr)
        return {};
    if (!(*definition)->isMultiple)
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format("{}: a single Resource has no Resource Instances", resource.toString()));
    if (auto done = collector_.open(resource); !done)
        return done;
    TlvReader reader(item.value);
    while (!reader.isAtEnd()) {
        const auto instance = reader.next();
        if (!instance)
            return fail(instance.error());
        if (instance->kind != TlvKind::ResourceInstance)
            return misplaced(resource);
        if (auto done = readValue(resource.child(instance->id), instance->value); !done)
            return done;
    }
    return {};
}

Expected<void> TlvDecoder::readValue(const Path& path, ByteView octets)
{
    const auto definition = collector_.find(path);
    if (!definition)
        return fail(definition.error());
    if (*definition == nullptr)
        return {};
    const auto value = tlvValue((*definition)->type, octets);
    if (!value)
        return fail(value.error().in(path.toString()));
    return collector_.add(path, **definition, *value);
}

} // namespace

Expected<Bytes> encodeTlv(const Path& target, Records records)
{
    Bytes out;
    Expected<void> done;
    if (target.isRoot())
        done = cannotCarry(target);
    else if (target.isObject())
        done = appendInstances(out, records);
    else if (target.isResourceInstance())
        done = appendResourceInstances(out, records);
    else
        done = appendResources(out, records);
    if (!done)
        return fail(done.error());
    return out;
}

Expected<std::vector<Record>>
decodeTlv(const Path& target, ByteView payload, const model::Definitions& definitions)
{
    if (target.isRoot())
        return cannotCarry(target);
    TlvDecoder decoder(target, definitions);
    if (auto done = decoder.readAll(payload); !done)
        return fail(done.error());
    return decoder.finish();
}

} // namespace causeway::lwm2m
