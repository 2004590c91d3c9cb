// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <gnutls/crypto.h>

#include "store/server_place.hpp"
#include "tests/fakes/pki.hpp"
#include "tests/store/store_fixture.hpp"

/// rNN: the row in tests/README.md.

using namespace causeway;
using api::CertificateUsage;
using api::MatchingType;
using api::SecurityMode;
using fakes::Identity;

namespace {

const api::CredentialId meter{"meter-1", "leshan"};

struct Matching
{
    MatchingType type;
    gnutls_digest_algorithm_t hash;
};

constexpr std::array<Matching, 4> matchings{{{MatchingType::Exact, GNUTLS_DIG_NULL},
                                             {MatchingType::Sha256, GNUTLS_DIG_SHA256},
                                             {MatchingType::Sha384, GNUTLS_DIG_SHA384},
                                             {MatchingType::Sha512, GNUTLS_DIG_SHA512}}};

base::Bytes matched(const Matching& matching, const base::Bytes& octets)
{
    if (matching.type == MatchingType::Exact)
        return octets;
    base::Bytes hash(gnutls_hash_get_len(matching.hash));
    gnutls_hash_fast(matching.hash, octets.data(), octets.size(), hash.data());
    return hash;
}

/// An account whose server is known by `octets`.
api::ServerSettings
pinning(const std::string& name, const base::Bytes& octets, const Matching& matching = matchings[0])
{
    auto server = tests::serverNamed(name);
    server.uri = "coaps://" + name + ".example";
    server.securityMode = SecurityMode::Certificate;
    server.identity.publicKey = matched(matching, octets);
    server.identity.matchingType = matching.type;
    return server;
}

api::ServerSettings bootstrapOf(api::ServerSettings server)
{
    server.name += "-bs";
    server.isBootstrap = true;
    return server;
}

struct Fixture
{
    Fixture() { store.furnish({"meter-1", "meter-2"}); }

    static store::StoreSettings settingsFor(const std::filesystem::path& directory)
    {
        store::StoreSettings settings;
        settings.directory = directory;
        return settings;
    }

    std::string keep(const api::CredentialId& id, api::KeyPair keyPair)
    {
        auto kept = tests::await<api::CredentialFacts>(store.loop(), [&](auto done) {
            store.store().store(id, api::Credential(std::move(keyPair)), std::move(done));
        });
        return kept ? "" : kept.error().message;
    }

    std::string put(const api::ServerSettings& account)
    {
        const auto kept = store.putServer(account);
        return kept ? "" : kept.error().message;
    }

    /// meter-1 has accounts at all of them.
    std::string give(const std::vector<std::string>& servers)
    {
        auto settings = tests::deviceNamed("meter-1");
        settings.servers = servers;
        const auto kept = store.putDevice(settings);
        return kept ? "" : kept.error().message;
    }

    /// To meter-1, by its Bootstrap-Server.
    std::string deliver(const std::vector<api::ServerSettings>& accounts)
    {
        api::BootstrapResult result;
        for (const auto& settings : accounts) {
            api::DeliveredAccount delivered;
            delivered.account.settings = settings;
            delivered.account.securityInstance = static_cast<std::uint16_t>(result.accounts.size());
            delivered.isOwn = true;
            delivered.credential = settings.securityMode == SecurityMode::Psk
                                       ? api::Credential(tests::psk(settings.name, nextKey()))
                                       : api::Credential(Identity().keyPair(true));
            result.accounts.push_back(std::move(delivered));
        }
        const auto kept = tests::await<void>(store.loop(), [&](auto done) {
            store.store().keepBootstrap("meter-1", std::move(result), std::move(done));
        });
        return kept ? "" : kept.error().message;
    }

    base::Secret nextKey() { return tests::goodKey(++seed); }

