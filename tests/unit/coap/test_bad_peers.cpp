// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <memory>
#include <string>

#include <arpa/inet.h>
#include <boost/test/unit_test.hpp>
#include <sys/socket.h>

#include "tests/fakes/pki.hpp"
#include "tests/unit/coap/dtls_server.hpp"
#include "tests/unit/coap/session_fixture.hpp"
#include "tests/unit/coap/silent_server.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using tests::DtlsServer;
using tests::SessionFixture;
using tests::SilentServer;
using tests::testKey;

namespace {

/// How a session is protected.
struct Kind
{
    const char* name;
    api::SecurityMode mode;
    const char* priority;
};

constexpr std::array kinds{
    Kind{"psk, ccm_8",
         api::SecurityMode::Psk,
         "NONE:+VERS-DTLS1.2:+PSK:+AES-128-CCM-8:+AEAD:+SIGN-ECDSA-SHA256"},
    Kind{"psk, cbc",
         api::SecurityMode::Psk,
         "NONE:+VERS-DTLS1.2:+PSK:+AES-128-CBC:+SHA256:+SIGN-ECDSA-SHA256"},
    Kind{"raw public keys, ccm_8",
         api::SecurityMode::RawPublicKey,
         "NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+AES-128-CCM-8:+AEAD:+SIGN-ECDSA-SHA256:+GROUP-SECP256R1"
         ":+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK"},
    Kind{"raw public keys, cbc",
         api::SecurityMode::RawPublicKey,
         "NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+AES-128-CBC:+SHA256:+SIGN-ECDSA-SHA256:+GROUP-SECP256R1"
         ":+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK"},
    Kind{"certificates, ccm_8",
         api::SecurityMode::Certificate,
         "NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+AES-128-CCM-8:+AEAD:+SIGN-ECDSA-SHA256:+GROUP-SECP256R1"
         ":+CTYPE-CLI-X509:+CTYPE-SRV-X509"},
    Kind{"certificates, cbc",
         api::SecurityMode::Certificate,
         "NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+AES-128-CBC:+SHA256:+SIGN-ECDSA-SHA256:+GROUP-SECP256R1"
         ":+CTYPE-CLI-X509:+CTYPE-SRV-X509"},
};

std::string localUri(std::uint16_t port)
{
    return "coaps://127.0.0.1:" + std::to_string(port);
}

/// A confirmable GET of "/3".
base::Bytes requestNumbered(std::uint8_t number)
{
    return {0x40, 0x01, 0x12, number, 0xB1, '3'};
}

/// RFC 6347 §4.3.1, RFC 5246 §7.2: an alert that nobody has authenticated.
base::Bytes
plainAlert(std::uint8_t epoch, std::uint16_t number, std::uint8_t level, std::uint8_t description)
{
    const auto high = static_cast<std::uint8_t>(number >> 8U);
    const auto low = static_cast<std::uint8_t>(number);
    return {21, 0xFE, 0xFD, 0, epoch, 0, 0, 0, 0, high, low, 0, 2, level, description};
}

constexpr std::uint8_t warning = 1;
constexpr std::uint8_t fatal = 2;

/// Key pairs take a while to make.
struct Keys
{
    fakes::Identity authority{fakes::authorityWish()};
    fakes::Identity server{fakes::CertificateWish{}, &authority};
    fakes::Identity device{fakes::CertificateWish{}, &authority};

    static const Keys& get()
    {
        static const Keys keys;
        return keys;
    }
};

/// An account of a kind, and its server.
struct Site : SessionFixture
{
    explicit Site(const Kind& wanted, coap::EndpointSettings settings = {true, 5s})
        : SessionFixture(std::move(settings))
        , kind(wanted)
        , server(loop, wanted.priority, testKey)
    {
        if (kind.mode == api::SecurityMode::Psk)
            return;
        store.put({"meter-1", "server"}, Keys::get().device.keyPair(true));
        server.present(Keys::get().server, kind.mode == api::SecurityMode::RawPublicKey);
    }

    using SessionFixture::open;

    std::unique_ptr<api::Session> open(std::uint16_t port) { return open(settingsFor(port)); }

    [[nodiscard]] api::SessionSettings settingsFor(std::uint16_t port) const
    {
        api::SessionSettings settings{
            "meter-1", localUri(port), kind.mode, {"meter-1", "server"}, false, {}};
        if (kind.mode == api::SecurityMode::RawPublicKey)
            settings.server.publicKey = Keys::get().server.publicKey();
        else if (kind.mode == api::SecurityMode::Certificate)
            settings.server.publicKey = Keys::get().server.certificate();
        return settings;
    }

