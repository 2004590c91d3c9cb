// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/unit/coap/session_fixture.hpp"
#include "tests/unit/coap/stream_peer.hpp"

namespace causeway::tests {

inline const std::string ourSettings = "40e122048020"; // CSM: 1152 octets, blocks

inline bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

/// A session over plain TCP with a byte-level peer.
struct TcpFixture : SessionFixture
{
    explicit TcpFixture(coap::EndpointSettings settings = {true, std::chrono::seconds(5)})
        : SessionFixture(std::move(settings))
    {}

    /// Whose kernel takes so much for who does not read.
    explicit TcpFixture(int receiveBuffer,
                        coap::EndpointSettings settings = {true, std::chrono::seconds(5)})
        : SessionFixture(std::move(settings))
        , peer(receiveBuffer)
    {}

    [[nodiscard]] std::string uri() const
    {
        return "coap+tcp://127.0.0.1:" + std::to_string(peer.port());
    }

    /// Up to where both have said what they take.
    void connect(const std::string& theirSettings = "00e1")
    {
        session = open(uri(), api::SecurityMode::NoSec);
        BOOST_TEST_REQUIRE(runUntil([this] { return peer.heard() == ourSettings; }));
        peer.send(theirSettings);
    }

    void connectWhole(const std::string& theirSettings = "00e1")
    {
        connect(theirSettings);
        BOOST_TEST_REQUIRE(runUntil([this] { return listener.facts.has_value(); }), reason());
    }

    /// What the peer hears after our settings, once it ends with this.
    bool hears(const std::string& hex)
    {
        return runUntil([&] { return peer.heard() == ourSettings + hex; });
    }

    /// A notification of 60,000 octets.
    void tell(std::uint8_t octet) const
    {
        api::Response large;
        large.payload.assign(60'000, octet);
        session->notify({{7}, 1}, large, false, {});
    }

    bool isClosed()
    {
        return runUntil([this] { return !listener.closed.empty(); });
    }

    StreamPeer peer;
    std::unique_ptr<api::Session> session;
};

} // namespace causeway::tests
