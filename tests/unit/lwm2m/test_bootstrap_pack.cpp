// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/unit/lwm2m/bootstrap_fixture.hpp"

using namespace causeway;
using namespace causeway::lwm2m;

namespace {

api::ServerSettings newBootstrapServer()
{
    auto settings = bootstrapSettings();
    settings.lwm2mVersion = "1.2";
    return settings;
}

/// A client of LwM2M 1.2 whose Bootstrap-Server the test is.
struct PackFixture : BootstrapFixture
{
    explicit PackFixture(std::vector<api::ServerSettings> servers = {newBootstrapServer()})
        : BootstrapFixture(std::move(servers))
    {
        client->start(0s);
        scheduler.advance(0s);
        peer().connect();
    }

    const api::Request& asked() { return peer().asked.front().request; }

    void answerPack(const std::vector<Record>& records, api::ContentFormat format = senmlCborFormat)
    {
        api::Response response;
        response.contentFormat = format;
        response.payload = encode(format, {}, records, testDefinitions()).value();
        peer().answer(std::move(response));
        scheduler.advance(0s);
    }

    static std::vector<Record> account()
    {
        auto records = security();
        const auto more = server();
        records.insert(records.end(), more.begin(), more.end());
        return records;
    }

    /// The client asks by POST /bs, and can be bootstrapped that way.
    void checkFallsBack()
    {
        BOOST_REQUIRE(peer().asked.size() == 1U);
        BOOST_TEST((asked().path == std::vector<std::string>{"bs"}));
        peer().answer(OutcomeCode::Changed);
        const auto before = owner.delivered.size();
        writeAccount();
        BOOST_TEST((finish().code == OutcomeCode::Changed));
        BOOST_TEST(owner.delivered.size() == before + 1);
    }
};

struct PackWithSite : PackFixture
{
    PackWithSite()
        : PackFixture({siteWithId7(), newBootstrapServer()})
    {}
};

} // namespace

BOOST_AUTO_TEST_SUITE(bootstrap_pack)

// OMA ETS 12.
BOOST_FIXTURE_TEST_CASE(brings_everything_in_one_answer, PackFixture)
{
    BOOST_TEST((asked().method == api::Method::Get));
    BOOST_TEST((asked().path == std::vector<std::string>{"bspack"}));
    BOOST_TEST((asked().query == std::vector<std::string>{"ep=ep-1", "acc=</0/0>"}));
    BOOST_TEST((asked().accept == senmlCborFormat));

    answerPack(account());

    BOOST_REQUIRE(owner.delivered.size() == 1U);
    const auto& accounts = owner.delivered.front().accounts;
    BOOST_REQUIRE(accounts.size() == 2U);
    BOOST_TEST(accounts[0].account.settings.name == "boot");
    BOOST_TEST(accounts[1].account.settings.uri == "coaps://new.example");
    BOOST_TEST(peer().asked.empty());
    scheduler.advance(3s);
    BOOST_TEST(owner.bootstraps == 1);
}

BOOST_AUTO_TEST_CASE(comes_in_each_format_that_can_carry_it)
{
    for (const auto format : {senmlCborFormat, senmlJsonFormat, lwm2mCborFormat}) {
        PackFixture f;

        f.answerPack(PackFixture::account(), format);

        BOOST_TEST(f.owner.delivered.size() == 1U, format);
    }
}

BOOST_FIXTURE_TEST_CASE(is_not_asked_for_by_clients_before_1_2, BootstrapFixture)
{
    client->start(0s);
    scheduler.advance(0s);
    peer().connect();

    BOOST_TEST((peer().asked.front().request.path == std::vector<std::string>{"bs"}));
}

BOOST_AUTO_TEST_CASE(that_a_server_does_not_have_is_done_without)
{
    for (const auto code : {OutcomeCode::BadRequest,
                            OutcomeCode::Unauthorized,
                            OutcomeCode::NotFound,
                            OutcomeCode::MethodNotAllowed,
                            OutcomeCode::NotAcceptable,
                            OutcomeCode::NotImplemented}) {
        PackFixture f;

        f.peer().answer(code);

        f.checkFallsBack();
    }
}

BOOST_AUTO_TEST_CASE(that_makes_no_sense_is_done_without)
{
    auto other = PackFixture::account();
    other.push_back({{3303, 0, 5700}, Value(1.5), {}}); // the device's own
    const auto withoutServer = PackFixture::security();
    auto clash = PackFixture::account();
    clash[1].value = Value(true); // a second Bootstrap-Server
    for (const auto& records : {other, withoutServer, clash}) {
        PackFixture f;

        f.answerPack(records);

        BOOST_TEST(f.owner.delivered.empty());
        f.checkFallsBack();
    }
}

