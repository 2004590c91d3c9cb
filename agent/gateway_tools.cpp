// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "agent/base/log.hpp"
#include "agent/gateway.hpp"
#include "bridges/field_buses.hpp"
#include "bridges/profile_library.hpp"

// What a technician does with lines and profiles.
namespace causeway::agent {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

/// For the journal: what a write wrote.
std::string hex(const std::vector<std::uint16_t>& words)
{
    std::string text;
    for (const std::uint16_t word : words)
        text += fmt::format("{}{:04x}", text.empty() ? "" : " ", word);
    return text;
}

/// Whose profile is gone goes on, so that nobody notices before the next start.
std::string inWords(const std::vector<std::string>& orphanedDevices)
{
    if (orphanedDevices.empty())
        return {};
    return fmt::format("the profile of {} is gone: without it a device is faulty from the next "
                       "start of the daemon on",
                       fmt::join(orphanedDevices, ", "));
}

} // namespace

void Gateway::readRegisters(const std::string& line,
                            const api::RegisterRange& range,
                            api::RegistersDone done)
{
    services_.fieldBuses.readRegisters(line, range, std::move(done));
}

void Gateway::writeRegisters(const std::string& line,
                             const api::RegisterRange& range,
                             std::vector<std::uint16_t> words,
                             Done done)
{
    auto journaled = [line, range, value = hex(words), done = std::move(done)](
                         Expected<void> written) mutable {
        log::notice("{LINE}: unit {UNIT}: {TABLE} {ADDRESS} written by an operator: {VALUE}{ERROR}",
                    "LINE",
                    line,
                    "UNIT",
                    range.unitId,
                    "TABLE",
                    range.table,
                    "ADDRESS",
                    range.address,
                    "VALUE",
                    value,
                    "ERROR",
                    written ? "" : ", which failed: " + written.error().message);
        done(std::move(written));
    };
    services_.fieldBuses.writeRegisters(line, range, std::move(words), std::move(journaled));
}

void Gateway::pauseLine(const std::string& name, bool isPaused, Done done)
{
    auto result = services_.fieldBuses.pauseLine(name, isPaused);
    if (result)
        log::notice("{LINE}: {STATE} by an operator",
                    "LINE",
                    name,
                    "STATE",
                    isPaused ? "paused" : "resumed");
    tellLater(name, std::move(result), std::move(done));
}

void Gateway::startScan(const std::string& line, const api::ScanSettings& settings, Done done)
{
    std::vector<std::shared_ptr<const bridges::DeviceProfile>> profiles;
    for (const auto& name : services_.profiles.names()) {
        if (const auto profile = *services_.profiles.find(name); profile->bridge == "modbus")
            profiles.push_back(profile);
    }
    auto result = services_.fieldBuses.startScan(line, settings, profiles);
    if (result)
        log::notice("{LINE}: is being scanned; its devices are not polled meanwhile", "LINE", line);
    tellLater(line, std::move(result), std::move(done));
}

void Gateway::stopScan(const std::string& line, Done done)
{
    tellLater(line, services_.fieldBuses.stopScan(line), std::move(done));
}

void Gateway::traceLine(const std::string& line, std::uint64_t since, api::TraceDone done)
{
    services_.fieldBuses.traceLine(line, since, std::move(done));
}

void Gateway::tellLater(const std::string& line, Expected<void> result, Done done)
{
    services_.scheduler.post(
        lifetime_.guard([this, line, result = std::move(result), done = std::move(done)]() mutable {
            if (result)
                tell([&](auto& listener) { listener.onLineChanged(line); });
            done(std::move(result));
        }));
}

void Gateway::reloadProfiles(Done done)
{
    services_.profiles.reload(services_.scheduler,
                              lifetime_.guard([this, done = std::move(done)](
                                                  const std::vector<std::string>& changed) mutable {
                                  beginAnewWith(changed);
                                  done(brokenProfiles());
                              }));
}

void Gateway::beginAnewWith(const std::vector<std::string>& names)
{
    const auto isNew = [&](const std::string& profile) {
        return std::ranges::find(names, profile) != names.end();
    };
    for (const auto& name : names)
        mappings_.erase(name);
    const auto affected =
        devicesWhere([&](const auto& settings) { return isNew(settings.profile); });
    log::notice("{PROFILES} profiles changed, {DEVICES} devices begin again with them",
                "PROFILES",
                names.size(),
                "DEVICES",
                affected.size());
    for (const auto& device : affected)
        changeDevice(devices_.at(device)->settings(), [device](const Expected<void>& changed) {
            if (!changed)
                log::err("{DEVICE}: {ERROR}; it goes on with its old profile",
                         "DEVICE",
                         device,
                         "ERROR",
                         changed.error().message);
        });
}

Expected<void> Gateway::brokenProfiles() const
{
    const auto broken = services_.profiles.broken();
    for (const auto& error : broken)
        log::warning("{ERROR}", "ERROR", error.message);
    const auto orphaned = inWords(devicesWhere([&](const auto& settings) {
        const auto profile = services_.profiles.find(settings.profile);
        return settings.isEnabled && !profile && profile.error().kind == ErrorKind::NotFound;
    }));
    if (!orphaned.empty())
        log::warning("{ERROR}", "ERROR", orphaned);
    if (broken.empty() && orphaned.empty())
        return {};
    if (broken.empty())
        return fail(ErrorKind::NotFound, orphaned);
    return fail(ErrorKind::InvalidArgument,
                fmt::format("{} of the profiles cannot be used, the others are read: {}{}{}",
                            broken.size(),
                            broken.front().message,
                            orphaned.empty() ? "" : "; ",
                            orphaned));
}

} // namespace causeway::agent
