// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/api/settings.hpp"
#include "agent/model/path.hpp"

namespace causeway::lwm2m {

/// What a client claims in `lwm2m=` (LwM2M Core §6.2.1).
enum class ProtocolVersion : std::uint8_t { V1_0, V1_1 };

[[nodiscard]] constexpr std::string_view toString(ProtocolVersion version)
{
    return version == ProtocolVersion::V1_0 ? "1.0" : "1.1";
}

/// One Server Account as it is now: what the operator gave, then what servers wrote to /1/x.
struct ServerAccount
{
    api::ServerSettings settings;
    model::Id instance = 0;             ///< of Object 1
    bool storesNotifications = true;    ///< /1/x/6
    bool mutesSend = false;             ///< /1/x/23
    bool confirmsNotifications = false; ///< /1/x/26
};

} // namespace causeway::lwm2m
