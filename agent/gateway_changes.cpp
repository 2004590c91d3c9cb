// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "agent/admission.hpp"
#include "agent/base/log.hpp"
#include "agent/device_register.hpp"
#include "agent/gateway.hpp"
#include "agent/refusal_texts.hpp"
#include "agent/updates/firmware_depot.hpp"
#include "bridges/ble/advertisement.hpp"
#include "bridges/ble/central.hpp"
#include "bridges/field_buses.hpp"
#include "bridges/profile_library.hpp"

// What an operator changes; gateway_checks.cpp says whether it may be, and what the gateway is and
// tells stands in gateway.cpp.
namespace causeway::agent {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

Expected<void> refuseInUse(const std::string& name, const std::vector<std::string>& devices)
{
    if (devices.empty())
        return {};
    return fail(ErrorKind::Refused,
                fmt::format("{} is used by {}: detach or change them first",
                            name,
                            fmt::join(devices, ", ")));
}

/// What is no address stays as it is, to be refused by its name.
std::string canonical(const std::string& address)
{
    return bridges::ble::canonicalAddress(address).value_or(address);
}

/// Who is not the gateway's any more keeps no bond with it.
void removeBond(const GatewayServices& services, const api::DeviceSettings& settings)
{
    const auto profile = services.profiles.find(settings.profile);
    if (profile && (*profile)->gatt)
        services.bluetooth.removeBond(settings.bleAddress);
}

bool usesKeyPair(api::SecurityMode mode)
{
    return mode == api::SecurityMode::RawPublicKey ||
           api::channelMode(mode) == api::SecurityMode::Certificate;
}

/// Anybody may read it; what is no key is not to be shown.
Expected<void> checkIdentity(const api::ServerSettings& settings)
{
    if (usesKeyPair(settings.securityMode) || settings.identity.publicKey.empty())
        return {};
    return fail(ErrorKind::InvalidArgument,
                "a server's public key goes with the security modes rpk, certificate and "
                "certificate-est only");
}

} // namespace

void Gateway::addLine(api::LineSettings settings, Done done)
{
    changes_.add(
        [this, settings]() -> Expected<void> {
            if (auto admitted = admitLine(settings); !admitted)
                return admitted;
            if (lines_.contains(settings.name))
                return exists("line", settings.name);
            if (auto fits = admitLineChange({}, settings); !fits)
                return fits;
            return services_.fieldBuses.addLine(settings);
        },
        [this, settings](api::Inventory::Done kept) {
            services_.inventory.putLine(
                settings,
                lifetime_.guard([this, name = settings.name, kept = std::move(kept)](
                                    Expected<void> result) mutable {
                    if (!result)
                        (void)services_.fieldBuses.removeLine(name);
                    kept(std::move(result));
                }));
        },
        [this, settings](base::Task finished) {
            lines_.insert_or_assign(settings.name, settings);
            log::notice("{LINE}: added", "LINE", settings.name);
            tell([&](auto& listener) { listener.onLineAdded(settings.name); });
            finished();
        },
        std::move(done));
}

void Gateway::changeLine(api::LineSettings settings, Done done)
{
    changes_.add(
        [this, settings]() -> Expected<void> {
            const auto before = lines_.find(settings.name);
            if (before == lines_.end())
                return missing("line", settings.name);
            if (auto admitted = admitLine(settings); !admitted)
                return admitted;
            if (auto fits = admitLineChange(before->second, settings); !fits)
                return fits;
            if (auto speeds = checkSpeeds(settings); !speeds)
                return speeds;
            return services_.fieldBuses.checkChange(settings);
        },
        [this, settings](api::Inventory::Done kept) {
            services_.inventory.putLine(settings, std::move(kept));
        },
        [this, settings](base::Task finished) {
            lines_.insert_or_assign(settings.name, settings);
            if (auto changed = applyToBus(settings); !changed)
                log::err("{LINE}: {ERROR}; the line keeps its old settings until the next start",
                         "LINE",
                         settings.name,
                         "ERROR",
                         changed.error().message);
            tell([&](auto& listener) { listener.onLineChanged(settings.name); });
            finished();
        },
        std::move(done));
}

