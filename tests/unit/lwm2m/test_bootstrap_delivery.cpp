// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/unit/lwm2m/bootstrap_fixture.hpp"

using namespace causeway;
using namespace causeway::lwm2m;

namespace {

struct Inconsistency
{
    const char* what;
    std::vector<Record> security;
    std::vector<Record> server;
    const char* why; ///< what the Bootstrap-Server is told
};

std::ostream& operator<<(std::ostream& out, const Inconsistency& row)
{
    return out << row.what;
}

std::vector<Record> without(std::vector<Record> records, model::Id resource)
{
    std::erase_if(records,
                  [&](const Record& record) { return record.path.resource() == resource; });
    return records;
}

std::vector<Record> with(std::vector<Record> records, model::Id resource, const Value& value)
{
    for (auto& record : records) {
        if (record.path.resource() == resource)
            record.value = value;
    }
    return records;
}

const std::vector<Inconsistency>& inconsistencies()
{
    using F = BootstrapFixture;
    static const std::vector<Inconsistency> rows{
        // clang-format off
        {"no server of that ID", F::security(1, 101), F::server(0, 102), "no instance of Object 1 has Short Server ID 101"},
        {"no URI", without(F::security(), 0), F::server(), "/0/1/0 is mandatory and missing"},
        {"no security mode", without(F::security(), 2), F::server(), "/0/1/2 is mandatory and missing"},
        {"no short server ID", without(F::security(), 10), F::server(), "/0/1/10 is mandatory and missing"},
        {"no lifetime", F::security(), without(F::server(), 1), "/1/0/1 is mandatory and missing"},
        {"a negative lifetime", F::security(), with(F::server(), 1, Value(std::int64_t{-1})), "/1/0/1 is out of range"},
        {"no word on storing", F::security(), without(F::server(), 6), "/1/0/6 is mandatory and missing"},
        {"no binding", F::security(), without(F::server(), 7), "/1/0/7 is mandatory and missing"},
        {"a binding that is not ours", F::security(), with(F::server(), 7, Value(std::string("S"))), "/1/0/7 lacks U, the binding of the account's URI"},
        {"a binding of TCP for UDP", F::security(), with(F::server(), 7, Value(std::string("TS"))), "/1/0/7 lacks U, the binding of the account's URI"},
        {"a binding that is not ours for TCP", F::security(1, 101, "coaps+tcp://new.example"), with(F::server(), 7, Value(std::string("S"))), "/1/0/7 has no binding of this client, which are U and T"},
        {"plain CoAP with a key", F::security(1, 101, "coap://new.example"), F::server(), "/0/1: coaps:// goes with a security mode, coap:// with none; so do coaps+tcp:// and coap+tcp://"},
        {"DTLS without a key", with(F::security(), 2, Value(std::int64_t{3})), F::server(), "/0/1: coaps:// goes with a security mode, coap:// with none; so do coaps+tcp:// and coap+tcp://"},
        {"plain TCP with a key", F::security(1, 101, "coap+tcp://new.example"), with(F::server(), 7, Value(std::string("T"))), "/0/1: coaps:// goes with a security mode, coap:// with none; so do coaps+tcp:// and coap+tcp://"},
        {"a scheme of others", F::security(1, 101, "coaps+ws://new.example"), F::server(), "/0/1: coaps:// goes with a security mode, coap:// with none; so do coaps+tcp:// and coap+tcp://"},
        {"certificates without a certificate", without(with(F::security(), 2, Value(std::int64_t{2})), 3), F::server(), "/0/1/3: there is no certificate"},
        {"certificates without a key", without(with(F::security(), 2, Value(std::int64_t{2})), 5), F::server(), "/0/1/5: there is no private key"},
        {"raw public keys without a private one", without(with(F::security(), 2, Value(std::int64_t{1})), 5), F::server(), "/0/1/5: there is no private key"},
        {"a short key", F::security(1, 101, "coaps://new.example", 15), F::server(), "/0/1/5: a PSK has 16 to 64 octets, here are 15"},
        {"a long key", F::security(1, 101, "coaps://new.example", 65), F::server(), "/0/1/5: a PSK has 16 to 64 octets, here are 65"},
        {"no key", without(F::security(), 5), F::server(), "/0/1/5: a PSK has 16 to 64 octets, here are 0"},
        {"no identity", without(F::security(), 3), F::server(), "/0/1/3: a PSK identity has 1 to 128 octets, here are 0"},
        {"a long identity", with(F::security(), 3, Value(base::Bytes(129, 'x'))), F::server(), "/0/1/3: a PSK identity has 1 to 128 octets, here are 129"},
        {"a second bootstrap server", with(F::security(), 1, Value(true)), F::server(), "2 Bootstrap-Server accounts; there must be one"},
        // clang-format on
    };
    return rows;
}

std::vector<Record> rule(model::Id id,
                         std::int64_t object,
                         std::int64_t owner,
                         const std::map<model::Id, std::int64_t>& acl)
{
    const Path path{2, id};
    std::vector<Record> records{{path.child(0), Value(object), {}},
                                {path.child(1), Value(std::int64_t{0}), {}},
                                {path.child(3), Value(owner), {}}};
    for (const auto& [server, rights] : acl) {
        Record& record = records.emplace_back();
        record.path = path.child(2).child(server);
        record.value = rights;
    }
    return records;
}

struct BadRule
{
    std::vector<Record> rule;
    const char* why;
};

std::ostream& operator<<(std::ostream& out, const BadRule& row)
{
    return out << row.why;
}

const std::vector<BadRule>& badRules()
{
    const auto lacks = [](model::Id resource) {
        return without(rule(4, 3303, 101, {}), resource);
    };
    constexpr auto incomplete = "/2/4 names no Object, Object Instance or owner";
    constexpr auto nobody = "/2/4/3 is no server of this client";
    static const std::vector<BadRule> rows{
        {lacks(0), incomplete},
        {lacks(1), incomplete},
        {lacks(3), incomplete},
        {rule(4, 3303, 102, {}), nobody},
        {rule(4, 2, 101, {}), "/2/4/0 is Object 2, which no rule is about"},
        {rule(4, 3303, 101, {{0, 1}, {105, 1}}), "/2/4/2/105 is no server of this client"},
    };
    return rows;
}

} // namespace

