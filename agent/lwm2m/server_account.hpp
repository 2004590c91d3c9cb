// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "agent/api/server_scheme.hpp"
#include "agent/api/settings.hpp"
#include "agent/model/path.hpp"

namespace causeway::lwm2m {

/// What a client claims in `lwm2m=` (LwM2M Core §6.2.1).
enum class ProtocolVersion : std::uint8_t {
    V1_0, // NOLINT(readability-identifier-naming): a version needs its dot
    V1_1, // NOLINT(readability-identifier-naming): likewise
    V1_2, // NOLINT(readability-identifier-naming): likewise
};

[[nodiscard]] constexpr std::string_view toString(ProtocolVersion version)
{
    constexpr std::array<std::string_view, 3> texts{"1.0", "1.1", "1.2"};
    return texts[static_cast<std::size_t>(version)];
}

/// What the operator wants claimed; 1.1 when that is no version.
[[nodiscard]] inline ProtocolVersion configuredVersion(const api::ServerSettings& settings)
{
    for (const auto version : {ProtocolVersion::V1_0, ProtocolVersion::V1_2}) {
        if (settings.lwm2mVersion == toString(version))
            return version;
    }
    return ProtocolVersion::V1_1;
}

/// What to try after 4.12; 1.0 is the lowest.
[[nodiscard]] constexpr ProtocolVersion nextLower(ProtocolVersion version)
{
    return version == ProtocolVersion::V1_2 ? ProtocolVersion::V1_1 : ProtocolVersion::V1_0;
}

/// What servers may write to an instance of the Server Object of what operators gave.
struct ServerPeriods
{
    std::chrono::seconds lifetime{};
    std::optional<std::chrono::seconds> defaultPmin;
    std::optional<std::chrono::seconds> defaultPmax;
    std::chrono::seconds disableTimeout{};
    bool queueMode = false; ///< no time, but written to /1/x too, with LwM2M 1.0
    // With LwM2M 1.2: /1/x/14 and 17 to 20.
    std::chrono::seconds initialDelay{};
    std::uint32_t retryCount = 0;
    std::chrono::seconds retryTimer{};
    std::chrono::seconds sequenceDelay{};
    std::uint32_t sequenceRetryCount = 0;
};

/// Whether an operator has asked for another one than counts without /1/x/5.
[[nodiscard]] inline bool isUnusual(std::chrono::seconds disableTimeout)
{
    return disableTimeout != api::ServerSettings{}.disableTimeout;
}

/// One Server Account as it is now: what the operator gave, then what servers wrote to /1/x.
struct ServerAccount
{
    api::ServerSettings settings; ///< its times are those now in force
    /// Claimed now: lower than configured when the server refused that. The Registration sets it,
    /// lastAlert and disabledUntil.
    ProtocolVersion version = ProtocolVersion::V1_1;
    ServerPeriods given;                ///< as the operator wants them
    model::Id instance = 0;             ///< of Object 1
    model::Id securityInstance = 0;     ///< of Object 0
    bool storesNotifications = true;    ///< /1/x/6
    bool mutesSend = false;             ///< /1/x/23
    bool givenMute = false;             ///< /1/x/23 as a Bootstrap-Server left it
    bool confirmsNotifications = false; ///< /1/x/26
    /// Whether /1/x/5 and 26 are there: when they say more than their absence does, or a server has
    /// written them.
    bool hasDisableTimeout = false;
    bool hasNotificationMode = false; ///< likewise
    /// /1/x/12, of accounts that a Bootstrap-Server has delivered.
    std::optional<std::chrono::seconds> bootstrappedAt;
    std::optional<std::uint8_t> lastAlert; ///< /1/x/11, of this life
    /// The server has disabled the client (/1/x/4); over a restart, too.
    std::optional<base::WallTime> disabledUntil;
    bool wasRegistered = false; ///< ever since the account came, which ends the initial delay
};

/// What 4.12 may lead down to: LwM2M 1.0 has no TCP.
[[nodiscard]] constexpr ProtocolVersion oldestVersion(const ServerAccount& account)
{
    return api::isStreamUri(account.settings.uri) ? ProtocolVersion::V1_1 : ProtocolVersion::V1_0;
}

/// What a server is told of the lifetime. 0, for ever, is known since LwM2M 1.2: a server of an
/// earlier version, with which nobody has asked for it, gets what counts without a lifetime.
[[nodiscard]] inline std::chrono::seconds lifetimeToTell(const ServerAccount& account)
{
    const auto lifetime = account.settings.lifetime;
    const bool isUnknown = lifetime == lifetime.zero() && account.version < ProtocolVersion::V1_2;
    return isUnknown ? api::ServerSettings{}.lifetime : lifetime;
}

} // namespace causeway::lwm2m