BOOST_FIXTURE_TEST_CASE(of_garbage_is_done_without, PackFixture)
{
    api::Response response;
    response.payload = {0xFF, 0x00};

    peer().answer(std::move(response));

    checkFallsBack();
}

// Its null would remove what is not there yet.
BOOST_FIXTURE_TEST_CASE(of_a_composite_format_is_done_without, PackFixture)
{
    api::Response response;
    response.contentFormat = senmlEtchJsonFormat;
    response.payload = encode(senmlJsonFormat, {}, account(), testDefinitions()).value();

    peer().answer(std::move(response));
    scheduler.advance(0s);

    BOOST_TEST(owner.delivered.empty());
    checkFallsBack();
}

BOOST_FIXTURE_TEST_CASE(that_cannot_be_kept_is_done_without, PackFixture)
{
    owner.keeps = base::fail(ErrorKind::InvalidArgument, "the key is weak");

    answerPack(account());

    BOOST_TEST(status().lastError == "Bootstrap-Pack: the key is weak");
    owner.keeps = {};
    checkFallsBack();
}

BOOST_FIXTURE_TEST_CASE(leaves_alone_what_it_does_not_name, PackWithSite)
{
    client->updateNow("boot");
    peer().connect();
    const std::vector<Record> lifetime{{{1, 0, 0}, Value(std::int64_t{7}), {}},
                                       {{1, 0, 1}, Value(std::int64_t{60}), {}},
                                       {{1, 0, 6}, Value(true), {}},
                                       {{1, 0, 7}, Value(std::string("U")), {}}};

    answerPack(lifetime);

    BOOST_REQUIRE(owner.delivered.size() == 1U);
    const auto& accounts = owner.delivered.front().accounts;
    BOOST_REQUIRE(accounts.size() == 2U);
    BOOST_TEST(accounts[0].account.settings.uri == "coaps://site.example");
    BOOST_TEST(accounts[0].account.settings.lifetime.count() == 60);
}

BOOST_FIXTURE_TEST_CASE(replaces_all_instances_of_what_it_names, PackWithSite)
{
    auto records = security(5);
    const auto more = server(3);
    records.insert(records.end(), more.begin(), more.end());
    client->updateNow("boot");
    peer().connect();

    answerPack(records);

    BOOST_REQUIRE(owner.delivered.size() == 1U);
    const auto& accounts = owner.delivered.front().accounts;
    BOOST_REQUIRE(accounts.size() == 2U);
    BOOST_TEST(accounts[0].account.settings.name == "boot");
    BOOST_TEST(accounts[1].account.settings.uri == "coaps://new.example");
}

BOOST_FIXTURE_TEST_CASE(comes_too_late_when_the_server_writes_already, PackFixture)
{
    writeAccount();

    answerPack({{{1, 0, 1}, Value(std::int64_t{60}), {}}});

    BOOST_TEST((finish().code == OutcomeCode::Changed));
    BOOST_TEST(owner.delivered.front().accounts[1].account.settings.lifetime.count() == 300);
}

BOOST_FIXTURE_TEST_CASE(may_stay_unanswered_when_the_server_writes_already, PackFixture)
{
    writeAccount();

    peer().timeOut();

    BOOST_TEST((finish().code == OutcomeCode::Changed));
    BOOST_TEST(owner.delivered.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(that_is_not_answered_is_done_without_the_next_time, PackFixture)
{
    peer().timeOut();
    BOOST_TEST(status().lastError == "no answer to Bootstrap-Pack-Request: no answer in 93 s");

    scheduler.advance(10min);
    peer().connect();

    checkFallsBack();
}

BOOST_FIXTURE_TEST_CASE(counts_for_nothing_when_the_session_goes_before_it_is_kept, PackFixture)
{
    owner.decidesLater = true;
    answerPack(account());
    peer().lose({ErrorKind::Unreachable, "gone"});

    owner.undecided.front()(base::fail(ErrorKind::InvalidArgument, "the key is weak"));

    BOOST_CHECK(status().state == Reported::Waiting);
}

BOOST_FIXTURE_TEST_CASE(is_kept_although_the_session_goes, PackFixture)
{
    owner.decidesLater = true;
    answerPack(account());
    peer().lose({ErrorKind::Unreachable, "gone"});

    owner.undecided.front()({});
    scheduler.advance(1s);

    BOOST_TEST(owner.bootstraps == 1);
}

BOOST_AUTO_TEST_SUITE_END()
