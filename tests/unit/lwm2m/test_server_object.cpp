// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/account_state.hpp"
#include "agent/lwm2m/codec/codec.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using api::Method;
using model::OutcomeCode;

namespace {

struct Served : ClientFixture
{
    explicit Served(api::ClientState kept = {}, const std::string& version = "1.1")
        : ClientFixture(std::move(kept), version)
    {
        registerClient();
    }

    api::Response send(Method method, const std::string& path, const std::string& payload)
    {
        api::Request request;
        request.method = method;
        request.path = segmentsOf(path);
        request.contentFormat = senmlJsonFormat;
        request.payload = base::toBytes(payload);
        return ask(std::move(request));
    }

    std::string text(const std::string& path) { return textOf(read(path, plainTextFormat)); }
};

/// Those that are there once they are set, with what each means while it is not.
const std::vector<std::pair<std::string, std::string>> optionalOnes{
    {"/1/0/2", "0"}, {"/1/0/3", "0"}, {"/1/0/5", "86400"}, {"/1/0/26", "0"}};

/// A Replace of /1/0 that names what it must.
const auto* const replaceOfThree =
    R"([{"n":"/1/0/1","v":86400},{"n":"/1/0/6","vb":true},{"n":"/1/0/7","vs":"U"}])";

} // namespace

BOOST_FIXTURE_TEST_SUITE(server_object, Served)

BOOST_AUTO_TEST_CASE(has_its_optional_resources_once_a_server_has_written_them)
{
    BOOST_TEST(textOf(read("/1/0", linkFormat)) ==
               "</1/0>,</1/0/0>,</1/0/1>,</1/0/4>,</1/0/6>,</1/0/7>,</1/0/8>,</1/0/23>");

    for (const auto& [path, usual] : optionalOnes) {
        BOOST_CHECK(read(path).code == OutcomeCode::NotFound);
        BOOST_CHECK(observe(path, 7).code == OutcomeCode::NotFound);
        BOOST_CHECK(writeAttributes(path, {"pmin=1"}).code == OutcomeCode::NotFound);
        BOOST_CHECK(writeText(path, usual).code == OutcomeCode::Changed);
        BOOST_TEST(text(path) == usual);
    }

    BOOST_TEST(textOf(read("/1/0", linkFormat)) ==
               "</1/0>,</1/0/0>,</1/0/1>,</1/0/2>,</1/0/3>,</1/0/4>,</1/0/5>,</1/0/6>,</1/0/7>,"
               "</1/0/8>,</1/0/23>,</1/0/26>");
}

BOOST_AUTO_TEST_CASE(gets_optional_resources_by_each_way_of_writing)
{
    send(Method::Post, "/1/0", R"([{"n":"/1/0/2","v":5}])");
    send(Method::IPatch, "/", R"([{"n":"/1/0/3","v":60},{"n":"/3306/0/5850","vb":true}])");

    BOOST_TEST(text("/1/0/2") == "5");
    BOOST_TEST(text("/1/0/3") == "60");
}

BOOST_AUTO_TEST_CASE(gets_nothing_by_a_write_that_is_refused)
{
    BOOST_CHECK(writeText("/1/0/5", "-1").code == OutcomeCode::BadRequest);
    BOOST_CHECK(writeText("/1/0/26", "2").code == OutcomeCode::BadRequest);
    BOOST_CHECK(writeText("/1/0/13", "1").code == OutcomeCode::NotFound);

    BOOST_CHECK(read("/1/0/5").code == OutcomeCode::NotFound);
    BOOST_CHECK(read("/1/0/26").code == OutcomeCode::NotFound);
}

BOOST_AUTO_TEST_CASE(loses_what_a_composite_brought_that_fails)
{
    actuator->answer = {OutcomeCode::InternalServerError, "unit 7 does not answer"};

    const auto answer = send(Method::IPatch,
                             "/",
                             R"([{"bn":"/1/0/","n":"1","v":600},{"n":"2","v":5},{"n":"3","v":60},)"
                             R"({"n":"5","v":7},{"n":"26","v":1},)"
                             R"({"bn":"/","n":"3306/0/5850","vb":true}])");

    BOOST_CHECK(answer.code == OutcomeCode::InternalServerError);
    BOOST_TEST(text("/1/0/1") == "86400");
    Served restarted(owner.state);
    for (const auto& [path, usual] : optionalOnes) {
        BOOST_CHECK_MESSAGE(read(path).code == OutcomeCode::NotFound, path);
        BOOST_CHECK_MESSAGE(restarted.read(path).code == OutcomeCode::NotFound, path);
    }
}

