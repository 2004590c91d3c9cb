// SPDX-License-Identifier: Apache-2.0
#include "agent/gateway.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "agent/base/log.hpp"
#include "agent/base/message_ids.hpp"
#include "agent/device_register.hpp"
#include "agent/refusal_texts.hpp"
#include "agent/updates/firmware_depot.hpp"
#include "bridges/ble/central.hpp"
#include "bridges/device_profile.hpp"
#include "bridges/field_buses.hpp"
#include "bridges/profile_library.hpp"

// What the gateway is and tells; what an operator changes is in gateway_changes.cpp,
// what is done with one device in gateway_operations.cpp.
namespace causeway::agent {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

template <typename Map>
std::vector<std::string> namesOf(const Map& map)
{
    std::vector<std::string> names;
    names.reserve(map.size());
    for (const auto& [name, ignored] : map)
        names.push_back(name);
    return names;
}

bool takesKey(const bridges::DeviceProfile& profile)
{
    return profile.gatt || profile.advertisement.encryption != bridges::ble::Encryption::None;
}

std::uint32_t registeredAt(const api::DeviceStatus& status, const std::string& server)
{
    using State = api::RegistrationStatus::State;
    return static_cast<std::uint32_t>(
        std::ranges::count_if(status.registrations, [&](const auto& registration) {
            const bool holds =
                registration.state == State::Registered || registration.state == State::Updating;
            return holds && (server.empty() || registration.server == server);
        }));
}

void openStations(FirmwareDepot& depot,
                  const bridges::DeviceProfile& profile,
                  const api::DeviceSettings& settings,
                  DevicePlan& plan)
{
    const FirmwareTarget target{
        settings.name, plan.endpointName, settings.line, std::to_string(settings.unitId)};
    if (!profile.firmware.install.empty())
        plan.firmware = depot.open(target, profile.firmware);
    for (const auto& method : profile.software)
        plan.software.push_back(depot.openSoftware(target, method));
}

} // namespace

Gateway::Gateway(GatewayServices services, GatewayRules rules)
    : LaterAnswers(services.scheduler)
    , services_(services)
    , rules_(std::move(rules))
    , awaitsCard_(!rules_.cardDevice.empty())
{
    services_.keyStore.onKeyStoreChanged(
        lifetime_.guard([this](const api::KeyStoreStatus&) { onKeyStoreChanged(); }));
}

Gateway::~Gateway() = default;

void Gateway::load(Done done)
{
    services_.inventory.load(lifetime_.guard(
        [this, done = std::move(done)](Expected<api::InventorySnapshot> snapshot) mutable {
            if (!snapshot)
                return done(fail(snapshot.error()));
            restore(*snapshot);
            done({});
        }));
}

void Gateway::stop(base::Task done)
{
    // Counts down as devices finish; each is bounded by the limit, so the whole is, too.
    auto waiting = std::make_shared<std::size_t>(devices_.size() + 1);
    auto whenAll = std::make_shared<base::Task>(std::move(done));
    const auto finished = [waiting, whenAll] {
        if (--*waiting == 0)
            (*whenAll)();
    };
    for (const auto& [name, device] : devices_)
        device->stop(rules_.deregisterLimit, finished);
    services_.scheduler.post(finished);
}

void Gateway::onLineChanged(const std::string& name)
{
    tell([&](auto& listener) { listener.onLineChanged(name); });
}

api::KeyStoreStatus Gateway::keyStore() const
{
    return services_.keyStore.keyStoreStatus();
}

api::Counters Gateway::counters() const
{
    std::uint64_t registered = 0;
    std::uint64_t available = 0;
    for (const auto& [name, device] : devices_) {
        const auto status = device->status();
        registered += registeredAt(status, {});
        available += status.field == api::DeviceStatus::Field::Available ? 1 : 0;
    }
    return {{"devices", devices_.size()},
            {"devicesAvailable", available},
            {"lines", lines_.size()},
            {"registrations", registered},
            {"servers", servers_.size()}};
}

std::vector<api::ProfileSummary> Gateway::profiles() const
{
    return services_.profiles.summaries();
}

Expected<api::ProfileDescription> Gateway::describeProfile(const std::string& name) const
{
    return services_.profiles.describe(name);
}

std::vector<std::string> Gateway::lineNames() const
{
    return namesOf(lines_);
}

std::vector<std::string> Gateway::serverNames() const
{
    return namesOf(servers_);
}

std::vector<std::string> Gateway::deviceNames() const
{
    return namesOf(devices_);
}

