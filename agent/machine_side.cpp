// SPDX-License-Identifier: Apache-2.0
#include "agent/machine_side.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include "agent/base/log.hpp"
#include "agent/device_register.hpp"
#include "agent/event_journal.hpp"
#include "agent/lwm2m/objects/event_log_object.hpp"
#include "agent/lwm2m/objects/gateway_object.hpp"
#include "agent/model/outcome.hpp"

namespace causeway::agent {

using model::Path;
using model::Value;

namespace {

constexpr model::Id deviceObjectId = 3;
constexpr model::Id connectivityObjectId = 4;
constexpr model::Id eventLogObjectId = 20;
constexpr model::Id gatewayObjectId = 25;

const Path manufacturer{deviceObjectId, 0, 0};
const Path modelNumber{deviceObjectId, 0, 1};
const Path serialNumber{deviceObjectId, 0, 2};
const Path firmwareVersion{deviceObjectId, 0, 3};
const Path memoryFree{deviceObjectId, 0, 10};
const Path errorCode{deviceObjectId, 0, 11};
const Path utcOffset{deviceObjectId, 0, 14};
const Path timezone{deviceObjectId, 0, 15};
const Path hardwareVersion{deviceObjectId, 0, 18};
const Path memoryTotal{deviceObjectId, 0, 21};

// "1 kilobyte corresponds to 1000 bytes", as the definition says.
constexpr std::uint64_t kilobyte = 1000;
// Each log line moves the free space of a disk; nobody wants to be told of less.
constexpr std::uint64_t worthTelling = 1000 * kilobyte;
// Less room than this of a whole disk is an error of the machine.
constexpr std::uint64_t leastFreePercent = 2;

// Events come in swarms: a line that breaks takes all its devices along.
constexpr base::Duration eventsTogether = std::chrono::seconds(1);

model::Sample kilobytes(const Path& path, std::uint64_t octets, base::WallTime now)
{
    return {path, Value(static_cast<std::int64_t>(octets / kilobyte)), now};
}

} // namespace

MachineSide::MachineSide(MachinePlace place,
                         base::Scheduler& scheduler,
                         base::Duration period,
                         MachineServices services)
    : place_(std::move(place))
    , scheduler_(scheduler)
    , period_(period)
    , services_(std::move(services))
    , view_(look())
    , timer_(scheduler, [this] { lookAgain(); })
    , eventsTimer_(scheduler, [this] { tell(lwm2m::collectedEvents()); })
    , devicesTimer_(scheduler, [this] {
        if (services_.devices->update() && owner_.instancesChanged)
            owner_.instancesChanged();
    })
{}

MachineSide::~MachineSide()
{
    if (services_.events != nullptr)
        services_.events->onEvent({});
    if (services_.devices != nullptr)
        services_.devices->hide();
}

void MachineSide::start(Owner owner, const api::ClientState& kept)
{
    owner_ = std::move(owner);
    timer_.start(period_);
    if (services_.events != nullptr)
        services_.events->onEvent([this] {
            if (!eventsTimer_.isRunning())
                eventsTimer_.start(eventsTogether);
        });
    // Later: at the start of the daemon the other devices are still being attached.
    if (services_.devices != nullptr)
        services_.devices->show(
            kept, owner_.keep, [this] { devicesTimer_.start(base::Duration::zero()); });
}

lwm2m::DeviceIdentity MachineSide::identity() const
{
    const auto& machine = view_.machine;
    lwm2m::DeviceIdentity identity;
    identity.manufacturer = machine.manufacturer;
    identity.modelNumber = machine.model;
    identity.serialNumber = !machine.serialNumber.empty()  ? machine.serialNumber
                            : !place_.serialNumber.empty() ? place_.serialNumber
                                                           : machine.hostName;
    identity.firmwareVersion = machine.system;
    identity.hardwareVersion = machine.hardwareVersion;
    identity.softwareVersion = "causeway " CAUSEWAY_VERSION;
    return identity;
}

lwm2m::DeviceObject::Measured MachineSide::measured() const
{
    lwm2m::DeviceObject::Measured measured;
    if (!view_.storage)
        return measured;
    const auto now = scheduler_.wallNow();
    measured.emplace(memoryFree, kilobytes(memoryFree, view_.storage->free, now));
    measured.emplace(memoryTotal, kilobytes(memoryTotal, view_.storage->total, now));
    return measured;
}

void MachineSide::dress(lwm2m::DeviceObject& device)
{
    device_ = &device;
    device.setZone(view_.utcOffset, view_.timezone);
    device.setReboot([this](lwm2m::Object::Done done) { reboot(std::move(done)); });
    if (isFull())
        device.setError(lwm2m::DeviceObject::outOfMemory);
}

std::vector<std::unique_ptr<lwm2m::Object>>
MachineSide::makeObjects(const model::Definitions& definitions)
{
    std::vector<std::unique_ptr<lwm2m::Object>> objects;
    auto connectivity = std::make_unique<lwm2m::ConnectivityObject>(
        *definitions.find(connectivityObjectId), view_.connectivity, scheduler_);
    connectivity_ = connectivity.get();
    objects.push_back(std::move(connectivity));
    if (services_.events != nullptr)
        objects.push_back(std::make_unique<lwm2m::EventLogObject>(
            *definitions.find(eventLogObjectId),
            services_.events->collection(),
            scheduler_,
            [this] { eventsTimer_.start(base::Duration::zero()); }));
    if (services_.devices != nullptr)
        objects.push_back(std::make_unique<lwm2m::GatewayObject>(
            *definitions.find(gatewayObjectId), *services_.devices, scheduler_));
    return objects;
}

void MachineSide::release()
{
    device_ = nullptr;
    connectivity_ = nullptr;
}

void MachineSide::reboot(lwm2m::Object::Done done) const
{
    if (!services_.reboot)
        return done(model::refuse(model::OutcomeCode::MethodNotAllowed,
                                  "servers may not reboot this gateway"));
    if (auto why = services_.whyNotNow ? services_.whyNotNow() : std::string(); !why.empty())
        return done(model::refuse(model::OutcomeCode::MethodNotAllowed, std::move(why)));
    log::notice("the gateway's machine is asked to reboot, by a server");
    services_.reboot([done = std::move(done)](const base::Expected<void>& begun) mutable {
        if (begun)
            done({});
        else
            done(model::refuse(model::OutcomeCode::InternalServerError, begun.error().message));
    });
}

MachineSide::View MachineSide::look() const
{
    View view;
    view.machine = host::readMachine(place_.root);
    view.storage = host::readStorage(place_.storage);
    if (view.storage)
        view.storage->free -= view.storage->free % worthTelling;
    view.timezone = host::readTimezone(place_.root);
    const auto now =
        std::chrono::floor<std::chrono::seconds>(scheduler_.wallNow().time_since_epoch());
    view.utcOffset = host::utcOffsetText(host::utcOffsetAt(now));
    view.connectivity = host::readNetwork(
        {place_.root, place_.ipv4()}, owner_.localAddress ? owner_.localAddress() : std::string());
    return view;
}

void MachineSide::lookAgain()
{
    timer_.start(period_);
    tell(changesTo(look()));
}

void MachineSide::tell(const std::vector<Path>& changed)
{
    if (!changed.empty() && owner_.changed)
        owner_.changed(changed);
}

std::vector<Path> MachineSide::changesTo(View next)
{
    std::vector<Path> changed;
    const auto note = [&changed](bool isChanged, const Path& path) {
        if (isChanged)
            changed.push_back(path);
    };
    const auto& before = view_.machine;
    note(before.manufacturer != next.machine.manufacturer, manufacturer);
    note(before.model != next.machine.model, modelNumber);
    note(before.serialNumber != next.machine.serialNumber, serialNumber);
    note(before.system != next.machine.system, firmwareVersion);
    note(before.hardwareVersion != next.machine.hardwareVersion, hardwareVersion);
    note(view_.storage != next.storage, memoryFree);
    note(view_.storage != next.storage, memoryTotal);
    const bool wasFull = isFull();
    view_ = std::move(next);
    note(wasFull != isFull(), errorCode);
    if (device_ != nullptr) {
        if (isFull())
            device_->setError(lwm2m::DeviceObject::outOfMemory);
        else
            device_->clearError(lwm2m::DeviceObject::outOfMemory);
        const bool isZoneChanged = device_->setZone(view_.utcOffset, view_.timezone);
        note(isZoneChanged, utcOffset);
        note(isZoneChanged, timezone);
    }
    if (connectivity_ != nullptr) {
        const auto moved = connectivity_->change(view_.connectivity);
        changed.insert(changed.end(), moved.begin(), moved.end());
    }
    return changed;
}

bool MachineSide::isFull() const
{
    return view_.storage && view_.storage->free < view_.storage->total / 100 * leastFreePercent;
}

} // namespace causeway::agent
