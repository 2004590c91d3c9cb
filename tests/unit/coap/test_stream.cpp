// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <fstream>
#include <optional>
#include <string>

#include <boost/test/unit_test.hpp>
#include <sys/socket.h>

#include "tests/fakes/pki.hpp"
#include "tests/fakes/temporary_directory.hpp"
#include "tests/unit/coap/session_fixture.hpp"
#include "tests/unit/coap/stream_peer.hpp"
#include "tests/unit/coap/tls_server.hpp"

/// TLS to repositories. rNN: the row in tests/README.md.

using namespace causeway;
using namespace std::chrono_literals;
using api::CertificateUsage;
using api::SecurityMode;
using base::ErrorKind;
using fakes::CertificateWish;
using fakes::Identity;
using tests::TlsServer;
using tests::TlsServerWish;

namespace {

constexpr auto modern = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
constexpr auto onlyTls12 = "NORMAL:-VERS-ALL:+VERS-TLS1.2";
constexpr auto sharedKeys = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+PSK";
constexpr auto rawKeys =
    "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CTYPE-ALL:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK";

CertificateWish forLoopback(const std::string& address = "127.0.0.1")
{
    CertificateWish wish;
    wish.address = address;
    return wish;
}

struct Listener : api::StreamListener
{
    void onStreamOpen(base::UniqueFd opened) override { socket = std::move(opened); }

    void onStreamFailed(const base::Error& failure) override { error = failure; }

    base::UniqueFd socket;
    std::optional<base::Error> error;
};

struct Fixture : tests::SessionFixture
{
    explicit Fixture(bool allowsNoSec = true)
        : SessionFixture(settings(allowsNoSec))
    {
        std::ofstream(trustFile()) << authority.certificatePem();
    }

    static fakes::TemporaryDirectory& directory()
    {
        static fakes::TemporaryDirectory made;
        return made;
    }

    static std::string trustFile() { return (directory().path() / "trusted.pem").string(); }

    static coap::EndpointSettings settings(bool allowsNoSec)
    {
        coap::EndpointSettings result{allowsNoSec, 5s};
        result.trustStore = trustFile();
        return result;
    }

    api::StreamSettings to(const TlsServer& to, SecurityMode mode)
    {
        api::StreamSettings result;
        result.host = "127.0.0.1";
        result.port = to.port();
        result.securityMode = mode;
        result.credential = api::CredentialId{"meter-1", "server"};
        return result;
    }

    /// Whether it opens.
    bool connect(api::StreamSettings settings)
    {
        stream.reset();
        listener = {};
        stream = endpoint.openStream(std::move(settings), listener);
        BOOST_TEST_REQUIRE(runUntil([this] { return listener.socket.isOpen() || listener.error; }));
        return listener.socket.isOpen();
    }