Expected<api::LineStatus> Gateway::line(const std::string& name) const
{
    const auto found = lines_.find(name);
    if (found == lines_.end())
        return fail(ErrorKind::NotFound, fmt::format("there is no line \"{}\"", name));
    auto status = services_.fieldBuses.lineStatus(name);
    if (!status) {
        // Kept from before, but the bus would not take it: the operator can change or remove it.
        api::LineStatus broken;
        const auto good = services_.fieldBuses.checkChange(found->second);
        broken.lastError = good ? status.error().message : good.error().message;
        status = std::move(broken);
    }
    status->settings = found->second;
    status->devices = devicesWhere([&](const auto& settings) { return settings.line == name; });
    return status;
}

Expected<api::ServerStatus> Gateway::server(const std::string& name) const
{
    const auto found = servers_.find(name);
    if (found == servers_.end())
        return fail(ErrorKind::NotFound, fmt::format("there is no server \"{}\"", name));
    api::ServerStatus status;
    status.settings = found->second;
    status.devices = usersOf(name);
    for (const auto& device : status.devices)
        status.registered += registeredAt(devices_.at(device)->status(), name);
    return status;
}

Expected<api::DeviceStatus> Gateway::device(const std::string& name) const
{
    const auto device = find(name);
    if (!device)
        return fail(device.error());
    return (*device)->status();
}

Expected<std::vector<model::Sample>> Gateway::newestSamples(const std::string& name) const
{
    const auto device = find(name);
    if (!device)
        return fail(device.error());
    return (*device)->newestSamples();
}

void Gateway::onDeviceChanged(const std::string& device)
{
    tell([&](auto& listener) { listener.onDeviceChanged(device); });
}

void Gateway::onDeviceSamples(const std::string& device, const std::vector<model::Sample>& samples)
{
    tell([&](auto& listener) { listener.onSamples(device, samples); });
}

void Gateway::onDeviceState(const std::string& name, const api::ClientState& state, Kept kept)
{
    auto onEnd = [name, kept = std::move(kept)](const Expected<void>& result) mutable {
        if (!result)
            log::warning(
                "{DEVICE}: what a server has set could not be kept for the next start: {ERROR}",
                "DEVICE",
                name,
                "ERROR",
                result.error().message);
        kept(result);
    };
    services_.inventory.keepClientState(name, state, std::move(onEnd));
}

void Gateway::restore(const api::InventorySnapshot& snapshot)
{
    for (const auto& line : snapshot.lines) {
        lines_.emplace(line.name, line);
        if (auto added = services_.fieldBuses.addLine(line); !added)
            log::err("{LINE}: {ERROR}; change or remove the line",
                     "LINE",
                     line.name,
                     "ERROR",
                     added.error().message);
    }
    for (const auto& server : snapshot.servers)
        servers_.emplace(server.name, server);
    bootstrapped_ = snapshot.bootstrapped;
    std::size_t index = 0;
    for (const auto& settings : snapshot.devices) {
        const auto state = snapshot.clientStates.find(settings.name);
        const auto delay = rules_.startSpread * index++ / snapshot.devices.size();
        base::contain(settings.name, [&] {
            startDevice(settings,
                        state == snapshot.clientStates.end() ? api::ClientState() : state->second,
                        delay);
        });
    }
    log::info(
        "{DEVICES} devices on {LINES} lines", "DEVICES", devices_.size(), "LINES", lines_.size());
}

void Gateway::startDevice(const api::DeviceSettings& of,
                          api::ClientState state,
                          base::Duration delay)
{
    const std::string name = of.name;
    auto devicePlan = plan(of, std::move(state));
    const bool runs = of.isEnabled && devicePlan.fault.empty();
    if (!devicePlan.fault.empty())
        log::err("{DEVICE}: {ERROR}; it stays attached and does nothing",
                 "DEVICE",
                 name,
                 "ERROR",
                 devicePlan.fault);
    auto device = std::make_unique<AttachedDevice>(std::move(devicePlan),
                                                   DeviceServices{services_.transport,
                                                                  services_.scheduler,
                                                                  services_.definitions,
                                                                  rules_.addedObjects,
                                                                  *this,
                                                                  rules_.allowsNoSec,
                                                                  rules_.rootPath,
                                                                  rules_.registerAttributes,
                                                                  rules_.trustsRepositories,
                                                                  services_.web});
    auto& started = *device;
    devices_.insert_or_assign(name, std::move(device));
    if (services_.machine.devices != nullptr && !isGateway(of))
        services_.machine.devices->add(name, started);
    services_.credentialChanged();
    if (!runs)
        return;
    giveBridge(started);
    if (!awaitsCard_ || name != rules_.cardDevice)
        started.start(delay);
}

