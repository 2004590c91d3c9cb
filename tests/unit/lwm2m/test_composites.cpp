// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using namespace std::chrono_literals;
using api::Delivery;
using api::Method;
using model::OutcomeCode;
using model::Path;
using model::Value;

namespace {

struct Composite : ClientFixture
{
    Composite() { registerClient(); }

    explicit Composite(const std::string& version)
        : ClientFixture({}, version)
    {
        registerClient();
    }

    static api::Request fetch(const std::string& names)
    {
        api::Request request;
        request.method = Method::Fetch;
        request.contentFormat = senmlJsonFormat;
        request.accept = senmlJsonFormat;
        request.payload = base::toBytes(names);
        return request;
    }

    api::Response
    observe(const std::string& names, std::uint8_t token, std::vector<std::string> query = {})
    {
        auto request = fetch(names);
        request.observe = 0;
        request.token = tokenOf(token);
        request.query = std::move(query);
        return ask(std::move(request));
    }

    api::Response write(const std::string& payload)
    {
        api::Request request;
        request.method = Method::IPatch;
        request.contentFormat = senmlJsonFormat;
        request.payload = base::toBytes(payload);
        return ask(std::move(request));
    }

    /// The texts of the notifications since the last call.
    std::vector<std::string> told()
    {
        std::vector<std::string> texts;
        for (; !peer().notified.empty(); peer().deliver(Delivery::Acknowledged))
            texts.push_back(textOf(peer().notified.front().response));
        return texts;
    }

    void switchTo(bool isOn)
    {
        actuator->values.insert_or_assign({3306, 0, 5850}, Value(isOn));
        client->onValuesChanged({{3306, 0, 5850}});
    }
};

struct Composite12 : Composite
{
    Composite12()
        : Composite("1.2")
    {}
};

const auto* const both = R"([{"n":"/3303/0/5700"},{"n":"/3306/0/5850"}])";

} // namespace

BOOST_FIXTURE_TEST_SUITE(composites, Composite)

BOOST_AUTO_TEST_CASE(reads_several_paths_in_one_answer)
{
    const auto response = ask(fetch(R"([{"n":"/3306/0/5850"},{"n":"/3303/0/5700"}])"));

    BOOST_CHECK(response.code == OutcomeCode::Content);
    BOOST_TEST(response.contentFormat.value() == senmlJsonFormat);
    BOOST_TEST(textOf(response) ==
               R"([{"bn":"/","n":"3303/0/5700","v":21.5},{"n":"3306/0/5850","vb":false}])");
}

BOOST_AUTO_TEST_CASE(leaves_out_what_is_missing_hidden_or_not_readable)
{
    const auto response = ask(
        fetch(R"([{"n":"/0"},{"n":"/3/0/4"},{"n":"/4711"},{"n":"/3303/9"},{"n":"/3306/0/5850"}])"));

    BOOST_TEST(textOf(response) == R"([{"bn":"/","n":"3306/0/5850","vb":false}])");
}