    /// Takes what has come before more comes: a socket has room for some hundred datagrams.
    void drain()
    {
        for (int i = 0; i < 100; ++i)
            loop.runOnce(base::Duration::zero());
    }

    const Kind& kind;
    DtlsServer server;
};

/// A session that works, with a server that does not stay that way.
struct Fixture : Site
{
    explicit Fixture(const Kind& wanted)
        : Site(wanted)
        , session(open(server.port()))
    {
        BOOST_REQUIRE(runUntil([&] { return server.isEstablished && listener.facts; }));
    }

    /// The session answers as many requests as have been made, and nobody has ended it.
    void mustServe(std::uint8_t number, std::size_t requests)
    {
        drain();
        server.send(requestNumbered(number));
        BOOST_TEST(runUntil([&] { return server.records.size() >= requests; }));
        BOOST_TEST(listener.requests.size() == requests);
        BOOST_TEST(server.records.size() == requests);
        BOOST_TEST(listener.closed.empty());
    }

    std::unique_ptr<api::Session> session;
};

/// Each kind in turn, named in what fails.
template <typename Check>
void forEachKind(Check check)
{
    for (const Kind& kind : kinds) {
        BOOST_TEST_CONTEXT(kind.name)
        check(kind);
    }
}

} // namespace

/// What peers, and those who can send in their name, do to a session that works or begins.
BOOST_AUTO_TEST_SUITE(bad_peers)

BOOST_AUTO_TEST_CASE(a_flood_of_forged_alerts_ends_no_session)
{
    forEachKind([](const Kind& kind) {
        Fixture f(kind);

        for (std::uint16_t i = 0; i < 2000; ++i) {
            const auto epoch = static_cast<std::uint8_t>(i % 2);
            const std::uint8_t level = i % 3 == 0 ? warning : fatal;
            f.server.sendRaw(plainAlert(epoch, i, level, static_cast<std::uint8_t>(i % 120)));
            if (i % 50 == 0)
                f.drain();
        }

        f.mustServe(1, 1);
        BOOST_TEST(f.server.failure == 0); // not a word in reply
    });
}

BOOST_AUTO_TEST_CASE(a_flood_of_the_servers_own_warnings_ends_no_session)
{
    forEachKind([](const Kind& kind) {
        Fixture f(kind);

        for (int i = 0; i < 2000; ++i) {
            f.server.sendWarning();
            if (i % 50 == 0)
                f.drain();
        }

        f.mustServe(1, 1);
    });
}

BOOST_AUTO_TEST_CASE(a_flood_of_wishes_to_renegotiate_ends_no_session)
{
    forEachKind([](const Kind& kind) {
        Fixture f(kind);

        for (int i = 0; i < 500; ++i) {
            f.server.askForRenegotiation();
            if (i % 50 == 0)
                f.drain();
        }

        f.mustServe(1, 1);
    });
}

BOOST_AUTO_TEST_CASE(forged_records_of_every_type_and_epoch_end_no_session)
{
    forEachKind([](const Kind& kind) {
        Fixture f(kind);

        // RFC 6347 §4.1: types of change_cipher_spec to heartbeat and of a Connection ID, which was
        // not offered; versions that are none; this epoch, those around it, and one far away.
        for (std::uint8_t type = 19; type < 28; ++type) {
            for (const std::uint8_t version : {0xFF, 0xFD, 0xFC, 0x03}) {
                for (const std::uint8_t epoch : {0, 1, 2, 255}) {
                    base::Bytes record{type, 0xFE, version, 0, epoch, 0, 0, 0, 0, 1, type, 0, 24};
                    record.insert(record.end(), 24, 0x40);
                    f.server.sendRaw(record);
                }
            }
            f.drain();
        }

        f.mustServe(1, 1);
    });
}

BOOST_AUTO_TEST_CASE(a_record_that_is_replayed_is_served_once)
{
    forEachKind([](const Kind& kind) {
        Fixture f(kind);
        const auto record = f.server.seal(requestNumbered(1));

        for (int i = 0; i < 100; ++i)
            f.server.sendRaw(record);

        // CoAP would know the message ID again, and answer each time.
        f.mustServe(2, 2);
    });
}

BOOST_AUTO_TEST_CASE(a_record_that_is_truncated_is_none_and_spoils_none)
{
    forEachKind([](const Kind& kind) {
        Fixture f(kind);
        const auto record = f.server.seal(requestNumbered(1));

        for (std::size_t size = 0; size < record.size(); ++size)
            f.server.sendRaw({record.begin(), record.begin() + static_cast<std::ptrdiff_t>(size)});
        f.drain();
        BOOST_TEST(f.listener.requests.empty());
        f.server.sendRaw(record);

        f.mustServe(2, 2);
    });
}

