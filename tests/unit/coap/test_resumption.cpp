// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <functional>
#include <set>
#include <span>
#include <string>

#include <boost/test/unit_test.hpp>

#include "agent/coap/resumption.hpp"
#include "tests/unit/coap/client_hello.hpp"
#include "tests/unit/coap/dtls_server.hpp"
#include "tests/unit/coap/openssl_server.hpp"
#include "tests/unit/coap/session_fixture.hpp"
#include "tests/unit/coap/silent_server.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using coap::Resumption;
using tests::DtlsServer;
using tests::OpensslServer;
using tests::SessionFixture;
using tests::testKey;

namespace {

constexpr auto ccm8 = "NONE:+VERS-DTLS1.2:+PSK:+AES-128-CCM-8:+AEAD:+SIGN-ECDSA-SHA256";
constexpr auto cbc = "NONE:+VERS-DTLS1.2:+PSK:+AES-128-CBC:+SHA256:+SIGN-ECDSA-SHA256";
constexpr auto cbcWithoutEtm =
    "NONE:+VERS-DTLS1.2:+PSK:+AES-128-CBC:+SHA256:+SIGN-ECDSA-SHA256:%NO_ETM";
constexpr auto ccm8WithoutEms =
    "NONE:+VERS-DTLS1.2:+PSK:+AES-128-CCM-8:+AEAD:+SIGN-ECDSA-SHA256:%NO_SESSION_HASH";

const api::CredentialId account{"meter-1", "server"};

struct Fixture : SessionFixture
{
    explicit Fixture(coap::EndpointSettings settings = {true, 5s})
        : SessionFixture(settings)
    {}

    /// One session after the other: says whether it came to be.
    bool connect(std::uint16_t port,
                 bool allowsCbcWithoutEtm = false,
                 const std::string& host = "127.0.0.1")
    {
        listener = {};
        session = open("coaps://" + host + ":" + std::to_string(port),
                       api::SecurityMode::Psk,
                       allowsCbcWithoutEtm);
        return runUntilConnectedOrClosed() && listener.facts;
    }

    [[nodiscard]] bool isResumed() const { return listener.facts->isResumed; }

