// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace causeway::api {

/// How a machine reaches its servers: what Object 4 (Connectivity Monitoring) tells.
struct Connectivity
{
    std::int64_t bearer = 41; ///< 4/0/0: 6 a modem, 21 WLAN, 22 Bluetooth, 41 Ethernet…
    std::vector<std::int64_t> available; ///< 4/0/1, ascending
    std::int64_t signal = 0;             ///< dBm; 0 on a wire, and where nobody tells
    std::vector<std::string> addresses;  ///< without those of the link alone
    std::vector<std::string> routers;    ///< IPv4 first

    bool operator==(const Connectivity&) const = default;
};

} // namespace causeway::api
