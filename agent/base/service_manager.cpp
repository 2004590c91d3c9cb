// SPDX-License-Identifier: Apache-2.0
#include "agent/base/service_manager.hpp"

#include <cstdint>

#include <systemd/sd-daemon.h>

namespace causeway::service_manager {

void notifyReady(const std::string& status)
{
    ::sd_notify(0, ("READY=1\nSTATUS=" + status).c_str());
}

void notifyStopping()
{
    ::sd_notify(0, "STOPPING=1");
}

void notifyAlive()
{
    ::sd_notify(0, "WATCHDOG=1");
}

std::optional<base::Duration> watchdogPeriod()
{
    std::uint64_t microseconds = 0;
    if (::sd_watchdog_enabled(0, &microseconds) <= 0)
        return std::nullopt;
    return std::chrono::microseconds(microseconds);
}

} // namespace causeway::service_manager
