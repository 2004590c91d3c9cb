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

std::string keyOf(const Path& path)
{
    return "object" + path.toString();
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
    , content_{std::move(factory), {}, {}}
    , keep_(std::move(keep))
{
    for (const auto& [path, value] : content_.values)
        content_.instances.insert(path.instance());
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
    content_ = {};
    const std::string prefix = key() + "/";
    for (auto entry = state.lower_bound(prefix);
         entry != state.end() && entry->first.starts_with(prefix);
         ++entry) {
        const auto path = Path::parse(std::string_view(entry->first).substr(key().find('/')));
        if (!path || path->size() < 2)
            continue;
        content_.instances.insert(path->instance());
        const auto* resource = path->size() > 2 ? definition_.find(path->resource()) : nullptr;
        if (resource == nullptr)
            continue;
        if (entry->second == present && path->isResource() && resource->isMultiple)
            content_.empty.insert(*path);
        if (entry->second.front() != valueMark)
            continue;
        auto value = model::fromText(resource->type, std::string_view(entry->second).substr(1));
        if (value)
            content_.values.insert_or_assign(*path, *std::move(value));
    }
}

std::vector<Id> KeptObject::childrenOf(const Path& parent) const
{
    std::vector<Id> ids;
    for (auto entry = content_.values.lower_bound(parent);
         entry != content_.values.end() && parent.contains(entry->first);
         ++entry) {
        const Path& path = entry->first;
        if (path.size() > parent.size() && (ids.empty() || ids.back() != path[parent.size()]))
            ids.push_back(path[parent.size()]);
    }
    return ids;
}

std::vector<Id> KeptObject::instances() const
{
    return {content_.instances.begin(), content_.instances.end()};
}

std::vector<Id> KeptObject::resources(Id instance) const
{
    auto ids = childrenOf({definition_.id, instance});
    for (const auto& path : content_.empty) {
        if (path.instance() == instance)
            ids.push_back(path.resource());
    }
    std::ranges::sort(ids);
    return ids;
}

std::vector<Id> KeptObject::resourceInstances(Id instance, Id resource) const
{
    return childrenOf({definition_.id, instance, resource});
}

base::Expected<model::Sample> KeptObject::read(const Path& path) const
{
    const auto found = content_.values.find(path);
    if (found == content_.values.end())
        return base::fail(base::ErrorKind::NotFound, path.toString() + " is not there");
    return model::Sample{path, found->second};
}

bool KeptObject::takesNew(Id resource) const
{
    const auto* found = definition_.find(resource);
    return found != nullptr && found->operations.write;
}

void KeptObject::write(Id instance, std::vector<ResourceWrite> values, WriteMode mode, Done done)
{
    Content next = content_;
    if (mode == WriteMode::Replace || (mode == WriteMode::ReplaceResource && !values.empty())) {
        const Path target = mode == WriteMode::Replace ? Path{definition_.id, instance}
                                                       : values.front().path.upTo(3);
        std::erase_if(next.values, [&](const auto& entry) {
            return isReplaced(entry.first, target, definition_);
        });
        std::erase_if(next.empty, [&](const Path& path) { return target.contains(path); });
    }
    for (auto& [path, value] : values) {
        next.empty.erase(path.upTo(3));
        next.values.insert_or_assign(path, std::move(value));
    }
    take(std::move(next), std::move(done));
}

void KeptObject::take(Content next, Done done)
{
    if (octetsOf(next.values) > mostOctets) {
        done(refuse(OutcomeCode::RequestTooLarge,
                    fmt::format("Object {} keeps {} octets", definition_.id, mostOctets)));
        return;
    }
    become(std::move(next));
    done({});
}

void KeptObject::removeInstances(const Path& target, Done done)
{
    const Path resource = target.upTo(3);
    Content next = content_;
    std::erase_if(next.values, [&](const auto& entry) { return target.contains(entry.first); });
    const auto left = next.values.lower_bound(resource);
    if (left == next.values.end() || !resource.contains(left->first))
        next.empty.insert(resource);
    become(std::move(next));
    done({});
}

void KeptObject::forget(const Path& resource)
{
    Content next = content_;
    std::erase_if(next.values, [&](const auto& entry) { return resource.contains(entry.first); });
    next.empty.erase(resource);
    become(std::move(next));
}

bool KeptObject::allowsCreate() const
{
    return content_.instances.size() < mostInstances;
}

void KeptObject::create(std::vector<NewInstance> instances, Done done)
{
    Content next = content_;
    for (auto& [id, values] : instances) {
        next.instances.insert(id);
        for (auto& [path, value] : values)
            next.values.insert_or_assign(path, std::move(value));
    }
    if (next.instances.size() > mostInstances) {
        done(refuse(OutcomeCode::MethodNotAllowed,
                    fmt::format("Object {} keeps {} instances", definition_.id, mostInstances)));
        return;
    }
    take(std::move(next), std::move(done));
}

void KeptObject::remove(Id instance, Done done)
{
    const Path gone{definition_.id, instance};
    Content next = content_;
    std::erase_if(next.values, [&](const auto& entry) { return gone.contains(entry.first); });
    std::erase_if(next.empty, [&](const Path& path) { return gone.contains(path); });
    next.instances.erase(instance);
    become(std::move(next));
    done({});
}

api::ClientState KeptObject::stateOf(const Content& content) const
{
    api::ClientState state;
    for (const Id id : content.instances)
        state.insert_or_assign(keyOf({definition_.id, id}), std::string(present));
    for (const auto& path : content.empty)
        state.insert_or_assign(keyOf(path), std::string(present));
    for (const auto& [path, value] : content.values)
        state.insert_or_assign(keyOf(path), valueMark + model::toText(value));
    return state;
}

std::optional<ObjectContent> KeptObject::bootstrapContent() const
{
    return ObjectContent{content_.instances, content_.values, content_.empty};
}

// What this version of the definition does not have is left out (LwM2M Core §6.1.7.5).
base::Expected<api::ClientState> KeptObject::stateWith(const ObjectContent& content) const
{
    Content next{{}, content.instances, {}};
    for (const auto& [path, value] : content.values) {
        if (definition_.find(path.resource()) != nullptr)
            next.values.emplace(path, value);
    }
    for (const auto& path : content.empty) {
        const auto* resource = definition_.find(path.resource());
        if (resource != nullptr && resource->isMultiple)
            next.empty.insert(path);
    }
    if (auto checked = check(next); !checked)
        return base::fail(checked.error());
    return changesTo(next);
}

base::Expected<void> KeptObject::check(const Content& next) const
{
    const auto refused = [](std::string why) {
        return base::fail(base::ErrorKind::InvalidArgument, std::move(why));
    };
    if (next.instances.size() > mostInstances || octetsOf(next.values) > mostOctets)
        return refused(fmt::format("Object {} keeps {} instances and {} octets",
                                   definition_.id,
                                   mostInstances,
                                   mostOctets));
    for (const Id instance : next.instances) {
        for (const auto& resource : definition_.resources) {
            const Path path{definition_.id, instance, resource.id};
            const auto found = next.values.lower_bound(path);
            const bool isThere = next.empty.contains(path) ||
                                 (found != next.values.end() && path.contains(found->first));
            if (resource.isMandatory && !resource.operations.execute && !isThere)
                return refused(path.toString() + " is mandatory and missing");
        }
    }
    return {};
}

void KeptObject::become(Content next)
{
    const auto changes = changesTo(next);
    isFactory_ = false;
    content_ = std::move(next);
    keep_(changes);
}

// What differs; the first time everything, since nothing is kept yet.
api::ClientState KeptObject::changesTo(const Content& next) const
{
    const auto before = stateOf(content_);
    auto changes = stateOf(next);
    if (!isFactory_)
        std::erase_if(changes, [&](const auto& change) {
            const auto old = before.find(change.first);
            return old != before.end() && old->second == change.second;
        });
    const auto after = stateOf(next);
    for (const auto& entry : before) {
        if (!after.contains(entry.first))
            changes.insert_or_assign(entry.first, std::string());
    }
    changes.insert_or_assign(key(), std::string(present));
    return changes;
}

} // namespace causeway::lwm2m
