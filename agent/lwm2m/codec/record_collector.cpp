// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/record_collector.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace causeway::lwm2m {

using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Path;
using model::ResourceDefinition;
using model::ResourceType;
using model::Value;

namespace {

// Above it a double has no neighbour at distance 1: the sender's integer may have been another.
constexpr double largestExactInteger = 9007199254740992.0; // 2^53

tl::unexpected<base::Error> bad(const Path& path, std::string_view why)
{
    return fail(ErrorKind::InvalidArgument, fmt::format("{}: {}", path.toString(), why));
}

bool isIntegral(ResourceType type)
{
    return type == ResourceType::Integer || type == ResourceType::UnsignedInteger ||
           type == ResourceType::Time;
}

const std::string* textIn(const Value& value)
{
    if (const auto* link = std::get_if<model::CoreLink>(&value))
        return &link->text;
    return std::get_if<std::string>(&value);
}

} // namespace

Expected<Value> fit(const ResourceDefinition& definition, const Value& value)
{
    if (const auto* number = std::get_if<double>(&value)) {
        if (!std::isfinite(*number))
            return fail(ErrorKind::InvalidArgument, definition.name + ": not a finite number");
        if (isIntegral(definition.type) && std::abs(*number) > largestExactInteger)
            return fail(ErrorKind::InvalidArgument, definition.name + ": not an exact integer");
    }
    const auto* text = textIn(value);
    if (text != nullptr && !base::isValidUtf8(*text))
        return fail(ErrorKind::InvalidArgument, definition.name + ": not valid UTF-8");
    // Some servers send Objlnk as a plain string.
    if (text != nullptr && definition.type == ResourceType::ObjectLink) {
        auto link = model::fromText(ResourceType::ObjectLink, *text);
        return link ? model::admit(definition, *link) : link;
    }
    return model::admit(definition, value);
}

RecordCollector::RecordCollector(const Path& target, const model::Definitions& definitions)
    : target_(target)
    , definitions_(definitions)
{}

Expected<const ResourceDefinition*> RecordCollector::find(const Path& path) const
{
    if (path.size() < 3)
        return bad(path, "a value belongs to a Resource");
    if (!target_.contains(path))
        return bad(path, fmt::format("outside the target {}", target_.toString()));
    const auto* object = definitions_.find(path.object());
    if (object == nullptr)
        return fail(ErrorKind::NotFound, fmt::format("Object {} is not known", path.object()));
    const auto* resource = object->find(path.resource());
    const bool mayBeLeftOut = target_.isObject() || target_.isInstance();
    if (resource == nullptr && !mayBeLeftOut)
        return fail(ErrorKind::NotFound,
                    fmt::format("Resource {} is not known", path.upTo(3).toString()));
    if (resource == nullptr || resource->type != ResourceType::None)
        return resource;
    if (target_.isObject()) // a Create leaves out what cannot be written
        return nullptr;
    return fail(ErrorKind::Refused, path.upTo(3).toString() + " has no value: it is executed");
}

Expected<void> RecordCollector::open(const Path& container)
{
    containers_.push_back(container);
    return count();
}

Expected<void>
RecordCollector::add(const Path& path, const ResourceDefinition& definition, const Value& value)
{
    if (path.isResourceInstance() != definition.isMultiple)
        return bad(path,
                   definition.isMultiple ? "a multiple Resource takes Resource Instances"
                                         : "a single Resource has no Resource Instances");
    auto fitting = fit(definition, value);
    if (!fitting)
        return fail(fitting.error().in(path.toString()));
    records_.push_back({path, std::move(*fitting), std::nullopt});
    return count();
}

Expected<void> RecordCollector::remove(const Path& path, const ResourceDefinition& definition)
{
    if (!path.isResourceInstance() || !definition.isMultiple)
        return bad(path, "null removes Resource Instances only");
    records_.push_back({path, std::nullopt, std::nullopt});
    return count();
}

Expected<void> RecordCollector::count() const
{
    if (records_.size() + containers_.size() > mostRecords)
        return fail(ErrorKind::LimitExceeded,
                    fmt::format("more than {} values in one payload", mostRecords));
    return {};
}

void RecordCollector::addEmptyContainers()
{
    std::vector<Record> empty;
    for (std::size_t i = 0; i < containers_.size(); ++i) {
        const Path& container = containers_[i];
        const auto next = std::ranges::lower_bound(records_, container, {}, &Record::path);
        const bool hasRecord = next != records_.end() && container.contains(next->path);
        const bool hasContainer =
            i + 1 < containers_.size() && container.contains(containers_[i + 1]);
        // A Write names its own instance: to say that it is empty is to say nothing.
        const bool isTarget = target_.isInstance() && container == target_;
        if (!hasRecord && !hasContainer && !isTarget)
            empty.push_back({container, std::nullopt, std::nullopt});
    }
    records_.insert(records_.end(), empty.begin(), empty.end());
    std::ranges::sort(records_, {}, &Record::path);
}

Expected<std::vector<Record>> RecordCollector::finish() &&
{
    std::ranges::sort(records_, {}, &Record::path);
    std::ranges::sort(containers_);
    const auto twin = std::ranges::adjacent_find(records_, {}, &Record::path);
    if (twin != records_.end())
        return bad(twin->path, "given twice");
    const auto twins = std::ranges::adjacent_find(containers_);
    if (twins != containers_.end())
        return bad(*twins, "given twice");
    addEmptyContainers();
    // Maps around the target lead to it, or they say something of what was not asked for.
    const auto around = std::ranges::find_if(
        records_, [this](const Record& record) { return !target_.contains(record.path); });
    if (around != records_.end())
        return bad(around->path, fmt::format("has nothing of the target {}", target_.toString()));
    return std::move(records_);
}

} // namespace causeway::lwm2m
