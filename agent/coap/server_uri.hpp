// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/expected.hpp"

namespace causeway::coap {

/// coaps://host[:port], coap://…, coaps+tcp://… or coap+tcp://…, taken apart. A literal IPv6 host
/// has no brackets here, and IPv4 is written as usual (server_host).
struct ServerUri
{
    bool isSecure = true;
    bool isStream = false; ///< TCP, RFC 8323
    std::string host;
    std::uint16_t port = 0;
};

/// Whatever names a server is judged here: an operator's account, a delivered one, a session. The
/// sentence of the error names the URI and says what is wrong with it.
[[nodiscard]] base::Expected<ServerUri> parseServerUri(std::string_view text);

} // namespace causeway::coap
