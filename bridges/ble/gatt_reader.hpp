// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "agent/model/definition.hpp"
#include "bridges/ble/format.hpp"
#include "bridges/ble/format_reader.hpp"
#include "bridges/profile_table.hpp"

namespace causeway::bridges::ble {

/// The table [ble] of a profile with connect = true, with a complaint for what cannot be.
[[nodiscard]] GattFormat readGattFormat(ProfileTable table, FormatDefaults& defaults);

/// One [[setup]] of such a profile.
[[nodiscard]] SetupWrite readSetupWrite(ProfileTable table);

/// What one [[resource]] says of its characteristic.
struct CharacteristicSource
{
    Source source;
    bool allowsServerWrites = false;
};

/// Whether a write of the one, which replaces a whole characteristic, its own or another, takes
/// away what the other reads or writes there.
[[nodiscard]] bool wouldCut(const Source& written, const Source& other);

/// `units` is what the Resource counts in, when that is known.
[[nodiscard]] CharacteristicSource readCharacteristic(ProfileTable& table,
                                                      const model::ResourceDefinition& definition,
                                                      const std::optional<std::string>& units,
                                                      const FormatDefaults& defaults);

} // namespace causeway::bridges::ble