    tests::TemporaryDirectory directory;
    fakes::ClearSealer::Switch sealer;
    std::uint32_t seed = 100;
    tests::WaitingStore store{settingsFor(directory.path()),
                              std::make_unique<fakes::ClearSealer>(sealer)};
    Identity device;
    Identity server;
};

const std::string isServers = "this is the key pair of the server other itself; the device needs "
                              "its own";

bool endsSo(const std::string& text, const std::string& end)
{
    return text.ends_with(end);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(AccountRulesTest, Fixture)

BOOST_AUTO_TEST_CASE(r38_no_device_takes_the_key_pair_of_any_server)
{
    for (const auto& matching : matchings) {
        BOOST_REQUIRE(put(pinning("other", device.publicKey(), matching)) == "");
        BOOST_TEST(keep(meter, device.keyPair(false)) == isServers);
    }
    BOOST_REQUIRE(put(pinning("other", device.certificate())) == "");
    BOOST_TEST(keep(meter, device.keyPair(false)) == isServers);
}

BOOST_AUTO_TEST_CASE(r38_no_device_takes_the_certificate_of_any_server)
{
    BOOST_REQUIRE(keep(meter, device.keyPair(false)) == "");
    for (const auto& matching : std::span(matchings).subspan(1)) {
        BOOST_REQUIRE(put(pinning("other", device.certificate(), matching)) == "");

        const auto set = tests::await<api::CredentialFacts>(store.loop(), [&](auto done) {
            store.store().setCertificate(meter, device.certificate(), std::move(done));
        });

        BOOST_TEST((set ? "" : set.error().message) == isServers);
    }
}

BOOST_AUTO_TEST_CASE(r38_no_server_takes_the_key_of_a_device)
{
    BOOST_REQUIRE(keep(meter, device.keyPair(false)) == "");

    for (const auto& matching : matchings)
        BOOST_TEST(put(pinning("other", device.publicKey(), matching)) ==
                   "meter-1 has the key pair of the server other for leshan; each needs its own");
    BOOST_TEST(put(pinning("leshan", device.certificate())) != "");
    BOOST_TEST(store.load()->servers.size() == 1U);
    BOOST_TEST(store.load()->servers.front().identity.publicKey.empty());
}

BOOST_AUTO_TEST_CASE(r38_no_server_is_delivered_with_the_key_of_a_device)
{
    BOOST_REQUIRE(keep({"meter-2", "leshan"}, device.keyPair(false)) == "");

    const auto refused = deliver({pinning("meter-1:1", device.publicKey(), matchings[1])});

    BOOST_TEST(refused.starts_with("meter-2 has the key pair of the server meter-1:1"));
}

BOOST_AUTO_TEST_CASE(r41_bootstrap_server_and_server_of_a_device_are_not_known_by_one_key)
{
    const auto own = pinning("other", server.certificate());
    for (const auto& matching : matchings) {
        BOOST_REQUIRE(put(own) == "");
        BOOST_REQUIRE(put(bootstrapOf(pinning("other", server.certificate(), matching))) == "");

        BOOST_TEST(endsSo(give({"other", "other-bs"}), "a Bootstrap-Server needs its own"));
    }
    BOOST_TEST(give({"other"}) == "");
    BOOST_TEST(give({"other-bs"}) == "");
}

BOOST_AUTO_TEST_CASE(r41_an_account_that_changes_does_not_get_the_key_of_the_other_role)
{
    BOOST_REQUIRE(put(pinning("other", server.publicKey())) == "");
    BOOST_REQUIRE(put(bootstrapOf(pinning("other", Identity().certificate()))) == "");
    BOOST_REQUIRE(give({"other", "other-bs"}) == "");

    BOOST_TEST(put(bootstrapOf(pinning("other", server.certificate()))) != "");
}

BOOST_AUTO_TEST_CASE(r41_both_are_not_delivered_with_one_key)
{
    const auto own = pinning("meter-1:1", server.certificate());
    auto bootstrap = bootstrapOf(pinning("meter-1:0", server.publicKey()));
    BOOST_TEST(deliver({own, bootstrap}) != "");

    bootstrap.identity.publicKey = Identity().certificate();
    BOOST_TEST(deliver({own, bootstrap}) == "");
}

BOOST_AUTO_TEST_CASE(one_authority_may_vouch_for_both)
{
    auto own = pinning("other", server.certificate());
    own.identity.certificateUsage = CertificateUsage::TrustAnchorAssertion;
    BOOST_REQUIRE(put(own) == "");
    BOOST_REQUIRE(put(bootstrapOf(own)) == "");

    BOOST_TEST(give({"other", "other-bs"}) == "");
}

BOOST_AUTO_TEST_CASE(r30_says_nothing_of_a_server_with_a_pre_shared_key)
{
    BOOST_REQUIRE(keep(meter, device.keyPair(false)) == "");
    auto account = pinning("other", device.publicKey());
    account.securityMode = SecurityMode::Psk;

    BOOST_TEST(put(account) == "");
}

struct SamePlace
{
    std::string_view one;
    std::string_view other;
};

// clang-format off
constexpr std::array<SamePlace, 9> samePlaces{{
    {"coaps://h.example", "coaps://h.example:5684"},
    {"coaps://h.example", "coaps://h.example/"},
    {"coaps://h.example", "COAPS://H.Example"},
    {"coaps://h.example", "coaps://h.example."},
    {"coaps://h.example:5684", "coaps+tcp://h.example"},
    {"coap://h.example", "coap+tcp://h.example:05683"},
    {"coaps://[2001:db8::1]", "coaps://[2001:DB8:0:0::1]:5684/"},
    {"coaps://192.0.2.7", "coaps://192.0.2.7:5684"},
    {"no uri", "no uri"},
}};

constexpr std::array<SamePlace, 6> otherPlaces{{
    {"coaps://h.example", "coaps://h.example:5685"},
    {"coaps://h.example", "coap://h.example"},
    {"coaps://h.example", "coaps://g.example"},
    {"coaps://[2001:db8::1]", "coaps://[2001:db8::2]"},
    {"coaps://[2001:db8::1]:1", "coaps://[2001:db8::1:1]"},
    {"coaps://[", "coaps://"},
}};

// clang-format on

BOOST_AUTO_TEST_CASE(tells_places_apart_whatever_their_spelling)
{
    for (const auto& [one, other] : samePlaces)
        BOOST_TEST(store::placeOf(one) == store::placeOf(other));
    for (const auto& [one, other] : otherPlaces)
        BOOST_TEST(store::placeOf(one) != store::placeOf(other));
}

BOOST_AUTO_TEST_CASE(r38_an_identity_is_one_devices_however_its_server_is_spelt)
{
    auto again = tests::serverNamed("again");
    again.uri = "coaps://Server.Example:5684";
    BOOST_REQUIRE(put(again) == "");
    BOOST_REQUIRE(store.keep(meter, "one", nextKey()));

    const auto kept = store.keep({"meter-2", "again"}, "one", nextKey());

    BOOST_REQUIRE(!kept);
    BOOST_TEST(kept.error().message ==
               "meter-1 has this PSK identity at leshan already; each device needs its own");
}

BOOST_AUTO_TEST_CASE(r38_an_account_that_moves_does_not_bring_an_identity_twice)
{
    auto again = tests::serverNamed("again");
    again.uri = "coaps://again.example";
    BOOST_REQUIRE(put(again) == "");
    BOOST_REQUIRE(store.keep(meter, "one", nextKey()));
    BOOST_REQUIRE(store.keep({"meter-2", "again"}, "one", nextKey()));

    again.uri = "coaps://server.example:5684";

    BOOST_TEST(endsSo(
        put(again), "meter-1 has this PSK identity at leshan already; each device needs its own"));
    again.uri = "coaps://elsewhere.example";
    BOOST_TEST(put(again) == "");
}

BOOST_AUTO_TEST_SUITE_END()