// R24: of CBC, among them those whose padding is wrong and those whose MAC is.
BOOST_AUTO_TEST_CASE(r24_a_record_with_a_spoilt_octet_is_none_and_spoils_none)
{
    forEachKind([](const Kind& kind) {
        Fixture f(kind);
        const auto record = f.server.seal(requestNumbered(1));

        for (std::size_t at = 0; at < record.size(); ++at) {
            auto spoilt = record;
            spoilt[at] ^= 0x01U;
            f.server.sendRaw(spoilt);
        }
        f.drain();
        BOOST_TEST(f.listener.requests.empty());
        f.server.sendRaw(record);

        f.mustServe(2, 2);
        BOOST_TEST(f.server.failure == 0); // not a word in reply
    });
}

/// Sends the record with its last octet spoilt, so often.
void forge(Site& f, base::Bytes record, int times)
{
    record.at(record.size() - 1) ^= 0x01U;
    for (int i = 0; i < times; ++i)
        f.server.sendRaw(record);
    f.drain();
}

BOOST_AUTO_TEST_CASE(r24_records_that_are_forged_are_counted)
{
    forEachKind([](const Kind& kind) {
        Fixture f(kind);

        forge(f, f.server.seal(requestNumbered(1)), 20);

        BOOST_TEST(f.session->discardedRecords() == 20U);
    });
}

BOOST_AUTO_TEST_CASE(r06_after_too_many_forged_records_a_session_ends_and_is_not_resumed)
{
    forEachKind([](const Kind& kind) {
        coap::EndpointSettings settings{true, 5s};
        settings.mostDiscarded = 20;
        settings.leastForgedAge = {};
        Site f(kind, settings);
        const auto session = f.open(f.server.port());
        BOOST_REQUIRE(f.runUntil([&] { return f.server.isEstablished && f.listener.facts; }));
        const auto record = f.server.seal(requestNumbered(1));

        forge(f, record, 20);
        BOOST_TEST(f.listener.closed.empty());
        forge(f, record, 1);

        BOOST_TEST(f.runUntil([&] { return !f.listener.closed.empty(); }));
        BOOST_TEST(f.reason() == "20 records were forged, damaged or repeated, more than is safe");
        BOOST_TEST(f.resumptions.states.empty());
    });
}

BOOST_AUTO_TEST_CASE(r06_who_forges_records_ends_no_session_that_is_young)
{
    forEachKind([](const Kind& kind) {
        coap::EndpointSettings settings{true, 5s};
        settings.mostDiscarded = 20;
        Site f(kind, settings);
        const auto session = f.open(f.server.port());
        BOOST_REQUIRE(f.runUntil([&] { return f.server.isEstablished && f.listener.facts; }));

        forge(f, f.server.seal(requestNumbered(1)), 100);

        BOOST_TEST(session->discardedRecords() == 100U);
        BOOST_TEST(f.listener.closed.empty());
    });
}

