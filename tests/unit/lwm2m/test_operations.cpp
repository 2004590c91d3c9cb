// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "agent/lwm2m/execute_arguments.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using api::Method;
using model::OutcomeCode;
using model::Path;
using model::Value;
using Format = std::optional<api::ContentFormat>;

namespace {

struct Registered : ClientFixture
{
    Registered() { registerClient(); }
};

/// One request and the code that the standard wants for it.
struct Row
{
    const char* what;
    Method method;
    const char* path;
    std::vector<std::string> query;
    Format format; ///< Accept of GET, else Content-Format
    const char* payload;
    OutcomeCode code;
};

std::ostream& operator<<(std::ostream& out, const Row& row)
{
    return out << row.what;
}

constexpr auto none = std::nullopt;
constexpr auto get = Method::Get;
constexpr auto put = Method::Put;
constexpr auto post = Method::Post;
constexpr auto del = Method::Delete;
constexpr auto content = OutcomeCode::Content;
constexpr auto changed = OutcomeCode::Changed;
constexpr auto badRequest = OutcomeCode::BadRequest;
constexpr auto unauthorized = OutcomeCode::Unauthorized;
constexpr auto notFound = OutcomeCode::NotFound;
constexpr auto notAllowed = OutcomeCode::MethodNotAllowed;
constexpr auto notAcceptable = OutcomeCode::NotAcceptable;
constexpr auto badFormat = OutcomeCode::UnsupportedFormat;

// clang-format off
const Row rows[] = {
    {"a path with five levels",                   get,  "/3/0/11/0/0",    {},          none, "", notAllowed},
    {"a path with a word below a number",         get,  "/3/zero",        {},          none, "", notAllowed},
    {"a path with 65535",                         get,  "/3/65535",       {},          none, "", notAllowed},
    {"a path that is none of LwM2M",              get,  "/temperature",   {},          none, "", notFound},
    {"Read of the root",                          get,  "/",              {},          none, "", notAllowed},
    {"Delete of the root",                        del,  "/",              {},          none, "", notAllowed},
    {"Read-Composite below the root",             Method::Fetch,  "/3",   {},          110,  R"([{"n":"/3"}])", notAllowed},
    {"Read-Composite of something else",          Method::Fetch,  "/abc", {},          110,  R"([{"n":"/3"}])", notFound},
    {"Read-Composite without a format",           Method::Fetch,  "/",    {},          none, R"([{"n":"/3"}])", badFormat},
    {"Read-Composite in a format without names",  Method::Fetch,  "/",    {},          11542, "", badFormat},
    {"Read-Composite of nothing",                 Method::Fetch,  "/",    {},          110,  "[]", badRequest},
    {"Read-Composite with a value",               Method::Fetch,  "/",    {},          110,  R"([{"n":"/3/0/0","vs":"x"}])", badRequest},
    {"Read-Composite of broken SenML",            Method::Fetch,  "/",    {},          110,  "[{", badRequest},
    {"Read-Composite of a key",                   Method::Fetch,  "/",    {},          110,  R"([{"n":"/0/0/5"}])", unauthorized},
    {"Read-Composite of what is not there",       Method::Fetch,  "/",    {},          110,  R"([{"n":"/3303/9"}])", content},
    {"Read-Composite in SenML-ETCH",              Method::Fetch,  "/",    {},          320,  R"([{"n":"/3/0/0"}])", content},
    {"Write-Composite of nothing",                Method::IPatch, "/",    {},          110,  "[]", badRequest},
    {"Write-Composite below the root",            Method::IPatch, "/3306", {},         110,  "[]", notAllowed},
    {"Write-Composite without a format",          Method::IPatch, "/",    {},          none, "[]", badFormat},
    {"Write-Composite as TLV",                    Method::IPatch, "/",    {},          11542, "", badFormat},
    {"Write-Composite of a key",                  Method::IPatch, "/",    {},          110,  R"([{"n":"/0/0/0","vs":"coap://x"}])", unauthorized},
    {"Write-Composite of an absent instance",     Method::IPatch, "/",    {},          110,  R"([{"n":"/3306/7/5850","vb":true}])", notFound},
    {"Write-Composite of an absent Resource",     Method::IPatch, "/",    {},          110,  R"([{"n":"/3306/0/5851","v":1}])", notFound},
    {"Write-Composite of an unknown Object",      Method::IPatch, "/",    {},          110,  R"([{"n":"/4711/0/1","v":1}])", notFound},
    {"Write-Composite of a read-only Resource",   Method::IPatch, "/",    {},          110,  R"([{"n":"/3306/0/5850","vb":true},{"n":"/3303/0/5700","v":1}])", notAllowed},
    {"Write-Composite of a wrong type",           Method::IPatch, "/",    {},          110,  R"([{"n":"/3306/0/5850","vs":"on"}])", badRequest},
    {"Write in SenML-ETCH",                       post, "/3306/0",        {},          320,  R"([{"n":"/3306/0/5850","vb":true}])", badFormat},
    {"PATCH",                                     Method::Patch,  "/3/0", {},          110,  "[]", notAllowed},
    {"Read of Security",                          get,  "/0",             {},          none, "", unauthorized},
    {"Read of a key",                             get,  "/0/0/5",         {},          none, "", unauthorized},
    {"Read of a Security instance not there",     get,  "/0/9",           {},          none, "", unauthorized},
    {"Write of Security",                         put,  "/0/0/0",         {},          0,    "coap://x", unauthorized},
    {"Write-Attributes of Security",              put,  "/0",             {"pmin=1"},  none, "", unauthorized},
    {"Discover of Security",                      get,  "/0",             {},          40,   "", unauthorized},
    {"Delete of Security",                        del,  "/0/0",           {},          none, "", unauthorized},
    {"Read of OSCORE",                            get,  "/21",            {},          none, "", unauthorized},
    {"Read of COSE",                              get,  "/23/0",          {},          none, "", unauthorized},
    {"Read of an unknown Object",                 get,  "/50",            {},          none, "", notFound},
    {"Read of an absent instance",                get,  "/3303/1",        {},          none, "", notFound},
    {"Read of an absent Resource",                get,  "/3303/0/5601",   {},          none, "", notFound},
    {"Read of an undefined Resource",             get,  "/3303/0/1",      {},          none, "", notFound},
    {"Read of an absent Resource Instance",       get,  "/3442/0/1120/7", {},          none, "", notFound},
    {"Read below a single Resource",              get,  "/3303/0/5700/0", {},          none, "", notAllowed},
    {"Write to an unknown Resource",              put,  "/3442/0/9",      {},          0,    "1", notFound},
    {"Write to an absent Resource Instance",      put,  "/3442/0/1120/7", {},          0,    "1", notFound},
    {"Write-Attributes to what is not there",     put,  "/3303/7",        {"pmin=1"},  none, "", notFound},
    {"Delete of what is not there",               del,  "/3303/7",        {},          none, "", notFound},
    {"Read of an executable",                     get,  "/3/0/4",         {},          none, "", notAllowed},
    {"Write to a read-only Resource",             put,  "/3303/0/5700",   {},          0,    "1", notAllowed},
    {"Write to the Short Server ID",              put,  "/1/0/0",         {},          0,    "123", notAllowed},
    {"Write to an executable",                    put,  "/3/0/4",         {},          0,    "1", notAllowed},
    {"Write to an Object",                        put,  "/3",             {},          110,  "[]", notAllowed},
    {"Execute of a readable Resource",            post, "/3303/0/5700",   {},          none, "", notAllowed},
    {"Execute of a bootstrap trigger not there",  post, "/1/0/9",         {},          none, "", notFound},
    {"Create on a single Object",                 post, "/3",             {},          110,  "[]", notAllowed},
    {"Create where instances are fixed",          post, "/3303",          {},          110,  "[]", notAllowed},
    {"Delete of the Device",                      del,  "/3/0",           {},          none, "", notAllowed},
    {"Delete of an Object",                       del,  "/3303",          {},          none, "", notAllowed},
    {"Delete of a Resource",                      del,  "/3303/0/5700",   {},          none, "", notAllowed},
    {"Discover of a Resource Instance",           get,  "/3442/0/1120/0", {},          40,   "", notAllowed},
    {"Write-Attributes to an executable",         put,  "/3/0/4",         {"pmin=1"},  none, "", notAllowed},
    {"Accept of an unknown format",               get,  "/3303/0/5700",   {},          666,  "", notAcceptable},
    {"text of an instance",                       get,  "/3303/0",        {},          0,    "", notAcceptable},
    {"SenML-ETCH as an answer",                   get,  "/3303/0",        {},          320,  "", notAcceptable},
    {"LwM2M CBOR",                                get,  "/3303/0",        {},          11544, "", content},
    {"old JSON",                                  get,  "/3303/0",        {},          11543, "", notAcceptable},
    {"opaque of a number",                        get,  "/3303/0/5700",   {},          42,   "", notAcceptable},
    {"Write without Content-Format",              put,  "/3306/0/5850",   {},          none, "1", badFormat},
    {"Write in an unknown format",                put,  "/3306/0/5850",   {},          666,  "1", badFormat},
    {"Write of an instance as text",              put,  "/3306/0",        {},          0,    "1", badFormat},
    {"Execute with SenML",                        post, "/3/0/4",         {},          110,  "[]", badRequest},
    {"Write of a wrong type",                     put,  "/3306/0/5850",   {},          0,    "perhaps", badRequest},
    {"Write of broken SenML",                     post, "/3306/0",        {},          110,  "[{", badRequest},
    {"Write of another instance",                 post, "/3306/0",        {},          110,  R"([{"n":"/3306/1/5850","vb":true}])", badRequest},
    {"Write of a binding that we lack",           put,  "/1/0/7",         {},          0,    "S", badRequest},
    {"Write of no lifetime",                      put,  "/1/0/1",         {},          0,    "0", badRequest},
    {"Write of a negative lifetime",              put,  "/1/0/1",         {},          0,    "-5", badRequest},
    {"Write of a lifetime beyond all bounds",     put,  "/1/0/1",         {},          0,    "9223372036854775807", badRequest},
    {"Write that would remove a Resource Instance", put, "/3442/0/1120",  {},          110,  R"([{"n":"/3442/0/1120/0","v":5}])", unauthorized},
    {"Write of a link to nothing",                put,  "/3442/0/170",    {},          0,    "99:0", badRequest},
    {"Replace without a mandatory Resource",      put,  "/1/0",           {},          110,  R"([{"n":"/1/0/2","v":5}])", badRequest},
    {"Write of a read-only Resource among others", post, "/1/0",          {},          110,  R"([{"n":"/1/0/1","v":60},{"n":"/1/0/0","v":5}])", notAllowed},
    {"Execute with bad arguments",                post, "/3/0/4",         {},          0,    "0='a", badRequest},
    {"an unknown attribute",                      put,  "/3303/0/5700",   {"colour=1"}, none, "", badRequest},
    {"gt on a text",                              put,  "/3303/0/5701",   {"gt=1"},    none, "", badRequest},
    {"gt on an instance",                         put,  "/3303/0",        {"gt=1"},    none, "", badRequest},
    {"edge before LwM2M 1.2",                     put,  "/3306/0/5850",   {"edge=1"},  none, "", badRequest},
    {"con before LwM2M 1.2",                      put,  "/3306/0/5850",   {"con=1"},   none, "", badRequest},
    {"hqmax before LwM2M 1.2",                    put,  "/3306/0/5850",   {"hqmax=1"}, none, "", badRequest},
    {"lt above gt",                               put,  "/3303/0/5700",   {"lt=5", "gt=1"}, none, "", badRequest},
    {"Read as text",                              get,  "/3303/0/5700",   {},          0,    "", content},
    {"Read of an Object as SenML JSON",           get,  "/3303",          {},          110,  "", content},
    {"Read of a single value as CBOR",            get,  "/3303/0/5700",   {},          60,   "", content},
    {"Read as TLV",                               get,  "/3/0",           {},          11542, "", content},
    {"Write as text",                             put,  "/3306/0/5850",   {},          0,    "1", changed},
    {"Write-Attributes to an Object",             put,  "/3303",          {"pmin=1"},  none, "", changed},
    {"Write-Attributes to a Resource Instance",   put,  "/3442/0/1120/0", {"gt=1"},    none, "", changed},
    {"Write of the null link",                    put,  "/3442/0/170",    {},          0,    "65535:65535", changed},
    {"Execute with arguments",                    post, "/3303/0/5605",   {},          0,    "0='all',5", changed},
    {"Execute without anything",                  post, "/3303/0/5605",   {},          none, "", changed},
    {"Execute with arguments in the query",       post, "/3303/0/5605",   {"0=U"},     none, "", changed},
    {"an unknown Resource among known ones",      post, "/3306/0",        {},          110,  R"([{"n":"/3306/0/5850","vb":true},{"n":"/3306/0/5851","v":50}])", changed},
};
// clang-format on

} // namespace

BOOST_FIXTURE_TEST_SUITE(operations, Registered)

BOOST_DATA_TEST_CASE(answers_with_the_code_of_the_standard, boost::unit_test::data::make(rows), row)
{
    api::Request request;
    request.method = row.method;
    request.path = segmentsOf(row.path);
    request.query = row.query;
    (row.method == get ? request.accept : request.contentFormat) = row.format;
    request.payload = base::toBytes(row.payload);

    const auto response = ask(std::move(request));

    BOOST_TEST(static_cast<int>(response.code) == static_cast<int>(row.code),
               row.what << ": " << textOf(response));
}

BOOST_AUTO_TEST_CASE(reads_a_value_as_text)
{
    const auto response = read("/3303/0/5700", plainTextFormat);

    BOOST_TEST(textOf(response) == "21.5");
    BOOST_TEST(response.contentFormat.value() == plainTextFormat);
    BOOST_TEST(!response.observe.has_value());
}

BOOST_AUTO_TEST_CASE(reads_senml_cbor_when_the_server_names_no_format)
{
    BOOST_TEST(read("/3303/0/5700").contentFormat.value() == senmlCborFormat);
    BOOST_TEST(read("/3303").contentFormat.value() == senmlCborFormat);
}

BOOST_AUTO_TEST_CASE(leaves_out_of_an_instance_what_has_no_value)
{
    sensor->isSilent = true;

    const auto instance = read("/3303/0", senmlJsonFormat);
    const auto resource = read("/3303/0/5700", senmlJsonFormat);

    BOOST_TEST(textOf(instance) == "[]");
    BOOST_CHECK(instance.code == content);
    BOOST_CHECK(resource.code == OutcomeCode::InternalServerError);
    BOOST_TEST(textOf(resource) == "the device does not answer");
}

BOOST_AUTO_TEST_CASE(changes_nothing_when_one_of_several_writes_is_refused)
{
    api::Request request;
    request.method = post;
    request.path = {"1", "0"};
    request.contentFormat = senmlJsonFormat;
    request.payload = base::toBytes(R"([{"n":"/1/0/1","v":60},{"n":"/1/0/7","vs":"S"}])");

    const auto response = ask(std::move(request));

    BOOST_CHECK(response.code == badRequest);
    BOOST_TEST(textOf(read("/1/0/1", 0)) == "86400");
}

BOOST_AUTO_TEST_CASE(tells_the_server_a_lifetime_it_wrote)
{
    const auto response = writeText("/1/0/1", "20");

    BOOST_CHECK(response.code == changed);
    const auto& update = peer().asked.front().request;
    BOOST_TEST(update.query == std::vector<std::string>{"lt=20"}, boost::test_tools::per_element());
    BOOST_TEST(owner.state.at("server/site/lifetime") == "20 over 86400");
}

BOOST_AUTO_TEST_CASE(does_not_update_for_the_same_lifetime)
{
    const auto response = writeText("/1/0/1", "86400");

    BOOST_CHECK(response.code == changed);
    BOOST_TEST(peer().asked.empty());
}

BOOST_AUTO_TEST_CASE(keeps_the_exchange_open_until_the_device_has_done_it)
{
    actuator->isHolding = true;
    api::Request request;
    request.method = put;
    request.path = {"3306", "0", "5850"};
    request.contentFormat = plainTextFormat;
    request.payload = base::toBytes("1");

    const auto answered = peer().request(std::move(request));
    BOOST_TEST(!answered->has_value());
    actuator->held({OutcomeCode::InternalServerError, "unit 7 does not answer"});

    BOOST_CHECK(answered->value().code == OutcomeCode::InternalServerError);
    BOOST_TEST(textOf(**answered) == "unit 7 does not answer");
}

BOOST_AUTO_TEST_CASE(replaces_an_instance_and_merges_into_a_resource)
{
    api::Request request;
    request.method = put;
    request.path = {"3306", "0"};
    request.contentFormat = senmlJsonFormat;
    request.payload = base::toBytes(R"([{"n":"/3306/0/5850","vb":true}])");

    ask(request);
    BOOST_CHECK(actuator->lastMode == WriteMode::Replace);
    writeText("/3306/0/5850", "0");
    BOOST_CHECK(actuator->lastMode == WriteMode::PartialUpdate);
}

BOOST_AUTO_TEST_CASE(hands_arguments_to_the_object)
{
    api::Request request;
    request.method = post;
    request.path = {"3303", "0", "5605"};
    request.query = {"0=U"};

    ask(std::move(request));

    BOOST_TEST(sensor->executed == "/3303/0/5605 0='U'");
}

BOOST_AUTO_TEST_CASE(creates_and_deletes_where_the_object_allows)
{
    test->canCreate = true;
    api::Request create;
    create.method = post;
    create.path = {"3442"};
    create.contentFormat = senmlJsonFormat;
    create.payload = base::toBytes(R"([{"n":"/3442/5/120","v":9}])");

    const auto created = ask(create);
    BOOST_CHECK(created.code == OutcomeCode::Created);
    BOOST_TEST(created.locationPath.empty()); // the server chose the ID
    BOOST_TEST(textOf(read("/3442/5/120", 0)) == "9");
    BOOST_CHECK(ask(create).code == badRequest);

    api::Request remove;
    remove.method = del;
    remove.path = {"3442", "5"};
    BOOST_CHECK(ask(remove).code == OutcomeCode::Deleted);
    BOOST_CHECK(read("/3442/5").code == notFound);
}

BOOST_AUTO_TEST_CASE(creates_nothing_that_links_to_nothing)
{
    test->canCreate = true;
    api::Request create;
    create.method = post;
    create.path = {"3442"};
    create.contentFormat = senmlJsonFormat;
    create.payload =
        base::toBytes(R"([{"n":"/3442/5/120","v":9},{"n":"/3442/5/170","vlo":"99:0"}])");

    BOOST_CHECK(ask(create).code == badRequest);
    BOOST_CHECK(read("/3442/5").code == notFound);
}

BOOST_AUTO_TEST_CASE(says_which_instance_it_created_when_the_server_left_it_open)
{
    test->canCreate = true;
    test->present = {0, 1, 3};
    api::Request create;
    create.method = post;
    create.path = {"3442"};
    create.contentFormat = tlvFormat;
    create.payload = {0xc1, 120, 9}; // Integer Value 9, no Object Instance around it

    const auto created = ask(std::move(create));

    const std::vector<std::string> location{"3442", "2"};
    BOOST_CHECK(created.code == OutcomeCode::Created);
    BOOST_TEST(created.locationPath == location, boost::test_tools::per_element());
    BOOST_TEST(textOf(read("/3442/2/120", 0)) == "9");
}

BOOST_AUTO_TEST_CASE(creates_the_instance_that_only_unknown_resources_name)
{
    test->canCreate = true;
    api::Request create;
    create.method = post;
    create.path = {"3442"};
    create.contentFormat = senmlJsonFormat;
    create.payload = base::toBytes(R"([{"n":"/3442/5/9999","v":9},{"n":"/3442/5/9998","v":9}])");

    const auto created = ask(create);

    BOOST_CHECK(created.code == OutcomeCode::Created);
    BOOST_TEST(created.locationPath.empty());
    BOOST_CHECK(read("/3442/5").code == content);

    create.contentFormat = lwm2mCborFormat; // {[3442, 6, 9999]: 9}
    create.payload = {0xa1, 0x83, 0x19, 0x0d, 0x72, 6, 0x19, 0x27, 0x0f, 9};
    BOOST_CHECK(ask(create).locationPath.empty());
    BOOST_CHECK(read("/3442/6").code == content);
}

BOOST_AUTO_TEST_CASE(announces_a_created_instance)
{
    test->canCreate = true;
    api::Request create;
    create.method = post;
    create.path = {"3442"};
    create.contentFormat = senmlJsonFormat;
    create.payload = base::toBytes(R"([{"n":"/3442/5/120","v":9}])");

    ask(create);

    const std::string links{base::asText(peer().asked.front().request.payload)};
    BOOST_TEST(links.find("</3442/5>") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(discovers_an_object_with_its_version)
{
    const auto response = read("/3303", linkFormat);

    BOOST_TEST(response.contentFormat.value() == linkFormat);
    BOOST_TEST(textOf(response) ==
               "</3303>;ver=1.1,</3303/0>,</3303/0/5605>,</3303/0/5700>,</3303/0/5701>");
}

BOOST_AUTO_TEST_CASE(discovers_attributes_own_and_inherited_at_the_target)
{
    writeAttributes("/3442", {"pmin=10"});
    writeAttributes("/3442/0", {"pmax=60"});
    writeAttributes("/3442/0/1120", {"gt=50", "lt=42.2"});
    writeAttributes("/3442/0/1120/1", {"lt=45"});

    BOOST_TEST(textOf(read("/3442", linkFormat)) ==
               "</3442>;pmin=10,</3442/0>;pmax=60,</3442/0/120>,</3442/0/170>,"
               "</3442/0/1120>;dim=2;gt=50;lt=42.2");
    BOOST_TEST(textOf(read("/3442/0", linkFormat)) ==
               "</3442/0>;pmin=10;pmax=60,</3442/0/120>,</3442/0/170>,"
               "</3442/0/1120>;dim=2;gt=50;lt=42.2");
    BOOST_TEST(textOf(read("/3442/0/1120", linkFormat)) ==
               "</3442/0/1120>;dim=2;pmin=10;pmax=60;gt=50;lt=42.2,"
               "</3442/0/1120/0>,</3442/0/1120/1>;lt=45");
}

BOOST_AUTO_TEST_CASE(resets_the_error_codes_to_those_that_are_so)
{
    api::Request reset;
    reset.method = post;
    reset.path = {"3", "0", "12"};

    const auto response = ask(std::move(reset));

    BOOST_CHECK(response.code == changed);
    BOOST_TEST(owner.reboots == 0);
}

BOOST_AUTO_TEST_CASE(unsets_an_attribute_without_a_value)
{
    writeAttributes("/3303/0/5700", {"pmin=10", "gt=5"});

    writeAttributes("/3303/0/5700", {"pmin"});

    BOOST_TEST(textOf(read("/3303/0/5700", linkFormat)) == "</3303/0/5700>;gt=5");
}

BOOST_AUTO_TEST_CASE(answers_an_execute_before_its_effect)
{
    api::Request reboot;
    reboot.method = post;
    reboot.path = {"3", "0", "4"};

    const auto response = ask(std::move(reboot));

    BOOST_CHECK(response.code == changed);
    BOOST_TEST(owner.reboots == 1);
}

BOOST_AUTO_TEST_CASE(checks_execute_arguments_by_the_grammar)
{
    for (const auto* good : {"", "0", "5,2='10.3'", "7,0='https://www.oma.example'", "0='',9=''"})
        BOOST_TEST(areExecuteArguments(good), good);
    for (const auto* bad : {",", "a", "10", "0=", "0=x", "0='", "0='a'b", "0,", "1,1", "0='a b'"})
        BOOST_TEST(!areExecuteArguments(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
