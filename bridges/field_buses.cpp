// SPDX-License-Identifier: Apache-2.0
#include "bridges/field_buses.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <pthread.h>

#include "agent/base/log.hpp"
#include "agent/base/message_ids.hpp"
#include "bridges/modbus/exact_timers.hpp"
#include "bridges/modbus/field_side.hpp"
#include "bridges/modbus/modbus_bridge.hpp"
#include "bridges/modbus/serial_link.hpp"
#include "bridges/modbus/tcp_link.hpp"

namespace causeway::bridges {

using api::LineSettings;
using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

// Faster than this no wire of ours answers; slower than a day nobody means.
constexpr std::chrono::milliseconds shortestPeriod{10};
constexpr std::chrono::milliseconds longestPeriod{std::chrono::hours(24)};
constexpr std::chrono::milliseconds shortestTimeout{10};
constexpr std::chrono::milliseconds longestTimeout{60000};
constexpr std::chrono::milliseconds longestSilence{1000};

bool hasControlCharacter(std::string_view text)
{
    return std::ranges::any_of(text, [](char character) {
        const auto octet = static_cast<unsigned char>(character);
        return octet < 0x20 || octet == 0x7F;
    });
}

/// Serial Line V1.02 §2.2: 0 is the broadcast, 248 to 255 are reserved.
constexpr std::uint8_t mostSerialUnit = 247;

tl::unexpected<base::Error> unknownLine(const std::string& name)
{
    return fail(ErrorKind::NotFound, fmt::format("there is no line {}", name));
}

/// Many servers take one connection only, and two lines would each ask as if they were alone.
std::string whereOf(const LineSettings& settings)
{
    return settings.kind == LineSettings::Kind::Rtu
               ? settings.serialPort
               : fmt::format("{} port {}", settings.host, settings.port);
}

modbus::UnitLimits limitsOf(const DeviceProfile& profile, const BridgeSettings& settings)
{
    modbus::UnitLimits limits = profile.limits;
    if (settings.pollPeriod) {
        limits.fastPeriod = *settings.pollPeriod;
        limits.slowPeriod = std::max(limits.slowPeriod, limits.fastPeriod);
    }
    return limits;
}

} // namespace

FieldBuses::FieldBuses(base::Scheduler& main, LineChanged lineChanged, modbus::LineTuning tuning)
    : main_(main)
    , lineChanged_(std::move(lineChanged))
    , field_(std::make_unique<modbus::FieldSide>(loop_, tuning))
    , thread_([this] {
        modbus::askForExactTimers();
        loop_.run();
    })
{
    ::pthread_setname_np(thread_.native_handle(), "field");
}

FieldBuses::~FieldBuses()
{
    loop_.post([this] {
        field_->close([this] {
            field_.reset();
            loop_.stop();
        });
    });
    thread_.join();
}

Expected<void> FieldBuses::check(const LineSettings& settings)
{
    if (settings.responseTimeout < shortestTimeout || settings.responseTimeout > longestTimeout)
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("the response timeout is between {} and {} ms",
                                shortestTimeout.count(),
                                longestTimeout.count()));
    if (settings.extraSilence.count() < 0 || settings.extraSilence > longestSilence)
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format("the extra silence is between 0 and {} ms", longestSilence.count()));
    if (hasControlCharacter(settings.serialPort) || hasControlCharacter(settings.host))
        return fail(ErrorKind::InvalidArgument, "a port and a host have no control characters");
    if (settings.kind == LineSettings::Kind::Tcp && settings.localEcho)
        return fail(ErrorKind::InvalidArgument, "Modbus TCP has no local echo");
    if (settings.kind != LineSettings::Kind::Rtu && settings.rs485 != LineSettings::Rs485::None)
        return fail(ErrorKind::InvalidArgument, "rs485 is for serial ports of this machine");
    return settings.kind == LineSettings::Kind::Rtu ? modbus::SerialLink::check(settings)
                                                    : modbus::TcpLink::check(settings);
}

Expected<void> FieldBuses::checkPort(const LineSettings& settings) const
{
    const std::string where = whereOf(settings);
    for (const auto& [name, line] : lines_) {
        if (name != settings.name && whereOf(line.status.settings) == where)
            return fail(
                ErrorKind::AlreadyExists,
                fmt::format("line {} has {} already; all units there share it", name, where));
    }
    return {};
}

Expected<void> FieldBuses::addLine(const LineSettings& settings)
{
    if (lines_.contains(settings.name))
        return fail(ErrorKind::AlreadyExists,
                    fmt::format("there is a line {} already", settings.name));
    if (auto good = check(settings); !good)
        return good;
    if (auto isFree = checkPort(settings); !isFree)
        return isFree;
    lines_[settings.name].status.settings = settings;
    auto deliver = lifetime_.guard(
        [this, name = settings.name](const modbus::LineReport& report) { onReport(name, report); });
    auto report = [&main = main_, deliver](const modbus::LineReport& news) {
        main.post([deliver, news]() mutable { deliver(news); });
    };
    loop_.post([this, settings, report] { field_->addLine(settings, report); });
    return {};
}

Expected<void> FieldBuses::checkChange(const LineSettings& settings) const
{
    if (auto good = check(settings); !good)
        return good;
    if (auto isFree = checkPort(settings); !isFree)
        return isFree;
    const auto found = lines_.find(settings.name);
    if (found == lines_.end())
        return {};
    for (const auto& [unitId, device] : found->second.devices) {
        if (auto good = checkUnit(settings, unitId); !good)
            return fail(good.error().in(device));
    }
    return {};
}