BOOST_AUTO_TEST_SUITE(bootstrap_delivery)

BOOST_FIXTURE_TEST_CASE(an_account_that_is_left_alone_stays_the_operators, WithSite)
{
    client->updateNow("boot");
    peer().connect();
    peer().answer(OutcomeCode::Changed);
    BOOST_TEST((write("/0/5", security(5)) == OutcomeCode::Changed));
    BOOST_TEST((write("/1/5", server(5)) == OutcomeCode::Changed));

    BOOST_TEST((finish().code == OutcomeCode::Changed));

    const auto& accounts = owner.delivered.front().accounts;
    BOOST_REQUIRE(accounts.size() == 3U);
    BOOST_TEST((accounts[0].account.settings == siteWithId7()));
    BOOST_TEST(!accounts[0].isOwn);
    BOOST_TEST(accounts[2].account.serverInstance == 5);
}

BOOST_FIXTURE_TEST_CASE(an_account_of_which_a_part_is_written_keeps_its_key, WithSite)
{
    client->updateNow("boot");
    peer().connect();
    peer().answer(OutcomeCode::Changed);

    BOOST_TEST((write("/1/0/1", {{{1, 0, 1}, Value(std::int64_t{60}), {}}}, plainTextFormat) ==
                OutcomeCode::Changed));
    BOOST_TEST((finish().code == OutcomeCode::Changed));

    const auto& site = owner.delivered.front().accounts.front();
    BOOST_TEST(site.account.settings.name == "meter-1:7");
    BOOST_TEST(site.account.settings.lifetime.count() == 60);
    BOOST_TEST(site.account.settings.uri == "coaps://site.example");
    BOOST_TEST(!site.credential.has_value());
    BOOST_TEST(site.origin == "site");
    BOOST_TEST((owner.delivered.front().outdated == std::vector<std::string>{"server/site/"}));
}

// Else a lifetime that the server itself had set since would be in force again.
BOOST_FIXTURE_TEST_CASE(what_a_server_had_set_goes_also_when_the_same_is_written_anew,
                        BootstrapFixture)
{
    auto settings = siteWithId7();
    settings.name = "meter-1:7";
    settings.lifetime = 300s;
    make({{bootstrapSettings(), 0, 0}, {settings, 1, 4}});
    client->start(0s);
    scheduler.advance(0s);
    client->updateNow("boot");
    peer().connect();
    peer().answer(OutcomeCode::Changed);

    BOOST_TEST((write("/1/4", server(4, 7)) == OutcomeCode::Changed));
    BOOST_TEST((finish().code == OutcomeCode::Changed));

    const auto& delivery = owner.delivered.front();
    BOOST_TEST((delivery.accounts.back().account.settings == settings));
    BOOST_TEST((delivery.outdated == std::vector<std::string>{"server/meter-1:7/"}));
    BOOST_TEST(delivery.state.contains("server/meter-1:7/mute"));
}