BOOST_AUTO_TEST_CASE(reads_everything_but_the_hidden_objects_from_the_root)
{
    const auto everything = textOf(ask(fetch(R"([{"n":"/"}])")));

    for (const auto* part : {"\"1/0/1\"", "\"3/0/0\"", "\"3303/0/5700\"", "\"3442/0/1120/1\""})
        BOOST_TEST(everything.find(part) != std::string::npos, part);
    BOOST_TEST(everything.find("\"0/") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(tells_a_value_once_that_two_parts_name)
{
    const auto response = ask(fetch(R"([{"n":"/3306"},{"n":"/3306/0/5850"}])"));

    BOOST_TEST(textOf(response) == R"([{"bn":"/","n":"3306/0/5850","vb":false}])");
}

BOOST_AUTO_TEST_CASE(answers_in_the_format_of_the_question_when_none_is_asked_for)
{
    auto json = fetch(both);
    json.accept.reset();

    BOOST_TEST(ask(json).contentFormat.value() == senmlJsonFormat);
    json.contentFormat = senmlEtchJsonFormat;
    BOOST_TEST(ask(json).contentFormat.value() == senmlJsonFormat);
    json.accept = plainTextFormat;
    BOOST_CHECK(ask(json).code == OutcomeCode::NotAcceptable);
    json.accept = lwm2mCborFormat;
    BOOST_TEST(ask(json).contentFormat.value() == lwm2mCborFormat);
}

BOOST_AUTO_TEST_CASE(writes_to_several_objects_at_once)
{
    const auto response = write(
        R"([{"n":"/3306/0/5850","vb":true},{"n":"/3442/0/120","v":9},{"n":"/1/0/1","v":60}])");

    BOOST_CHECK(response.code == OutcomeCode::Changed);
    BOOST_TEST(textOf(read("/3306/0/5850", plainTextFormat)) == "1");
    BOOST_TEST(textOf(read("/3442/0/120", plainTextFormat)) == "9");
    BOOST_TEST(peer().asked.front().request.query == std::vector<std::string>{"lt=60"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(writes_nothing_when_one_of_several_paths_is_refused)
{
    const auto response = write(R"([{"n":"/3306/0/5850","vb":true},{"n":"/3442/7/120","v":9}])");

    BOOST_CHECK(response.code == OutcomeCode::NotFound);
    BOOST_TEST(textOf(read("/3306/0/5850", plainTextFormat)) == "0");
}

BOOST_AUTO_TEST_CASE(writes_nothing_when_a_later_object_may_not_be_written_so)
{
    test->forbidden = {{3442, 0, 120}};

    const auto response = write(R"([{"n":"/3306/0/5850","vb":true},{"n":"/3442/0/120","v":9}])");

    BOOST_CHECK(response.code == OutcomeCode::BadRequest);
    BOOST_TEST(textOf(response) == "the profile forbids it");
    BOOST_TEST(actuator->writes == 0);
}

BOOST_AUTO_TEST_CASE(puts_back_what_was_written_when_a_later_device_fails)
{
    test->answer = {OutcomeCode::InternalServerError, "unit 7 does not answer"};

    const auto response = write(R"([{"n":"/3306/0/5850","vb":true},{"n":"/3442/0/120","v":9}])");

    BOOST_CHECK(response.code == OutcomeCode::InternalServerError);
    BOOST_TEST(textOf(response) == "unit 7 does not answer");
    BOOST_TEST(textOf(read("/3306/0/5850", plainTextFormat)) == "0");
}

BOOST_AUTO_TEST_CASE(survives_a_device_that_answers_after_the_client_has_gone)
{
    test->isHolding = true;
    api::Request request;
    request.method = Method::IPatch;
    request.contentFormat = senmlJsonFormat;
    request.payload =
        base::toBytes(R"([{"n":"/3306/0/5850","vb":true},{"n":"/3442/0/120","v":9}])");
    const auto answered = peer().request(std::move(request));
    auto held = std::move(test->held);

    client.reset();
    held({});

    BOOST_TEST(!answered->has_value());
}

BOOST_AUTO_TEST_CASE(tells_all_parts_when_one_changes)
{
    const auto first = observe(both, 1);
    BOOST_TEST(first.observe.has_value());

    switchTo(true);

    const std::vector<std::string> expected{
        R"([{"bn":"/","n":"3303/0/5700","v":21.5},{"n":"3306/0/5850","vb":true}])"};
    BOOST_TEST(told() == expected, boost::test_tools::per_element());
    sensor->values.insert_or_assign({3303, 0, 5701}, Value(std::string("K")));
    client->onValuesChanged({{3303, 0, 5701}});
    BOOST_TEST(told().empty());
}

BOOST_AUTO_TEST_CASE(follows_the_attributes_of_each_part)
{
    writeAttributes("/3303/0/5700", {"st=5"});
    writeAttributes("/3306/0/5850", {"pmin=10"});
    observe(both, 1);

    change(temperature, 22.0); // too small a step
    BOOST_TEST(told().empty());
    switchTo(true); // pmin is not over
    scheduler.advance(9s);
    BOOST_TEST(told().empty());
    scheduler.advance(1s);
    BOOST_TEST(told().size() == 1U);
    change(temperature, 30.0); // pmin is that of the other part
    BOOST_TEST(told().size() == 1U);
}

BOOST_AUTO_TEST_CASE(evaluates_each_part_not_more_often_than_its_own_epmin)
{
    writeAttributes("/3303/0/5700", {"epmin=60"});
    observe(both, 1);

    scheduler.advance(1s);
    switchTo(true); // has no epmin
    BOOST_TEST(told().size() == 1U);
    scheduler.advance(5s);
    change(temperature, 22.0);
    scheduler.advance(54s);
    BOOST_TEST(told().empty());
    scheduler.advance(1s);
    BOOST_TEST(told().size() == 1U);
}

BOOST_AUTO_TEST_CASE(repeats_all_parts_at_the_shortest_pmax)
{
    writeAttributes("/3303/0/5700", {"pmax=20"});
    writeAttributes("/3306/0/5850", {"pmax=10"});
    observe(both, 1);

    scheduler.advance(9999ms);
    BOOST_TEST(told().empty());
    scheduler.advance(1ms);
    BOOST_TEST(told().size() == 1U);
}

BOOST_AUTO_TEST_CASE(goes_on_without_a_part_that_vanishes)
{
    test->canCreate = true;
    observe(R"([{"n":"/3303/0/5700"},{"n":"/3442/0/120"}])", 1);

    api::Request remove;
    remove.method = Method::Delete;
    remove.path = {"3442", "0"};
    ask(std::move(remove));

    const std::vector<std::string> expected{R"([{"bn":"/","n":"3303/0/5700","v":21.5}])"};
    BOOST_TEST(told() == expected, boost::test_tools::per_element());
    BOOST_TEST(client->status().front().observations == 1U);
}

BOOST_AUTO_TEST_CASE(cancels_with_the_same_token)
{
    observe(both, 1);
    auto cancel = fetch(both);
    cancel.observe = 1;
    cancel.token = tokenOf(1);

    const auto response = ask(std::move(cancel));

    BOOST_TEST(!response.observe.has_value());
    BOOST_TEST(client->status().front().observations == 0U);
}

BOOST_AUTO_TEST_CASE(refuses_attributes_in_observe_before_1_2)
{
    BOOST_CHECK(observe(both, 1, {"pmin=5"}).code == OutcomeCode::BadRequest);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(observe_attributes, Composite12)

BOOST_AUTO_TEST_CASE(hold_for_their_observation_only_and_instead_of_those_attached)
{
    writeAttributes("/3303/0/5700", {"pmin=60"});
    api::Request request;
    request.path = segmentsOf("/3303/0/5700");
    request.observe = 0;
    request.accept = plainTextFormat;
    request.token = tokenOf(7);
    request.query = {"pmax=10", "st=2"};

    const auto response = ask(std::move(request));
    BOOST_CHECK(response.code == OutcomeCode::Content);
    change(temperature, 22.0);
    BOOST_TEST(told().empty());
    change(temperature, 24.0);
    BOOST_TEST(told().size() == 1U);
    scheduler.advance(10s);
    BOOST_TEST(told().size() == 1U);
    BOOST_TEST(textOf(read("/3303/0/5700", linkFormat)) == "</3303/0/5700>;pmin=60");
}

BOOST_AUTO_TEST_CASE(may_be_periods_but_no_thresholds_with_a_composite)
{
    BOOST_CHECK(observe(both, 1, {"gt=5"}).code == OutcomeCode::BadRequest);
    BOOST_CHECK(observe(both, 1, {"edge=1"}).code == OutcomeCode::BadRequest);
    BOOST_CHECK(observe(both, 1, {"pmin=20", "pmax=10"}).code == OutcomeCode::Content);
    BOOST_CHECK(observe(both, 1, {"pmax=10", "con=1"}).code == OutcomeCode::Content);

    scheduler.advance(10s);

    BOOST_TEST(peer().notified.front().isConfirmable);
    BOOST_TEST(told().size() == 1U);
}

BOOST_AUTO_TEST_CASE(fit_the_type_of_what_is_observed)
{
    api::Request request;
    request.path = segmentsOf("/3303/0/5701");
    request.observe = 0;
    request.token = tokenOf(7);
    request.query = {"gt=5"};

    BOOST_CHECK(ask(std::move(request)).code == OutcomeCode::BadRequest);
}

BOOST_AUTO_TEST_CASE(know_edge_for_a_boolean_only)
{
    BOOST_CHECK(writeAttributes("/3306/0/5850", {"edge=1"}).code == OutcomeCode::Changed);
    for (const auto* path : {"/3306", "/3306/0", "/3303/0/5700", "/3303/0/5701"})
        BOOST_CHECK(writeAttributes(path, {"edge=1"}).code == OutcomeCode::BadRequest);
}

BOOST_AUTO_TEST_CASE(tell_every_rising_edge_though_what_falls_is_not_told)
{
    BOOST_REQUIRE(writeAttributes("/3306/0/5850", {"edge=1"}).code == OutcomeCode::Changed);
    switchTo(true);
    ClientFixture::observe("/3306/0/5850", 1);

    for (const bool isOn : {false, true, false, true})
        switchTo(isOn);

    BOOST_REQUIRE(peer().notified.size() == 2U);
    for (const auto& notified : peer().notified)
        BOOST_TEST(textOf(notified.response) == "1");
}

BOOST_AUTO_TEST_CASE(tell_every_falling_edge_of_a_part)
{
    BOOST_REQUIRE(writeAttributes("/3306/0/5850", {"edge=0"}).code == OutcomeCode::Changed);
    observe(R"([{"n":"/3306/0/5850"},{"n":"/3303/0/5701"}])", 1);

    for (const bool isOn : {true, false, true, false})
        switchTo(isOn);

    BOOST_TEST(peer().notified.size() == 2U);
}

BOOST_AUTO_TEST_CASE(come_with_a_depth_for_discover)
{
    const auto discover = [this](const std::string& path, const std::string& depth) {
        api::Request request;
        request.path = segmentsOf(path);
        request.accept = linkFormat;
        request.query = {depth};
        return ask(std::move(request));
    };

    BOOST_TEST(textOf(discover("/3442", "depth=0")) == "</3442>");
    BOOST_TEST(textOf(discover("/3442", "depth=1")) == "</3442>,</3442/0>");
    BOOST_TEST(textOf(discover("/3442/0", "depth=2")) ==
               "</3442/0>,</3442/0/120>,</3442/0/170>,</3442/0/1120>;dim=2,"
               "</3442/0/1120/0>,</3442/0/1120/1>");
    BOOST_TEST(textOf(discover("/3442/0/1120", "depth=0")) == "</3442/0/1120>;dim=2");
    BOOST_CHECK(discover("/3442", "depth=4").code == OutcomeCode::BadRequest);
}

BOOST_AUTO_TEST_CASE(come_with_lwm2m_cbor_in_the_list_of_formats)
{
    BOOST_TEST(registered.find(" 11544") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
