// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "agent/api/transport.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::api {

using Counters = std::map<std::string, std::uint64_t>;

/// One device at one server.
struct RegistrationStatus
{
    enum class State : std::uint8_t {
        Disabled,   ///< the device or the account is switched off
        Waiting,    ///< for its turn, a retry, or the key store
        Connecting, ///< resolving, handshake
        Registering,
        Registered,
        Updating,
        Deregistering,
        Failed,        ///< the retry sequences are used up; "Update now" starts again
        Idle,          ///< a Bootstrap-Server that nobody needs now
        Bootstrapping, ///< the Bootstrap-Server is at work
    };

    std::string server; ///< account name; a bootstrapped one is called DEVICE:SHORT-SERVER-ID
    std::string uri;
    std::uint16_t shortServerId = 0; ///< 0: a Bootstrap-Server
    bool isBootstrap = false;
    bool isBootstrapped = false; ///< the device's own, delivered by its Bootstrap-Server
    State state = State::Disabled;
    std::string lastError; ///< one sentence; stays after recovery, with its time
    std::optional<base::WallTime> lastErrorAt;
    std::optional<base::WallTime> registeredAt;
    std::optional<base::WallTime> nextAttemptAt;
    std::string location; ///< "/rd/5a3f"
    std::optional<ChannelFacts> channel;
    std::optional<base::WallTime> channelSince;
    std::optional<base::WallTime> channelUsedAt; ///< the server was last heard then
    std::uint32_t observations = 0;
    Counters counters; ///< registrations, updates, sessions, requests, notifications, failures
};

} // namespace causeway::api
