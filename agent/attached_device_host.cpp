// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>
#include <vector>

#include "agent/attached_device.hpp"
#include "agent/lwm2m/object_links.hpp"
#include "agent/lwm2m/objects/device_object.hpp"

// The device that is the gateway itself: what it has in place of a bridge.
namespace causeway::agent {

using model::Path;

namespace {

constexpr model::Id deviceObjectId = 3;
constexpr model::Id connectivityObjectId = 4;
constexpr model::Id firmwareObjectId = 5;
constexpr model::Id statisticsObjectId = 7;
constexpr model::Id softwareObjectId = 9;

} // namespace

void AttachedDevice::addHostObjects()
{
    for (auto& object : host_->makeObjects(services_.definitions))
        add(std::move(object));
    if (std::ranges::find(services_.addedObjects, statisticsObjectId) ==
        services_.addedObjects.end())
        addOwnObject(statisticsObjectId);
    host_->start({[this](const std::vector<Path>& changed) { onHostChanged(changed); },
                  [this] {
                      if (client_)
                          client_->onInstancesChanged();
                  },
                  [this] { return localAddress(); },
                  [this](const api::ClientState& changes) {
                      onClientState(changes);
                  }},
                 plan_.state);
}

void AttachedDevice::lookSoon()
{
    if (host_ && client_)
        host_->lookSoon();
}

void AttachedDevice::onHostChanged(const std::vector<Path>& changed)
{
    if (!client_)
        return;
    deviceObject_->setIdentity(identity());
    showMeasured();
    client_->onValuesChanged(changed);
    std::vector<model::Sample> samples;
    for (const Path& path : changed) {
        if (path.object() == deviceObjectId || path.object() == connectivityObjectId)
            addOwnSamples(path, samples);
    }
    services_.listener.onDeviceSamples(plan_.settings.name, samples);
}

// Of the Objects that are not the bridge's, those whose values are the device's.
void AttachedDevice::addObjectSamples(std::vector<model::Sample>& samples) const
{
    std::vector<model::Id> shown;
    if (host_)
        shown = {deviceObjectId, connectivityObjectId};
    if (updates_.firmware)
        shown.push_back(firmwareObjectId);
    if (updates_.software)
        shown.push_back(softwareObjectId);
    for (const auto id : shown) {
        const auto* object = client_ ? find(id) : nullptr;
        if (object == nullptr)
            continue;
        for (const auto instance : object->instances()) {
            for (const auto resource : object->resources(instance))
                addOwnSamples({id, instance, resource}, samples);
        }
    }
}

void AttachedDevice::addOwnSamples(const Path& resource, std::vector<model::Sample>& samples) const
{
    const auto* definition = services_.definitions.find(resource);
    const auto* object = find(resource.object());
    if (definition == nullptr || object == nullptr || field_.find(resource) != nullptr)
        return; // a constant of the profile is there already
    std::vector<Path> paths{resource};
    if (definition->isMultiple) {
        paths.clear();
        for (const auto id : object->resourceInstances(resource.instance(), resource.resource()))
            paths.push_back(resource.child(id));
    }
    for (const Path& path : paths) {
        if (auto sample = object->read(path))
            samples.push_back(std::move(*sample));
    }
}

std::string AttachedDevice::objectLinks() const
{
    std::vector<const lwm2m::Object*> objects;
    if (!client_)
        return {};
    objects.push_back(deviceObject_);
    objects.insert(objects.end(), objects_.begin(), objects_.end());
    objects.insert(objects.end(), ownObjects_.begin(), ownObjects_.end());
    std::ranges::sort(objects, {}, [](const auto* object) { return object->definition().id; });
    return lwm2m::objectLinks(objects, lwm2m::ProtocolVersion::V1_1);
}

// Of the first server that has a session: all sessions of a gateway leave it by the same way, or
// the operator has made routes that nobody else can judge.
std::string AttachedDevice::localAddress() const
{
    if (!client_)
        return {};
    for (const auto& registration : client_->status()) {
        if (registration.channel && !registration.channel->localAddress.empty())
            return registration.channel->localAddress;
    }
    return {};
}

} // namespace causeway::agent
