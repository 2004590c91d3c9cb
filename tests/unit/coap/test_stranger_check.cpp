// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/coap/server_check.hpp"
#include "tests/fakes/pki.hpp"
#include "tests/fakes/temporary_directory.hpp"

/// Repositories that no account is for: judged by their host and the gateway's own trust alone.

using namespace causeway;
using namespace std::chrono_literals;
using fakes::authorityWish;
using fakes::CertificateWish;
using fakes::Identity;

namespace {

/// An authority that the gateway trusts.
struct Web
{
    Web() { std::ofstream(directory.path() / "trust.pem") << authority.certificatePem(); }

    [[nodiscard]] std::string judge(const std::vector<base::Bytes>& presented) const
    {
        coap::GatewayTrust trust(directory.path() / "trust.pem");
        const std::vector<base::ByteView> views(presented.begin(), presented.end());
        const auto judged = coap::checkStranger(views,
                                                {api::SecurityMode::Certificate,
                                                 identity,
                                                 host,
                                                 isLiteral,
                                                 now,
                                                 toleratesUnsetClock,
                                                 trust});
        return judged ? "accepted" : judged.error().message;
    }

    [[nodiscard]] std::string judge(const CertificateWish& wish) const
    {
        return judge({Identity(wish, &authority).certificate()});
    }

    fakes::TemporaryDirectory directory;
    Identity authority{authorityWish()};
    api::ServerIdentity identity;
    std::string host = "localhost";
    bool isLiteral = false;
    base::WallTime now =
        std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now());
    bool toleratesUnsetClock = false;
};

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

CertificateWish rsaOf(unsigned bits)
{
    CertificateWish wish;
    wish.rsaBits = bits;
    return wish;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(stranger_check, Web)

BOOST_AUTO_TEST_CASE(the_webs_keys_are_taken_that_no_account_would_take)
{
    CertificateWish larger;
    larger.curve = GNUTLS_ECC_CURVE_SECP384R1;

    BOOST_TEST(judge(CertificateWish{}) == "accepted");
    BOOST_TEST(judge(larger) == "accepted");
    BOOST_TEST(judge(rsaOf(2048)) == "accepted");
}

BOOST_AUTO_TEST_CASE(a_weak_key_or_signature_is_not)
{
    CertificateWish shortKey;
    shortKey.curve = GNUTLS_ECC_CURVE_SECP224R1;
    CertificateWish shortHash;
    shortHash.digest = GNUTLS_DIG_SHA1;

    BOOST_TEST(contains(judge(rsaOf(1024)), "too short"));
    BOOST_TEST(contains(judge(shortKey), "too short"));
    BOOST_TEST(contains(judge(shortHash), "weaker than SHA-256"));
}

BOOST_AUTO_TEST_CASE(whom_nobody_trusted_vouches_for_is_refused)
{
    const Identity stranger(authorityWish("A stranger"));
    const Identity below(CertificateWish{}, &stranger);
    const Identity self(CertificateWish{});

    BOOST_TEST(contains(judge({below.certificate()}), "does not end in an authority"));
    BOOST_TEST(contains(judge({below.certificate(), stranger.certificate()}),
                        "does not end in an authority"));
    BOOST_TEST(contains(judge({self.certificate()}), "does not end in an authority"));
    std::filesystem::remove(directory.path() / "trust.pem");
    BOOST_TEST(contains(judge(CertificateWish{}), "has no certificate to offer"));
}

// What an account pins is nothing to a stranger.
BOOST_AUTO_TEST_CASE(a_certificate_that_is_known_itself_needs_the_path_all_the_same)
{
    const Identity self(CertificateWish{});
    identity.publicKey = self.certificate();

    BOOST_TEST(contains(judge({self.certificate()}), "does not end in an authority"));
}

BOOST_AUTO_TEST_CASE(an_authority_between_is_presented_by_the_server)
{
    const Identity middle(authorityWish("In between"), &authority);
    const Identity server(CertificateWish{}, &middle);

    BOOST_TEST(judge({server.certificate(), middle.certificate()}) == "accepted");
    BOOST_TEST(contains(judge({server.certificate()}), "does not end in an authority"));
}

BOOST_AUTO_TEST_CASE(the_name_counts_always)
{
    host = "other.example";
    BOOST_TEST(contains(judge(CertificateWish{}), "is not for \"other.example\""));
    host = "localhost.";
    BOOST_TEST(judge(CertificateWish{}) == "accepted");
    host = "127.0.0.1";
    isLiteral = true;
    BOOST_TEST(contains(judge(CertificateWish{}), "is not for \"127.0.0.1\""));
    CertificateWish addressed;
    addressed.address = "127.0.0.1";
    BOOST_TEST(judge(addressed) == "accepted");
}

BOOST_AUTO_TEST_CASE(its_time_and_purpose_count)
{
    CertificateWish expired;
    expired.daysUntilEnd = -1;
    CertificateWish early;
    early.daysUntilBegin = 1;
    CertificateWish client;
    client.purpose = GNUTLS_KP_TLS_WWW_CLIENT;

    BOOST_TEST(contains(judge(expired), "has expired on 20"));
    BOOST_TEST(contains(judge(early), "is not valid before 20"));
    BOOST_TEST(contains(judge(client), "not made for servers"));
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_not_set_refuses_all_unless_it_is_let)
{
    now = base::WallTime(1000s); // 1970

    BOOST_TEST(contains(judge(CertificateWish{}), "clock is not set"));
    toleratesUnsetClock = true;
    BOOST_TEST(judge(CertificateWish{}) == "accepted");
}

BOOST_AUTO_TEST_CASE(what_is_no_certificate_is_refused)
{
    BOOST_TEST(contains(judge(std::vector<base::Bytes>{}), "presented no certificate"));
    BOOST_TEST(contains(judge({base::Bytes{1, 2, 3}}), "no X.509 certificate"));
}

BOOST_AUTO_TEST_SUITE_END()
