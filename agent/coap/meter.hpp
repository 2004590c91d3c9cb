// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

#include <sys/socket.h>

#include "agent/api/traffic.hpp"

namespace causeway::coap {

/// Counts what one session carries, if anybody wants to know. The Traffic outlives it.
class Meter
{
public:
    explicit Meter(api::Traffic* traffic = nullptr)
        : traffic_(traffic)
    {}

    /// From here on datagrams go by IPv4 or IPv6, or octets in a stream: how TCP cuts that into
    /// segments nobody here knows, so each time octets go or come counts as one.
    void setFamily(sa_family_t family, bool isStream = false)
    {
        constexpr std::size_t udp = 8;   // RFC 768
        constexpr std::size_t tcp = 20;  // RFC 9293 §3.1, without options
        constexpr std::size_t ipv4 = 20; // RFC 791 §3.1, without options
        constexpr std::size_t ipv6 = 40; // RFC 8200 §3
        headers_ = (isStream ? tcp : udp) + (family == AF_INET6 ? ipv6 : ipv4);
    }

    /// A datagram of so many octets, as the socket has it.
    void countSent(std::size_t octets)
    {
        if (traffic_ != nullptr)
            traffic_->octetsSent += octets + headers_;
    }

    void countReceived(std::size_t octets)
    {
        if (traffic_ != nullptr)
            traffic_->octetsReceived += octets + headers_;
    }

    /// A CoAP message, either way.
    void countMessage(std::size_t octets)
    {
        if (traffic_ == nullptr)
            return;
        ++traffic_->messages;
        traffic_->messageOctets += octets;
        traffic_->longestMessage = std::max<std::uint64_t>(traffic_->longestMessage, octets);
    }

private:
    api::Traffic* traffic_;
    std::size_t headers_ = 0;
};

} // namespace causeway::coap
