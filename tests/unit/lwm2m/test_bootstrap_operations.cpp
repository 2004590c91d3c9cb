// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/unit/lwm2m/bootstrap_fixture.hpp"

using namespace causeway;
using namespace causeway::lwm2m;

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

// Cumulocity, for one: LwM2M 1.0 called 0 the Default Short Server ID.
BOOST_FIXTURE_TEST_CASE(a_bootstrap_server_may_give_itself_the_short_server_id_0, BootstrapFixture)
{
    const auto own = [](bool isBootstrap) {
        auto records = security(0, 0, "coaps://bs.example");
        records[1].value = Value(isBootstrap);
        return records;
    };
    const std::vector<Record> none{{{0, 0, 10}, Value(std::int64_t{0}), {}}};
    const std::vector<Record> noneOfServer{{{0, 1, 10}, Value(std::int64_t{0}), {}}};
    begin();

    BOOST_TEST((write("/0/0/10", none, plainTextFormat) == OutcomeCode::Changed));
    BOOST_TEST((write("/0/0", own(true)) == OutcomeCode::Changed));
    writeAccount();
    BOOST_TEST((write("/0/0", own(false)) == OutcomeCode::BadRequest));
    BOOST_TEST((write("/0/1/10", noneOfServer, plainTextFormat) == OutcomeCode::BadRequest));

    BOOST_TEST(textOf(get("/0", linkFormat)) ==
               "</>;lwm2m=1.1,</0>;ver=1.1,</0/0>,</0/1>;ssid=101;uri=\"coaps://new.example\"");
    BOOST_TEST((finish().code == OutcomeCode::Changed));
}

BOOST_FIXTURE_TEST_CASE(the_short_server_id_0_never_becomes_a_servers, BootstrapFixture)
{
    auto disguised = security(1, 0);
    disguised[1].value = Value(true);
    begin();
    writeAccount();

    BOOST_TEST((write("/0/1", disguised) == OutcomeCode::Changed));
    BOOST_TEST((write("/0/1/1", {{{0, 1, 1}, Value(false), {}}}, plainTextFormat) ==
                OutcomeCode::Changed));

    BOOST_TEST((finish().code == OutcomeCode::NotAcceptable));
}

// It cannot be deleted, so it cannot be made a server by leaving a word out either.
BOOST_FIXTURE_TEST_CASE(a_bootstrap_server_that_does_not_say_so_anew_stays_one, BootstrapFixture)
{
    auto own = security(0, 0, "coaps://elsewhere.example");
    own.erase(own.begin() + 1);
    begin();

    BOOST_TEST((write("/0/0", own) == OutcomeCode::Changed));
    writeAccount();

    BOOST_TEST((finish().code == OutcomeCode::Changed));
    BOOST_REQUIRE(owner.delivered.size() == 1U);
    const auto& settings = owner.delivered.front().accounts.front().account.settings;
    BOOST_TEST(settings.isBootstrap);
    BOOST_TEST(settings.uri == "coaps://elsewhere.example");
}

// OMA ETS 0: the server account comes as /0/0, whatever is there.
BOOST_FIXTURE_TEST_CASE(the_bootstrap_server_makes_way_for_an_account, BootstrapFixture)
{
    begin();

    BOOST_TEST((write("/0", security(0)) == OutcomeCode::Changed));
    BOOST_TEST((write("/1", server()) == OutcomeCode::Changed));

    BOOST_TEST(textOf(get("/", linkFormat)) ==
               "</>;lwm2m=1.1,</0>;ver=1.1,</0/0>;ssid=101;uri=\"coaps://new.example\",</0/1>,"
               "</1>;ver=1.1,</1/0>;ssid=101,</2>,</3>;ver=1.1,</3/0>,</3303>;ver=1.1,</3303/0>");
    BOOST_TEST((finish().code == OutcomeCode::Changed));
    BOOST_TEST(owner.delivered.front().accounts[1].account.settings.name == "boot");
    BOOST_TEST(owner.delivered.front().accounts[1].account.securityInstance == 1);
}