BOOST_DATA_TEST_CASE(an_account_that_cannot_be_is_406_with_the_reason, inconsistencies(), row)
{
    BootstrapFixture site;
    site.begin();
    BOOST_TEST((site.write("/0/1", row.security) == OutcomeCode::Changed));
    BOOST_TEST((site.write("/1/0", row.server) == OutcomeCode::Changed));

    const auto refused = site.finish();

    BOOST_TEST((refused.code == OutcomeCode::NotAcceptable));
    BOOST_TEST(textOf(refused) == row.why);
    BOOST_TEST(site.owner.delivered.empty());
}

BOOST_FIXTURE_TEST_CASE(a_raw_public_key_is_delivered_with_the_servers, BootstrapFixture)
{
    begin();
    auto security = with(this->security(), 2, Value(std::int64_t{1}));
    security = with(std::move(security), 4, Value(text("the server's key")));
    BOOST_TEST((write("/0/1", security) == OutcomeCode::Changed));
    BOOST_TEST((write("/1/0", server()) == OutcomeCode::Changed));

    BOOST_TEST((finish().code == OutcomeCode::Changed));

    const auto& account = owner.delivered.front().accounts[1];
    const auto& settings = account.account.settings;
    BOOST_TEST((settings.securityMode == api::SecurityMode::RawPublicKey));
    BOOST_TEST((settings.identity.publicKey == text("the server's key")));
    const auto& pair = std::get<api::KeyPair>(account.credential.value());
    BOOST_TEST((pair.publicKey == text("ep-1")));
    BOOST_TEST(pair.privateKey.equals(base::Bytes(16, 0x5A)));
    BOOST_TEST(pair.certificates.empty());
}

// Security mode 4: neither identity nor key comes, and what comes in their place is of no use.
BOOST_AUTO_TEST_CASE(r30_an_account_to_be_enrolled_at_is_delivered_without_a_key)
{
    for (const bool isBare : {true, false}) {
        BootstrapFixture f;
        f.begin();
        auto security = BootstrapFixture::security();
        if (isBare)
            security = without(without(security, 3), 5);
        security = with(security, 2, Value(std::int64_t{4}));
        security = with(security, 4, Value(text("the server's certificate")));
        BOOST_TEST((f.write("/0/1", security) == OutcomeCode::Changed));
        BOOST_TEST((f.write("/1/0", BootstrapFixture::server()) == OutcomeCode::Changed));

        BOOST_TEST((f.finish().code == OutcomeCode::Changed));

        const auto& delivered = f.owner.delivered.front().accounts.back();
        BOOST_CHECK(delivered.account.settings.securityMode == api::SecurityMode::Enrolment);
        BOOST_TEST(
            (delivered.account.settings.identity.publicKey == text("the server's certificate")));
        BOOST_TEST(!delivered.credential);
    }
}

BOOST_FIXTURE_TEST_CASE(a_certificate_is_delivered_with_what_the_server_must_prove,
                        BootstrapFixture)
{
    begin();
    const Path path{0, 1};
    auto security = with(this->security(), 2, Value(std::int64_t{2}));
    security.push_back({path.child(13), Value(std::uint64_t{1}), {}});
    security.push_back({path.child(14), Value(std::string("lwm2m.example")), {}});
    security.push_back({path.child(15), Value(std::uint64_t{2}), {}});
    BOOST_TEST((write("/0/1", security) == OutcomeCode::Changed));
    BOOST_TEST((write("/1/0", server()) == OutcomeCode::Changed));

    BOOST_TEST((finish().code == OutcomeCode::Changed));

    const auto& account = owner.delivered.front().accounts[1];
    const auto& identity = account.account.settings.identity;
    BOOST_TEST((identity.matchingType == api::MatchingType::Sha256));
    BOOST_TEST((identity.certificateUsage == api::CertificateUsage::TrustAnchorAssertion));
    BOOST_TEST(identity.serverName == "lwm2m.example");
    const auto& pair = std::get<api::KeyPair>(account.credential.value());
    BOOST_TEST((pair.certificates == std::vector<base::Bytes>{text("ep-1")}));
}