BOOST_AUTO_TEST_CASE(keeps_what_it_had_after_a_composite_that_fails)
{
    for (const auto& [path, usual] : optionalOnes)
        writeText(path, usual);
    actuator->answer = {OutcomeCode::InternalServerError, "unit 7 does not answer"};

    send(Method::IPatch,
         "/",
         R"([{"bn":"/1/0/","n":"2","v":5},{"n":"3","v":60},{"n":"5","v":7},{"n":"26","v":1},)"
         R"({"bn":"/","n":"3306/0/5850","vb":true}])");

    for (const auto& [path, usual] : optionalOnes)
        BOOST_TEST(text(path) == usual);
}

BOOST_AUTO_TEST_CASE(has_them_after_a_restart_too)
{
    for (const auto& [path, usual] : optionalOnes)
        writeText(path, usual);

    Served restarted(owner.state);

    for (const auto& [path, usual] : optionalOnes)
        BOOST_TEST(restarted.text(path) == usual);
}

BOOST_AUTO_TEST_CASE(loses_them_by_a_replace_without_them)
{
    for (const auto& [path, usual] : optionalOnes)
        writeText(path, usual);
    observe("/1/0/5", 1);

    send(Method::Put, "/1/0", replaceOfThree);

    for (const auto& [path, usual] : optionalOnes)
        BOOST_CHECK(read(path).code == OutcomeCode::NotFound);
    BOOST_REQUIRE(!peer().notified.empty());
    BOOST_CHECK(peer().notified.back().response.code == OutcomeCode::NotFound);
}

// Without it Send would be muted.
BOOST_AUTO_TEST_CASE(says_from_the_factory_that_send_is_not_muted)
{
    BOOST_TEST(text("/1/0/23") == "0");
}

BOOST_AUTO_TEST_CASE(mutes_send_again_by_a_replace_when_it_was_bootstrapped_so)
{
    Served muted(deliveredState("site", true));
    BOOST_TEST(muted.text("/1/0/23") == "1");

    BOOST_CHECK(muted.writeText("/1/0/23", "0").code == OutcomeCode::Changed);
    auto state = deliveredState("site", true);
    for (const auto& [key, text] : muted.owner.state)
        state.insert_or_assign(key, text);
    Served restarted(state);
    BOOST_TEST(restarted.text("/1/0/23") == "0");

    restarted.send(Method::Put, "/1/0", replaceOfThree);
    BOOST_TEST(restarted.text("/1/0/23") == "1");
}

