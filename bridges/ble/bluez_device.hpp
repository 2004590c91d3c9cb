// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sdbus-c++/sdbus-c++.h>

#include "bridges/ble/advertisement.hpp"

namespace causeway::bridges::ble {

using Properties = std::map<std::string, sdbus::Variant>;
using Interfaces = std::map<std::string, Properties>;

/// What BlueZ says once of a device, and leaves out when it tells what has changed.
struct BluezDevice
{
    std::string address;
    std::string name;
    std::vector<std::string> services; ///< canonicalUuid()s
    /// While adapters listen passively: what it sent last, as long as that is the same.
    Advertisement newest = {};
    bool isTold = false; ///< by a signal; the call for the same advertisement is on its way
};

/// Nothing without an address. Throws sdbus::Error when a property has another type than
/// device-api.txt says.
[[nodiscard]] std::optional<BluezDevice> deviceIn(const Properties& properties);

/// The advertisement that changed these properties, and with it perhaps the device's name and
/// services; nothing when no advertisement did. Throws as deviceIn().
[[nodiscard]] std::optional<Advertisement> advertisementIn(const Properties& properties,
                                                           BluezDevice& device);

/// The same of PropertiesChanged's dictionary while it is still in its message, where it holds what
/// an advertisement changes and nothing else; a Variant of each, as sdbus-c++ makes it, costs more
/// than all the rest of a frame. Nothing when there is more: the message stands anywhere then.
[[nodiscard]] std::optional<Advertisement> plainAdvertisementIn(sdbus::Message& message,
                                                                const BluezDevice& device);

} // namespace causeway::bridges::ble