Expected<void> Gateway::applyToBus(const api::LineSettings& settings)
{
    if (services_.fieldBuses.lineStatus(settings.name))
        return services_.fieldBuses.changeLine(settings);
    // Refused at the start: the line is new to the bus, and its devices have no bridge.
    if (auto added = services_.fieldBuses.addLine(settings); !added)
        return added;
    for (const auto& name : devicesWhere(
             [&](const auto& device) { return device.line == settings.name && device.isEnabled; }))
        giveBridge(*devices_.at(name));
    return {};
}

void Gateway::removeLine(const std::string& name, Done done)
{
    changes_.add(
        [this, name]() -> Expected<void> {
            if (!lines_.contains(name))
                return missing("line", name);
            return refuseInUse(
                name, devicesWhere([&](const auto& settings) { return settings.line == name; }));
        },
        [this, name](api::Inventory::Done kept) {
            services_.inventory.removeLine(name, std::move(kept));
        },
        [this, name](base::Task finished) {
            lines_.erase(name);
            (void)services_.fieldBuses.removeLine(name);
            log::notice("{LINE}: removed", "LINE", name);
            tell([&](auto& listener) { listener.onLineRemoved(name); });
            finished();
        },
        std::move(done));
}

void Gateway::addServer(api::ServerSettings settings, Done done)
{
    changes_.add(
        [this, settings]() -> Expected<void> {
            if (servers_.contains(settings.name))
                return exists("server", settings.name);
            if (auto identity = checkIdentity(settings); !identity)
                return identity;
            return admitServer(settings, rules_.allowsNoSec);
        },
        [this, settings](api::Inventory::Done kept) {
            services_.inventory.putServer(settings, std::move(kept));
        },
        [this, settings](base::Task finished) {
            servers_.insert_or_assign(settings.name, settings);
            log::notice("{SERVER}: added, {URI}", "SERVER", settings.name, "URI", settings.uri);
            tell([&](auto& listener) { listener.onServerAdded(settings.name); });
            finished();
        },
        std::move(done));
}

void Gateway::changeServer(api::ServerSettings settings, Done done)
{
    const auto before = servers_.find(settings.name);
    const bool keepsIdentity =
        before != servers_.end() && before->second.identity == settings.identity;
    if (keepsIdentity && !usesKeyPair(settings.securityMode))
        settings.identity = {}; // of the security mode before
    changes_.add(
        [this, settings]() -> Expected<void> {
            if (!servers_.contains(settings.name))
                return missing("server", settings.name);
            if (auto admitted = admitServer(settings, rules_.allowsNoSec); !admitted)
                return admitted;
            if (auto identity = checkIdentity(settings); !identity)
                return identity;
            if (settings.isBootstrap != servers_.at(settings.name).isBootstrap) {
                if (auto unused = refuseInUse(settings.name, usersOf(settings.name)); !unused)
                    return unused;
            }
            return checkShortServerIds(settings);
        },
        [this, settings](api::Inventory::Done kept) {
            services_.inventory.putServer(settings, std::move(kept));
        },
        [this, settings](base::Task finished) {
            servers_.insert_or_assign(settings.name, settings);
            updateDevicesOf(settings.name);
            tell([&](auto& listener) { listener.onServerChanged(settings.name); });
            finished();
        },
        std::move(done));
}

void Gateway::updateDevicesOf(const std::string& server)
{
    for (const auto& entry : devices_) {
        AttachedDevice& device = *entry.second;
        const auto& servers = device.settings().servers;
        if (std::ranges::find(servers, server) != servers.end())
            base::contain(entry.first, [&] { device.setAccounts(accountsOf(device.settings())); });
    }
    services_.credentialChanged();
}

void Gateway::removeServer(const std::string& name, Done done)
{
    changes_.add(
        [this, name]() -> Expected<void> {
            if (!servers_.contains(name))
                return missing("server", name);
            return refuseInUse(name, usersOf(name));
        },
        [this, name](api::Inventory::Done kept) {
            services_.inventory.removeServer(name, std::move(kept));
        },
        [this, name](base::Task finished) {
            servers_.erase(name);
            log::notice("{SERVER}: removed", "SERVER", name);
            tell([&](auto& listener) { listener.onServerRemoved(name); });
            finished();
        },
        std::move(done));
}

