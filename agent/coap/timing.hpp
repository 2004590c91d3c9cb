// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "agent/base/scheduler.hpp"

/// RFC 7252 §4.8, the defaults.
namespace causeway::coap {

inline constexpr base::Duration ackTimeout = std::chrono::seconds(2);
inline constexpr double ackRandomFactor = 1.5;
inline constexpr int maxRetransmit = 4;
inline constexpr base::Duration exchangeLifetime = std::chrono::seconds(247);
inline constexpr base::Duration nonLifetime = std::chrono::seconds(145);

/// How long a handler may think before the request is acknowledged on its own: well under the two
/// seconds after which the server would send it again.
inline constexpr base::Duration ackDelay = std::chrono::seconds(1);

/// How long an acknowledged request of ours waits for its separate response: MAX_TRANSMIT_WAIT,
/// what the server may need to get a confirmable one through to us.
inline constexpr base::Duration responseWait = std::chrono::seconds(93);

} // namespace causeway::coap
