// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "agent/updates/device_firmware.hpp"
#include "agent/updates/device_software.hpp"

namespace causeway::agent {

/// What servers may bring to one device; each is there when its profile says how it is installed.
struct DeviceUpdates
{
    std::unique_ptr<DeviceFirmware> firmware;
    std::unique_ptr<DeviceSoftware> software;
};

} // namespace causeway::agent
