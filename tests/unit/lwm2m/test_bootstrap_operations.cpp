// SPDX-License-Identifier: Apache-2.0
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

std::vector<Record> with(std::vector<Record> records, model::Id resource, Value value)
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
        {"no server of that ID", F::security(1, 101), F::server(0, 102)},
        {"no URI", without(F::security(), 0), F::server()},
        {"no security mode", without(F::security(), 2), F::server()},
        {"no short server ID", without(F::security(), 10), F::server()},
        {"no lifetime", F::security(), without(F::server(), 1)},
        {"no binding", F::security(), without(F::server(), 7)},
        {"a binding that is not ours",
         F::security(),
         with(F::server(), 7, Value(std::string("S")))},
        {"plain CoAP with a key", F::security(1, 101, "coap://new.example"), F::server()},
        {"DTLS without a key", with(F::security(), 2, Value(std::int64_t{3})), F::server()},
        {"certificates", with(F::security(), 2, Value(std::int64_t{2})), F::server()},
        {"a short key", F::security(1, 101, "coaps://new.example", 15), F::server()},
        {"a long key", F::security(1, 101, "coaps://new.example", 65), F::server()},
        {"no key", without(F::security(), 5), F::server()},
        {"no identity", without(F::security(), 3), F::server()},
        {"a long identity", with(F::security(), 3, Value(base::Bytes(129, 'x'))), F::server()},
        {"a second bootstrap server", with(F::security(), 1, Value(true)), F::server()},
    };
    return rows;
}

} // namespace

BOOST_AUTO_TEST_SUITE(bootstrap_operations)

// Leshan 2.0.0-M18 with autoIdForSecurityObject, byte for byte.
BOOST_FIXTURE_TEST_CASE(leshan_can_bootstrap_with_senml_cbor, BootstrapFixture)
{
    const auto put = [this](const std::string& path, std::string_view digits) {
        api::Request request;
        request.method = api::Method::Put;
        request.path = segmentsOf(path);
        request.contentFormat = senmlCborFormat;
        request.payload = hex(digits);
        return ask(std::move(request)).code;
    };
    begin();
    BOOST_TEST((remove("/0") == OutcomeCode::Deleted));
    BOOST_TEST((remove("/1") == OutcomeCode::Deleted));

    BOOST_TEST((put("/0/0",
                    "8ca321652f302f302f0061300376636f61703a2f2f3132372e302e302e313a323537383"
                    "3a200613104f5a20061320203a20061330840a20061340840a20061350840a200613602"
                    "03a20061370840a20061380840a20061390360a2006231310201a2006231320200") ==
                OutcomeCode::Changed));
    BOOST_TEST((put("/0/1",
                    "8da321652f302f312f0061300376636f61703a2f2f3132372e302e302e313a323536383"
                    "3a200613104f4a20061320203a20061330840a20061340840a20061350840a200613602"
                    "03a20061370840a20061380840a20061390360a200623130021908aea2006231310201a"
                    "2006231320200") == OutcomeCode::Changed));
    BOOST_TEST((put("/1/0",
                    "85a321652f312f302f006130021908aea20061310219012ca20061320201a200613604f"
                    "5a2006137036155") == OutcomeCode::Changed));
    BOOST_TEST((finish().code == OutcomeCode::Changed));

    BOOST_REQUIRE(owner.delivered.size() == 1U);
    const auto& accounts = owner.delivered.front().accounts;
    BOOST_REQUIRE(accounts.size() == 2U);
    BOOST_TEST(accounts[0].account.settings.name == "meter-1:bootstrap");
    BOOST_TEST(accounts[0].account.settings.clientHoldOff.count() == 1);
    BOOST_TEST(accounts[1].account.settings.name == "meter-1:2222");
    BOOST_TEST(accounts[1].account.settings.uri == "coap://127.0.0.1:25683");
}

// OMA ETS 0: the server account comes as /0/0, whatever is there.
BOOST_FIXTURE_TEST_CASE(the_bootstrap_server_makes_way_for_an_account, BootstrapFixture)
{
    begin();

    BOOST_TEST((write("/0", security(0)) == OutcomeCode::Changed));
    BOOST_TEST((write("/1", server()) == OutcomeCode::Changed));

    BOOST_TEST(textOf(get("/", linkFormat)) ==
               "</>;lwm2m=1.1,</0/0>;ssid=101;uri=\"coaps://new.example\",</0/1>,</1/0>;ssid=101,"
               "</3>;ver=1.1,</3/0>,</3303>;ver=1.1,</3303/0>");
    BOOST_TEST((finish().code == OutcomeCode::Changed));
    BOOST_TEST(owner.delivered.front().accounts[1].account.settings.name == "boot");
    BOOST_TEST(owner.delivered.front().accounts[1].account.securityInstance == 1);
}

BOOST_FIXTURE_TEST_CASE(discover_of_one_object_shows_only_that, WithSite)
{
    client->updateNow("boot");
    peer().connect();
    peer().answer(OutcomeCode::Changed);

    BOOST_TEST(textOf(get("/1", linkFormat)) == "</>;lwm2m=1.1,</1/0>;ssid=7");
    BOOST_TEST((get("/1/0", linkFormat).code == OutcomeCode::BadRequest));
    BOOST_TEST((get("/77", linkFormat).code == OutcomeCode::NotFound));
}

