// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace causeway::api {

/// What the sessions of one device have carried; sessions count, the owner may begin anew at any
/// time. Main thread.
struct Traffic
{
    // On the network, with the headers of DTLS, UDP and IP, handshakes included.
    std::uint64_t octetsSent = 0;
    std::uint64_t octetsReceived = 0;
    // Of CoAP alone, both ways, those that were sent or came again included.
    std::uint64_t messages = 0;
    std::uint64_t messageOctets = 0;
    std::uint64_t longestMessage = 0;

    bool operator==(const Traffic&) const = default;
};

} // namespace causeway::api
