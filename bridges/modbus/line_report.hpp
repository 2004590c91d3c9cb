// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace causeway::bridges::modbus {

/// What a Line tells the main thread of itself.
struct LineReport
{
    bool isUp = false;
    std::string lastError;
    std::map<std::string, std::uint64_t> counters;
    std::map<std::uint8_t, std::map<std::string, std::uint64_t>> units; ///< LineStatistics of each
    bool isFault = false; ///< it is down, and nobody wanted it to be
};

} // namespace causeway::bridges::modbus