BOOST_AUTO_TEST_CASE(an_icmp_that_says_the_port_is_closed_ends_no_session)
{
    forEachKind([](const Kind& kind) {
        Fixture f(kind);
        f.server.refuseDatagrams(true);
        const SilentServer probe; // proves that there is such an ICMP
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(f.server.port());
        ::connect(probe.socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
        (void)::send(probe.socket.get(), "?", 1, MSG_NOSIGNAL);
        char octet = 0;
        BOOST_TEST_REQUIRE(::recv(probe.socket.get(), &octet, 1, 0) == -1);
        BOOST_TEST_REQUIRE(errno == ECONNREFUSED);

        f.session->request({}, [](const auto&) {});
        f.drain();
        f.server.refuseDatagrams(false);

        BOOST_TEST(f.listener.closed.empty());
        f.server.send(requestNumbered(1));
        BOOST_TEST(f.runUntil([&] { return !f.listener.requests.empty(); }));
        BOOST_TEST(f.listener.closed.empty());
    });
}

BOOST_AUTO_TEST_CASE(a_server_that_keeps_its_finished_is_given_up)
{
    forEachKind([](const Kind& kind) {
        Site f(kind, {true, 400ms});
        f.server.isSlowToFinish = true;

        const auto session = f.open(f.server.port());

        BOOST_TEST(f.runUntilConnectedOrClosed());
        BOOST_TEST(!f.listener.facts);
        BOOST_TEST(f.reason().find("within 0.4 s") != std::string::npos, f.reason());
    });
}

// R04: a request that nobody has authenticated is none, in the handshake or after it.
BOOST_AUTO_TEST_CASE(r04_requests_in_clear_during_the_handshake_are_none)
{
    forEachKind([](const Kind& kind) {
        Site f(kind);
        f.server.isSlowToFinish = true;
        const auto session = f.open(f.server.port());
        BOOST_REQUIRE(f.runUntil([&] { return f.server.isEstablished; }));
        const base::Bytes request = requestNumbered(1);

        for (std::uint8_t number = 0; number < 50; ++number) {
            base::Bytes record{23, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 1, number, 0, 6};
            std::ranges::copy(request, std::back_inserter(record)); // insert() confuses gcc
            f.server.sendRaw(record);
            f.server.sendRaw(request);
        }
        f.drain();
        f.server.sendLateFinished();
        BOOST_TEST_REQUIRE(f.runUntilConnectedOrClosed());
        f.server.send(requestNumbered(2));

        BOOST_TEST(f.runUntil([&] { return !f.server.records.empty(); }), f.reason());
        BOOST_TEST(f.listener.requests.size() == 1U);
    });
}

BOOST_AUTO_TEST_CASE(a_handshake_that_never_ends_ends_with_its_limit_and_holds_up_no_other)
{
    forEachKind([](const Kind& kind) {
        Site f(kind, {true, 300ms});
        SilentServer talker;
        std::uint8_t number = 0;
        // RFC 6347 §4.2.2: the first octet of a ServerHello of 80, over and over.
        base::Timer again(f.loop, [&] {
            (void)talker.receiveFromPeer();
            if (talker.peerSize > 0)
                talker.sendToPeer({22, 0xFE, 0xFD, 0,  0, 0, 0, 0, 0, 0, ++number, 0, 13,
                                   2,  0,    0,    80, 0, 0, 0, 0, 0, 0, 0,        1, 0xFE});
            again.start(1ms);
        });
        again.start(1ms);
        coap::Endpoint patient(f.loop, f.store, f.resumptions, {});
        tests::RecordingListener other;

        const auto session = f.open(talker.port);
        const auto another = patient.open(f.settingsFor(f.server.port()), other);

        BOOST_TEST(f.runUntilConnectedOrClosed());
        BOOST_TEST(f.reason().find("within 0.3 s") != std::string::npos, f.reason());
        BOOST_TEST(f.runUntil([&] { return other.facts.has_value(); }));
        BOOST_TEST(other.closed.empty());
    });
}

BOOST_AUTO_TEST_CASE(a_server_that_wants_one_cookie_after_the_other_is_given_up)
{
    forEachKind([](const Kind& kind) {
        Site f(kind, {true, 300ms});
        SilentServer server;
        unsigned asked = 0;
        // RFC 6347 §4.2.1: a HelloVerifyRequest with another cookie each time.
        const auto watch = f.loop.watch(server.socket.get(), EPOLLIN, [&](std::uint32_t) {
            if (server.receiveFromPeer().empty())
                return;
            const auto number = static_cast<std::uint8_t>(asked++);
            server.sendToPeer({22, 0xFE, 0xFF, 0,      0, 0, 0, 0, 0, 0, number, 0,    16, 3,     0,
                               0,  4,    0,    number, 0, 0, 0, 0, 0, 4, 0xFE,   0xFF, 1,  number});
        });

        const auto session = f.open(server.port);

        BOOST_TEST(f.runUntilConnectedOrClosed());
        BOOST_TEST(!f.listener.facts);
        BOOST_TEST(f.listener.closed.size() == 1U);
        BOOST_TEST(asked < 1000U);
    });
}

// Anybody can send them in the server's name (RFC 6347 §4.1.2.7).
BOOST_AUTO_TEST_CASE(warnings_before_the_servers_hello_end_no_handshake)
{
    forEachKind([](const Kind& kind) {
        Site f(kind);
        f.server.isDeaf = true;
        const auto session = f.open(f.server.port());
        f.drain();

        for (std::uint16_t number = 0; number < 100; ++number) {
            f.server.sendRaw(plainAlert(0, number, warning, static_cast<std::uint8_t>(number)));
            f.drain();
        }
        f.server.isDeaf = false;

        BOOST_TEST(f.runUntilConnectedOrClosed());
        BOOST_TEST(f.listener.facts.has_value(), f.reason());
    });
}

BOOST_AUTO_TEST_SUITE_END()
