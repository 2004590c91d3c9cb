// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace causeway::bridges::ble {

/// What a characteristic can, by the words of gatt-api.txt.
struct Abilities
{
    bool canRead = false;
    bool canNotify = false; ///< or indicate
    /// It takes Write Commands and no requests: bluetoothd answers for it, and nobody confirms.
    bool onlyTakesCommands = false;
};

[[nodiscard]] Abilities abilitiesIn(const std::vector<std::string>& flags);

} // namespace causeway::bridges::ble