BOOST_AUTO_TEST_CASE(a_key_pair_account_of_which_a_part_is_written_keeps_what_it_knows)
{
    auto site = siteWithId7();
    site.securityMode = api::SecurityMode::Certificate;
    site.identity = {text("an authority"),
                     api::MatchingType::Sha384,
                     api::CertificateUsage::CaConstraint,
                     "lwm2m.example"};
    BootstrapFixture at({site, bootstrapSettings()});
    at.client->updateNow("boot");
    at.peer().connect();
    at.peer().answer(OutcomeCode::Changed);
    BOOST_TEST((at.write("/1/0/1", {{{1, 0, 1}, Value(std::int64_t{60}), {}}}, plainTextFormat) ==
                OutcomeCode::Changed));

    BOOST_TEST((at.finish().code == OutcomeCode::Changed));

    const auto& delivered = at.owner.delivered.front().accounts.front();
    BOOST_TEST((delivered.account.settings.identity == site.identity));
    BOOST_TEST(delivered.account.settings.lifetime.count() == 60);
    BOOST_TEST(!delivered.credential.has_value());
    BOOST_TEST(delivered.origin == "site");
}

BOOST_FIXTURE_TEST_CASE(a_server_account_without_security_is_406, BootstrapFixture)
{
    begin();
    writeAccount();
    BOOST_TEST((write("/1/5", server(5, 105)) == OutcomeCode::Changed));

    const auto refused = finish();

    BOOST_TEST((refused.code == OutcomeCode::NotAcceptable));
    BOOST_TEST(textOf(refused) == "/1/5 has no Short Server ID of an instance of Object 0");
}

BOOST_FIXTURE_TEST_CASE(two_servers_with_one_short_id_are_406, BootstrapFixture)
{
    begin();
    writeAccount();
    BOOST_TEST((write("/0/2", security(2)) == OutcomeCode::Changed));
    BOOST_TEST((finish().code == OutcomeCode::NotAcceptable));
    BOOST_TEST((remove("/0/2") == OutcomeCode::Deleted)); // takes /1/0 along
    BOOST_TEST((write("/1/0", server()) == OutcomeCode::Changed));
    BOOST_TEST((write("/1/1", server(1)) == OutcomeCode::Changed));

    BOOST_TEST((finish().code == OutcomeCode::NotAcceptable));
}

BOOST_FIXTURE_TEST_CASE(rules_of_access_are_delivered_with_the_accounts, BootstrapFixture)
{
    begin();
    writeAccount();
    const Path rule{2, 4};
    BOOST_TEST((write("/2/4",
                      {{rule.child(0), Value(std::int64_t{3303}), {}},
                       {rule.child(1), Value(std::int64_t{0}), {}},
                       {rule.child(2).child(101), Value(std::int64_t{3}), {}},
                       {rule.child(3), Value(std::int64_t{101}), {}}}) == OutcomeCode::Changed));

    BOOST_TEST((finish().code == OutcomeCode::Changed));

    BOOST_TEST(owner.delivered.front().state.at("access/3303/0") == "101 101=3");
    BOOST_TEST(owner.delivered.front().state.at("access/delivered") == "1");
}

BOOST_FIXTURE_TEST_CASE(a_delivery_without_rules_leaves_them_to_the_factory, BootstrapFixture)
{
    begin();
    writeAccount();
    BOOST_TEST((write("/2/4", rule(4, 3303, 101, {})) == OutcomeCode::Changed));
    BOOST_TEST((remove("/2") == OutcomeCode::Deleted));
    BOOST_TEST((finish().code == OutcomeCode::Changed));

    BOOST_TEST(!owner.delivered.front().state.contains("access/delivered"));
}

BOOST_DATA_TEST_CASE(a_rule_of_access_that_cannot_be_is_406_with_the_reason, badRules(), row)
{
    BootstrapFixture site;
    site.begin();
    site.writeAccount();
    BOOST_TEST((site.write("/2/4", row.rule) == OutcomeCode::Changed));

    const auto refused = site.finish();

    BOOST_TEST((refused.code == OutcomeCode::NotAcceptable));
    BOOST_TEST(textOf(refused) == row.why);
}

BOOST_FIXTURE_TEST_CASE(two_rules_about_one_target_are_406, BootstrapFixture)
{
    begin();
    writeAccount();
    BOOST_TEST((write("/2/4", rule(4, 3303, 101, {})) == OutcomeCode::Changed));
    BOOST_TEST((write("/2/7", rule(7, 3303, 101, {{0, 1}})) == OutcomeCode::Changed));

    const auto refused = finish();

    BOOST_TEST((refused.code == OutcomeCode::NotAcceptable));
    BOOST_TEST(textOf(refused) == "/2/4 and /2/7 are both about /3303/0");
}

