// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/field_side.hpp"

#include <utility>

#include "bridges/modbus/rtu_framing.hpp"
#include "bridges/modbus/serial_link.hpp"
#include "bridges/modbus/tcp_framing.hpp"
#include "bridges/modbus/tcp_link.hpp"

namespace causeway::bridges::modbus {

namespace {

/// A relay that is still on is worth so long; the service manager's patience is longer.
constexpr base::Duration retireLimit = std::chrono::seconds(3);
/// Names of devices that are looked up at a time: one whose DNS server says nothing takes ten
/// seconds.
constexpr std::size_t mostLookUps = 4;

} // namespace

FieldSide::FieldSide(base::EventLoop& loop, const LineTuning& tuning)
    : loop_(loop)
    , tuning_(tuning)
{}

FieldSide::~FieldSide() = default;

void FieldSide::addLine(const api::LineSettings& settings, Line::Report report)
{
    settings_[settings.name] = settings;
    auto& line = lines_[settings.name];
    line = std::make_unique<Line>(loop_, tuning_, makeParts(settings), std::move(report));
    line->open();
}

void FieldSide::changeLine(const api::LineSettings& settings)
{
    scans_.erase(settings.name);
    settings_[settings.name] = settings;
    lines_.at(settings.name)->change(makeParts(settings));
}

void FieldSide::removeLine(const std::string& name)
{
    scans_.erase(name);
    settings_.erase(name);
    const auto node = lines_.extract(name);
    if (!node.empty())
        retire(std::move(node.mapped()));
}

void FieldSide::close(base::Task done)
{
    closed_ = std::move(done);
    scans_.clear();
    units_.clear();
    while (!lines_.empty())
        retire(std::move(lines_.extract(lines_.begin()).mapped()));
    if (leaving_.empty())
        loop_.post(std::exchange(closed_, {}));
}

void FieldSide::retire(std::unique_ptr<Line> line)
{
    if (!line->hasLastWrites())
        return;
    const std::uint64_t number = nextLeaving_++;
    Leaving& leaving = leaving_[number];
    leaving.line = std::move(line);
    leaving.limit = std::make_unique<base::Timer>(loop_, [this, number] { onRetired(number); });
    leaving.limit->start(retireLimit);
    leaving.line->whenSettled([this, number] { onRetired(number); });
}

void FieldSide::onRetired(std::uint64_t number)
{
    leaving_.erase(number);
    if (leaving_.empty() && closed_)
        loop_.post(std::exchange(closed_, {}));
}

void FieldSide::closeLine(const std::string& name, const std::string& reason)
{
    scans_.erase(name);
    lines_.at(name)->close(reason);
}

void FieldSide::ask(const std::string& line, Request request, Line::Done done)
{
    lines_.at(line)->submit(std::move(request), Priority::Service, std::move(done));
}

api::TracedFrames FieldSide::trace(const std::string& line, std::uint64_t since)
{
    return lines_.at(line)->trace().since(since);
}

void FieldSide::startScan(const std::string& line, ScanPlan plan, LineScan::Report report)
{
    scans_.erase(line);
    auto scan = std::make_unique<LineScan>(
        loop_,
        *lines_.at(line),
        std::move(plan),
        [this](const api::LineSettings& settings) { return makeParts(settings); },
        std::move(report));
    scan->start(lifetime_.guard([this, line] { stopScan(line); }));
    scans_[line] = std::move(scan);
}

void FieldSide::stopScan(const std::string& line)
{
    if (scans_.erase(line) > 0)
        lines_.at(line)->change(makeParts(settings_.at(line)));
}

void FieldSide::addUnit(std::uint64_t id,
                        const std::string& line,
                        Unit::Settings settings,
                        Unit::Report report)
{
    units_.emplace(
        id,
        std::make_unique<Unit>(loop_, *lines_.at(line), std::move(settings), std::move(report)));
}

void FieldSide::removeUnit(std::uint64_t id)
{
    units_.erase(id);
}

LineParts FieldSide::makeParts(const api::LineSettings& settings)
{
    using Kind = api::LineSettings::Kind;
    LineParts parts;
    parts.responseTimeout = settings.responseTimeout;
    parts.hasQuarantine = settings.kind != Kind::Tcp;
    parts.isRtuOverTcp = settings.kind != Kind::Tcp && settings.kind != Kind::Rtu;
    if (settings.kind == Kind::Rtu)
        parts.link = std::make_unique<SerialLink>(loop_, tuning_, settings);
    else
        parts.link = std::make_unique<TcpLink>(loop_, tuning_, settings, resolver());
    if (settings.kind == Kind::Tcp)
        parts.framing = std::make_unique<TcpFraming>();
    else
        parts.framing = std::make_unique<RtuFraming>(settings.responseTimeout * tuning_.lateness,
                                                     settings.localEcho ? RtuFraming::Echo::Local
                                                                        : RtuFraming::Echo::None);
    return parts;
}

base::WorkerPool& FieldSide::resolver()
{
    if (!resolver_)
        resolver_ = std::make_unique<base::WorkerPool>("field-names", mostLookUps);
    return *resolver_;
}

} // namespace causeway::bridges::modbus
