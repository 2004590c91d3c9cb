// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/firmware.hpp"
#include "bridges/profile_table.hpp"

namespace causeway::bridges {

/// The table [firmware]: how the devices of a model get theirs.
[[nodiscard]] api::FirmwareMethod readFirmware(ProfileTable table);

} // namespace causeway::bridges
