// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "agent/lwm2m/objects/kept_object.hpp"
#include "agent/lwm2m/objects/test_object.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"
#include "tests/unit/lwm2m/codec/fixtures.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using namespace std::string_literals;
using api::Method;
using model::OutcomeCode;
using model::Path;
using model::Value;

namespace {

constexpr model::Id portfolio = 16;
constexpr model::Id container = 19;

KeptObject::Values hostIdentity()
{
    return {{{portfolio, 0, 0, 0}, Value(std::string("Host Device ID #1"))},
            {{portfolio, 0, 0, 1}, Value(std::string("Host Device Manufacturer #1"))}};
}

/// A client with Portfolio and BinaryAppDataContainer; what they keep goes to `kept`.
struct Kept : ClientFixture
{
    Kept()
    {
        client->addObject(make(portfolio, hostIdentity()));
        client->addObject(make(container, {}));
        registerClient();
    }

    std::unique_ptr<KeptObject> make(model::Id id, KeptObject::Values factory)
    {
        return std::make_unique<KeptObject>(*testDefinitions().find(id),
                                            std::move(factory),
                                            kept,
                                            [this](const api::ClientState& changes) {
                                                for (const auto& [key, text] : changes) {
                                                    if (text.empty())
                                                        kept.erase(key);
                                                    else
                                                        kept.insert_or_assign(key, text);
                                                }
                                            });
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

    api::Response create(const std::string& path, api::ContentFormat format, base::Bytes payload)
    {
        api::Request request;
        request.method = Method::Post;
        request.path = segmentsOf(path);
        request.contentFormat = format;
        request.payload = std::move(payload);
        return ask(std::move(request));
    }

    api::Response patch(api::ContentFormat format, const std::string& payload)
    {
        api::Request request;
        request.method = Method::IPatch;
        request.contentFormat = format;
        request.payload = base::toBytes(payload);
        return ask(std::move(request));
    }

    std::string text(const std::string& path) { return textOf(read(path, plainTextFormat)); }

    api::ClientState kept;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(kept_object, Kept)

BOOST_AUTO_TEST_CASE(shows_what_it_has_from_the_factory)
{
    BOOST_TEST(text("/16/0/0/1") == "Host Device Manufacturer #1");
    BOOST_TEST(kept.empty());
}

// ETS 1630 and 1635.
BOOST_AUTO_TEST_CASE(lets_servers_create_and_delete_instances)
{
    const auto created =
        send(Method::Post,
             "/16",
             R"([{"bn":"/16/1/0/","n":"0","vs":"Host Device ID #2"},{"n":"1","vs":"x"}])");

    BOOST_CHECK(created.code == OutcomeCode::Created);
    BOOST_TEST(textOf(read("/16/1", linkFormat)) == "</16/1>,</16/1/0>;dim=2");
    for (const auto* instance : {"/16/0", "/16/1"})
        BOOST_CHECK(send(Method::Delete, instance, "").code == OutcomeCode::Deleted);
    BOOST_TEST(textOf(read("/16", linkFormat)) == "</16>");
}

BOOST_AUTO_TEST_CASE(gets_several_instances_by_one_create)
{
    const auto json =
        send(Method::Post, "/16", R"([{"n":"/16/4/0/0","vs":"x"},{"n":"/16/2/0/0","vs":"y"}])");
    // Object Instances 5 and 6, each with the multiple Resource 0 and one Resource Instance.
    const auto tlv =
        create("/16",
               tlvFormat,
               {0x06, 5, 0x84, 0, 0x42, 0, 'a', 'b', 0x06, 6, 0x84, 0, 0x42, 0, 'c', 'd'});
    // {[16, 8]: {0: {0: "e"}}, [16, 9]: {0: {0: "f"}}}
    const auto cbor = create("/16",
                             lwm2mCborFormat,
                             {0xa2,
                              0x82,
                              0x10,
                              8,
                              0xa1,
                              0,
                              0xa1,
                              0,
                              0x61,
                              'e',
                              0x82,
                              0x10,
                              9,
                              0xa1,
                              0,
                              0xa1,
                              0,
                              0x61,
                              'f'});

    for (const auto& answer : {json, tlv, cbor}) {
        BOOST_CHECK_MESSAGE(answer.code == OutcomeCode::Created, textOf(answer));
        BOOST_TEST(answer.locationPath.empty()); // the server chose the IDs
    }
    BOOST_TEST(text("/16/2/0/0") == "y");
    BOOST_TEST(text("/16/5/0/0") == "ab");
    BOOST_TEST(text("/16/6/0/0") == "cd");
    BOOST_TEST(text("/16/9/0/0") == "f");
}

BOOST_AUTO_TEST_CASE(gets_all_instances_of_a_create_or_none)
{
    const auto refusedWith = [this](OutcomeCode code, const std::string& payload) {
        const auto answer = send(Method::Post, "/16", payload);
        BOOST_CHECK_MESSAGE(answer.code == code, payload << ": " << textOf(answer));
        BOOST_TEST(textOf(read("/16", linkFormat)) == "</16>,</16/0>,</16/0/0>;dim=2");
    };

    const std::string good = R"([{"n":"/16/4/0/0","vs":"x"},)";
    refusedWith(OutcomeCode::BadRequest, good + R"({"n":"/16/0/0/0","vs":"is there"}])");
    refusedWith(OutcomeCode::BadRequest, good + R"({"n":"/16/5/0/0","v":1}])");
    refusedWith(OutcomeCode::BadRequest, good + R"({"n":"/16/5/1","vs":"no identity"}])");
    refusedWith(OutcomeCode::BadRequest, good + R"({"n":"/16/65535/0/0","vs":"which?"}])");
    refusedWith(OutcomeCode::BadRequest, good + R"({"n":"/19/5/0/0","vd":"AQ"}])");
    std::string many = "[";
    for (std::size_t id = 1; id <= KeptObject::mostInstances; ++id)
        many += R"({"n":"/16/)" + std::to_string(id) + R"(/0/0","vs":"x"},)";
    many.back() = ']';
    refusedWith(OutcomeCode::MethodNotAllowed, many);
}

BOOST_AUTO_TEST_CASE(adds_removes_and_replaces_resource_instances)
{
    BOOST_CHECK(writeText("/16/0/0/0", "test").code == OutcomeCode::Changed);
    BOOST_TEST(text("/16/0/0/0") == "test");
    BOOST_CHECK(send(Method::Post, "/16/0", R"([{"n":"/16/0/0/7","vs":"new"}])").code ==
                OutcomeCode::Changed);
    BOOST_TEST(text("/16/0/0/7") == "new");
    BOOST_CHECK(send(Method::Put, "/16/0/0", R"([{"n":"/16/0/0/2","vs":"only"}])").code ==
                OutcomeCode::Changed);
    BOOST_TEST(textOf(read("/16/0/0", senmlJsonFormat)) ==
               R"([{"bn":"/16/0/0/","n":"2","vs":"only"}])");
}

// LwM2M 1.2 Core §6.3.9, RFC 8790 §4: null removes.
BOOST_AUTO_TEST_CASE(loses_resource_instances_by_a_null_in_senml_etch)
{
    observe("/16/0/0/0", 1);

    const auto json =
        patch(senmlEtchJsonFormat, R"([{"n":"/16/0/0/0","v":null},{"n":"/16/0/0/5","vs":"new"}])");
    BOOST_CHECK_MESSAGE(json.code == OutcomeCode::Changed, textOf(json));
    BOOST_TEST(textOf(read("/16/0", linkFormat)) == "</16/0>,</16/0/0>;dim=2");
    BOOST_TEST(text("/16/0/0/5") == "new");
    BOOST_REQUIRE(!peer().notified.empty());
    BOOST_CHECK(peer().notified.front().response.code == OutcomeCode::NotFound);

    // [{0: "/16/0/0/1", 2: null}, {0: "/16/0/0/5", 3: null}]
    const auto cbor =
        patch(senmlEtchCborFormat,
              "\x82\xa2\x00\x69/16/0/0/1\x02\xf6\xa2"s + "\x00\x69/16/0/0/5\x03\xf6"s);
    BOOST_CHECK_MESSAGE(cbor.code == OutcomeCode::Changed, textOf(cbor));
    BOOST_TEST(textOf(read("/16/0", linkFormat)) == "</16/0>,</16/0/0>;dim=0");
    BOOST_TEST(owner.journal.back().after == "removed");
}

BOOST_AUTO_TEST_CASE(loses_nothing_by_a_null_that_is_refused)
{
    const auto refusedWith = [this](OutcomeCode code, const std::string& part) {
        const auto answer =
            patch(senmlEtchJsonFormat, R"([{"n":"/16/0/0/0","v":null},)" + part + "]");
        BOOST_CHECK_MESSAGE(answer.code == code, part << ": " << textOf(answer));
        BOOST_TEST(text("/16/0/0/0") == "Host Device ID #1");
    };

    refusedWith(OutcomeCode::NotFound, R"({"n":"/16/0/0/9","v":null})");
    refusedWith(OutcomeCode::NotFound, R"({"n":"/16/7/0/0","v":null})");
    refusedWith(OutcomeCode::BadRequest, R"({"n":"/16/0/0","v":null})");
    refusedWith(OutcomeCode::BadRequest, R"({"n":"/3442/0/120","v":null})");
    refusedWith(OutcomeCode::BadRequest, R"({"n":"/16/0/0/1","v":null,"vs":"x"})");
    refusedWith(OutcomeCode::BadRequest, R"({"n":"/16/0/0/0","vs":"again"})");
    refusedWith(OutcomeCode::BadRequest, R"({"n":"/16/0/0/1","t":null})");
    refusedWith(OutcomeCode::Unauthorized, R"({"n":"/3442/0/1120/0","v":null})"); // fixed
    BOOST_CHECK(patch(senmlJsonFormat, R"([{"n":"/16/0/0/0","v":null}])").code ==
                OutcomeCode::BadRequest);
    test->answer = {OutcomeCode::InternalServerError, "unit 7 does not answer"};
    refusedWith(OutcomeCode::InternalServerError, R"({"n":"/3442/0/120","v":9})");
}

BOOST_AUTO_TEST_CASE(has_no_more_resource_instances_after_a_composite_that_fails)
{
    test->answer = {OutcomeCode::InternalServerError, "unit 7 does not answer"};

    const auto answer = patch(senmlJsonFormat,
                              R"([{"n":"/16/0/0/0","vs":"x"},{"n":"/16/0/0/7","vs":"new"},)"
                              R"({"n":"/3442/0/120","v":9}])");

    BOOST_CHECK(answer.code == OutcomeCode::InternalServerError);
    BOOST_CHECK(read("/16/0/0/7").code == OutcomeCode::NotFound);
    BOOST_TEST(text("/16/0/0/0") == "Host Device ID #1");
}

BOOST_AUTO_TEST_CASE(has_no_more_resources_after_a_composite_that_fails)
{
    kept = {{"object/19", "+"}, {"object/19/3", "+"}};
    client->addObject(make(container, {}));
    test->answer = {OutcomeCode::InternalServerError, "unit 7 does not answer"};

    const auto answer = patch(senmlJsonFormat,
                              R"([{"bn":"/19/3/","n":"0/0","vd":"AQI"},{"n":"3","vs":"new"},)"
                              R"({"bn":"/","n":"3442/0/120","v":9}])");

    BOOST_CHECK(answer.code == OutcomeCode::InternalServerError);
    BOOST_TEST(textOf(read("/19/3", linkFormat)) == "</19/3>");
    BOOST_TEST(make(container, {})->resources(3).empty());
}

// A removal comes last; what can stop it is a server that is faster than the device before it.
BOOST_AUTO_TEST_CASE(gets_back_what_a_composite_removed_that_fails)
{
    send(Method::Post, "/19", R"([{"n":"/19/3/0/0","vd":"AQI"}])");
    test->isHolding = true;
    api::Request request;
    request.method = Method::IPatch;
    request.contentFormat = senmlEtchJsonFormat;
    request.payload = base::toBytes(R"([{"n":"/3442/0/120","v":9},{"n":"/16/0/0/0","v":null},)"
                                    R"({"n":"/16/0/0/1","v":null},{"n":"/19/3/0/0","v":null}])");
    const auto answered = peer().request(std::move(request));

    send(Method::Delete, "/19/3", "");
    std::exchange(test->held, nullptr)({});

    BOOST_REQUIRE(answered->has_value());
    BOOST_CHECK((*answered)->code == OutcomeCode::NotFound);
    BOOST_TEST(text("/16/0/0/0") == "Host Device ID #1");
    BOOST_TEST(text("/16/0/0/1") == "Host Device Manufacturer #1");
    BOOST_TEST(textOf(read("/16/0", linkFormat)) == "</16/0>,</16/0/0>;dim=2");
    BOOST_TEST(make(container, {})->instances().empty());
}

BOOST_AUTO_TEST_CASE(drops_what_a_replaced_instance_no_longer_has)
{
    send(Method::Post, "/19", R"([{"bn":"/19/3/","n":"0/0","vd":"AQI"},{"n":"1","v":1}])");

    BOOST_CHECK(send(Method::Put, "/19/3", R"([{"n":"/19/3/0/0","vd":"Aw"}])").code ==
                OutcomeCode::Changed);

    BOOST_TEST(textOf(read("/19/3", senmlJsonFormat)) ==
               R"([{"bn":"/19/3/","n":"0/0","vd":"Aw"}])");
}

// LwM2M Core §6.3.3: a Partial Update adds or updates Resources.
BOOST_AUTO_TEST_CASE(gets_a_resource_that_it_did_not_have)
{
    send(Method::Post, "/19", R"([{"n":"/19/3/0/0","vd":"AQI"}])");

    send(Method::Post, "/19/3", R"([{"n":"/19/3/3","vs":"what"}])");

    BOOST_TEST(text("/19/3/3") == "what");

    BOOST_CHECK(writeText("/19/3/1", "1").code == OutcomeCode::Changed);
    BOOST_TEST(text("/19/3/1") == "1");
    BOOST_CHECK(writeText("/19/3/77", "1").code == OutcomeCode::NotFound);
}

BOOST_AUTO_TEST_CASE(loses_a_resource_instance_that_a_server_deletes)
{
    BOOST_CHECK(send(Method::Delete, "/16/0/0/0", "").code == OutcomeCode::Deleted);
    BOOST_TEST(textOf(read("/16/0", linkFormat)) == "</16/0>,</16/0/0>;dim=1");

    BOOST_CHECK(send(Method::Delete, "/16/0/0/1", "").code == OutcomeCode::Deleted);
    BOOST_TEST(textOf(read("/16/0/0", senmlJsonFormat)) == "[]");
    BOOST_TEST(make(portfolio, hostIdentity())->resources(0) == std::vector<model::Id>{0},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(survives_a_restart)
{
    send(Method::Post, "/19", R"([{"bn":"/19/3/","n":"0/0","vd":"AQI"},{"n":"1","v":1}])");
    send(Method::Delete, "/16/0", "");
    writeText("/19/3/3", "");

    const auto container19 = make(container, {});
    const auto portfolio16 = make(portfolio, hostIdentity());

    BOOST_TEST(container19->instances() == std::vector<model::Id>{3},
               boost::test_tools::per_element());
    BOOST_TEST((container19->read({container, 3, 0, 0})->value == Value(base::Bytes{1, 2})));
    BOOST_TEST((container19->read({container, 3, 1})->value == Value(std::int64_t{1})));
    BOOST_TEST(portfolio16->instances().empty());
}

BOOST_AUTO_TEST_CASE(is_bounded)
{
    const std::string large(KeptObject::mostOctets, 'A');
    const auto tooLarge =
        send(Method::Post, "/16/0", R"([{"n":"/16/0/0/7","vs":")" + large + R"("}])");
    BOOST_CHECK(tooLarge.code == OutcomeCode::RequestTooLarge);
    BOOST_CHECK(read("/16/0/0/7").code == OutcomeCode::NotFound);

    OutcomeCode last = OutcomeCode::Created;
    for (std::size_t id = 1; id <= KeptObject::mostInstances; ++id) {
        BOOST_CHECK(last == OutcomeCode::Created);
        const auto name = std::to_string(id);
        last = send(Method::Post, "/16", R"([{"n":"/16/)" + name + R"(/0/0","vs":"x"}])").code;
    }
    BOOST_CHECK(last == OutcomeCode::MethodNotAllowed);
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

const model::ObjectDefinition& testDefinition()
{
    static const auto definitions = model::builtInDefinitions();
    return *definitions.find(3442);
}

/// A client with the registry's test Object instead of the fixture's.
struct Tested : ClientFixture
{
    Tested()
    {
        client->addObject(std::make_unique<TestObject>(testDefinition()));
        registerClient();
    }

    void execute(const std::string& path, const std::string& arguments = {})
    {
        api::Request request;
        request.method = Method::Post;
        request.path = segmentsOf(path);
        request.payload = base::toBytes(arguments);
        BOOST_TEST(textOf(ask(std::move(request))) == "");
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

} // namespace

BOOST_FIXTURE_TEST_SUITE(test_object, Tested)

// Leshan's WriteMultiValueTest: a Replace names what it likes.
BOOST_AUTO_TEST_CASE(needs_none_of_its_resources)
{
    BOOST_CHECK(send(Method::Put, "/3442/0", R"([{"n":"/3442/0/1110/3","vs":"x"}])").code ==
                OutcomeCode::Changed);
    BOOST_CHECK(read("/3442/0/1120").code == OutcomeCode::NotFound);
    BOOST_CHECK(send(Method::Post, "/3442", R"([{"n":"/3442/7/110","vs":"x"}])").code ==
                OutcomeCode::Created);
    BOOST_TEST(text("/3442/7/110") == "x");
}

BOOST_AUTO_TEST_CASE(has_a_value_of_each_type_single_and_multiple)
{
    BOOST_TEST(text("/3442/0/110") == "initial value");
    BOOST_TEST(text("/3442/0/1130/0") == "3.14159");
    BOOST_TEST(text("/3442/0/170") == "3:0");
    for (const auto format : {senmlJsonFormat, senmlCborFormat, tlvFormat, lwm2mCborFormat})
        BOOST_CHECK(read("/3442", format).code == OutcomeCode::Content);
}

BOOST_AUTO_TEST_CASE(clears_randomizes_and_resets_its_values)
{
    execute("/3442/0/2");
    BOOST_TEST(text("/3442/0/120") == "0");
    execute("/3442/0/1");
    BOOST_TEST(text("/3442/0/120") != "0");
    execute("/3442/0/0");
    BOOST_TEST(text("/3442/0/120") == "1024");
}

BOOST_AUTO_TEST_CASE(shows_the_arguments_of_an_execute)
{
    execute("/3442/0/3", "0='abc',1");
    BOOST_TEST(text("/3442/0/4/0") == "abc");
    BOOST_TEST(text("/3442/0/4/1") == "");

    execute("/3442/0/3", "5");
    BOOST_TEST(textOf(read("/3442/0/4", senmlJsonFormat)) ==
               R"([{"bn":"/3442/0/4/","n":"5","vs":""}])");
}

BOOST_AUTO_TEST_CASE(has_empty_arrays_when_it_is_cleared)
{
    observe("/3442/0/1110/0", 1);

    execute("/3442/0/2");

    BOOST_TEST(textOf(read("/3442/0/1110", senmlJsonFormat)) == "[]");
    BOOST_REQUIRE(peer().notified.size() == 1);
    BOOST_CHECK(peer().notified.front().response.code == OutcomeCode::NotFound);
}

// Leshan's ObserveTest: writing an empty array is deleting its elements.
BOOST_AUTO_TEST_CASE(empties_an_array)
{
    observe("/3442/0/1110/0", 1);
    api::Request request;
    request.method = Method::Put;
    request.path = segmentsOf("/3442/0/1110");
    request.contentFormat = tlvFormat;
    request.payload = {0xa0, 0x04, 0x56}; // multiple Resource 1110, no octets

    BOOST_CHECK(ask(std::move(request)).code == OutcomeCode::Changed);

    BOOST_TEST(textOf(read("/3442/0/1110", senmlJsonFormat)) == "[]");
    BOOST_REQUIRE(peer().notified.size() == 1);
    BOOST_CHECK(peer().notified.front().response.code == OutcomeCode::NotFound);
}

BOOST_AUTO_TEST_CASE(tells_observers_what_an_execute_has_changed)
{
    observe("/3442/0/120", 1);

    execute("/3442/0/2");

    BOOST_REQUIRE(peer().notified.size() == 1);
    BOOST_TEST(textOf(peer().notified.front().response) == "0");
}

BOOST_AUTO_TEST_CASE(ends_what_a_replace_removes)
{
    observe("/3442/0/1110/0", 1);
    writeAttributes("/3442/0/1110/0", {"pmin=60"});

    send(Method::Put, "/3442/0/1110", R"([{"n":"/3442/0/1110/1","vs":"x"}])");

    BOOST_REQUIRE(peer().notified.size() == 1);
    BOOST_CHECK(peer().notified.front().response.code == OutcomeCode::NotFound);
    send(Method::Post, "/3442/0/1110", R"([{"n":"/3442/0/1110/0","vs":"y"}])");
    BOOST_TEST(textOf(read("/3442/0/1110", linkFormat)) ==
               "</3442/0/1110>;dim=2,</3442/0/1110/0>,</3442/0/1110/1>");
}

BOOST_AUTO_TEST_SUITE_END()
