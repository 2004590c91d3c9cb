// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/objects/connectivity_object.hpp"

#include <array>
#include <numeric>
#include <utility>

namespace causeway::lwm2m {

using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Id;
using model::Path;
using model::Value;

namespace {

namespace resource {
constexpr Id bearer = 0;
constexpr Id available = 1;
constexpr Id signal = 2;
constexpr Id addresses = 4;
constexpr Id routers = 5;
} // namespace resource

constexpr std::array present{resource::bearer,
                             resource::available,
                             resource::signal,
                             resource::addresses,
                             resource::routers};

/// Of a multiple Resource, by the place in its list.
template <typename Element>
std::optional<Value> elementAt(const std::vector<Element>& list, const Path& path)
{
    const std::size_t index = path.isResourceInstance() ? path.resourceInstance() : list.size();
    return index < list.size() ? std::optional<Value>(list[index]) : std::nullopt;
}

} // namespace

ConnectivityObject::ConnectivityObject(const model::ObjectDefinition& definition,
                                       api::Connectivity now,
                                       base::Scheduler& scheduler)
    : SingleObject(definition, scheduler)
    , now_(std::move(now))
{}

std::vector<Path> ConnectivityObject::change(api::Connectivity next)
{
    const std::array<std::pair<Id, bool>, present.size()> changes{
        {{resource::bearer, next.bearer != now_.bearer},
         {resource::available, next.available != now_.available},
         {resource::signal, next.signal != now_.signal},
         {resource::addresses, next.addresses != now_.addresses},
         {resource::routers, next.routers != now_.routers}}};
    now_ = std::move(next);
    std::vector<Path> changed;
    for (const auto& [id, isChanged] : changes) {
        if (isChanged)
            changed.push_back({definition().id, 0, id});
    }
    return changed;
}

std::vector<Id> ConnectivityObject::resources(Id) const
{
    auto ids = definedOf(definition(), present);
    if (now_.routers.empty())
        std::erase(ids, resource::routers);
    return ids;
}

std::vector<Id> ConnectivityObject::resourceInstances(Id, Id id) const
{
    const std::size_t count = id == resource::available   ? now_.available.size()
                              : id == resource::addresses ? now_.addresses.size()
                              : id == resource::routers   ? now_.routers.size()
                                                          : 0;
    std::vector<Id> ids(count);
    std::iota(ids.begin(), ids.end(), Id{0});
    return ids;
}

Expected<model::Sample> ConnectivityObject::read(const Path& path) const
{
    std::optional<Value> value;
    switch (path.resource()) {
    case resource::bearer:
        value = now_.bearer;
        break;
    case resource::signal:
        value = now_.signal;
        break;
    case resource::available:
        value = elementAt(now_.available, path);
        break;
    case resource::addresses:
        value = elementAt(now_.addresses, path);
        break;
    case resource::routers:
        value = elementAt(now_.routers, path);
        break;
    default:
        break;
    }
    if (!value)
        return fail(ErrorKind::NotFound, "no such resource");
    return sampleOf(path, std::move(*value));
}

} // namespace causeway::lwm2m
