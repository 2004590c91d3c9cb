// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/objects/access_control_object.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace causeway::lwm2m {

using model::Id;
using model::OutcomeCode;
using model::Path;
using model::Value;

namespace {

namespace resource {
constexpr Id objectId = 0;
constexpr Id instanceId = 1;
constexpr Id acl = 2;
constexpr Id owner = 3;
} // namespace resource

constexpr Id allOthers = 0; // Resource Instance of an ACL

// A server that lists more than this many others has more than a client has accounts.
constexpr std::size_t mostEntries = 32;

// The rule of an Object protects its Create: instance 65535 (LwM2M Core appendix E.3).
std::int64_t protectedInstance(const Path& target)
{
    return target.isObject() ? model::maxId : target.instance();
}

// An entry is for a server of this client, or for all others (LwM2M Core appendix E.3): a right
// given in advance would be that of whoever gets the number later. One that is there may be written
// back, though its server has gone.
std::optional<Id> entryOfNobody(const AccessControl& access,
                                const AccessControl::Acl& before,
                                const std::vector<ResourceWrite>& values)
{
    for (const auto& [path, value] : values) {
        const bool isEntry = path.resource() == resource::acl;
        const Id server = isEntry ? path.resourceInstance() : allOthers;
        if (server != allOthers && !before.contains(server) && !access.isServer(server))
            return server;
    }
    return std::nullopt;
}

} // namespace

AccessControlObject::AccessControlObject(const model::ObjectDefinition& definition,
                                         AccessControl& access)
    : definition_(definition)
    , access_(access)
{}

std::vector<Id> AccessControlObject::instances() const
{
    std::vector<Id> ids;
    for (const auto& [id, rule] : access_.rules())
        ids.push_back(id);
    return ids;
}

std::vector<Id> AccessControlObject::resources(Id) const
{
    return {resource::objectId, resource::instanceId, resource::acl, resource::owner};
}

std::vector<Id> AccessControlObject::resourceInstances(Id instance, Id resource) const
{
    std::vector<Id> ids;
    if (resource != resource::acl)
        return ids;
    for (const auto& [server, rights] : access_.rules().at(instance).acl)
        ids.push_back(server);
    return ids;
}

base::Expected<model::Sample> AccessControlObject::read(const Path& path) const
{
    const auto& rule = access_.rules().at(path.instance());
    const auto number = [&](std::int64_t value) {
        return model::Sample{path, Value(value)};
    };
    switch (path.resource()) {
    case resource::objectId:
        return number(rule.target.object());
    case resource::instanceId:
        return number(protectedInstance(rule.target));
    case resource::owner:
        return number(rule.owner);
    default:
        return number(rule.acl.at(path.resourceInstance()));
    }
}

void AccessControlObject::write(Id instance,
                                std::vector<ResourceWrite> values,
                                WriteMode mode,
                                Done done)
{
    auto rule = access_.rules().at(instance);
    const Id before = rule.owner;
    if (const auto nobody = entryOfNobody(access_, rule.acl, values)) {
        done(model::refuse(
            OutcomeCode::BadRequest,
            fmt::format("entry {} of the ACL is for no server of this client", *nobody)));
        return;
    }
    const bool hasAcl = std::ranges::any_of(
        values, [](const auto& write) { return write.path.resource() == resource::acl; });
    if (mode == WriteMode::Replace || (mode == WriteMode::ReplaceResource && hasAcl))
        rule.acl.clear();
    for (const auto& [path, value] : values) {
        const auto number = std::get<std::int64_t>(value); // the definition's type
        if (path.resource() == resource::owner)
            rule.owner = static_cast<Id>(number);
        else
            rule.acl.insert_or_assign(path.resourceInstance(), static_cast<std::uint8_t>(number));
    }
    // Nobody could change it any more.
    if (rule.owner != before && !access_.isServer(rule.owner)) {
        done(model::refuse(OutcomeCode::BadRequest, "the owner is no server of this client"));
        return;
    }
    if (rule.acl.size() > mostEntries) {
        done(model::refuse(OutcomeCode::BadRequest, "an ACL of at most 32 servers"));
        return;
    }
    access_.change(instance, std::move(rule));
    done({});
}

// An ACL without entries leaves everything to the owner (LwM2M Core §8.2).
void AccessControlObject::removeInstances(const Path& target, Done done)
{
    auto rule = access_.rules().at(target.instance());
    if (target.isResource())
        rule.acl.clear();
    else
        rule.acl.erase(target.resourceInstance());
    access_.change(target.instance(), std::move(rule));
    done({});
}

} // namespace causeway::lwm2m
