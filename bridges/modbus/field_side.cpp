// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/field_side.hpp"

#include <utility>

#include "bridges/modbus/rtu_framing.hpp"
#include "bridges/modbus/serial_link.hpp"
#include "bridges/modbus/tcp_framing.hpp"
#include "bridges/modbus/tcp_link.hpp"

namespace causeway::bridges::modbus {

FieldSide::FieldSide(base::EventLoop& loop, const LineTuning& tuning)
    : loop_(loop)
    , tuning_(tuning)
{}

FieldSide::~FieldSide() = default;

void FieldSide::addLine(const api::LineSettings& settings, Line::Report report)
{
    auto& line = lines_[settings.name];
    line = std::make_unique<Line>(loop_, tuning_, makeParts(settings), std::move(report));
    line->open();
}

void FieldSide::changeLine(const api::LineSettings& settings)
{
    lines_.at(settings.name)->change(makeParts(settings));
}

void FieldSide::removeLine(const std::string& name)
{
    lines_.erase(name);
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
    if (settings.kind == Kind::Rtu)
        parts.link = std::make_unique<SerialLink>(loop_, tuning_, settings);
    else
        parts.link = std::make_unique<TcpLink>(loop_, tuning_, settings, resolver());
    if (settings.kind == Kind::Tcp)
        parts.framing = std::make_unique<TcpFraming>();
    else
        parts.framing = std::make_unique<RtuFraming>(settings.responseTimeout * tuning_.lateness);
    return parts;
}

base::Worker& FieldSide::resolver()
{
    if (!resolver_)
        resolver_ = std::make_unique<base::Worker>("field-names");
    return *resolver_;
}

} // namespace causeway::bridges::modbus
