// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "agent/admission.hpp"
#include "agent/gateway.hpp"
#include "agent/refusal_texts.hpp"
#include "bridges/device_profile.hpp"
#include "bridges/field_buses.hpp"
#include "bridges/profile_library.hpp"

// Whether a change goes with everything else that is configured; gateway_changes.cpp makes it.
namespace causeway::agent {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

/// Whether all that changes is that the device is disabled.
bool isDisabled(api::DeviceSettings before, const api::DeviceSettings& settings)
{
    before.isEnabled = false;
    return before == settings;
}

/// The gateway has no field bus to itself.
Expected<void> checkGateway(const api::DeviceSettings& settings)
{
    using namespace std::chrono_literals;
    const bool hasUnit = settings.unitId != api::DeviceSettings().unitId;
    if (!isGateway(settings) || hasUnit || !settings.serial.isLines())
        return fail(ErrorKind::InvalidArgument,
                    settings.profile + " is for the gateway itself: it has no line, unit, speed or "
                                       "Bluetooth address");
    if (settings.pollPeriod && *settings.pollPeriod < 1s)
        return fail(ErrorKind::InvalidArgument,
                    "the poll period of the gateway itself must be at least 1 s");
    return {};
}

/// A device that tells where it is need not be told.
Expected<void> refuseTwoPositions(const bridges::DeviceProfile& profile,
                                  const api::DeviceSettings& settings)
{
    constexpr model::Id location = 6;
    const bool tells = std::ranges::any_of(profile.mappings, [](const auto& mapping) {
        return mapping.resource.path.object() == location;
    });
    if (!tells || settings.position.empty())
        return {};
    return fail(ErrorKind::InvalidArgument, settings.profile + " has a position of its own");
}

std::string_view endpointOf(const api::DeviceSettings& settings)
{
    return settings.endpointName.empty() ? settings.name : settings.endpointName;
}

} // namespace

Expected<void> Gateway::checkSpeeds(const api::LineSettings& line) const
{
    for (const auto& [name, device] : devices_) {
        if (device->settings().line != line.name)
            continue;
        if (auto good = bridges::FieldBuses::checkSerial(line, device->settings().serial); !good)
            return fail(good.error().in(name));
    }
    return {};
}

Expected<void> Gateway::checkDevice(const api::DeviceSettings& settings) const
{
    if (auto admitted = admitDevice(settings); !admitted)
        return admitted;
    if (auto place = checkPlace(settings); !place)
        return place;
    std::vector<std::uint16_t> shortServerIds;
    std::size_t bootstraps = 0;
    for (const auto& server : settings.servers) {
        const auto found = servers_.find(server);
        if (found == servers_.end())
            return missing("server", server);
        if (found->second.isBootstrap)
            ++bootstraps;
        else
            shortServerIds.push_back(found->second.shortServerId);
    }
    if (bootstraps > 1)
        return fail(ErrorKind::InvalidArgument, "a device has at most one Bootstrap-Server");
    std::ranges::sort(shortServerIds);
    if (std::ranges::adjacent_find(shortServerIds) != shortServerIds.end())
        return fail(ErrorKind::InvalidArgument,
                    "the servers of one device need different short server IDs");
    return checkUnused(settings);
}

Expected<void> Gateway::checkPlace(const api::DeviceSettings& settings) const
{
    const auto profile = services_.profiles.find(settings.profile);
    const auto before = devices_.find(settings.name);
    if (!profile && before != devices_.end() && isDisabled(before->second->settings(), settings))
        return {}; // one that is broken meanwhile keeps nobody from disabling its device
    if (!profile)
        return fail(profile.error());
    if (auto position = refuseTwoPositions(**profile, settings); !position)
        return position;
    if ((*profile)->bridge == bridges::gatewayBridge)
        return checkGateway(settings);
    const bool isBle = (*profile)->bridge == "ble";
    if (isBle == settings.bleAddress.empty() || isGateway(settings))
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("{} is for a {} device: it needs a {}",
                                settings.profile,
                                isBle ? "Bluetooth" : "Modbus",
                                isBle ? "Bluetooth address" : "line"));
    if (isBle)
        return {};
    const auto line = lines_.find(settings.line);
    if (line == lines_.end())
        return missing("line", settings.line);
    if (auto unit = bridges::FieldBuses::checkUnit(line->second, settings.unitId); !unit)
        return unit;
    return bridges::FieldBuses::checkSerial(line->second, settings.serial);
}

Expected<void> Gateway::checkUnused(const api::DeviceSettings& settings) const
{
    for (const auto& [name, device] : devices_) {
        if (name == settings.name)
            continue;
        const auto& other = device->settings();
        if (placeOf(other) == placeOf(settings))
            return fail(ErrorKind::AlreadyExists, fmt::format("{} is {}", placeOf(settings), name));
        if (device->endpointName() == endpointOf(settings))
            return fail(ErrorKind::AlreadyExists,
                        fmt::format("{} has the endpoint name \"{}\" already",
                                    name,
                                    device->endpointName()));
    }
    return {};
}

namespace {

/// Its own accounts, which a Bootstrap-Server delivered, count like the operator's.
Expected<void> checkShortServerId(const AttachedDevice& device, const api::ServerSettings& changed)
{
    const auto& accounts = device.accounts();
    const auto isChanged = [&](const api::DeviceAccount& account) {
        return account.settings.name == changed.name;
    };
    if (std::ranges::none_of(accounts, isChanged))
        return {};
    const auto other = std::ranges::find_if(accounts, [&](const api::DeviceAccount& account) {
        return !isChanged(account) && !account.settings.isBootstrap &&
               account.settings.shortServerId == changed.shortServerId;
    });
    if (other == accounts.end())
        return {};
    return fail(ErrorKind::InvalidArgument,
                fmt::format("{} registers with {} already, which has short server ID {}",
                            device.settings().name,
                            other->settings.name,
                            changed.shortServerId));
}

} // namespace

Expected<void> Gateway::checkShortServerIds(const api::ServerSettings& next) const
{
    if (next.isBootstrap)
        return {};
    for (const auto& entry : devices_) {
        if (auto free = checkShortServerId(*entry.second, next); !free)
            return free;
    }
    return {};
}

} // namespace causeway::agent
