// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/objects/kept_object.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace causeway::lwm2m {

using model::Id;
using model::OutcomeCode;
using model::Path;
using model::refuse;

namespace {

// An empty text would remove the key, so no kept text is empty.
constexpr char valueMark = '=';
constexpr std::string_view present = "+";

std::size_t octetsOf(const KeptObject::Values& values)
{
    constexpr std::size_t ofPath = 16;
    std::size_t octets = 0;
    for (const auto& [path, value] : values)
        octets += ofPath + model::toText(value).size();
    return octets;
}

bool isReplaced(const Path& path, const Path& target, const model::ObjectDefinition& definition)
{
    const auto* resource = definition.find(path.resource());
    return target.contains(path) && resource != nullptr && resource->operations.write;
}

} // namespace

KeptObject::KeptObject(const model::ObjectDefinition& definition,
                       Values factory,
                       const api::ClientState& state,
                       Keep keep)
    : definition_(definition)
    , values_(std::move(factory))
    , keep_(std::move(keep))
{
    for (const auto& [path, value] : values_)
        instances_.insert(path.instance());
    if (state.contains(key()))
        restore(state);
}

std::string KeptObject::key() const
{
    return fmt::format("object/{}", definition_.id);
}

void KeptObject::restore(const api::ClientState& state)
{
    isFactory_ = false;
    values_.clear();
    instances_.clear();
    const std::string prefix = key() + "/";
    for (auto entry = state.lower_bound(prefix);
         entry != state.end() && entry->first.starts_with(prefix);
         ++entry) {
        const auto path = Path::parse(std::string_view(entry->first).substr(key().find('/')));
        if (!path || path->size() < 2)
            continue;
        instances_.insert(path->instance());
        const auto* resource = path->size() > 2 ? definition_.find(path->resource()) : nullptr;
        if (resource == nullptr || entry->second.front() != valueMark)
            continue;
        auto value = model::fromText(resource->type, std::string_view(entry->second).substr(1));
        if (value)
            values_.insert_or_assign(*path, *std::move(value));
    }
}

std::vector<Id> KeptObject::childrenOf(const Path& parent) const
{
    std::vector<Id> ids;
    for (auto entry = values_.lower_bound(parent);
         entry != values_.end() && parent.contains(entry->first);
         ++entry) {
        const Path& path = entry->first;
        if (path.size() > parent.size() && (ids.empty() || ids.back() != path[parent.size()]))
            ids.push_back(path[parent.size()]);
    }
    return ids;
}

std::vector<Id> KeptObject::instances() const
{
    return {instances_.begin(), instances_.end()};
}

std::vector<Id> KeptObject::resources(Id instance) const
{
    return childrenOf({definition_.id, instance});
}

std::vector<Id> KeptObject::resourceInstances(Id instance, Id resource) const
{
    return childrenOf({definition_.id, instance, resource});
}

base::Expected<model::Sample> KeptObject::read(const Path& path) const
{
    const auto found = values_.find(path);
    if (found == values_.end())
        return base::fail(base::ErrorKind::NotFound, path.toString() + " is not there");
    return model::Sample{path, found->second};
}

void KeptObject::write(Id instance, std::vector<ResourceWrite> values, WriteMode mode, Done done)
{
    Values next = values_;
    if (mode != WriteMode::PartialUpdate && !values.empty()) {
        const Path target = mode == WriteMode::Replace ? Path{definition_.id, instance}
                                                       : values.front().path.upTo(3);
        std::erase_if(
            next, [&](const auto& entry) { return isReplaced(entry.first, target, definition_); });
    }
    for (auto& [path, value] : values)
        next.insert_or_assign(path, std::move(value));
    if (octetsOf(next) > mostOctets) {
        done(refuse(OutcomeCode::RequestTooLarge,
                    fmt::format("Object {} keeps {} octets", definition_.id, mostOctets)));
        return;
    }
    auto instances = instances_;
    instances.insert(instance);
    become(std::move(next), std::move(instances));
    done({});
}

bool KeptObject::allowsCreate() const
{
    return instances_.size() < mostInstances;
}

void KeptObject::create(Id instance, std::vector<ResourceWrite> values, Done done)
{
    write(instance, std::move(values), WriteMode::PartialUpdate, std::move(done));
}

void KeptObject::remove(Id instance, Done done)
{
    const Path gone{definition_.id, instance};
    Values next = values_;
    std::erase_if(next, [&](const auto& entry) { return gone.contains(entry.first); });
    auto instances = instances_;
    instances.erase(instance);
    become(std::move(next), std::move(instances));
    done({});
}

// Tells what differs; the first time everything, since nothing is kept yet.
void KeptObject::become(Values values, std::set<Id> instances)
{
    api::ClientState changes{{key(), std::string(present)}};
    for (const auto& [path, value] : values_)
        changes.insert_or_assign("object" + path.toString(), std::string());
    for (const Id id : instances_)
        changes.insert_or_assign("object" + Path{definition_.id, id}.toString(), std::string());
    for (const Id id : instances)
        changes.insert_or_assign("object" + Path{definition_.id, id}.toString(),
                                 std::string(present));
    for (const auto& [path, value] : values)
        changes.insert_or_assign("object" + path.toString(), valueMark + model::toText(value));
    if (!isFactory_)
        std::erase_if(changes, [&](const auto& change) {
            const auto path = Path::parse(std::string_view(change.first).substr(key().find('/')));
            const auto before = path ? values_.find(*path) : values_.end();
            return before != values_.end() &&
                   change.second == valueMark + model::toText(before->second);
        });
    isFactory_ = false;
    values_ = std::move(values);
    instances_ = std::move(instances);
    keep_(changes);
}

} // namespace causeway::lwm2m
