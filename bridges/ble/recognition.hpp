// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bridges/ble/advertisement.hpp"
#include "bridges/device_profile.hpp"

namespace causeway::bridges::ble {

/// The profile that gets most out of what a device was heard to send, and of several the one that
/// promises least besides; empty when none fits. A device that encrypts shows no more than that,
/// and one that wants to be connected no more than its name and services.
[[nodiscard]] std::string
suggestProfile(const std::vector<std::shared_ptr<const DeviceProfile>>& profiles,
               const Advertisement& heard);

} // namespace causeway::bridges::ble