void Gateway::giveBridge(AttachedDevice& device)
{
    const auto& settings = device.settings();
    const auto profile = services_.profiles.find(settings.profile);
    if (!profile)
        return; // the device is faulty, and says so
    if ((*profile)->bridge == bridges::gatewayBridge)
        return; // it has its MachineSide
    auto bridge =
        (*profile)->bridge == "ble"
            ? services_.bluetooth.createBridge(
                  *profile, settings.name, settings.bleAddress, settings.pollPeriod)
            : services_.fieldBuses.createBridge(*profile,
                                                bridges::BridgeSettings{settings.name,
                                                                        settings.line,
                                                                        settings.unitId,
                                                                        settings.pollPeriod,
                                                                        settings.serial});
    if (!bridge)
        return device.setBridge(nullptr, bridge.error().message);
    device.setBridge(std::move(*bridge), {});
    if (takesKey(**profile))
        giveFieldKey(device);
}

void Gateway::onDeviceRenewed(const std::string& device)
{
    const auto found = find(device);
    if (!found)
        return;
    if (isGateway((*found)->settings()))
        return (*found)->lookSoon();
    // The old bridge goes first: it holds the unit on the line.
    (*found)->setBridge(nullptr, "it begins anew with new firmware");
    giveBridge(**found);
}

void Gateway::giveFieldKey(const AttachedDevice& device)
{
    services_.fieldKeys.fetchFieldKey(
        device.settings().name,
        lifetime_.guard([this, name = device.settings().name](Expected<base::Secret> key) {
            if (key)
                services_.bluetooth.setKey(name, std::move(*key));
            else
                log::warning(
                    "{DEVICE}: its own key cannot be read: {ERROR}; what it encrypts is not "
                    "understood, and no passkey given, until it can",
                    "DEVICE",
                    name,
                    "ERROR",
                    key.error().message);
        }));
}

DevicePlan Gateway::plan(api::DeviceSettings settings, api::ClientState state)
{
    DevicePlan devicePlan;
    devicePlan.endpointName = settings.endpointName.empty() ? settings.name : settings.endpointName;
    devicePlan.accounts = accountsOf(settings);
    devicePlan.state = std::move(state);
    if (const auto profile = services_.profiles.find(settings.profile)) {
        auto& mapping = mappings_[settings.profile];
        if (!mapping)
            mapping = std::make_shared<const std::vector<api::MappedResource>>(
                services_.profiles.describe(settings.profile)->resources);
        devicePlan.mapping = mapping;
        if ((*profile)->bridge == bridges::gatewayBridge)
            devicePlan.host = std::make_unique<MachineSide>(
                rules_.host,
                services_.scheduler,
                settings.pollPeriod.value_or((*profile)->gatewayPeriod),
                services_.machine);
        if (settings.isEnabled)
            openStations(services_.firmware, **profile, settings, devicePlan);
    } else {
        devicePlan.fault = profile.error().message;
    }
    devicePlan.settings = std::move(settings);
    return devicePlan;
}

std::vector<api::DeviceAccount> Gateway::accountsOf(const api::DeviceSettings& of) const
{
    const auto bootstrapped = bootstrapped_.find(of.name);
    if (bootstrapped != bootstrapped_.end()) {
        auto accounts = bootstrapped->second;
        for (auto& account : accounts) {
            const auto operators = servers_.find(account.settings.name);
            if (operators != servers_.end())
                account.settings = operators->second; // may have changed since
        }
        return accounts;
    }
    std::vector<api::ServerSettings> servers;
    for (const auto& name : of.servers) {
        if (const auto found = servers_.find(name); found != servers_.end())
            servers.push_back(found->second);
    }
    return api::factoryAccounts(std::move(servers));
}

Expected<AttachedDevice*> Gateway::find(const std::string& device) const
{
    const auto found = devices_.find(device);
    if (found == devices_.end())
        return fail(ErrorKind::NotFound, fmt::format("there is no device \"{}\"", device));
    return found->second.get();
}

std::vector<std::string>
Gateway::devicesWhere(const std::function<bool(const api::DeviceSettings&)>& holds) const
{
    std::vector<std::string> names;
    for (const auto& [name, device] : devices_) {
        if (holds(device->settings()))
            names.push_back(name);
    }
    return names;
}

void Gateway::onKeyStoreChanged()
{
    const auto status = keyStore();
    if (status.state == api::KeyStoreState::Locked)
        log::err("the key store is locked: {ERROR}",
                 "ERROR",
                 status.reason,
                 "MESSAGE_ID",
                 log::keyStoreLockedId);
    else
        log::notice("the key store is open ({STATE})",
                    "STATE",
                    api::toString(status.state),
                    "MESSAGE_ID",
                    log::keyStoreOpenId);
    for (const auto& entry : devices_) {
        base::contain(entry.first, [&] {
            entry.second->onCredentialChanged({});
            const auto profile = services_.profiles.find(entry.second->settings().profile);
            if (status.state != api::KeyStoreState::Locked && profile && takesKey(**profile))
                giveFieldKey(*entry.second);
        });
    }
    services_.credentialChanged();
    tell([](auto& listener) { listener.onGatewayChanged(); });
}

} // namespace causeway::agent
