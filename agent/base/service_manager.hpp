// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "agent/base/scheduler.hpp"

/// What systemd is told (sd_notify(3)); nothing happens when nobody listens. Main thread.
namespace causeway::service_manager {

void notifyReady(const std::string& status);
void notifyStopping();
void notifyAlive();

/// WatchdogSec= of the unit, when there is one for this process.
[[nodiscard]] std::optional<base::Duration> watchdogPeriod();

} // namespace causeway::service_manager