BOOST_FIXTURE_TEST_CASE(only_objects_1_and_2_can_be_read, BootstrapFixture)
{
    begin();
    writeAccount();

    const auto read = get("/1", senmlJsonFormat);

    BOOST_TEST((read.code == OutcomeCode::Content));
    BOOST_TEST(textOf(read).find(R"("n":"0/1","v":300)") != std::string::npos);
    BOOST_TEST((get("/2", tlvFormat).code == OutcomeCode::Content));
    for (const auto* path : {"/", "/0", "/0/1", "/0/1/5", "/1/0/1", "/3"})
        BOOST_TEST((get(path, tlvFormat).code == OutcomeCode::MethodNotAllowed), path);
    BOOST_TEST((get("/1/9", tlvFormat).code == OutcomeCode::NotFound));
    BOOST_TEST((get("/1", plainTextFormat).code == OutcomeCode::NotAcceptable));
}

BOOST_FIXTURE_TEST_CASE(delete_of_all_leaves_the_bootstrap_server, WithSite)
{
    client->updateNow("boot");
    peer().connect();
    peer().answer(OutcomeCode::Changed);

    BOOST_TEST((remove("/") == OutcomeCode::Deleted));

    BOOST_TEST(textOf(get("/", linkFormat)).find("</0/1>,</3>") != std::string::npos);
    BOOST_TEST((remove("/0/1") == OutcomeCode::BadRequest));
    BOOST_TEST((remove("/3") == OutcomeCode::Deleted));
    BOOST_TEST((remove("/1/0/1") == OutcomeCode::BadRequest));
    BOOST_TEST((finish().code == OutcomeCode::NotAcceptable));
    BOOST_TEST(owner.delivered.empty());
}

BOOST_FIXTURE_TEST_CASE(delete_of_a_security_instance_takes_the_server_along, WithSite)
{
    client->updateNow("boot");
    peer().connect();
    peer().answer(OutcomeCode::Changed);

    BOOST_TEST((remove("/0/0") == OutcomeCode::Deleted));

    BOOST_TEST(textOf(get("/1", linkFormat)) == "</>;lwm2m=1.1");
}

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

BOOST_DATA_TEST_CASE(an_account_that_cannot_be_is_406, inconsistencies(), row)
{
    BootstrapFixture site;
    site.begin();
    BOOST_TEST((site.write("/0/1", row.security) == OutcomeCode::Changed));
    BOOST_TEST((site.write("/1/0", row.server) == OutcomeCode::Changed));

    BOOST_TEST((site.finish().code == OutcomeCode::NotAcceptable));
    BOOST_TEST(site.owner.delivered.empty());
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
}

BOOST_FIXTURE_TEST_CASE(endless_instances_are_refused, BootstrapFixture)
{
    begin();
    for (model::Id id = 0; id < 64; ++id)
        BOOST_TEST((write("/1/" + std::to_string(id), server(id)) == OutcomeCode::Changed));

    BOOST_TEST((write("/1/64", server(64)) == OutcomeCode::RequestTooLarge));
}

BOOST_FIXTURE_TEST_CASE(what_is_no_write_of_an_account_is_refused, BootstrapFixture)
{
    begin();
    const auto put = [this](const std::string& path,
                            std::optional<api::ContentFormat> format,
                            std::string_view payload) {
        api::Request request;
        request.method = api::Method::Put;
        request.path = segmentsOf(path);
        request.contentFormat = format;
        request.payload = base::toBytes(payload);
        return ask(std::move(request)).code;
    };

    BOOST_TEST((put("/", tlvFormat, "") == OutcomeCode::MethodNotAllowed));
    BOOST_TEST((put("/1/0/1/0", plainTextFormat, "1") == OutcomeCode::MethodNotAllowed));
    BOOST_TEST((put("/1/0/1", std::nullopt, "1") == OutcomeCode::UnsupportedFormat));
    BOOST_TEST((put("/1/0/1", 9999, "1") == OutcomeCode::UnsupportedFormat));
    BOOST_TEST((put("/1/0/1", plainTextFormat, "soon") == OutcomeCode::BadRequest));
    BOOST_TEST((put("/1/0/99", plainTextFormat, "1") == OutcomeCode::BadRequest));
    BOOST_TEST((put("/77/0/1", plainTextFormat, "1") == OutcomeCode::NotFound));
    BOOST_TEST((put("/3303/0/5700", plainTextFormat, "1") == OutcomeCode::BadRequest));
    BOOST_TEST((put("/0", tlvFormat, "") == OutcomeCode::Changed));
    api::Request post;
    post.method = api::Method::Post;
    post.path = {"1", "0", "8"};
    BOOST_TEST((ask(std::move(post)).code == OutcomeCode::MethodNotAllowed));
}

BOOST_AUTO_TEST_SUITE_END()
