// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "agent/attached_device.hpp"
#include "agent/lwm2m/objects/device_object.hpp"
#include "agent/lwm2m/objects/kept_object.hpp"
#include "agent/lwm2m/objects/location_object.hpp"
#include "agent/lwm2m/objects/statistics_object.hpp"
#include "agent/lwm2m/objects/test_object.hpp"

// What a device's LwM2M Client shows: Device (3), what its bridge has, and what the gateway adds.
namespace causeway::agent {

namespace {

constexpr model::Id deviceObjectId = 3;
constexpr model::Id locationObjectId = 6;
constexpr model::Id statisticsObjectId = 7;

/// Of the state to keep: "1700000000 52.5163 13.3777", since when the position is that.
const std::string positionKey = "position";

} // namespace

void AttachedDevice::addObjects()
{
    auto device = std::make_unique<lwm2m::DeviceObject>(*services_.definitions.find(deviceObjectId),
                                                        identity(),
                                                        services_.scheduler,
                                                        lifetime_.guard([this] { reboot(); }));
    device->keepClock(plan_.state,
                      [this](const api::ClientState& changes) { onClientState(changes); });
    if (plan_.settings.allowsServerWrites) // servers may not undo what they may not do
        device->allowFactoryReset(lifetime_.guard([this] { resetToFactory(); }));
    device->tellBindings("UT");
    deviceObject_ = device.get();
    if (host_)
        host_->dress(*device);
    showMeasured();
    client_->addObject(std::move(device));
    std::set<model::Id> ids;
    for (const auto& mapped : field_.mapping())
        ids.insert(mapped.path.object());
    ids.erase(deviceObjectId); // what the profile says of it went into identity() and measured()
    for (const auto id : ids) {
        auto object = std::make_unique<BridgedObject>(
            *services_.definitions.find(id), field_, plan_.settings.allowsServerWrites);
        objects_.push_back(object.get());
        client_->addObject(std::move(object));
    }
    for (const auto id : services_.addedObjects) {
        if (!ids.contains(id))
            addOwnObject(id);
    }
    if (host_)
        addHostObjects();
    if (!ids.contains(locationObjectId))
        addLocation();
    addUpdateObjects();
}

void AttachedDevice::add(std::unique_ptr<lwm2m::Object> object)
{
    ownObjects_.push_back(object.get());
    client_->addObject(std::move(object));
}

void AttachedDevice::addOwnObject(model::Id id)
{
    constexpr model::Id testObject = 3442;
    const auto& definition = *services_.definitions.find(id);
    if (id == testObject)
        return client_->addObject(std::make_unique<lwm2m::TestObject>(definition));
    if (id == statisticsObjectId)
        return add(
            std::make_unique<lwm2m::StatisticsObject>(definition, traffic_, services_.scheduler));
    add(makeKeptObject(id));
}

void AttachedDevice::addLocation()
{
    const auto& text = plan_.settings.position;
    if (text.empty() && plan_.state.contains(positionKey))
        onClientState({{positionKey, {}}});
    const auto position = lwm2m::parsePosition(text);
    if (!position)
        return;
    add(std::make_unique<lwm2m::LocationObject>(*services_.definitions.find(locationObjectId),
                                                *position,
                                                positionSince(),
                                                services_.scheduler));
}

model::Time AttachedDevice::positionSince()
{
    const auto& text = plan_.settings.position;
    if (const auto kept = plan_.state.find(positionKey); kept != plan_.state.end()) {
        const auto& [key, since] = *kept;
        model::Time time;
        const auto [end, error] =
            std::from_chars(since.data(), since.data() + since.size(), time.seconds);
        if (error == std::errc() && std::string(end) == ' ' + text)
            return time;
    }
    const auto now =
        std::chrono::floor<std::chrono::seconds>(services_.scheduler.wallNow().time_since_epoch());
    onClientState({{positionKey, fmt::format("{} {}", now.count(), text)}});
    return {now.count()};
}

// Portfolio's Identity (ETS C.12): who the host device is, who made it, what it is and runs.
std::unique_ptr<lwm2m::Object> AttachedDevice::makeKeptObject(model::Id id)
{
    constexpr model::Id portfolio = 16;
    lwm2m::KeptObject::Values factory;
    if (id == portfolio) {
        const auto known = identity();
        model::Id number = 0;
        for (const auto& text :
             {plan_.endpointName, known.manufacturer, known.modelNumber, known.softwareVersion}) {
            if (!text.empty())
                factory.insert_or_assign({portfolio, 0, 0, number}, model::Value(text));
            ++number;
        }
    }
    return std::make_unique<lwm2m::KeptObject>(
        *services_.definitions.find(id),
        std::move(factory),
        plan_.state,
        [this](const api::ClientState& changes) { onClientState(changes); });
}

// Not for each datagram: the notification of one would be the next.
void AttachedDevice::onTrafficCollected()
{
    services_.scheduler.post(lifetime_.guard([this] {
        if (client_)
            client_->onValuesChanged(lwm2m::collectedResources());
    }));
}

lwm2m::DeviceIdentity AttachedDevice::identity() const
{
    auto identity = host_ ? host_->identity() : lwm2m::DeviceIdentity();
    const std::pair<model::Id, std::string*> texts[] = {{0, &identity.manufacturer},
                                                        {1, &identity.modelNumber},
                                                        {2, &identity.serialNumber},
                                                        {3, &identity.firmwareVersion},
                                                        {17, &identity.deviceType},
                                                        {18, &identity.hardwareVersion},
                                                        {19, &identity.softwareVersion}};
    for (const auto& [resource, text] : texts) {
        const auto* mapped = field_.find({deviceObjectId, 0, resource});
        const auto* constant = mapped != nullptr && mapped->constant
                                   ? std::get_if<std::string>(&*mapped->constant)
                                   : nullptr;
        const auto* sample = field_.newest({deviceObjectId, 0, resource});
        const auto* told = sample != nullptr ? std::get_if<std::string>(&sample->value) : constant;
        if (told != nullptr)
            *text = *told;
    }
    return identity;
}

void AttachedDevice::showMeasured()
{
    auto measured = host_ ? host_->measured() : lwm2m::DeviceObject::Measured();
    for (const auto& mapped : field_.mapping()) {
        const auto& path = mapped.path;
        if (path.object() == deviceObjectId && (mapped.constant || field_.newest(path) != nullptr ||
                                                deviceObject_->measured().contains(path)))
            measured.emplace(path, field_.value(path));
    }
    deviceObject_->setMeasured(std::move(measured));
}

} // namespace causeway::agent