// The numbers of rules are ours: a Bootstrap-Server cannot know which one it replaces.
BOOST_AUTO_TEST_CASE(a_rule_that_is_written_replaces_the_one_in_force)
{
    auto other = siteWithId7();
    other.name = "other";
    other.shortServerId = 8;
    BootstrapFixture site({siteWithId7(), other, bootstrapSettings()});
    site.client->start(0s);
    site.scheduler.advance(0s);
    site.client->updateNow("boot");
    site.peer().connect();
    site.peer().answer(OutcomeCode::Changed);

    BOOST_TEST((site.write("/2/40", rule(40, 3303, 8, {{7, 1}})) == OutcomeCode::Changed));
    BOOST_TEST((site.finish().code == OutcomeCode::Changed));

    BOOST_REQUIRE(!site.owner.delivered.empty());
    const auto& state = site.owner.delivered.front().state;
    BOOST_TEST(state.at("access/3303/0") == "8 7=1");
    BOOST_TEST(state.at("access/1/0") == "7"); // was there, and stays
}

BOOST_FIXTURE_TEST_CASE(a_number_that_no_such_value_can_have_is_400_when_it_is_written,
                        BootstrapFixture)
{
    begin();
    for (const std::int64_t shortServerId : {0, 65535, 65536 + 101}) {
        BOOST_TEST((write("/0/1", security(1, shortServerId)) == OutcomeCode::BadRequest));
        BOOST_TEST((write("/1/0", server(0, shortServerId)) == OutcomeCode::BadRequest));
    }
    for (const auto* binding : {"UNSTABLE", "XU", "UU", "u", ""})
        BOOST_TEST((write("/1/0", with(server(), 7, Value(std::string(binding)))) ==
                    OutcomeCode::BadRequest),
                   binding);
    BOOST_TEST(
        (write("/1/0", with(server(), 7, Value(std::string("UQT")))) == OutcomeCode::Changed));
    for (const std::int64_t object : {-1, 0, 65536})
        BOOST_TEST((write("/2/4", rule(4, object, 101, {})) == OutcomeCode::BadRequest));
    for (const std::int64_t rights : {-1, 32, 256 + 1})
        BOOST_TEST((write("/2/4", rule(4, 3, 101, {{101, rights}})) == OutcomeCode::BadRequest));
}

// LwM2M Core §6.1.7.6: a server that goes leaves its Objects to whom it trusted most.
BOOST_FIXTURE_TEST_CASE(a_server_that_is_deleted_leaves_its_rights, BootstrapFixture)
{
    begin();
    writeAccount();
    BOOST_TEST((write("/0/2", security(2, 102)) == OutcomeCode::Changed));
    BOOST_TEST((write("/1/1", server(1, 102)) == OutcomeCode::Changed));
    BOOST_TEST((write("/2/0", rule(0, 3303, 101, {{101, 31}, {102, 3}})) == OutcomeCode::Changed));
    BOOST_TEST((write("/2/1", rule(1, 3, 101, {{101, 15}})) == OutcomeCode::Changed));
    BOOST_TEST((write("/2/2", rule(2, 1, 102, {{101, 1}, {102, 15}})) == OutcomeCode::Changed));

    BOOST_TEST((remove("/0/1") == OutcomeCode::Deleted));
    BOOST_TEST((finish().code == OutcomeCode::Changed));

    const auto& state = owner.delivered.front().state;
    BOOST_TEST(std::ranges::count_if(state, [](const auto& entry) {
                   return entry.first.starts_with("access/");
               }) == 3); // and the mark that there are no others
    BOOST_TEST(state.at("access/3303/0") == "102 102=3");
    BOOST_TEST(state.at("access/1/0") == "102 102=15");
    BOOST_TEST((owner.delivered.front().outdated == std::vector<std::string>{"access/"}));
}

BOOST_AUTO_TEST_CASE(a_delivered_account_speaks_the_version_of_its_bootstrap_server)
{
    auto settings = bootstrapSettings();
    settings.lwm2mVersion = "1.0";
    BootstrapFixture site({settings});
    site.begin();
    site.writeAccount();
    BOOST_TEST((site.finish().code == OutcomeCode::Changed));

    const auto& accounts = site.owner.delivered.front().accounts;
    BOOST_TEST(accounts[1].account.settings.lwm2mVersion == "1.0");
}

BOOST_AUTO_TEST_SUITE_END()