BOOST_FIXTURE_TEST_CASE(discover_of_one_object_shows_only_that, WithSite)
{
    client->updateNow("boot");
    peer().connect();
    peer().answer(OutcomeCode::Changed);

    BOOST_TEST(textOf(get("/1", linkFormat)) == "</>;lwm2m=1.1,</1>;ver=1.1,</1/0>;ssid=7");
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

    BOOST_TEST(textOf(get("/", linkFormat)).find("</0/1>,</1>;ver=1.1,</2>,</3>") !=
               std::string::npos);
    BOOST_TEST((remove("/0/1") == OutcomeCode::BadRequest));
    BOOST_TEST((remove("/3") == OutcomeCode::Deleted));
    BOOST_TEST((remove("/1/0/1") == OutcomeCode::BadRequest));
    BOOST_TEST((finish().code == OutcomeCode::NotAcceptable));
    BOOST_TEST(owner.delivered.empty());
}

// LwM2M Core §6.1.7.6: one account stays, that of who deletes.
BOOST_FIXTURE_TEST_CASE(a_second_bootstrap_server_that_was_written_does_not_stay, BootstrapFixture)
{
    begin();
    const auto another = [this](model::Id instance) {
        auto account = security(instance, 0, "coaps://another.example");
        account.at(1).value = Value(true);
        account.pop_back();
        return write("/0/" + std::to_string(instance), account);
    };
    const auto shown = [this] {
        return textOf(get("/0", linkFormat));
    };
    const std::string alone = shown();

    for (const auto* all : {"/", "/0"}) {
        BOOST_TEST((another(3) == OutcomeCode::Changed));
        BOOST_TEST(shown() != alone);
        BOOST_TEST((remove(all) == OutcomeCode::Deleted));
        BOOST_TEST(shown() == alone, all);
    }
    BOOST_TEST((another(3) == OutcomeCode::Changed));
    BOOST_TEST((remove("/0/3") == OutcomeCode::Deleted));
    BOOST_TEST(shown() == alone);
}

// It was made to give way, and is not the one with the lowest number.
BOOST_FIXTURE_TEST_CASE(the_account_in_use_stays_whatever_its_number, BootstrapFixture)
{
    begin();
    BOOST_TEST((write("/0/0", security(0)) == OutcomeCode::Changed)); // its own is /0/1 now
    auto another = security(0, 0, "coaps://another.example");
    another.at(1).value = Value(true);
    another.pop_back();
    BOOST_TEST((write("/0/0", another) == OutcomeCode::Changed));

    BOOST_TEST((remove("/0/1") == OutcomeCode::BadRequest));
    BOOST_TEST((remove("/0/0") == OutcomeCode::Deleted));
    BOOST_TEST((remove("/0/1") == OutcomeCode::BadRequest));
    BOOST_TEST((write("/0/2", security(2)) == OutcomeCode::Changed));
    BOOST_TEST((write("/1/0", server()) == OutcomeCode::Changed));
    BOOST_TEST((finish().code == OutcomeCode::Changed));
}

BOOST_FIXTURE_TEST_CASE(delete_of_a_security_instance_takes_the_server_along, WithSite)
{
    client->updateNow("boot");
    peer().connect();
    peer().answer(OutcomeCode::Changed);

    BOOST_TEST((remove("/0/0") == OutcomeCode::Deleted));

    BOOST_TEST(textOf(get("/1", linkFormat)) == "</>;lwm2m=1.1,</1>;ver=1.1");
}

BOOST_FIXTURE_TEST_CASE(what_a_write_of_an_instance_leaves_out_is_no_longer_there, BootstrapFixture)
{
    begin();
    writeAccount();
    BOOST_TEST((write("/1/0/2", {{{1, 0, 2}, Value(std::int64_t{29}), {}}}, plainTextFormat) ==
                OutcomeCode::Changed));
    BOOST_TEST(textOf(get("/1/0", senmlJsonFormat)).find(R"("v":29)") != std::string::npos);

    BOOST_TEST((write("/1/0", server()) == OutcomeCode::Changed));

    BOOST_TEST(textOf(get("/1/0", senmlJsonFormat)).find(R"("v":29)") == std::string::npos);
    BOOST_TEST((finish().code == OutcomeCode::Changed));
    BOOST_TEST(!owner.delivered.front().accounts[1].account.settings.defaultPmin.has_value());
}

