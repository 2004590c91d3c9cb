// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/api/firmware.hpp"
#include "bridges/profile_table.hpp"

namespace causeway::bridges {

/// The table [firmware]: how the devices of a model get theirs.
[[nodiscard]] api::FirmwareMethod readFirmware(ProfileTable table);

/// One of the tables [[software]]; `others` are those before it.
[[nodiscard]] api::SoftwareMethod readSoftware(ProfileTable table,
                                               const std::vector<api::SoftwareMethod>& others);

} // namespace causeway::bridges
