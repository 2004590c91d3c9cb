// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/base/bytes.hpp"

namespace causeway::tests {

/// A ClientHello in one DTLS record: what is offered (RFC 6347 §4.2.2, RFC 5246 §7.4.1.2).
struct ClientHello
{
    explicit ClientHello(const base::Bytes& datagram)
    {
        constexpr std::size_t recordHeader = 13, handshakeHeader = 12, random = 32;
        std::size_t at = recordHeader + handshakeHeader;
        BOOST_REQUIRE(datagram.size() > at + 2 + random);
        const auto number = [&](std::size_t from) {
            return static_cast<unsigned>(datagram.at(from) << 8U | datagram.at(from + 1));
        };
        version = number(at);
        at += 2 + random;
        sessionIdSize = datagram.at(at);
        at += 1U + datagram.at(at);
        at += 1U + datagram.at(at); // cookie
        const std::size_t suitesEnd = at + 2 + number(at);
        for (at += 2; at < suitesEnd; at += 2)
            suites.push_back(number(at));
        at += 1U + datagram.at(at); // compression
        for (at += 2; at + 4 <= datagram.size(); at += 4 + number(at + 2)) {
            const auto body = datagram.begin() + static_cast<std::ptrdiff_t>(at) + 4;
            extensions[number(at)] = base::Bytes(body, body + number(at + 2));
        }
    }

    bool hasExtension(unsigned wanted) const { return extensions.count(wanted) > 0; }

    unsigned version = 0;
    unsigned sessionIdSize = 0;
    std::vector<unsigned> suites;
    std::map<unsigned, base::Bytes> extensions; ///< by IANA's number
};

} // namespace causeway::tests
