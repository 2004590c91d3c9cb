// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/unit/coap/dtls_server.hpp"
#include "tests/unit/coap/session_fixture.hpp"

using namespace causeway;
using tests::DtlsServer;
using tests::RecordingListener;
using tests::SessionFixture;
using tests::testKey;

namespace {

constexpr auto ccm8 = "NONE:+VERS-DTLS1.2:+PSK:+AES-128-CCM-8:+AEAD:+SIGN-ECDSA-SHA256";

const base::Bytes confirmableGet{0x40, 0x01, 0x12, 0x34, 0xB1, '3'}; // CON GET /3

} // namespace

BOOST_AUTO_TEST_SUITE(faults)

BOOST_AUTO_TEST_CASE(a_listener_that_throws_loses_its_session_and_nobody_elses)
{
    SessionFixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    DtlsServer otherServer(f.loop, ccm8, testKey);
    RecordingListener other;
    const auto otherSession =
        f.endpoint.open({"meter-1",
                         "coaps://127.0.0.1:" + std::to_string(otherServer.port()),
                         api::SecurityMode::Psk,
                         {"meter-1", "server"},
                         false,
                         {}},
                        other);
    f.listener.isBroken = true;
    const auto session = f.open("coaps://127.0.0.1:" + std::to_string(server.port()));
    BOOST_REQUIRE(f.runUntil([&] { return server.isEstablished && otherServer.isEstablished; }));

    server.send(confirmableGet);
    BOOST_TEST(f.runUntil([&] { return !f.listener.closed.empty(); }));
    otherServer.send(confirmableGet);

    BOOST_TEST(f.runUntil([&] { return !otherServer.records.empty(); }));
    BOOST_TEST((f.listener.closed.front().kind == base::ErrorKind::Internal));
    BOOST_TEST(other.closed.empty());
}

BOOST_AUTO_TEST_SUITE_END()