Expected<void> FieldBuses::checkUnit(const LineSettings& line, std::uint8_t unitId)
{
    // On TCP 0 and 255 mean "the device itself" (Messaging on TCP/IP V1.0b §4.4.1.2).
    const bool isGood =
        line.kind == LineSettings::Kind::Tcp || (unitId >= 1 && unitId <= mostSerialUnit);
    if (isGood)
        return {};
    return fail(ErrorKind::InvalidArgument,
                fmt::format("unit {} is not one of 1 to {}", unitId, mostSerialUnit));
}

Expected<void> FieldBuses::checkSerial(const LineSettings& line, const api::SerialMode& mode)
{
    if (mode.isLines())
        return {};
    if (line.kind != LineSettings::Kind::Rtu)
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("{} is a TCP connection: its devices have no speed", line.name));
    return modbus::SerialLink::check(modbus::SerialLink::with(line, mode));
}

Expected<void> FieldBuses::changeLine(const LineSettings& settings)
{
    const auto found = lines_.find(settings.name);
    if (found == lines_.end())
        return unknownLine(settings.name);
    if (auto good = checkChange(settings); !good)
        return good;
    found->second.status.settings = settings;
    found->second.status.scan.isRunning = false;
    if (found->second.isOpen()) // else who closed it opens it with these
        loop_.post([this, settings] { field_->changeLine(settings); });
    return {};
}

Expected<void> FieldBuses::removeLine(const std::string& name)
{
    const auto found = lines_.find(name);
    if (found == lines_.end())
        return unknownLine(name);
    if (!found->second.devices.empty())
        return fail(
            ErrorKind::Refused,
            fmt::format("line {} is in use by {}", name, found->second.devices.begin()->second));
    lines_.erase(found);
    loop_.post([this, name] { field_->removeLine(name); });
    return {};
}

Expected<api::LineStatus> FieldBuses::lineStatus(const std::string& name) const
{
    const auto found = lines_.find(name);
    if (found == lines_.end())
        return unknownLine(name);
    api::LineStatus status = found->second.status;
    for (const auto& [unitId, device] : found->second.devices)
        status.devices.push_back(device);
    return status;
}

Expected<void> FieldBuses::checkBridge(const BridgeSettings& settings) const
{
    const auto found = lines_.find(settings.line);
    if (found == lines_.end())
        return unknownLine(settings.line);
    const LineEntry& line = found->second;
    if (auto good = checkUnit(line.status.settings, settings.unitId); !good)
        return good;
    if (auto good = checkSerial(line.status.settings, settings.serial); !good)
        return good;
    if (const auto other = line.devices.find(settings.unitId); other != line.devices.end())
        return fail(
            ErrorKind::AlreadyExists,
            fmt::format(
                "unit {} on line {} is {} already", settings.unitId, settings.line, other->second));
    if (settings.pollPeriod &&
        (*settings.pollPeriod < shortestPeriod || *settings.pollPeriod > longestPeriod))
        return fail(ErrorKind::InvalidArgument, "the poll period is between 10 ms and a day");
    return {};
}

Expected<std::unique_ptr<api::Bridge>>
FieldBuses::createBridge(std::shared_ptr<const DeviceProfile> profile,
                         const BridgeSettings& settings)
{
    if (auto good = checkBridge(settings); !good)
        return fail(good.error());
    lines_.at(settings.line).devices[settings.unitId] = settings.device;
    const modbus::ModbusBridge::Field field{main_, loop_, *field_, nextUnit_++};
    const modbus::ModbusBridge::Place place{
        settings.line, settings.unitId, limitsOf(*profile, settings), settings.serial};
    return std::make_unique<modbus::ModbusBridge>(
        field, std::move(profile), place, [this, line = settings.line, unitId = settings.unitId] {
            release(line, unitId);
        });
}

void FieldBuses::release(const std::string& line, std::uint8_t unitId)
{
    if (const auto found = lines_.find(line); found != lines_.end())
        found->second.devices.erase(unitId);
}

void FieldBuses::onReport(const std::string& line, const modbus::LineReport& report)
{
    const auto found = lines_.find(line);
    if (found == lines_.end())
        return;
    found->second.status.isUp = report.isUp;
    found->second.status.lastError = report.lastError;
    found->second.status.counters = report.counters;
    found->second.status.units = report.units;
    tellJournal(found->second, report);
    if (lineChanged_)
        lineChanged_(line);
}

// Once for all its devices, whose own faults would be lost among as many lines.
void FieldBuses::tellJournal(LineEntry& line, const modbus::LineReport& report)
{
    if (report.isFault && line.fault != report.lastError) {
        line.fault = report.lastError;
        log::warning("{LINE}: {ERROR}, trying again and again for its {DEVICES} devices",
                     "LINE",
                     line.status.settings.name,
                     "ERROR",
                     line.fault,
                     "DEVICES",
                     line.devices.size(),
                     "MESSAGE_ID",
                     log::lineDownId);
    } else if (report.isUp && !line.fault.empty()) {
        line.fault.clear();
        log::notice("{LINE}: is up again, with {DEVICES} devices",
                    "LINE",
                    line.status.settings.name,
                    "DEVICES",
                    line.devices.size(),
                    "MESSAGE_ID",
                    log::lineUpId);
    }
}

} // namespace causeway::bridges
