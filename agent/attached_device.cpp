// SPDX-License-Identifier: Apache-2.0
#include "agent/attached_device.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/base/log.hpp"
#include "agent/base/message_ids.hpp"
#include "agent/lwm2m/objects/device_object.hpp"

// The Objects that the device has are made in attached_device_objects.cpp; how it begins anew is in
// attached_device_restart.cpp, and its firmware and software in attached_device_updates.cpp.
namespace causeway::agent {

using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Path;

namespace {

constexpr model::Id deviceObjectId = 3;
constexpr model::Id errorCodeResource = 11;

const std::vector<api::MappedResource> nothingMapped;

/// The operator hears an Outcome as the Error that it would have been.
base::Error errorOf(const model::Outcome& outcome)
{
    const auto kind = outcome.code == model::OutcomeCode::BadRequest ? ErrorKind::InvalidArgument
                      : outcome.code == model::OutcomeCode::NotFound ? ErrorKind::NotFound
                      : outcome.code == model::OutcomeCode::MethodNotAllowed
                          ? ErrorKind::NotSupported
                          : ErrorKind::Refused;
    return {kind, outcome.diagnostic};
}

lwm2m::Object::Done asOutcome(api::GatewayControl::Done done)
{
    return [done = std::move(done)](const model::Outcome& outcome) mutable {
        if (outcome.isSuccess())
            done({});
        else
            done(fail(errorOf(outcome)));
    };
}

} // namespace

AttachedDevice::AttachedDevice(DevicePlan plan, DeviceServices services)
    : plan_(std::move(plan))
    , services_(std::move(services))
    , field_(plan_.mapping ? *plan_.mapping : nothingMapped, services_.scheduler, *this)
    , host_(std::move(plan_.host))
    , changeJournal_(services_.scheduler)
    , traffic_(services_.scheduler, [this] { onTrafficCollected(); })
{
    makeUpdates();
}

AttachedDevice::~AttachedDevice() = default;

bool AttachedDevice::runs() const
{
    return plan_.settings.isEnabled && plan_.fault.empty();
}

void AttachedDevice::setBridge(std::unique_ptr<api::Bridge> bridge, const std::string& reason)
{
    if (runs())
        field_.setBridge(std::move(bridge), reason);
}

void AttachedDevice::start(base::Duration delay)
{
    if (runs())
        startClient(delay);
}

void AttachedDevice::stop(base::Duration limit, base::Task done)
{
    isLeaving_ = true;
    if (client_)
        client_->stop(limit, std::move(done));
    else
        services_.scheduler.post(std::move(done));
}

void AttachedDevice::setAccounts(std::vector<api::DeviceAccount> accounts)
{
    plan_.accounts = std::move(accounts);
    if (client_)
        restartClient();
}

void AttachedDevice::keepAccounts(std::vector<api::DeviceAccount> accounts,
                                  const api::ClientState& changes)
{
    plan_.accounts = std::move(accounts);
    follow(changes);
}

void AttachedDevice::onCredentialChanged(const std::string& server)
{
    if (client_)
        client_->onCredentialChanged(server);
}

bool AttachedDevice::updateNow(const std::string& server)
{
    return client_ && client_->updateNow(server);
}

void AttachedDevice::send(const std::string& server,
                          const std::vector<Path>& paths,
                          api::GatewayControl::Done done)
{
    if (client_)
        client_->send(server, paths, std::move(done));
    else
        done(base::fail(base::ErrorKind::Unreachable, "the device has no client now"));
}

api::DeviceStatus AttachedDevice::status() const
{
    api::DeviceStatus status;
    status.settings = plan_.settings;
    status.endpointName = plan_.endpointName;
    status.field = fieldState();
    status.lastError = plan_.fault.empty() ? field_.lastError() : plan_.fault;
    status.lastErrorAt = field_.lastErrorAt();
    status.counters = field_.counters();
    if (client_) {
        status.registrations = client_->status();
        return status;
    }
    for (const auto& account : plan_.accounts) {
        api::RegistrationStatus registration;
        registration.server = account.settings.name;
        status.registrations.push_back(std::move(registration));
    }
    return status;
}

std::vector<model::Sample> AttachedDevice::newestSamples() const
{
    std::vector<model::Sample> samples;
    for (const auto& mapped : field_.mapping()) {
        if (mapped.constant)
            samples.push_back({mapped.path, *mapped.constant, services_.scheduler.wallNow()});
        else if (auto sample = newest(mapped.path))
            samples.push_back(std::move(*sample));
    }
    for (const auto* object : objects_) {
        for (const auto& path : object->derived()) {
            if (auto sample = object->read(path))
                samples.push_back(std::move(*sample));
        }
    }
    addObjectSamples(samples);
    std::ranges::sort(samples, {}, &model::Sample::path);
    return samples;
}

void AttachedDevice::read(const Path& path, api::GatewayControl::SampleDone done)
{
    if (!path.isResource() && !path.isResourceInstance())
        return done(fail(ErrorKind::InvalidArgument, path.toString() + " names no Resource"));
    if (field_.find(path) != nullptr)
        return field_.read(path, std::move(done));
    const auto* object = find(path.object());
    if (object == nullptr)
        return done(fail(ErrorKind::NotFound,
                         fmt::format("{} has no {}", plan_.settings.name, path.toString())));
    done(object->read(path));
}

void AttachedDevice::write(const Path& path,
                           const model::Value& value,
                           api::GatewayControl::Done done)
{
    auto admitted = admitWrite(path, value);
    if (!admitted)
        return done(fail(admitted.error()));
    if (field_.find(path) != nullptr)
        return field_.write(path, *admitted, std::move(done));
    find(path.object())
        ->write(path.instance(),
                {{path, *admitted}},
                lwm2m::WriteMode::PartialUpdate,
                asOutcome(std::move(done)));
}

void AttachedDevice::execute(const Path& path,
                             const std::string& arguments,
                             api::GatewayControl::Done done)
{
    if (const auto* mapped = field_.find(path); mapped != nullptr && mapped->operations.execute)
        return field_.execute(path, arguments, std::move(done));
    auto* object = path.isResource() ? find(path.object()) : nullptr;
    if (object == nullptr || !object->operations(path.instance(), path.resource()).execute)
        return done(fail(ErrorKind::NotSupported, path.toString() + " cannot be executed"));
    object->execute(path, arguments, asOutcome(std::move(done)));
}

void AttachedDevice::onSamples(const std::vector<model::Sample>& samples)
{
    std::vector<Path> changed;
    changed.reserve(samples.size());
    for (const auto& sample : samples)
        changed.push_back(sample.path);
    showValues(std::move(changed));
    services_.listener.onDeviceSamples(plan_.settings.name, samples);
}

void AttachedDevice::onMissing(const std::vector<Path>& paths)
{
    showValues(paths);
    std::vector<model::Sample> rejected;
    for (const Path& path : paths) {
        if (const auto sample = newest(path))
            rejected.push_back(*sample);
    }
    if (!rejected.empty())
        services_.listener.onDeviceSamples(plan_.settings.name, rejected);
}

void AttachedDevice::onFieldChanged()
{
    if (!field_.hasOwnNews())
        log::debug("{DEVICE}: {STATE}",
                   "DEVICE",
                   plan_.settings.name,
                   "STATE",
                   field_.isAvailable() == true ? "answers again" : field_.lastError());
    else if (field_.isAvailable() == true)
        log::notice("{DEVICE}: answers on {LINE}",
                    "DEVICE",
                    plan_.settings.name,
                    "LINE",
                    plan_.settings.line.empty() ? "Bluetooth" : plan_.settings.line,
                    "MESSAGE_ID",
                    log::deviceAnswersId);
    else
        log::warning("{DEVICE}: {ERROR}, asking it again now and then",
                     "DEVICE",
                     plan_.settings.name,
                     "ERROR",
                     field_.lastError(),
                     "MESSAGE_ID",
                     log::deviceSilentId);
    showAvailability();
    services_.listener.onDeviceChanged(plan_.settings.name);
}

void AttachedDevice::onStatusChanged()
{
    lookSoon(); // the session may have come by another interface
    services_.listener.onDeviceChanged(plan_.settings.name);
}

void AttachedDevice::follow(const api::ClientState& changes)
{
    for (const auto& [key, text] : changes) {
        if (text.empty())
            plan_.state.erase(key);
        else
            plan_.state.insert_or_assign(key, text);
    }
}

void AttachedDevice::addOutdated(api::BootstrapResult& result) const
{
    for (const auto& [key, text] : plan_.state) {
        const auto isOutdated = [&key = key](const std::string& prefix) {
            return key.starts_with(prefix);
        };
        if (std::ranges::any_of(result.outdated, isOutdated))
            result.state.emplace(key, std::string());
    }
}

void AttachedDevice::onDelivery(api::BootstrapResult result, lwm2m::ClientListener::Kept kept)
{
    addOutdated(result);
    services_.listener.onDeviceDelivery(
        plan_.settings.name, clientLife_->token(), std::move(result), std::move(kept));
}

void AttachedDevice::onBootstrapped()
{
    if (!isLeaving_)
        restartClient();
}

void AttachedDevice::onClientState(const api::ClientState& changes)
{
    keepState(changes, [](const Expected<void>&) {});
}

void AttachedDevice::keepState(const api::ClientState& changes, DeviceListener::Kept kept)
{
    follow(changes);
    services_.listener.onDeviceState(plan_.settings.name, changes, std::move(kept));
}

void AttachedDevice::onServerChanges(const std::vector<lwm2m::ServerChange>& changes)
{
    changeJournal_.tell(plan_.settings.name, changes);
}

void AttachedDevice::startClient(base::Duration delay)
{
    isLeaving_ = false;
    clientLife_ = std::make_unique<const base::Lifetime>();
    lwm2m::ClientListener& listener = *this; // make_unique cannot see a private base
    client_ = std::make_unique<lwm2m::Client>(lwm2m::ClientSettings{plan_.settings.name,
                                                                    plan_.endpointName,
                                                                    plan_.accounts,
                                                                    plan_.state,
                                                                    &traffic_.counted(),
                                                                    services_.rootPath,
                                                                    services_.registerAttributes},
                                              services_.transport,
                                              services_.scheduler,
                                              services_.definitions,
                                              listener);
    addObjects();
    showAvailability();
    client_->start(delay);
}

std::optional<model::Sample> AttachedDevice::newest(const Path& path) const
{
    const auto* const kept = field_.newest(path);
    if (kept == nullptr)
        return std::nullopt;
    model::Sample sample = *kept;
    if (field_.isMissing(path))
        sample.quality = model::Quality::RejectedCertain;
    return sample;
}

void AttachedDevice::showValues(std::vector<Path> changed)
{
    const std::vector<Path> told = changed;
    for (const auto* object : objects_) {
        const auto derived = object->derivedFrom(told);
        changed.insert(changed.end(), derived.begin(), derived.end());
    }
    showIdentity(changed);
    if (client_)
        client_->onValuesChanged(changed);
}

void AttachedDevice::showIdentity(const std::vector<Path>& changed)
{
    if (deviceObject_ == nullptr)
        return;
    bool isText = false;
    for (const Path& path : changed) {
        if (path.object() != deviceObjectId || field_.find(path) == nullptr)
            continue;
        const auto* sample = field_.newest(path);
        if (sample != nullptr || deviceObject_->measured().contains(path))
            deviceObject_->measure(path, field_.value(path));
        isText = isText || sample == nullptr || std::holds_alternative<std::string>(sample->value);
    }
    if (isText)
        deviceObject_->setIdentity(identity());
}

void AttachedDevice::showAvailability()
{
    if (!client_ || deviceObject_ == nullptr)
        return;
    showMeasured();
    constexpr auto malfunction = lwm2m::DeviceObject::peripheralMalfunction;
    const bool isLost = field_.isAvailable() == false;
    std::vector<Path> changed;
    if (isLost ? deviceObject_->setError(malfunction) : deviceObject_->clearError(malfunction))
        changed.push_back({deviceObjectId, 0, errorCodeResource});
    for (const auto* object : objects_) {
        const auto derived = object->derived();
        changed.insert(changed.end(), derived.begin(), derived.end());
    }
    client_->onValuesChanged(changed);
}

api::DeviceStatus::Field AttachedDevice::fieldState() const
{
    using Field = api::DeviceStatus::Field;
    if (!plan_.settings.isEnabled)
        return Field::Disabled;
    if (!plan_.fault.empty())
        return Field::Faulty;
    if (host_)
        return Field::Available;
    if (!field_.isAvailable())
        return Field::Unknown;
    return *field_.isAvailable() ? Field::Available : Field::Unavailable;
}

lwm2m::Object* AttachedDevice::find(model::Id object) const
{
    if (object == deviceObjectId)
        return deviceObject_;
    const auto isIt = [object](const auto* candidate) {
        return candidate->definition().id == object;
    };
    const auto own = std::ranges::find_if(ownObjects_, isIt);
    if (own != ownObjects_.end())
        return *own;
    const auto found = std::ranges::find_if(objects_, isIt);
    return found == objects_.end() ? nullptr : *found;
}

Expected<model::Value> AttachedDevice::admitWrite(const Path& path, const model::Value& value) const
{
    const auto* definition = services_.definitions.find(path);
    const auto* mapped = field_.find(path);
    const auto* object = path.size() < 3 ? nullptr : find(path.object());
    if (definition == nullptr || (mapped == nullptr && object == nullptr))
        return fail(ErrorKind::NotFound,
                    fmt::format("{} has no {}", plan_.settings.name, path.toString()));
    const auto operations = mapped != nullptr
                                ? mapped->operations
                                : object->operations(path.instance(), path.resource());
    if (!operations.write)
        return fail(ErrorKind::NotSupported, path.toString() + " cannot be written");
    return model::admit(*definition, value);
}

} // namespace causeway::agent
