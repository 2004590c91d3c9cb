// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "bridges/field_buses.hpp"
#include "bridges/modbus/field_side.hpp"
#include "bridges/modbus/serial_link.hpp"
#include "bridges/profile_words.hpp"

// What a technician does with a line by hand.
namespace causeway::bridges {

using api::LineSettings;
using base::ErrorKind;
using base::Expected;
using base::fail;
using modbus::RegisterTable;
using modbus::Request;

namespace {

constexpr std::chrono::milliseconds shortestTimeout{10};
constexpr std::chrono::milliseconds longestTimeout{10000};
/// There are 14 speeds with 3 parities each; more than that is a mistake.
constexpr std::size_t mostVariants = 64;

Expected<RegisterTable> tableOf(const std::string& word)
{
    const auto found = std::ranges::find(tableWords, word, &Choice<RegisterTable>::first);
    if (found != tableWords.end())
        return found->second;
    return fail(ErrorKind::InvalidArgument,
                fmt::format("\"{}\" is none of coil, discrete-input, input, holding", word));
}

Expected<Request> checked(Request request)
{
    if (auto good = modbus::check(request); !good)
        return fail(good.error());
    return request;
}

/// Who has asked by hand has many units, and does not know the line's patience.
Expected<modbus::Answer> named(const Expected<modbus::Answer>& result,
                               std::uint8_t unitId,
                               std::chrono::milliseconds patience)
{
    if (result || result.error().kind != ErrorKind::Timeout)
        return result;
    auto error = result.error().in(fmt::format("unit {}", unitId));
    error.message += fmt::format(" (response timeout {} ms)", patience.count());
    return fail(std::move(error));
}

std::vector<LineSettings> variantsOf(const LineSettings& line, const api::ScanSettings& settings)
{
    auto speeds = settings.baudRates;
    auto parities = settings.parities;
    if (line.kind != LineSettings::Kind::Rtu || speeds.empty())
        speeds = {line.baudRate};
    if (line.kind != LineSettings::Kind::Rtu || parities.empty())
        parities = {line.parity};
    std::vector<LineSettings> variants;
    for (const std::uint32_t speed : speeds) {
        for (const auto parity : parities) {
            LineSettings& variant = variants.emplace_back(line);
            variant.baudRate = speed;
            variant.parity = parity;
            variant.responseTimeout = settings.responseTimeout;
        }
    }
    return variants;
}

modbus::FitCandidate candidateOf(const DeviceProfile& profile)
{
    modbus::FitCandidate candidate;
    candidate.profile = profile.name;
    candidate.opening.probes = profile.opening.probes;
    candidate.opening.walksSunspec = profile.opening.walksSunspec;
    candidate.limits = profile.limits;
    for (const ResourceMapping& mapping : profile.mappings) {
        if (!mapping.point || mapping.point->executeValue)
            continue;
        candidate.points.push_back(*mapping.point);
        candidate.paths.push_back(mapping.resource.path);
    }
    return candidate;
}

/// For who opens it instead of us.
std::string placeOf(const LineSettings& line)
{
    return line.kind == LineSettings::Kind::Rtu ? line.serialPort
                                                : fmt::format("{}:{}", line.host, line.port);
}

Expected<void> checkScan(const LineSettings& line, const api::ScanSettings& settings)
{
    if (settings.firstUnit > settings.lastUnit)
        return fail(ErrorKind::InvalidArgument, "the first unit to look for is above the last");
    if (settings.responseTimeout < shortestTimeout || settings.responseTimeout > longestTimeout)
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("a scan waits {} to {} ms for an answer",
                                shortestTimeout.count(),
                                longestTimeout.count()));
    const auto variants = variantsOf(line, settings);
    if (variants.size() > mostVariants)
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("at most {} speeds and parities together", mostVariants));
    for (const auto& variant : variants) {
        if (auto good = FieldBuses::check(variant); !good)
            return good;
    }
    return {};
}

} // namespace

void FieldBuses::readRegisters(const std::string& line,
                               const api::RegisterRange& range,
                               api::RegistersDone done)
{
    auto request = tableOf(range.table).and_then([&](RegisterTable table) {
        return checked(modbus::readRequest(range.unitId, table, {range.address, range.count}));
    });
    ask(line, std::move(request), std::move(done));
}

void FieldBuses::writeRegisters(const std::string& line,
                                const api::RegisterRange& range,
                                std::vector<std::uint16_t> words,
                                api::GatewayControl::Done done)
{
    auto request = tableOf(range.table).and_then([&](RegisterTable table) -> Expected<Request> {
        if (table != RegisterTable::Coil && table != RegisterTable::HoldingRegister)
            return fail(ErrorKind::InvalidArgument, "inputs cannot be written");
        return checked(
            modbus::writeRequest(range.unitId, table, range.address, std::move(words), false));
    });
    ask(line,
        std::move(request),
        [done = std::move(done)](const Expected<std::vector<std::uint16_t>>& result) mutable {
            done(result ? Expected<void>{} : fail(result.error()));
        });
}