    std::unique_ptr<api::Session> session;
};

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

/// RFC 5246 §7.4.1.3: where a ServerHello names its suite; compression and extensions follow.
std::size_t suiteAt(std::span<const std::uint8_t> hello)
{
    constexpr std::size_t sessionIdAt = 2 + 32;
    return sessionIdAt + 1 + hello[sessionIdAt];
}

/// Makes another extension of one that is there.
void rename(std::span<std::uint8_t> hello, unsigned extension, unsigned other)
{
    const auto number = [&](std::size_t from) {
        return hello[from] << 8U | hello[from + 1];
    };
    for (std::size_t at = suiteAt(hello) + 5; at + 4 <= hello.size(); at += 4U + number(at + 2)) {
        if (static_cast<unsigned>(number(at)) != extension)
            continue;
        hello[at] = static_cast<std::uint8_t>(other >> 8U);
        hello[at + 1] = static_cast<std::uint8_t>(other);
        return;
    }
    BOOST_FAIL("the server sent no such extension");
}

void choose(std::span<std::uint8_t> hello, unsigned suite)
{
    hello[suiteAt(hello)] = static_cast<std::uint8_t>(suite >> 8U);
    hello[suiteAt(hello) + 1] = static_cast<std::uint8_t>(suite);
}

struct Lie
{
    const char* name;
    std::function<void(std::span<std::uint8_t>)> spoil;
    int alert;
};

/// RFC 7627 §5.3, RFC 5246 §7.4.1.3 and §7.4.1.4. An empty server name is a lawful answer.
const std::array lies{
    Lie{"no extended master secret",
        [](auto hello) { rename(hello, 23, 0); },
        GNUTLS_A_HANDSHAKE_FAILURE},
    Lie{"ECDHE_PSK", [](auto hello) { choose(hello, 0xC037); }, GNUTLS_A_HANDSHAKE_FAILURE},
    Lie{"NULL", [](auto hello) { choose(hello, 0x002C); }, GNUTLS_A_HANDSHAKE_FAILURE},
    Lie{"offered, not the session's",
        [](auto hello) { choose(hello, 0x00AE); },
        GNUTLS_A_ILLEGAL_PARAMETER},
    Lie{"compression",
        [](auto hello) { hello[suiteAt(hello) + 2] = 1; },
        GNUTLS_A_ILLEGAL_PARAMETER},
    Lie{"an extension that was not offered",
        [](auto hello) { rename(hello, 0xFF01, 12345); },
        GNUTLS_A_UNSUPPORTED_EXTENSION},
};

Resumption someResumption()
{
    return {base::WallTime(1000s), coap::serverMark("coaps://a"), 0xC0A8, base::Secret(testKey)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(resumption)

BOOST_AUTO_TEST_CASE(what_was_encoded_is_decoded)
{
    const auto decoded = coap::decodeResumption(coap::encode(someResumption()).view());

    BOOST_REQUIRE(decoded);
    BOOST_TEST((decoded->fullHandshakeAt == base::WallTime(1000s)));
    BOOST_TEST(decoded->server == coap::serverMark("coaps://a"));
    BOOST_TEST(decoded->suite == 0xC0A8);
    BOOST_TEST(decoded->session.equals(testKey));
}

BOOST_AUTO_TEST_CASE(what_is_no_resumption_is_not_decoded)
{
    const auto encoded = coap::encode(someResumption());
    base::Bytes foreign(encoded.view().begin(), encoded.view().end());
    foreign[0] = 1;

    BOOST_TEST(!coap::decodeResumption({}));
    BOOST_TEST(!coap::decodeResumption(foreign));
    BOOST_TEST(!coap::decodeResumption(encoded.view().first(25))); // no session
    BOOST_TEST(!coap::decodeResumption(base::Bytes{1}));
}

BOOST_AUTO_TEST_CASE(r06_age_server_and_clock_limit_what_may_be_resumed)
{
    const auto resumption = someResumption();
    const auto same = resumption.server;

    BOOST_TEST(coap::mayResume(resumption, same, base::WallTime(1000s), 60s));
    BOOST_TEST(coap::mayResume(resumption, same, base::WallTime(1059s), 60s));
    BOOST_TEST(!coap::mayResume(resumption, same, base::WallTime(1060s), 60s));
    BOOST_TEST(!coap::mayResume(resumption, same, base::WallTime(999s), 60s)); // set back
    BOOST_TEST(
        !coap::mayResume(resumption, coap::serverMark("coaps://b"), base::WallTime(1000s), 60s));
}

BOOST_AUTO_TEST_CASE(r07_a_second_session_is_resumed_by_a_ticket)
{
    Fixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    server.giveTickets();
    server.expectNext(ccm8);
    BOOST_REQUIRE(f.connect(server.port()));
    BOOST_TEST(!f.isResumed());

    for (int again = 0; again < 3; ++again) {
        server.expectNext(ccm8);
        BOOST_REQUIRE(f.connect(server.port()));

        BOOST_TEST(f.isResumed());
        BOOST_TEST(f.listener.facts->cipherSuite == 0xC0A8);
        BOOST_TEST(f.listener.facts->hasExtendedMasterSecret);
    }
}

BOOST_AUTO_TEST_CASE(r07_a_session_that_is_not_kept_touches_nothing_that_is)
{
    Fixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    server.giveTickets();
    server.expectNext(ccm8);
    BOOST_REQUIRE(f.connect(server.port()));
    const auto connectApart = [&] {
        server.expectNext(ccm8);
        f.listener = {};
        api::SessionSettings apart{"meter-1",
                                   "coaps://127.0.0.1:" + std::to_string(server.port()),
                                   api::SecurityMode::Psk,
                                   account,
                                   false,
                                   {}};
        apart.isKept = false;
        f.session = f.SessionFixture::open(std::move(apart));
        BOOST_REQUIRE(f.runUntilConnectedOrClosed() && f.listener.facts);
    };
    const auto kept = f.resumptions.states.at(account).clone();

    connectApart();

    BOOST_TEST(!f.isResumed());
    BOOST_TEST(f.resumptions.states.at(account).equals(kept.view()));
}

BOOST_AUTO_TEST_CASE(r07_openssl_resumes_by_ticket_and_by_session_id)
{
    for (const std::string cipher :
         {"PSK-AES128-CCM8:@SECLEVEL=0", "PSK-AES128-CBC-SHA256:@SECLEVEL=0"}) {
        for (const bool givesTickets : {true, false}) {
            Fixture f;
            const OpensslServer server(cipher, base::toHex(testKey), givesTickets);
            BOOST_REQUIRE(f.connect(server.port()));
            const int suite = f.listener.facts->cipherSuite;
            f.session->close(); // it serves one after the other

            BOOST_REQUIRE(f.connect(server.port()));

            BOOST_TEST(f.isResumed(), cipher);
            BOOST_TEST(f.listener.facts->cipherSuite == suite);
            BOOST_TEST(f.listener.facts->hasEncryptThenMac == (suite == 0x00AE));
        }
    }
}

BOOST_AUTO_TEST_CASE(r07_a_new_endpoint_resumes_what_the_store_kept)
{
    Fixture f;
    DtlsServer server(f.loop, cbc, testKey);
    server.giveTickets();
    server.expectNext(cbc);
    BOOST_REQUIRE(f.connect(server.port()));
    server.expectNext(cbc);
    coap::Endpoint restarted(f.loop, f.store, f.resumptions, {true, 5s});
    tests::RecordingListener listener;

    const auto session = restarted.open({"meter-1",
                                         "coaps://127.0.0.1:" + std::to_string(server.port()),
                                         api::SecurityMode::Psk,
                                         account,
                                         false,
                                         {}},
                                        listener);

    BOOST_TEST(f.runUntil([&] { return listener.facts.has_value(); }));
    BOOST_REQUIRE(listener.facts);
    BOOST_TEST(listener.facts->isResumed);
    BOOST_TEST(listener.facts->hasEncryptThenMac);
}

BOOST_AUTO_TEST_CASE(r08_sessions_resumed_from_one_state_share_no_key)
{
    Fixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    server.giveTickets();
    std::set<base::Bytes> keys;

    for (int again = 0; again < 5; ++again) {
        server.expectNext(ccm8);
        BOOST_REQUIRE(f.connect(server.port()));
        BOOST_TEST(f.isResumed() == (again > 0));
        BOOST_REQUIRE(f.runUntil([&] { return server.isEstablished; }));
        keys.insert(server.trafficKey());
    }

    BOOST_TEST(keys.size() == 5U);
}

BOOST_AUTO_TEST_CASE(r09_a_server_that_forgot_gets_a_full_handshake)
{
    Fixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    server.giveTickets();
    server.expectNext(ccm8);
    BOOST_REQUIRE(f.connect(server.port()));
    server.giveTickets(); // with another key
    server.expectNext(ccm8);

    BOOST_REQUIRE(f.connect(server.port()));

    BOOST_TEST(!f.isResumed());
    server.expectNext(ccm8);
    BOOST_REQUIRE(f.connect(server.port()));
    BOOST_TEST(f.isResumed()); // the new state has replaced the old
}

// It may have a session there, of another device and before a restart.
BOOST_AUTO_TEST_CASE(r07_a_server_that_is_deaf_to_one_port_resumes_from_another)
{
    Fixture f({true, 2s});
    DtlsServer server(f.loop, ccm8, testKey);
    server.giveTickets();
    server.expectNext(ccm8);
    BOOST_REQUIRE(f.connect(server.port()));
    server.expectNext(ccm8);
    server.isDeafToNext = true;

    BOOST_REQUIRE(f.connect(server.port()));

    BOOST_TEST(!server.isDeafToNext);
    BOOST_TEST(f.isResumed());
}

BOOST_AUTO_TEST_CASE(r09_a_spoilt_state_ends_in_a_full_handshake)
{
    Fixture f({true, 2s});
    DtlsServer server(f.loop, ccm8, testKey);
    server.giveTickets();
    server.expectNext(ccm8);
    BOOST_REQUIRE(f.connect(server.port()));
    server.followsClients = true;
    const base::Bytes good(f.resumptions.states[account].view().begin(),
                           f.resumptions.states[account].view().end());

    for (const std::size_t at : {std::size_t{0}, std::size_t{20}, good.size() / 2}) {
        base::Bytes spoilt = good;
        spoilt[at] ^= 0x80U;
        f.resumptions.states[account] = base::Secret(spoilt);
        server.expectNext(ccm8);

        BOOST_TEST(f.connect(server.port()), at);
    }
}

// GnuTLS 3.7.9 believes a server that resumes most of what its hello says.
BOOST_AUTO_TEST_CASE(r15_r20_a_server_that_resumes_and_lies_is_refused)
{
    for (const auto& lie : lies) {
        BOOST_TEST_CONTEXT(lie.name)
        {
            Fixture f({true, 2s});
            DtlsServer server(f.loop, ccm8, testKey);
            server.giveTickets();
            server.expectNext(ccm8);
            BOOST_REQUIRE(f.connect(server.port(), false, "localhost"));
            server.expectNext(ccm8);
            server.spoilHello = lie.spoil;
            server.followsClients = true;

            BOOST_TEST_REQUIRE(f.connect(server.port(), false, "localhost"));

            BOOST_TEST(!f.isResumed()); // a full handshake has followed
            BOOST_TEST(server.lastAlert == lie.alert);
        }
    }
}

BOOST_AUTO_TEST_CASE(r06_a_session_that_is_too_old_ends_and_is_not_resumed)
{
    Fixture f({true, 5s, 0s});
    DtlsServer server(f.loop, ccm8, testKey);
    server.giveTickets();
    server.expectNext(ccm8);
    BOOST_REQUIRE(f.connect(server.port()));
    BOOST_REQUIRE(f.runUntil([&] { return server.isEstablished; }));

    server.send({0x40, 0x01, 0x12, 0x34, 0xB1, '3'});

    BOOST_TEST(f.runUntil([&] { return !f.listener.closed.empty(); }));
    BOOST_TEST(contains(f.reason(), "as old as it may be"), f.reason());
    BOOST_TEST(f.listener.requests.size() == 1U); // still served
    server.expectNext(ccm8);
    BOOST_REQUIRE(f.connect(server.port()));
    BOOST_TEST(!f.isResumed());
}

BOOST_AUTO_TEST_CASE(r06_after_its_datagrams_a_session_ends_and_is_resumed_with_new_keys)
{
    Fixture f({true, 5s, 1h, 3});
    DtlsServer server(f.loop, ccm8, testKey);
    server.giveTickets();
    server.expectNext(ccm8);
    BOOST_REQUIRE(f.connect(server.port()));
    BOOST_REQUIRE(f.runUntil([&] { return server.isEstablished; }));

    for (std::uint8_t id = 0; id < 2; ++id) // and two answers
        server.send({0x40, 0x01, 0x12, id, 0xB1, '3'});

    BOOST_TEST(f.runUntil([&] { return !f.listener.closed.empty(); }));
    BOOST_TEST(contains(f.reason(), "as many records as is safe"), f.reason());
    server.expectNext(ccm8);
    BOOST_REQUIRE(f.connect(server.port()));
    BOOST_TEST(f.isResumed());
}

BOOST_AUTO_TEST_CASE(r06_after_a_fatal_alert_nothing_is_resumed)
{
    Fixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    server.giveTickets();
    server.expectNext(ccm8);
    BOOST_REQUIRE(f.connect(server.port()));
    BOOST_REQUIRE(f.runUntil([&] { return server.isEstablished; }));

    server.sendAlert(GNUTLS_A_INTERNAL_ERROR);

    BOOST_TEST(f.runUntil([&] { return !f.listener.closed.empty(); }));
    BOOST_TEST(f.resumptions.states.empty());
}

BOOST_AUTO_TEST_CASE(without_an_extended_master_secret_nothing_is_kept)
{
    Fixture f;
    DtlsServer server(f.loop, ccm8, testKey);
    server.giveTickets();
    server.expectNext(ccm8WithoutEms);

    BOOST_REQUIRE(f.connect(server.port()));

    BOOST_TEST(!f.listener.facts->hasExtendedMasterSecret);
    BOOST_TEST(f.resumptions.states.empty());
}

BOOST_AUTO_TEST_CASE(r23_a_resumed_session_is_checked_like_a_full_one)
{
    Fixture f({true, 1s});
    DtlsServer server(f.loop, ccm8, testKey);
    server.giveTickets();
    server.expectNext(cbcWithoutEtm);
    BOOST_REQUIRE(f.connect(server.port(), true)); // the account allows it, then no longer
    server.expectNext(cbcWithoutEtm);

    BOOST_TEST(!f.connect(server.port()));

    BOOST_TEST(!f.listener.closed.empty());
}

BOOST_AUTO_TEST_CASE(the_first_session_offers_a_ticket_extension_and_no_session_id)
{
    Fixture f;
    tests::SilentServer server;
    const auto session = f.open("coaps://127.0.0.1:" + std::to_string(server.port));
    base::Bytes datagram;
    f.runUntil([&] {
        if (datagram.empty())
            datagram = server.receive();
        return !datagram.empty();
    });

    const tests::ClientHello hello(datagram);

    BOOST_TEST(hello.sessionIdSize == 0U);
    BOOST_REQUIRE(hello.hasExtension(35));
    BOOST_TEST(hello.extensions.at(35).empty());
}

BOOST_AUTO_TEST_SUITE_END()
