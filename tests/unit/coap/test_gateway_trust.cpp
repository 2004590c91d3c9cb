// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>

#include <boost/test/unit_test.hpp>

#include "agent/base/event_loop.hpp"
#include "agent/coap/server_check.hpp"
#include "agent/coap/trust_reader.hpp"
#include "tests/fakes/pki.hpp"
#include "tests/fakes/temporary_directory.hpp"

/// Whom the gateway trusts by itself may change while it runs.

using namespace causeway;
using fakes::authorityWish;
using fakes::CertificateWish;
using fakes::Identity;

namespace {

struct Fixture
{
    Identity authority{authorityWish()};
    Identity other{authorityWish("Another")};
    Identity server{CertificateWish{}, &authority};
    fakes::TemporaryDirectory directory;
    std::filesystem::path file = directory.path() / "trust.pem";
    coap::GatewayTrust trust{file};

    /// As a program does that cares: the file is there whole, or as it was.
    void install(const Identity& authorityToTrust) const
    {
        const auto made = directory.path() / "new.pem";
        std::ofstream(made) << authorityToTrust.certificatePem();
        std::filesystem::rename(made, file);
    }

    std::string judge()
    {
        api::ServerIdentity identity;
        identity.publicKey = authority.certificate();
        identity.certificateUsage = api::CertificateUsage::CaConstraint;
        const base::Bytes presented = server.certificate();
        const auto judged = coap::checkServer(
            std::vector<base::ByteView>{presented},
            {api::SecurityMode::Certificate,
             identity,
             "localhost",
             false,
             std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now()),
             false,
             trust});
        return judged ? "accepted" : judged.error().message;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(gateway_trust, Fixture)

BOOST_AUTO_TEST_CASE(an_authority_taken_out_of_the_file_is_trusted_no_longer)
{
    install(authority);
    BOOST_TEST(judge() == "accepted");
    install(other);
    BOOST_TEST(judge() != "accepted");
    install(authority);
    BOOST_TEST(judge() == "accepted");
}

BOOST_AUTO_TEST_CASE(without_the_file_nobody_is_trusted_until_it_is_back)
{
    BOOST_TEST(judge().find("the trust store") != std::string::npos, judge());
    install(authority);
    BOOST_TEST(judge() == "accepted");
    std::filesystem::remove(file);
    BOOST_TEST(judge().find("the trust store") != std::string::npos, judge());
    install(authority);
    BOOST_TEST(judge() == "accepted");
}

BOOST_AUTO_TEST_CASE(a_file_without_certificates_trusts_nobody)
{
    install(authority);
    BOOST_TEST(judge() == "accepted");
    std::ofstream(file) << "half a certif";
    BOOST_TEST(judge().find("the trust store") != std::string::npos, judge());
}

BOOST_AUTO_TEST_CASE(is_read_beside_the_loop_and_once_for_all_who_wait)
{
    install(authority);
    base::EventLoop loop;
    coap::TrustReader reader(loop, trust);
    int told = 0;

    reader.whenCurrent([&] { ++told; });
    reader.whenCurrent([&] { ++told; });
    BOOST_TEST(told == 0);
    while (told == 0)
        loop.runOnce(std::chrono::milliseconds(100));

    BOOST_TEST(told == 2);
    BOOST_TEST(trust.isCurrent());
    reader.whenCurrent([&] { ++told; });
    BOOST_TEST(told == 3);
    install(other);
    BOOST_TEST(!trust.isCurrent());
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_file_that_is_not_there_is_told_as_well)
{
    base::EventLoop loop;
    coap::TrustReader reader(loop, trust);
    bool isTold = false;

    reader.whenCurrent([&] { isTold = true; });
    while (!isTold)
        loop.runOnce(std::chrono::milliseconds(100));

    BOOST_TEST(judge().find("the trust store") != std::string::npos, judge());
}

BOOST_AUTO_TEST_SUITE_END()