void FieldBuses::ask(const std::string& line, Expected<Request> request, api::RegistersDone done)
{
    auto awake = checkAwake(line);
    if (awake && request) // a broadcast would reach every unit, and nobody would confirm it
        awake = checkUnit(lines_.at(line).status.settings, request->unitId);
    if (awake && lines_.at(line).status.scan.isRunning)
        awake = fail(ErrorKind::Refused, fmt::format("line {} is being scanned", line));
    if (!awake || !request) {
        base::Error error = awake ? request.error() : awake.error();
        main_.post([done = std::move(done), error = std::move(error)]() mutable {
            done(tl::unexpected(std::move(error)));
        });
        return;
    }
    const auto patience = lines_.at(line).status.settings.responseTimeout;
    auto toMain = [&main = main_, unitId = request->unitId, patience, done = std::move(done)](
                      const Expected<modbus::Answer>& result) mutable {
        main.post([done = std::move(done), words = named(result, unitId, patience)]() mutable {
            done(std::move(words));
        });
    };
    loop_.post([this, line, request = std::move(*request), toMain = std::move(toMain)]() mutable {
        field_->ask(line, std::move(request), std::move(toMain));
    });
}

Expected<void> FieldBuses::checkAwake(const std::string& line) const
{
    const auto found = lines_.find(line);
    if (found == lines_.end())
        return fail(ErrorKind::NotFound, fmt::format("there is no line {}", line));
    if (found->second.status.isPaused)
        return fail(ErrorKind::Refused, fmt::format("line {} is paused", line));
    if (found->second.isLent)
        return fail(ErrorKind::Refused, fmt::format("line {} is lent to another program", line));
    return {};
}

Expected<void> FieldBuses::pauseLine(const std::string& name, bool isPaused)
{
    const auto found = lines_.find(name);
    if (found == lines_.end())
        return fail(ErrorKind::NotFound, fmt::format("there is no line {}", name));
    api::LineStatus& status = found->second.status;
    if (status.isPaused == isPaused)
        return {};
    status.isPaused = isPaused;
    status.scan.isRunning = false;
    if (found->second.isLent)
        return {}; // takeBack() looks at it
    if (isPaused)
        loop_.post([this, name] { field_->closeLine(name, "paused by an operator"); });
    else
        loop_.post([this, settings = status.settings] { field_->changeLine(settings); });
    return {};
}

void FieldBuses::lend(const std::string& line, const std::string& reason, Lent lent)
{
    const auto found = lines_.find(line);
    if (found == lines_.end()) {
        main_.post([line, lent = std::move(lent)]() mutable {
            lent(fail(ErrorKind::NotFound, fmt::format("there is no line {}", line)));
        });
        return;
    }
    found->second.isLent = true;
    found->second.status.scan.isRunning = false;
    loop_.post([this,
                line,
                reason,
                where = placeOf(found->second.status.settings),
                lent = std::move(lent)]() mutable {
        field_->closeLine(line, reason);
        main_.post([where = std::move(where), lent = std::move(lent)]() mutable {
            lent(std::move(where));
        });
    });
}

void FieldBuses::takeBack(const std::string& line)
{
    const auto found = lines_.find(line);
    if (found == lines_.end() || !std::exchange(found->second.isLent, false))
        return;
    if (found->second.isOpen())
        loop_.post(
            [this, settings = found->second.status.settings] { field_->changeLine(settings); });
    else
        loop_.post([this, line] { field_->closeLine(line, "paused by an operator"); });
}

Expected<void>
FieldBuses::startScan(const std::string& line,
                      const api::ScanSettings& settings,
                      const std::vector<std::shared_ptr<const DeviceProfile>>& profiles)
{
    if (auto awake = checkAwake(line); !awake)
        return awake;
    api::LineStatus& status = lines_.at(line).status;
    if (status.scan.isRunning)
        return fail(ErrorKind::AlreadyExists, fmt::format("line {} is being scanned", line));
    if (auto good = checkScan(status.settings, settings); !good)
        return good;
    modbus::ScanPlan plan;
    plan.variants = variantsOf(status.settings, settings);
    plan.firstUnit = settings.firstUnit;
    plan.lastUnit = settings.lastUnit;
    for (const auto& profile : profiles)
        plan.candidates.push_back(candidateOf(*profile));
    status.scan = {};
    status.scan.isRunning = true;
    auto deliver =
        lifetime_.guard([this, line](const api::ScanStatus& scan) { onScan(line, scan); });
    auto report = [&main = main_, deliver](const api::ScanStatus& scan) {
        main.post([deliver, scan]() mutable { deliver(scan); });
    };
    loop_.post([this, line, plan = std::move(plan), report]() mutable {
        field_->startScan(line, std::move(plan), report);
    });
    return {};
}

Expected<void> FieldBuses::stopScan(const std::string& line)
{
    const auto found = lines_.find(line);
    if (found == lines_.end())
        return fail(ErrorKind::NotFound, fmt::format("there is no line {}", line));
    if (!found->second.status.scan.isRunning)
        return {};
    found->second.status.scan.isRunning = false;
    loop_.post([this, line] { field_->stopScan(line); });
    return {};
}

void FieldBuses::traceLine(const std::string& line, std::uint64_t since, api::TraceDone done)
{
    if (!lines_.contains(line)) {
        main_.post([line, done = std::move(done)]() mutable {
            done(fail(ErrorKind::NotFound, fmt::format("there is no line {}", line)));
        });
        return;
    }
    loop_.post([this, line, since, done = std::move(done)]() mutable {
        main_.post([trace = field_->trace(line, since), done = std::move(done)]() mutable {
            done(std::move(trace));
        });
    });
}

void FieldBuses::onScan(const std::string& line, const api::ScanStatus& scan)
{
    const auto found = lines_.find(line);
    if (found == lines_.end() || !found->second.status.scan.isRunning)
        return;
    found->second.status.scan = scan;
    if (lineChanged_)
        lineChanged_(line);
}

} // namespace causeway::bridges