BOOST_AUTO_TEST_CASE(unmutes_send_by_a_replace_when_nobody_but_a_server_muted_it)
{
    writeText("/1/0/23", "1");
    BOOST_TEST(Served(owner.state).text("/1/0/23") == "1");

    send(Method::Put, "/1/0", replaceOfThree);

    BOOST_TEST(text("/1/0/23") == "0");
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

struct Served12 : Served
{
    Served12()
        : Served({}, "1.2")
    {}
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(endless_lifetime, Served12)

BOOST_AUTO_TEST_CASE(needs_no_update)
{
    BOOST_CHECK(writeText("/1/0/1", "0").code == OutcomeCode::Changed);
    BOOST_TEST(peer().asked.front().request.query == std::vector<std::string>{"lt=0"},
               boost::test_tools::per_element());
    peer().answer(OutcomeCode::Changed);

    scheduler.advance(std::chrono::hours(24 * 400));
    BOOST_TEST(peer().asked.empty());
    BOOST_TEST(text("/1/0/1") == "0");

    client->updateNow("site"); // it has not expired: an Update is enough
    scheduler.advance(std::chrono::seconds(0));
    BOOST_TEST(peer().asked.front().request.path.size() == 2U);
}

BOOST_AUTO_TEST_CASE(ends_when_a_server_writes_another)
{
    writeText("/1/0/1", "0");
    peer().answer(OutcomeCode::Changed);
    scheduler.advance(std::chrono::hours(24));

    writeText("/1/0/1", "600");
    BOOST_TEST(peer().asked.front().request.query == std::vector<std::string>{"lt=600"},
               boost::test_tools::per_element());
    peer().answer(OutcomeCode::Changed);

    scheduler.advance(std::chrono::seconds(600 - 93));
    BOOST_TEST(peer().asked.size() == 1U);
}

BOOST_AUTO_TEST_CASE(is_not_told_to_a_server_of_an_earlier_version)
{
    ClientFixture older({{"server/site/lifetime", "0 over 86400"}}, "1.2");
    older.client->start(std::chrono::seconds(0));
    older.scheduler.advance(std::chrono::seconds(0));
    older.peer().connect();
    BOOST_TEST(older.peer().asked.front().request.query[1] == "lt=0");

    older.peer().answer(OutcomeCode::PreconditionFailed);

    BOOST_TEST(older.peer().asked.front().request.query[1] == "lt=86400");
    older.peer().accept();
    BOOST_TEST(textOf(older.read("/1/0/1", plainTextFormat)) == "86400");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(retries, Served12)

namespace {

struct Retry
{
    const char* path;
    const char* usual;
    const char* written; ///< by a server; nothing: it may not
};

constexpr Retry allRetries[] = {{"/1/0/14", "0", "7"},
                                {"/1/0/15", "0", nullptr},
                                {"/1/0/16", "1", nullptr},
                                {"/1/0/17", "5", "2"},
                                {"/1/0/18", "60", "10"},
                                {"/1/0/19", "86400", "4294967295"},
                                {"/1/0/20", "1", "0"}};

} // namespace

BOOST_AUTO_TEST_CASE(are_told_to_servers_of_1_2_and_nobody_before)
{
    Served earlier({}, "1.1");
    for (const auto& [path, usual, written] : allRetries) {
        BOOST_TEST(text(path) == usual);
        BOOST_CHECK(earlier.read(path).code == OutcomeCode::NotFound);
        BOOST_CHECK(earlier.writeText(path, "1").code == OutcomeCode::NotFound);
    }
    BOOST_CHECK(read("/1/0/13").code == OutcomeCode::NotFound); // nobody has set it
}

BOOST_AUTO_TEST_CASE(are_written_where_the_standard_lets_servers)
{
    for (const auto& [path, usual, written] : allRetries) {
        const auto expected = written ? OutcomeCode::Changed : OutcomeCode::MethodNotAllowed;
        BOOST_CHECK(writeText(path, written ? written : usual).code == expected);
        BOOST_TEST(text(path) == (written ? written : usual));
        if (written)
            BOOST_CHECK(writeText(path, "4294967296").code == OutcomeCode::BadRequest);
    }

    Served restarted(owner.state, "1.2");
    for (const auto& [path, usual, written] : allRetries)
        BOOST_TEST(restarted.text(path) == (written ? written : usual));
}

BOOST_AUTO_TEST_CASE(are_the_operators_again_after_a_replace_without_them)
{
    for (const auto& [path, usual, written] : allRetries) {
        if (written)
            writeText(path, written);
    }

    BOOST_CHECK(send(Method::Put, "/1/0", replaceOfThree).code == OutcomeCode::Changed);

    for (const auto& [path, usual, written] : allRetries)
        BOOST_TEST(text(path) == usual);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(last_bootstrapped, Served)

BOOST_AUTO_TEST_CASE(is_there_once_a_bootstrap_server_has_delivered_the_account)
{
    BOOST_CHECK(read("/1/0/12").code == OutcomeCode::NotFound);

    Served delivered(bootstrappedState("site", base::WallTime(std::chrono::seconds(1700000000))));

    BOOST_TEST(delivered.text("/1/0/12") == "1700000000");
    BOOST_CHECK(delivered.writeText("/1/0/12", "1").code == OutcomeCode::MethodNotAllowed);
    Served older(bootstrappedState("site", base::WallTime(std::chrono::seconds(1700000000))),
                 "1.0");
    BOOST_CHECK(older.read("/1/0/12").code == OutcomeCode::NotFound);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(alert_code, Served)

BOOST_AUTO_TEST_CASE(is_that_of_the_last_session_which_an_alert_has_ended)
{
    constexpr std::uint8_t unknownAuthority = 48;
    BOOST_CHECK(read("/1/0/11").code == OutcomeCode::NotFound);
    peer().listener->onAlert(unknownAuthority);
    peer().lose({base::ErrorKind::Refused, "unknown_ca", base::Retry::Later});

    scheduler.advance(std::chrono::seconds(90)); // retryTimer and its spread
    peer().connect();
    peer().accept();

    BOOST_TEST(text("/1/0/11") == "48");
    BOOST_CHECK(writeText("/1/0/11", "0").code == OutcomeCode::MethodNotAllowed);
}

BOOST_AUTO_TEST_SUITE_END()