void Gateway::attachDevice(api::DeviceSettings settings, Done done)
{
    settings.bleAddress = canonical(settings.bleAddress);
    changes_.add(
        [this, settings]() -> Expected<void> {
            if (devices_.contains(settings.name))
                return exists("device", settings.name);
            return checkDevice(settings);
        },
        [this, settings](api::Inventory::Done kept) {
            services_.inventory.putDevice(settings, std::move(kept));
        },
        [this, settings](base::Task finished) {
            startDevice(settings, {}, base::Duration::zero());
            log::notice("{DEVICE}: attached as {PROFILE}, {PLACE}",
                        "DEVICE",
                        settings.name,
                        "PROFILE",
                        settings.profile,
                        "PLACE",
                        placeOf(settings));
            tell([&](auto& listener) { listener.onDeviceAdded(settings.name); });
            finished();
        },
        std::move(done));
}

void Gateway::changeDevice(api::DeviceSettings settings, Done done)
{
    settings.bleAddress = canonical(settings.bleAddress);
    changes_.add(
        [this, settings]() -> Expected<void> {
            if (!devices_.contains(settings.name))
                return missing("device", settings.name);
            return checkDevice(settings);
        },
        [this, settings](api::Inventory::Done kept) {
            services_.inventory.putDevice(settings, std::move(kept));
        },
        [this, settings](base::Task finished) {
            auto& device = *devices_.at(settings.name);
            device.stop(rules_.deregisterLimit,
                        lifetime_.guard([this, settings, finished = std::move(finished)]() mutable {
                            replaceDevice(settings);
                            finished();
                        }));
        },
        std::move(done));
}

void Gateway::replaceDevice(const api::DeviceSettings& settings)
{
    const auto& old = *devices_.at(settings.name);
    auto state = old.state();
    if (old.settings().servers != settings.servers) { // as the store has done
        bootstrapped_.erase(settings.name);
        state.erase(api::cardMarkKey);
    }
    if (old.settings().bleAddress != settings.bleAddress)
        removeBond(services_, old.settings());
    // The old one goes first: it holds the unit on the line.
    if (services_.machine.devices != nullptr)
        services_.machine.devices->remove(settings.name);
    devices_.erase(settings.name);
    startDevice(settings, state, base::Duration::zero());
    tell([&](auto& listener) { listener.onDeviceChanged(settings.name); });
}

void Gateway::detachDevice(const std::string& name, Done done)
{
    changes_.add(
        [this, name]() -> Expected<void> {
            if (!devices_.contains(name))
                return missing("device", name);
            return {};
        },
        [this, name](api::Inventory::Done kept) {
            auto& device = *devices_.at(name);
            device.stop(rules_.deregisterLimit,
                        lifetime_.guard([this, name, kept = std::move(kept)]() mutable {
                            forgetDevice(name, std::move(kept));
                        }));
        },
        [this, name](base::Task finished) {
            removeBond(services_, devices_.at(name)->settings());
            if (services_.machine.devices != nullptr)
                services_.machine.devices->remove(name);
            devices_.erase(name);
            bootstrapped_.erase(name);
            services_.firmware.forget(name);
            services_.credentialChanged(); // its keys may be another's now
            log::notice("{DEVICE}: detached", "DEVICE", name);
            tell([&](auto& listener) { listener.onDeviceRemoved(name); });
            finished();
        },
        std::move(done));
}

std::vector<std::string> Gateway::usersOf(const std::string& server) const
{
    return devicesWhere([&](const auto& settings) {
        return std::ranges::find(settings.servers, server) != settings.servers.end();
    });
}

void Gateway::forgetDevice(const std::string& name, api::Inventory::Done kept)
{
    auto onRemoved = [this, name, kept = std::move(kept)](Expected<void> removed) mutable {
        if (!removed) // it stays attached, so it goes on
            devices_.at(name)->setAccounts(accountsOf(devices_.at(name)->settings()));
        kept(std::move(removed));
    };
    services_.inventory.removeDevice(name, lifetime_.guard(std::move(onRemoved)));
}

} // namespace causeway::agent
