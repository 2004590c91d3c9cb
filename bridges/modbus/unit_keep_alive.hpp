// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "agent/base/scheduler.hpp"
#include "bridges/modbus/unit_port.hpp"

namespace causeway::bridges::modbus {

/// Writes what a device wants to be given again and again, as long as it is there. One that is
/// not answered or refused comes again in its time; the first refusal is in the journal. Lives on
/// the field thread, as a part of a Unit.
class UnitKeepAlive
{
public:
    UnitKeepAlive(base::Scheduler& scheduler,
                  std::uint8_t unitId,
                  std::vector<KeepAlive> signs,
                  Ask ask);

    /// At once, and then in their periods; nothing when it has begun already.
    void start();
    void stop();

private:
    struct Sign
    {
        KeepAlive what;
        std::unique_ptr<base::Timer> timer;
        bool isOther = false;
        bool isUnderWay = false;
    };

    void send(std::size_t number);
    void onSent(std::size_t number, const base::Expected<Answer>& result);

    std::uint8_t unitId_;
    Ask ask_;
    std::vector<Sign> signs_;
    bool isRunning_ = false;
    bool hasComplained_ = false;
};

} // namespace causeway::bridges::modbus
