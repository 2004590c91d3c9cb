// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/line_trace.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace causeway::bridges::modbus {

using api::TracedFrame;
using base::TimePoint;

namespace {

/// Who has asked is expected back within a second; one that was killed is forgotten.
constexpr std::chrono::seconds attention{30};
/// Some seconds of the fastest line: at 115,200 baud about 300 frames a second go both ways.
constexpr std::size_t mostFrames = 1000;
/// More in one exchange is noise; the longest TCP frame has 260 octets.
constexpr std::size_t mostOctets = 1024;

const char* nameOf(FunctionCode function)
{
    switch (function) {
    case FunctionCode::ReadCoils:
        return "read coils";
    case FunctionCode::ReadDiscreteInputs:
        return "read discrete inputs";
    case FunctionCode::ReadHoldingRegisters:
        return "read holding registers";
    case FunctionCode::ReadInputRegisters:
        return "read input registers";
    case FunctionCode::WriteSingleCoil:
        return "write coil";
    case FunctionCode::WriteSingleRegister:
        return "write register";
    case FunctionCode::WriteMultipleCoils:
        return "write coils";
    case FunctionCode::WriteMultipleRegisters:
        return "write registers";
    case FunctionCode::MaskWriteRegister:
        return "mask register";
    }
    return "?";
}

std::string describe(const Framing::Result& result)
{
    if (!result)
        return result.error().message;
    return result->empty() ? "confirmed" : fmt::format("{}", fmt::join(*result, " "));
}

} // namespace

std::string describe(const Request& request)
{
    std::string text = fmt::format("{} {}", nameOf(request.function), request.address);
    if (request.count > 1)
        text += fmt::format(" to {}", request.address + request.count - 1);
    if (!request.values.empty())
        text += fmt::format(": {}", fmt::join(request.values, " "));
    return text;
}

bool LineTrace::isWanted() const
{
    return scheduler_.now() < wantedUntil_;
}

void LineTrace::onSent(const Request& request, base::ByteView frame)
{
    if (isWanted())
        add({{},
             TracedFrame::Direction::Sent,
             request.unitId,
             {frame.begin(), frame.end()},
             describe(request)});
}

void LineTrace::onNotSent(const Request& request, const std::string& why)
{
    if (isWanted())
        add({{},
             TracedFrame::Direction::Sent,
             request.unitId,
             {},
             fmt::format("not sent: {}: {}", describe(request), why)});
}

void LineTrace::onReceived(base::ByteView octets)
{
    if (!isWanted())
        return;
    const std::size_t room = mostOctets - std::min(mostOctets, received_.size());
    const auto part = octets.first(std::min(room, octets.size()));
    received_.insert(received_.end(), part.begin(), part.end());
}

void LineTrace::onEnd(const Request& request, const Framing::Result& result, std::size_t octetsLeft)
{
    const auto end =
        received_.end() - static_cast<std::ptrdiff_t>(std::min(octetsLeft, received_.size()));
    const base::Bytes octets(received_.begin(), end);
    received_.erase(received_.begin(), end);
    if (isWanted())
        add({{}, TracedFrame::Direction::Received, request.unitId, octets, describe(result)});
}

void LineTrace::onStray(base::ByteView octets)
{
    if (!isWanted())
        return;
    const auto part = octets.first(std::min(mostOctets, octets.size()));
    add({{},
         TracedFrame::Direction::Received,
         std::nullopt,
         {part.begin(), part.end()},
         "nobody waits for this"});
}

void LineTrace::add(TracedFrame frame)
{
    frame.at = scheduler_.wallNow();
    frames_.push_back(std::move(frame));
    ++next_;
    if (frames_.size() > mostFrames)
        frames_.pop_front();
}

api::TracedFrames LineTrace::since(std::uint64_t number)
{
    if (!isWanted()) { // what there is is old
        frames_.clear();
        received_.clear();
    }
    wantedUntil_ = scheduler_.now() + attention;
    const std::uint64_t oldest = next_ - frames_.size();
    const std::uint64_t first = number == 0 ? next_ : std::clamp(number, oldest, next_);
    api::TracedFrames trace;
    trace.frames.assign(frames_.end() - static_cast<std::ptrdiff_t>(next_ - first), frames_.end());
    trace.next = next_;
    trace.missed = number == 0 || number > oldest ? 0 : oldest - number;
    return trace;
}

} // namespace causeway::bridges::modbus
