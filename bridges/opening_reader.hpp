// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bridges/modbus/unit_opening.hpp"
#include "bridges/point_reader.hpp"
#include "bridges/profile_table.hpp"

namespace causeway::bridges {

/// A [[probe]]: registers that show what a device is.
[[nodiscard]] modbus::ProbeStep readProbe(ProfileTable table, const PointDefaults& defaults);

/// A [[setup]]: registers that a device is given before it is polled.
[[nodiscard]] modbus::SetupStep readSetup(ProfileTable table, const PointDefaults& defaults);

/// A [[keep-alive]]: registers that a device is given again and again.
[[nodiscard]] modbus::KeepAlive readKeepAlive(ProfileTable table, const PointDefaults& defaults);

/// What a device is given before a write, the `unlock` of a [[resource]].
[[nodiscard]] modbus::Unlock readUnlock(ProfileTable table, const PointDefaults& defaults);

} // namespace causeway::bridges
