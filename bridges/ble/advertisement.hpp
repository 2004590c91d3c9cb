// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/bytes.hpp"

namespace causeway::bridges::ble {

/// One advertisement, or as much of it as BlueZ told. Whatever is in here, a stranger has sent.
struct Advertisement
{
    std::string address; ///< as canonicalAddress() writes it
    std::string name;    ///< valid UTF-8; empty when not heard
    std::optional<std::int16_t> rssi;
    /// By company identifier; of one that was heard several times there may be several.
    std::vector<std::pair<std::uint16_t, base::Bytes>> manufacturerData;
    std::vector<std::pair<std::string, base::Bytes>> serviceData; ///< by canonicalUuid(), the same
    std::vector<std::string> services = {}; ///< canonicalUuid()s of those it says it has

    [[nodiscard]] bool hasData() const { return !manufacturerData.empty() || !serviceData.empty(); }
};

/// What one frame lacks an earlier one may have had: names come in scan responses, and many devices
/// send frames of several kinds in turn. Afterwards `all` has what both have, of each company and
/// service the last few payloads, the newest first.
void addHeard(Advertisement& all, const Advertisement& news);

/// "A4:C1:38:0A:1B:2C", whatever the case; nothing when it is no Bluetooth address.
[[nodiscard]] std::optional<std::string> canonicalAddress(std::string_view text);

/// The address's octets in the order they are written. Only what canonicalAddress() gave.
[[nodiscard]] std::array<std::uint8_t, 6> addressOctets(std::string_view address);

/// All 128 bits in lower case, as BlueZ writes them; "fcd2" is on the Bluetooth base UUID
/// (Core Specification 5.4, Vol 3 Part B §2.5.1). Nothing when it is no UUID.
[[nodiscard]] std::optional<std::string> canonicalUuid(std::string_view text);

/// For people: "fcd2" when a canonicalUuid() is on the Bluetooth base UUID, else all of it.
[[nodiscard]] std::string shortUuid(std::string_view uuid);

} // namespace causeway::bridges::ble
