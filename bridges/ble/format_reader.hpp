// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/definition.hpp"
#include "bridges/ble/format.hpp"
#include "bridges/profile_table.hpp"

namespace causeway::bridges::ble {

/// What [ble] says of all values.
struct FormatDefaults
{
    bool isBigEndian = false;
    bool isTlv = false;
    bool isCharacteristic = false; ///< of a device that is connected
    /// Of the payload, or the characteristic; empty: any.
    std::vector<std::uint16_t> lengths = {};
    std::optional<TlvLayout> tlv = {};
};

/// Core 5.4 Vol 3 Part F §3.2.9: no value of an attribute is longer.
inline constexpr std::int64_t mostCharacteristicOctets = 512;

/// The key byte-order.
[[nodiscard]] std::optional<bool> readsBigEndian(ProfileTable& table);

/// The table [ble] of a profile, with a complaint for what cannot be.
[[nodiscard]] AdvertisementFormat readFormat(ProfileTable table, FormatDefaults& defaults);

/// The keys of one [[resource]] that say where its value is in the payload; `units` is what the
/// Resource counts in, when that is known.
[[nodiscard]] Source readSource(ProfileTable& table,
                                const model::ResourceDefinition& definition,
                                const std::optional<std::string>& units,
                                const FormatDefaults& defaults);

/// For people: "object 0x02, octet 1, s16".
[[nodiscard]] std::string describe(const Source& source);

} // namespace causeway::bridges::ble