    /// What comes back of it; stops when the stream ends.
    std::string echoOf(std::string_view text)
    {
        std::string heard;
        bool hasEnded = false;
        const auto size = text.size();
        runUntil([&] {
            const auto sent = ::send(
                listener.socket.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
            text.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
            std::array<char, 70'000> buffer{};
            const auto got =
                ::recv(listener.socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
            heard.append(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
            hasEnded = got == 0;
            return hasEnded || heard.size() >= size;
        });
        return heard;
    }

    Identity authority{fakes::authorityWish()};
    Identity server{forLoopback(), &authority};
    Identity device{CertificateWish{}, &authority};
    Listener listener;
    std::unique_ptr<api::Stream> stream;
};

api::ServerIdentity anchoredIn(const Identity& authority)
{
    api::ServerIdentity identity;
    identity.publicKey = authority.certificate();
    identity.certificateUsage = CertificateUsage::TrustAnchorAssertion;
    return identity;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(stream, Fixture)

BOOST_AUTO_TEST_CASE(r33_has_the_pre_shared_key_of_the_account)
{
    const TlsServer right({sharedKeys, tests::testKey, {}});
    const TlsServer wrong({sharedKeys, base::toBytes("fedcba9876543210"), {}});

    BOOST_TEST(connect(to(right, SecurityMode::Psk)));
    BOOST_TEST(echoOf("hello") == "hello");
    BOOST_TEST(!connect(to(wrong, SecurityMode::Psk)));
    BOOST_TEST((listener.error->retry == base::Retry::Later));
    BOOST_TEST(wrong.sessions() == 0);
}

// RFC 6066 §3: a name, never an address; as sessions do it in every mode.
BOOST_AUTO_TEST_CASE(with_a_shared_key_too_the_server_is_named)
{
    const TlsServer peer({sharedKeys, tests::testKey, {}});
    auto settings = to(peer, SecurityMode::Psk);
    BOOST_TEST_REQUIRE(connect(settings));
    BOOST_TEST(echoOf("hello") == "hello");
    BOOST_TEST(peer.timesNamed() == 0);
    settings.host = "localhost";

    BOOST_TEST_REQUIRE(connect(settings));
    BOOST_TEST(echoOf("hello") == "hello");
    BOOST_TEST(peer.timesNamed() == 1);
}

BOOST_AUTO_TEST_CASE(r33_has_the_raw_key_of_the_account)
{
    store.put({"meter-1", "server"}, device.keyPair(false));
    const TlsServer peer({rawKeys, {}, {&server}, true, true});
    auto settings = to(peer, SecurityMode::RawPublicKey);
    settings.server.publicKey = server.publicKey();

    BOOST_TEST(connect(settings));
    BOOST_TEST(echoOf("hello") == "hello");
    BOOST_TEST(peer.clientsShown() == 1);

    settings.server.publicKey = device.publicKey();
    BOOST_TEST(!connect(settings));
    BOOST_TEST((listener.error->kind == ErrorKind::Refused));
    BOOST_TEST(peer.sessions() == 1);
}

BOOST_AUTO_TEST_CASE(r33_has_the_certificate_of_the_account_and_judges_by_its_usage)
{
    store.put({"meter-1", "server"}, device.keyPair(true));
    const Identity other{fakes::authorityWish("Another authority")};
    for (const auto* priority : {modern, onlyTls12}) {
        const TlsServer peer({priority, {}, {&server}, false, true});
        auto settings = to(peer, SecurityMode::Certificate);
        settings.server = anchoredIn(authority);

        BOOST_TEST(connect(settings), priority);
        BOOST_TEST(echoOf("hello") == "hello");
        BOOST_TEST(peer.clientsShown() == 1);

        settings.server = anchoredIn(other);
        BOOST_TEST(!connect(settings), priority);
        BOOST_TEST((listener.error->kind == ErrorKind::Refused));
        BOOST_TEST(peer.clientsShown() == 1); // a wrong server sees nothing of the device
    }
}

BOOST_AUTO_TEST_CASE(r33_to_a_stranger_has_the_gateways_trust_and_shows_nothing)
{
    CertificateWish rsa = forLoopback();
    rsa.rsaBits = 2048;
    const Identity web{rsa, &authority};
    const Identity elsewhere{forLoopback("192.0.2.1"), &authority};
    const Identity self{forLoopback()};
    CertificateWish expired = forLoopback();
    expired.daysUntilEnd = -1;
    const Identity old{expired, &authority};
    const auto opens = [this](const Identity& identity) {
        const TlsServer peer({modern, {}, {&identity}});
        auto settings = to(peer, SecurityMode::Certificate);
        settings.credential.reset();
        const bool opened = connect(settings);
        BOOST_TEST(peer.clientsShown() == 0);
        return opened;
    };

    BOOST_TEST(opens(server));
    BOOST_TEST(opens(web));
    for (const auto* wrong : {&elsewhere, &self, &old}) {
        BOOST_TEST(!opens(*wrong));
        BOOST_TEST((listener.error->kind == ErrorKind::Refused), listener.error->message);
    }
}

BOOST_AUTO_TEST_CASE(r33_takes_no_old_version_and_no_weak_suite)
{
    for (const auto* priority : {"NORMAL:-VERS-ALL:+VERS-TLS1.1:%VERIFY_ALLOW_SIGN_WITH_SHA1",
                                 "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-CBC",
                                 "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA"}) {
        const TlsServer peer({priority, {}, {&server}});
        auto settings = to(peer, SecurityMode::Certificate);
        settings.credential.reset();

        BOOST_TEST(!connect(settings), priority);
        BOOST_TEST(peer.sessions() == 0);
    }
}

struct Lie
{
    SecurityMode mode;
    std::string suite;      ///< in hexadecimal, as the next one
    std::string extensions; ///< without the octets of their length
    bool resumes = false;   ///< with the session ID that the client has made up (RFC 8446 §D.4)
    std::string alert;
};

const std::array lies{
    Lie{SecurityMode::Psk, "c037", "", false, "28"}, // ECDHE_PSK, the removed one
    Lie{SecurityMode::Psk, "00a8", "000f0000", false, "6e"},
    Lie{SecurityMode::Psk, "00a8", "0017000000170000", false, "2f"},
    Lie{SecurityMode::Certificate, "c02b", "00170000000f0000", false, "6e"},
    Lie{SecurityMode::Certificate, "c02b", "00170000", true, "2f"},
    Lie{SecurityMode::Certificate, "1301", "002b00020304000f0000", true, "6e"}, // TLS 1.3
};

/// What GnuTLS 3.7.9 would go by, as RFC 5246 §7.4.1.3 has it, by hand.
std::string serverHello(const Lie& lie, const std::string& clientHello)
{
    constexpr std::size_t sessionIdAt = 2 * (5 + 4 + 2 + 32);
    const auto octets = [](std::size_t count, int digits) {
        auto text = base::toHex(
            base::Bytes{static_cast<std::uint8_t>(count >> 8U), static_cast<std::uint8_t>(count)});
        return text.substr(4U - static_cast<std::size_t>(digits));
    };
    const std::string session = lie.resumes ? clientHello.substr(sessionIdAt, 2 + 64) : "00";
    const std::string body = "0303" + std::string(64, '7') + session + lie.suite + "00" +
                             octets(lie.extensions.size() / 2, 4) + lie.extensions;
    return "160303" + octets(body.size() / 2 + 4, 4) + "0200" + octets(body.size() / 2, 4) + body;
}

BOOST_AUTO_TEST_CASE(r20_r33_goes_by_no_hello_that_answers_what_was_not_offered)
{
    store.put({"meter-1", "server"}, device.keyPair(true));
    store.put({"meter-2", "server"}, "meter-2", tests::testKey);
    for (const auto& lie : lies) {
        tests::StreamPeer peer;
        api::StreamSettings settings;
        settings.host = "127.0.0.1";
        settings.port = peer.port();
        settings.securityMode = lie.mode;
        settings.credential =
            api::CredentialId{lie.mode == SecurityMode::Psk ? "meter-2" : "meter-1", "server"};
        settings.server = anchoredIn(authority);
        listener = {};
        stream = endpoint.openStream(settings, listener);
        BOOST_TEST_REQUIRE(runUntil([&] { return !peer.heard().empty(); }));
        const auto hello = peer.heard();

        peer.send(serverHello(lie, hello));

        BOOST_TEST(runUntil([&] { return listener.error && peer.hasEnded(); }));
        BOOST_TEST(!listener.socket.isOpen());
        // A fatal alert, and nothing else.
        BOOST_TEST(peer.heard().substr(hello.size()) == "150303000202" + lie.alert);
    }
}

// RFC 8446 §4.1.4: its hello comes twice.
BOOST_AUTO_TEST_CASE(takes_a_server_that_asks_for_another_group)
{
    const TlsServer peer(
        {"NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-SECP384R1", {}, {&server}});
    auto settings = to(peer, SecurityMode::Certificate);
    settings.credential.reset();

    BOOST_TEST(connect(settings));
    BOOST_TEST(echoOf("hello") == "hello");
}

BOOST_AUTO_TEST_CASE(carries_much_and_ends_when_the_server_says_good_bye)
{
    const TlsServer peer({sharedKeys, tests::testKey, {}});
    std::string much(3UL * 1024 * 1024, 'x');
    for (std::size_t i = 0; i < much.size(); i += 1000)
        much[i] = static_cast<char>('a' + i % 26);

    BOOST_TEST_REQUIRE(connect(to(peer, SecurityMode::Psk)));
    BOOST_TEST((echoOf(much) == much));
    BOOST_TEST(echoOf("bye").empty());
}

BOOST_AUTO_TEST_CASE(that_nobody_answers_fails)
{
    std::optional<TlsServer> gone(std::in_place, TlsServerWish{sharedKeys, tests::testKey, {}});
    const auto settings = to(*gone, SecurityMode::Psk);
    gone.reset();

    BOOST_TEST(!connect(settings));
    BOOST_TEST((listener.error->kind == ErrorKind::Unreachable));
    BOOST_TEST((listener.error->retry == base::Retry::Later));
}

BOOST_AUTO_TEST_CASE(without_a_fitting_credential_is_not_begun)
{
    const TlsServer peer({sharedKeys, tests::testKey, {}});

    BOOST_TEST(!connect(to(peer, SecurityMode::Certificate)));
    BOOST_TEST((listener.error->kind == ErrorKind::NotAuthorized));
    auto nobody = to(peer, SecurityMode::Psk);
    nobody.credential = api::CredentialId{"meter-2", "server"};
    BOOST_TEST(!connect(nobody));
    BOOST_TEST(peer.sessions() == 0);
}

BOOST_AUTO_TEST_CASE(r33_with_a_private_key_in_the_tpm_is_not_begun)
{
    const TlsServer peer({sharedKeys, tests::testKey, {}});
    auto keyPair = device.keyPair(true);
    keyPair.residence = api::KeyResidence::Tpm;
    store.put({"meter-1", "server"}, std::move(keyPair));
    auto settings = to(peer, SecurityMode::Certificate);
    settings.server = anchoredIn(authority);

    BOOST_TEST(!connect(std::move(settings)));

    BOOST_TEST(listener.error->message.find("a key that the TPM keeps") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(in_clear_is_the_gateways_choice)
{
    Fixture strict(false);
    const TlsServer peer({sharedKeys, tests::testKey, {}});
    auto settings = to(peer, SecurityMode::NoSec);
    settings.credential.reset();

    BOOST_TEST(connect(settings));
    BOOST_TEST(!strict.connect(settings));
    BOOST_TEST((strict.listener.error->kind == ErrorKind::NotAuthorized));
}

// Repositories are the web's, where P-384 is common, and it is offered there.
BOOST_AUTO_TEST_CASE(r33_a_repositorys_certificate_may_be_on_p_384)
{
    store.put({"meter-1", "server"}, device.keyPair(true));
    CertificateWish wish = forLoopback();
    wish.curve = GNUTLS_ECC_CURVE_SECP384R1;
    const Identity repository(wish, &authority);
    const TlsServer peer({modern, {}, {&repository}, false, true});
    auto settings = to(peer, SecurityMode::Certificate);
    settings.server = anchoredIn(authority);

    BOOST_TEST_REQUIRE(connect(settings), listener.error->message);
    BOOST_TEST(echoOf("hello") == "hello");
}

// RFC 3986 §7.4
BOOST_AUTO_TEST_CASE(an_address_in_a_rare_writing_is_no_repository)
{
    const TlsServer repository({sharedKeys, tests::testKey, {}});
    auto settings = to(repository, SecurityMode::Psk);
    settings.host = "127.1";

    BOOST_TEST(!connect(settings));

    BOOST_TEST_REQUIRE(listener.error.has_value());
    BOOST_TEST((listener.error->kind == ErrorKind::InvalidArgument), listener.error->message);
    BOOST_TEST(listener.error->message.find("write 127.0.0.1") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
