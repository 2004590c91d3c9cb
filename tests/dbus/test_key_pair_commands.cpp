// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "dbus/ctl/pem.hpp"
#include "tests/dbus/running_gateway.hpp"
#include "tests/fakes/temporary_directory.hpp"

using namespace causeway;
using causeway::tests::RunningGateway;

BOOST_FIXTURE_TEST_SUITE(key_pair_commands, RunningGateway)

BOOST_AUTO_TEST_CASE(a_servers_public_key_comes_from_a_pem_file)
{
    const fakes::TemporaryDirectory directory;
    const auto file = directory.path() / "server.pem";
    const base::Bytes octets = base::toBytes("any octets, of a length that base64 must pad");
    std::ofstream(file) << dbus::ctl::toPem("PUBLIC KEY", octets);

    const auto added = ctl({"server",
                            "add",
                            "cloud",
                            "--uri",
                            "coaps://cloud.example",
                            "--security-mode",
                            "rpk",
                            "--server-public-key",
                            file.string()});

    BOOST_TEST(added.exitCode == 0, added.errors);
    const auto identity =
        inside([](World& world) { return world.gateway.servers.at("cloud").settings.identity; });
    BOOST_TEST(identity.publicKey == octets, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_key_pair_is_shown_as_pem)
{
    BOOST_REQUIRE_EQUAL(ctl({"server", "change", "main", "--security-mode", "rpk"}).exitCode, 0);

    const auto made = ctl({"key-pair", "generate", "meter-1", "main"});
    const auto request = ctl({"key-pair", "request", "meter-1", "main"});

    BOOST_TEST(made.exitCode == 0, made.errors);
    BOOST_TEST(made.output == dbus::ctl::toPem("PUBLIC KEY", base::asBytes("public half")));
    BOOST_TEST(request.output ==
               dbus::ctl::toPem("CERTIFICATE REQUEST", base::asBytes("a request of meter-1")));
}

BOOST_AUTO_TEST_CASE(a_key_pair_is_made_in_the_tpm_when_that_is_wanted)
{
    BOOST_REQUIRE_EQUAL(ctl({"server", "change", "main", "--security-mode", "rpk"}).exitCode, 0);
    const auto residence = [this] {
        return inside([](World& world) {
            return world.gateway.keyPairs.at({"meter-1", "main"}).residence;
        });
    };

    BOOST_TEST(ctl({"key-pair", "generate", "meter-1", "main", "--tpm"}).exitCode == 0);
    BOOST_CHECK(residence() == api::KeyResidence::Tpm);
    BOOST_TEST(ctl({"key-pair", "generate", "meter-1", "main"}).exitCode == 0);
    BOOST_CHECK(residence() == api::KeyResidence::Store);
}

BOOST_AUTO_TEST_CASE(a_key_pair_is_not_exported_and_nobody_is_told_to_replace_it)
{
    BOOST_REQUIRE_EQUAL(ctl({"server", "change", "main", "--security-mode", "rpk"}).exitCode, 0);
    BOOST_REQUIRE_EQUAL(ctl({"key-pair", "generate", "meter-1", "main"}).exitCode, 0);

    const auto refused = ctl({"credential", "export", "meter-1", "main"});

    BOOST_TEST(refused.exitCode == 1);
    BOOST_TEST(refused.errors.find("never leaves the gateway") != std::string::npos,
               refused.errors);
}

BOOST_AUTO_TEST_CASE(an_expired_certificate_is_set_with_a_warning)
{
    BOOST_REQUIRE_EQUAL(ctl({"server", "change", "main", "--security-mode", "rpk"}).exitCode, 0);
    BOOST_REQUIRE_EQUAL(ctl({"key-pair", "generate", "meter-1", "main"}).exitCode, 0);

    const auto good = ctl({"key-pair", "certificate", "meter-1", "main"}, "a certificate");
    const auto old = ctl({"key-pair", "certificate", "meter-1", "main"}, "an old certificate");

    BOOST_TEST(good.errors == "");
    BOOST_TEST(old.exitCode == 0);
    BOOST_TEST(old.errors.find("ended at 2001-09-09") != std::string::npos, old.errors);
}

BOOST_AUTO_TEST_CASE(an_empty_list_is_called_empty)
{
    const auto finished = ctl({"credential", "import", "main"});

    BOOST_TEST(finished.exitCode == 2);
    BOOST_TEST(finished.errors == "causewayctl: standard input: it is empty\n");
}

BOOST_AUTO_TEST_CASE(a_credential_that_the_servers_mode_cannot_use_replaces_none)
{
    const std::string key = "00112233445566778899aabbccddeeff";
    const auto keyPairs = [this] {
        return inside([](World& world) { return world.gateway.keyPairs.size(); });
    };

    for (const std::string command : {"generate", "set"}) {
        const auto refused = ctl({"key-pair", command, "meter-1", "main"}, key);
        BOOST_TEST(refused.exitCode == 1);
        BOOST_TEST(refused.errors.find("main has security mode psk") != std::string::npos);
    }
    BOOST_TEST(keyPairs() == 0U);
    BOOST_REQUIRE_EQUAL(ctl({"server", "change", "main", "--security-mode", "rpk"}).exitCode, 0);
    BOOST_TEST(ctl({"key-pair", "generate", "meter-1", "main"}).exitCode == 0);
    for (const std::string command : {"generate", "set"}) {
        const auto refused = ctl({"credential", command, "meter-1", "main"}, key);
        BOOST_TEST(refused.exitCode == 1);
        BOOST_TEST(refused.errors.find("use causewayctl key-pair") != std::string::npos);
    }
    BOOST_TEST(inside([](World& world) { return world.gateway.credentials.empty(); }));
}

BOOST_AUTO_TEST_CASE(security_tells_why_a_first_certificate_has_not_been_given)
{
    inside([](World& world) {
        const base::WallTime now = std::chrono::system_clock::now();
        world.renewals.missing[{"meter-1", "main"}] = {
            now + std::chrono::minutes(90), "the EST server answers 4.03", now};
    });

    const auto people = ctl({"security"}).output;
    BOOST_TEST((people.find("meter-1: the certificate for main has not been given yet: the EST "
                            "server answers 4.03") != std::string::npos),
               people);
    for (const char* const key : {"enrolmentAt", "enrolmentError", "enrolmentErrorAt"})
        BOOST_TEST(json({"security"})[0].contains(key), key);
}

BOOST_AUTO_TEST_SUITE_END()
