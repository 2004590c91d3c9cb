// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "agent/certificates/est_request.hpp"
#include "tests/fakes/pki.hpp"
#include "tests/unit/coap/dtls_server.hpp"
#include "tests/unit/coap/session_fixture.hpp"

/// Over real sessions, with GnuTLS at the other end.

using namespace causeway;
using namespace std::chrono_literals;
using fakes::authorityWish;
using fakes::CertificateWish;
using fakes::Identity;

namespace {

constexpr auto certificates =
    "NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+AES-128-CCM-8:+AEAD:+SHA256:+SIGN-ECDSA-SHA256"
    ":+GROUP-SECP256R1:+CTYPE-CLI-X509:+CTYPE-SRV-X509";

CertificateWish atLoopback()
{
    CertificateWish wish;
    wish.address = "127.0.0.1";
    return wish;
}

struct Fixture : tests::SessionFixture
{
    Fixture()
    {
        store.put({"meter-1", "main"}, device.keyPair(true));
        peer.present(server, false);
    }

    void ask(const Identity& trusted)
    {
        agent::EstServer est;
        est.sessionUri = "coaps://127.0.0.1:" + std::to_string(peer.port());
        est.path = {".well-known", "est"};
        est.authority = trusted.certificate();
        request.emplace(
            endpoint,
            loop,
            est,
            agent::EstRequest::Question{{"meter-1", "main"}, base::toBytes("a request")},
            [this](base::Expected<agent::EstRequest::Answer> given) {
                answer.emplace(std::move(given));
            });
    }

    static constexpr std::uint8_t changed = 0x44;
    static constexpr std::uint8_t content = 0x45;
    static constexpr std::uint8_t notFound = 0x84;

    /// RFC 7252 §3: an acknowledgement of the newest request with this code, Content-Format 281,
    /// these octets of options behind it, and this payload.
    void acknowledge(const base::Bytes& payload,
                     const base::Bytes& options = {},
                     std::uint8_t code = changed)
    {
        const base::Bytes& asked = peer.records.back();
        const std::size_t tokenSize = asked[0] & 0x0FU;
        base::Bytes message{static_cast<std::uint8_t>(0x60U | tokenSize), code};
        message.insert(message.end(),
                       asked.begin() + 2,
                       asked.begin() + static_cast<std::ptrdiff_t>(4 + tokenSize));
        const base::Bytes format{0xC2, 0x01, 0x19};
        message.insert(message.end(), format.begin(), format.end());
        message.insert(message.end(), options.begin(), options.end());
        message.push_back(0xFF);
        message.insert(message.end(), payload.begin(), payload.end());
        peer.send(message);
    }

    /// A block of 1,024 octets, with more to come.
    void acknowledgeBlock(std::size_t number)
    {
        const std::size_t value = number << 4U | 0x0EU;
        acknowledge(
            base::Bytes(1024, 0x30),
            {0xB2, static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value)});
    }

    [[nodiscard]] bool wasAsked(std::string_view what) const
    {
        const auto& asked = peer.records.back();
        return std::search(asked.begin(), asked.end(), what.begin(), what.end()) != asked.end();
    }

    /// Enrols with what this issues alone, and waits for the question for its issuers.
    void enrolBy(const Identity& issuer)
    {
        ask(authority);
        BOOST_TEST_REQUIRE(runUntil([&] { return !peer.records.empty() || answer; }));
        issued = Identity(CertificateWish{}, &issuer).certificate();
        acknowledge(Identity::bag({issued}));
        BOOST_TEST_REQUIRE(runUntil([&] { return peer.records.size() > 1U || answer; }));
        BOOST_TEST_REQUIRE(!answer);
        BOOST_TEST(peer.records.back()[1] == 0x01); // GET
        BOOST_TEST(wasAsked("est"));
        BOOST_TEST(wasAsked("crts"));
    }

    [[nodiscard]] base::Bytes given()
    {
        BOOST_TEST_REQUIRE(runUntil([&] { return answer.has_value(); }));
        BOOST_TEST_REQUIRE(answer->has_value());
        return std::get<base::Bytes>(**answer);
    }

    Identity authority{authorityWish()};
    Identity between{authorityWish("Between"), &authority};
    base::Bytes issued;
    Identity stranger{authorityWish("Another")};
    Identity server{atLoopback(), &authority};
    Identity device{CertificateWish{}, &authority};
    tests::DtlsServer peer{loop, certificates, {}};
    std::optional<agent::EstRequest> request;
    std::optional<base::Expected<agent::EstRequest::Answer>> answer;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(est_request, Fixture)

BOOST_AUTO_TEST_CASE(gets_a_certificate_with_the_one_that_the_device_has)
{
    const auto bag = Identity::bag({device.certificate(), authority.certificate()});
    ask(authority);
    BOOST_TEST_REQUIRE(runUntil([&] { return !peer.records.empty() || answer; }));

    BOOST_TEST_REQUIRE(!peer.records.empty());
    BOOST_TEST(peer.clientKey == device.certificate(), boost::test_tools::per_element());
    BOOST_TEST(peer.records.front()[1] == 0x02); // POST
    BOOST_TEST(wasAsked("sren"));
    BOOST_TEST(wasAsked("a request"));
    acknowledge(bag);
    BOOST_TEST_REQUIRE(runUntil([&] { return answer.has_value(); }));

    BOOST_TEST_REQUIRE(answer->has_value());
    BOOST_TEST(std::get<base::Bytes>(**answer) == bag, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_certificate_that_comes_alone_gets_its_issuers)
{
    enrolBy(between);

    acknowledge(Identity::bag({authority.certificate(), between.certificate()}), {}, content);

    auto expected = issued;
    const auto issuer = between.certificate();
    expected.insert(expected.end(), issuer.begin(), issuer.end());
    BOOST_TEST(given() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(no_question_for_issuers_costs_the_certificate_that_has_come)
{
    for (const std::uint8_t code : {content, notFound, changed}) {
        answer.reset();
        request.reset();
        peer.expectNext(certificates);
        enrolBy(between);

        acknowledge(base::toBytes("nobody"), {}, code);

        BOOST_TEST(given() == Identity::bag({issued}), boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(nor_does_a_session_that_ends_meanwhile)
{
    enrolBy(between);

    peer.sendAlert(GNUTLS_A_INTERNAL_ERROR);

    BOOST_TEST(given() == Identity::bag({issued}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_server_of_another_authority_is_asked_nothing)
{
    ask(stranger);

    BOOST_TEST_REQUIRE(runUntil([&] { return answer.has_value(); }));
    BOOST_TEST(answer->error().message.find("authority") != std::string::npos,
               answer->error().message);
    BOOST_CHECK(answer->error().kind == base::ErrorKind::Refused);
    BOOST_CHECK(answer->error().retry == base::Retry::Later); // every device would meet it
    BOOST_TEST(peer.records.empty());
    BOOST_TEST(peer.clientKey.empty());
}

BOOST_AUTO_TEST_CASE(an_answer_without_end_is_cut_off)
{
    ask(authority);

    std::size_t given = 0;
    while (!answer && given < 1000) {
        BOOST_TEST_REQUIRE(runUntil([&] { return peer.records.size() > given || answer; }));
        if (!answer)
            acknowledgeBlock(given++);
    }

    BOOST_TEST_REQUIRE(answer.has_value());
    BOOST_CHECK(answer->error().kind == base::ErrorKind::LimitExceeded);
    BOOST_TEST(given == 65U); // the first octet above 64 KiB
}

BOOST_AUTO_TEST_SUITE_END()