BOOST_FIXTURE_TEST_CASE(what_is_too_long_or_too_much_is_refused, BootstrapFixture)
{
    begin();
    const Path suites{0, 1, 16};
    std::vector<Record> many;
    for (model::Id id = 0; id <= 64; ++id) {
        Record& record = many.emplace_back();
        record.path = suites.child(id);
        record.value = std::uint64_t{0xC0A8};
    }
    const std::vector<Record> longest{{{0, 1, 4}, Value(base::Bytes(8193, 1)), {}}};

    BOOST_TEST((write("/0/1/16", many) == OutcomeCode::RequestTooLarge));
    BOOST_TEST((write("/0/1/4", longest) == OutcomeCode::RequestTooLarge));
    many.pop_back();
    BOOST_TEST((write("/0/1/16", many) == OutcomeCode::Changed));
    api::Request request;
    request.method = api::Method::Put;
    request.path = {"0"};
    request.contentFormat = tlvFormat;
    request.payload = base::Bytes(32769, 0);
    const auto refused = ask(std::move(request));
    BOOST_TEST((refused.code == OutcomeCode::RequestTooLarge));
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
    BOOST_TEST((put("/77/0/1", plainTextFormat, "1") == OutcomeCode::BadRequest));
    BOOST_TEST((put("/3303/0/5700", plainTextFormat, "1") == OutcomeCode::BadRequest));
    for (const auto* path : {"/1/0", "/1/0/8"}) // which is executable
        BOOST_TEST((put(path, tlvFormat, "\xc1\x08\x31") == OutcomeCode::BadRequest));
    BOOST_TEST((put("/0", tlvFormat, "") == OutcomeCode::Changed));
    api::Request post;
    post.method = api::Method::Post;
    post.path = {"1", "0", "8"};
    const auto refused = ask(std::move(post));
    BOOST_TEST((refused.code == OutcomeCode::MethodNotAllowed));
}

// What a server wrote meanwhile would be lost with the stage, which is a copy.
BOOST_FIXTURE_TEST_CASE(servers_are_not_heard_while_the_bootstrap_server_works, WithSite)
{
    client->start(0s);
    scheduler.advance(0s);
    peer().connect();
    peer().accept();
    const auto site = transport.peers.back();
    BOOST_TEST(site->listener->takesRequests());

    client->updateNow("boot");
    scheduler.advance(0s);
    peer().connect();
    BOOST_TEST(site->listener->takesRequests()); // nobody has agreed to bootstrap yet
    peer().answer(OutcomeCode::Changed);
    BOOST_TEST(!site->listener->takesRequests());

    scheduler.advance(247s); // and no Bootstrap-Finish
    BOOST_TEST(site->listener->takesRequests());
}

// Each request begins the patience anew, and the device hears nobody else meanwhile.
BOOST_FIXTURE_TEST_CASE(a_bootstrap_that_does_not_end_is_given_up_after_ten_minutes, WithSite)
{
    client->start(0s);
    scheduler.advance(0s);
    peer().connect();
    peer().accept();
    const auto site = transport.peers.back();
    client->updateNow("boot");
    peer().connect();
    peer().answer(OutcomeCode::Changed);
    for (int i = 0; i < 5; ++i) {
        writeAccount();
        scheduler.advance(119s);
    }
    BOOST_TEST(!site->listener->takesRequests());

    scheduler.advance(5s);

    BOOST_TEST((status().state == Reported::Waiting));
    BOOST_TEST(status().lastError == "no Bootstrap-Finish within 600 s");
    BOOST_TEST(peer().isClosed);
    BOOST_TEST(site->listener->takesRequests());
    BOOST_TEST(owner.delivered.empty());
}

BOOST_FIXTURE_TEST_CASE(the_ten_minutes_begin_anew_with_each_bootstrap, BootstrapFixture)
{
    begin();
    scheduler.advance(247s);
    scheduler.advance(90s);
    peer().connect();
    peer().answer(OutcomeCode::Changed);
    scheduler.advance(200s);
    writeAccount();
    scheduler.advance(200s);

    BOOST_TEST((finish().code == OutcomeCode::Changed));
}

BOOST_FIXTURE_TEST_CASE(what_is_corrected_after_406_has_no_more_time, BootstrapFixture)
{
    begin();
    for (int i = 0; i < 4; ++i) {
        scheduler.advance(149s);
        BOOST_TEST((finish().code == OutcomeCode::NotAcceptable));
    }

    scheduler.advance(4s);

    BOOST_TEST((status().state == Reported::Waiting));
}

BOOST_AUTO_TEST_SUITE_END()
