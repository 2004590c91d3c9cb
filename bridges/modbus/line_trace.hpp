// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "agent/api/line_tools.hpp"
#include "agent/base/bytes.hpp"
#include "agent/base/scheduler.hpp"
#include "bridges/modbus/framing.hpp"

namespace causeway::bridges::modbus {

/// The latest frames of one Line as a technician reads them. Keeps none until somebody asks, and
/// none any more when nobody has asked for a while. Lives on the field thread.
class LineTrace
{
public:
    explicit LineTrace(const base::Scheduler& scheduler)
        : scheduler_(scheduler)
    {}

    void onSent(const Request& request, base::ByteView frame);
    /// Of what is under way.
    void onReceived(base::ByteView octets);
    /// So many of the octets received are of another exchange, which has not ended.
    void onEnd(const Request& request, const Framing::Result& result, std::size_t octetsLeft = 0);
    /// It would have been the next, and the port could not speak as its unit does.
    void onNotSent(const Request& request, const std::string& why);
    /// Nobody waits for these.
    void onStray(base::ByteView octets);

    /// What came at and after that number; see api::LineTools::traceLine().
    [[nodiscard]] api::TracedFrames since(std::uint64_t number);

private:
    [[nodiscard]] bool isWanted() const;
    void add(api::TracedFrame frame);

    const base::Scheduler& scheduler_;
    std::deque<api::TracedFrame> frames_; ///< the last one has the number next_ - 1
    std::uint64_t next_ = 1;
    base::Bytes received_;
    base::TimePoint wantedUntil_{};
};

/// "read holding registers 0 to 5", "write coil 3: 1"
[[nodiscard]] std::string describe(const Request& request);

} // namespace causeway::bridges::modbus
