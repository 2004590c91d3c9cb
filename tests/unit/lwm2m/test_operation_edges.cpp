// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using namespace std::string_literals;
using api::Method;
using model::OutcomeCode;
using Format = std::optional<api::ContentFormat>;

namespace {

struct Edges : ClientFixture
{
    Edges()
    {
        registerClient();
        test->canCreate = true;
    }
};

/// A request as an unkind tester would send it, and the code that the standard wants for it.
struct Row
{
    const char* what;
    Method method;
    std::vector<std::string> segments;
    std::vector<std::string> query;
    Format accept;
    Format format;
    std::string payload;
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
constexpr auto fetch = Method::Fetch;
constexpr auto patch = Method::IPatch;
constexpr auto content = OutcomeCode::Content;
constexpr auto changed = OutcomeCode::Changed;
constexpr auto created = OutcomeCode::Created;
constexpr auto badRequest = OutcomeCode::BadRequest;
constexpr auto unauthorized = OutcomeCode::Unauthorized;
constexpr auto notFound = OutcomeCode::NotFound;
constexpr auto notAllowed = OutcomeCode::MethodNotAllowed;
constexpr auto notAcceptable = OutcomeCode::NotAcceptable;
constexpr auto tooLarge = OutcomeCode::RequestTooLarge;
constexpr auto badFormat = OutcomeCode::UnsupportedFormat;

/// A pack of `count` records, each with `fields`, that name the Resource Instances of /3442/0/1120.
std::string pack(std::size_t count, const std::string& fields)
{
    std::string text = "[";
    for (std::size_t id = 0; id < count; ++id)
        text += R"({"n":"/3442/0/1120/)" + std::to_string(id) + "\"" + fields + "},";
    text.back() = ']';
    return text;
}

// clang-format off
const Row rows[] = {
    {"a path that ends in a slash",            get,   {"3", "0", ""},            {}, none, none, "", notAllowed},
    {"a path that begins with two slashes",    get,   {"", "3"},                 {}, none, none, "", notFound},
    {"an identifier with leading zeros",       get,   {"3", "00"},               {}, none, none, "", notAllowed},
    {"an identifier with a sign",              get,   {"3", "+0"},               {}, none, none, "", notAllowed},
    {"an identifier with a blank",             get,   {"3", " 0"},               {}, none, none, "", notAllowed},
    {"a slash inside a segment",               get,   {"3", "0/0"},              {}, none, none, "", notAllowed},
    {"an identifier of 65536",                 get,   {"3", "0", "65536"},       {}, none, none, "", notAllowed},
    {"an identifier of a hundred digits",      get,   {"3", std::string(100, '9')}, {}, none, none, "", notAllowed},
    {"Object 65535",                           get,   {"65535"},                 {}, none, none, "", notAllowed},
    {"Discover of the root",                   get,   {},                        {}, 40,   none, "", notAllowed},
    {"Write to the root",                      put,   {},                        {}, none, 110,  "[]", notAllowed},
    {"POST to the root",                       post,  {},                        {}, none, 110,  "[]", notAllowed},
    {"Write-Attributes of the root",           put,   {},                        {"pmin=1"}, none, none, "", notAllowed},
    {"Bootstrap-Finish outside a bootstrap",   post,  {"bs"},                    {}, none, none, "", notFound},
    {"Read with a Content-Format",             get,   {"3", "0", "0"},           {}, 0,    110,  "", content},
    {"Read with a query that means nothing",   get,   {"3", "0", "0"},           {"x=1"}, 0, none, "", content},
    {"Read of an array as text",               get,   {"3442", "0", "1120"},     {}, 0,    none, "", notAcceptable},
    {"Read of an array as CBOR",               get,   {"3442", "0", "1120"},     {}, 60,   none, "", notAcceptable},
    {"Read of an array as TLV",                get,   {"3442", "0", "1120"},     {}, 11542, none, "", content},
    {"Read of an element as text",             get,   {"3442", "0", "1120", "0"}, {}, 0,   none, "", content},
    {"Read of an Object as octets",            get,   {"3442"},                  {}, 42,   none, "", notAcceptable},
    {"Read of an Object as CBOR",              get,   {"3442"},                  {}, 60,   none, "", notAcceptable},
    {"Discover with a depth before 1.2",       get,   {"3442"},                  {"depth=9"}, 40, none, "", content},
    {"Write of nothing as text of a number",   put,   {"3442", "0", "120"},      {}, none, 0,    "", badRequest},
    {"Write of nothing as TLV",                put,   {"3442", "0", "120"},      {}, none, 11542, "", badRequest},
    {"Write of nothing as CBOR",               put,   {"3442", "0", "120"},      {}, none, 60,   "", badRequest},
    {"Write of nothing as SenML CBOR",         put,   {"3442", "0", "120"},      {}, none, 112,  "", badRequest},
    {"Write of an empty pack",                 put,   {"3442", "0", "120"},      {}, none, 110,  "[]", badRequest},
    {"Write without anything",                 put,   {"3442", "0", "120"},      {}, none, none, "", badFormat},
    {"Write of a word for a number",           put,   {"3442", "0", "120"},      {}, none, 0,    "7x", badRequest},
    {"Write of a number in blanks",            put,   {"3442", "0", "120"},      {}, none, 0,    " 7", badRequest},
    {"Write of octets to a number",            put,   {"3442", "0", "120"},      {}, none, 42,   "7", badFormat},
    {"Write of another Resource in TLV",       put,   {"3442", "0", "120"},      {}, none, 11542, "\xc1\x79\x07", badRequest},
    {"Write of a cut TLV",                     put,   {"3442", "0", "120"},      {}, none, 11542, "\xc2\x78\x07", badRequest},
    {"Write of an array as text",              put,   {"3442", "0", "1120"},     {}, none, 0,    "7", badFormat},
    {"POST of a value to an array element",    post,  {"3442", "0", "1120", "0"}, {}, none, 0,   "7", changed},
    {"POST of an array element more",          post,  {"3442", "0", "1120"},     {}, none, 110,  R"([{"n":"/3442/0/1120/9","v":7}])", unauthorized},
    {"POST of a value to a single Resource",   post,  {"3442", "0", "120"},      {}, none, 110,  R"([{"n":"/3442/0/120","v":7}])", notAllowed},
    {"POST to an instance without a format",   post,  {"3442", "0"},             {}, none, none, "[]", badFormat},
    {"Write of an instance without values",    post,  {"3442", "0"},             {}, none, 110,  "[]", changed},
    {"Write of an element twice",              post,  {"3442", "0"},             {}, none, 110,  R"([{"n":"/3442/0/1120/0","v":7},{"n":"/3442/0/1120/0","v":8}])", badRequest},
    {"Write of a relative name",               post,  {"3442", "0"},             {}, none, 110,  R"([{"n":"120","v":7}])", badRequest},
    {"Write of more than we take",             post,  {"3442", "0"},             {}, none, 110,  pack(mostRecords + 1, R"(,"v":1)"), tooLarge},
    {"Write-Attributes without a value",       put,   {"3303"},                  {"pmin="}, none, none, "", badRequest},
    {"Write-Attributes of a fraction",         put,   {"3303"},                  {"pmin=1.5"}, none, none, "", badRequest},
    {"Write-Attributes below zero",            put,   {"3303"},                  {"pmax=-1"}, none, none, "", badRequest},
    {"Write-Attributes beyond 32 bits",        put,   {"3303"},                  {"pmax=4294967296"}, none, none, "", badRequest},
    {"Write-Attributes twice",                 put,   {"3303"},                  {"pmin=1", "pmin=2"}, none, none, "", badRequest},
    {"Write-Attributes of nothing",            put,   {"3303"},                  {""}, none, none, "", badRequest},
    {"Write-Attributes with pmax below pmin",  put,   {"3303"},                  {"pmin=9", "pmax=1"}, none, none, "", changed},
    {"Write-Attributes with epmax below epmin", put,  {"3303"},                  {"epmin=9", "epmax=1"}, none, none, "", badRequest},
    {"Write-Attributes with steps too wide",   put,   {"3303", "0", "5700"},     {"lt=1", "gt=5", "st=2"}, none, none, "", badRequest},
    {"Write-Attributes with a negative gt",    put,   {"3303", "0", "5700"},     {"gt=-10.5"}, none, none, "", changed},
    {"Execute of an instance's element",       post,  {"3303", "0", "5605", "0"}, {}, none, none, "", notAllowed},
    {"Execute with octets",                    post,  {"3303", "0", "5605"},     {}, none, 42,   "0", badRequest},
    {"Execute with an argument of two digits", post,  {"3303", "0", "5605"},     {}, none, 0,    "10", badRequest},
    {"Execute with an argument twice",         post,  {"3303", "0", "5605"},     {}, none, 0,    "0,0", badRequest},
    {"Execute with a comma at the end",        post,  {"3303", "0", "5605"},     {}, none, 0,    "0,", badRequest},
    {"Execute by PUT",                         put,   {"3303", "0", "5605"},     {}, none, 0,    "", notAllowed},
    {"Create without a format",                post,  {"3442"},                  {}, none, none, "", badFormat},
    {"Create as text",                         post,  {"3442"},                  {}, none, 0,    "7", badFormat},
    {"Create of nothing as TLV",               post,  {"3442"},                  {}, none, 11542, "", created},
    {"Create of an empty instance as TLV",     post,  {"3442"},                  {}, none, 11542, std::string("\x00\x05", 2), created},
    {"Create of one instance twice",           post,  {"3442"},                  {}, none, 11542, std::string("\x00\x05\x00\x05", 4), badRequest},
    {"Create of a wrong type",                 post,  {"3442"},                  {}, none, 110,  R"([{"n":"/3442/5/120","vs":"x"}])", badRequest},
    {"Create of another Object",               post,  {"3442"},                  {}, none, 110,  R"([{"n":"/3303/5/5700","v":1}])", badRequest},
    {"Create of an unknown Object",            post,  {"4711"},                  {}, none, 110,  "[]", notFound},
    {"Create of Security",                     post,  {"0"},                     {}, none, 110,  "[]", unauthorized},
    {"Create by PUT",                          put,   {"3442", "9"},             {}, none, 110,  R"([{"n":"/3442/9/120","v":1}])", notFound},
    {"Delete of a fixed element",              del,   {"3442", "0", "1120", "0"}, {}, none, none, "", notAllowed},
    {"Delete of a server account",             del,   {"1", "0"},                {}, none, none, "", notAllowed},
    {"Delete of OSCORE",                       del,   {"21", "0"},               {}, none, none, "", unauthorized},
    {"Read-Composite in a format of values",   fetch, {},                        {}, 11542, 110, R"([{"n":"/3"}])", notAcceptable},
    {"Read-Composite as link-format",          fetch, {},                        {}, 40,   110,  R"([{"n":"/3"}])", notAcceptable},
    {"Read-Composite of no path",              fetch, {},                        {}, none, 110,  R"([{"n":"temperature"}])", badRequest},
    {"Read-Composite of more than we take",    fetch, {},                        {}, none, 110,  pack(257, ""), tooLarge},
    {"Read-Composite with nulls",              fetch, {},                        {}, none, 320,  R"([{"n":"/3","v":null}])", badRequest},
    {"Write-Composite of an Object",           patch, {},                        {}, none, 110,  R"([{"n":"/3306","v":1}])", badRequest},
    {"Write-Composite without a value",        patch, {},                        {}, none, 110,  R"([{"n":"/3306/0/5850"}])", badRequest},
    {"Write-Composite of an executable",       patch, {},                        {}, none, 110,  R"([{"n":"/3/0/4","v":1}])", notAllowed},
    {"Write of an executable among others",    post,  {"3", "0"},                {}, none, 11542, "\xc1\x04\x01", notAllowed},
    {"Write-Composite of one path twice",      patch, {},                        {}, none, 110,  R"([{"n":"/3306/0/5850","vb":true},{"n":"/3306/0/5850","vb":false}])", badRequest},
    {"Write-Composite as LwM2M CBOR",          patch, {},                        {}, none, 11544, "\xa1\x83\x19\x0c\xea\x00\x19\x16\xda\xf5"s, changed},
};
// clang-format on

} // namespace

BOOST_FIXTURE_TEST_SUITE(operation_edges, Edges)

BOOST_DATA_TEST_CASE(answers_with_the_code_of_the_standard, boost::unit_test::data::make(rows), row)
{
    api::Request request;
    request.method = row.method;
    request.path = row.segments;
    request.query = row.query;
    request.accept = row.accept;
    request.contentFormat = row.format;
    request.payload = base::toBytes(row.payload);

    const auto response = ask(std::move(request));

    BOOST_TEST(static_cast<int>(response.code) == static_cast<int>(row.code),
               row.what << ": " << textOf(response));
}

BOOST_AUTO_TEST_CASE(answers_5_00_for_a_device_that_fails_whatever_was_asked)
{
    sensor->isSilent = true;
    for (auto* object : {sensor, actuator, test})
        object->answer = {OutcomeCode::InternalServerError, "unit 7 does not answer"};
    const auto fails = [this](Method method,
                              const std::string& path,
                              Format format = {},
                              const std::string& payload = {},
                              std::optional<std::uint32_t> observe = {}) {
        api::Request request;
        request.method = method;
        request.path = segmentsOf(path);
        request.contentFormat = format;
        request.payload = base::toBytes(payload);
        request.observe = observe;
        const auto response = ask(std::move(request));
        BOOST_TEST(static_cast<int>(response.code) ==
                       static_cast<int>(OutcomeCode::InternalServerError),
                   path << ": " << textOf(response));
        BOOST_TEST(!response.observe.has_value());
    };

    fails(get, "/3303/0/5700");
    fails(get, "/3303/0/5700", {}, {}, 0);
    fails(put, "/3306/0/5850", 0, "1");
    fails(post, "/3306/0", 110, R"([{"n":"/3306/0/5850","vb":true}])");
    fails(put, "/3306/0", 110, R"([{"n":"/3306/0/5850","vb":true}])");
    fails(post, "/3303/0/5605");
    fails(post, "/3442", 110, R"([{"n":"/3442/5/120","v":9}])");
    fails(patch, "/", 110, R"([{"n":"/3306/0/5850","vb":true}])");
    BOOST_TEST(client->status().front().observations == 0U);
}

// RFC 7641 §3.6: the token says which; whether the rest can be answered is another matter.
BOOST_AUTO_TEST_CASE(cancels_an_observation_even_when_the_answer_is_an_error)
{
    observe("/3303/0/5700", 1);
    observe("/3303/0/5700", 2);
    const auto cancel = [this](std::uint8_t token, std::optional<api::ContentFormat> accept) {
        api::Request request;
        request.path = segmentsOf("/3303/0/5700");
        request.observe = 1;
        request.accept = accept;
        request.token = tokenOf(token);
        return ask(std::move(request));
    };

    const auto response = cancel(1, plainTextFormat);
    BOOST_CHECK(response.code == content);
    BOOST_TEST(!response.observe.has_value());
    BOOST_TEST(client->status().front().observations == 1U);

    BOOST_CHECK(cancel(2, 666).code == notAcceptable);
    BOOST_TEST(client->status().front().observations == 0U);
}

BOOST_AUTO_TEST_CASE(knows_only_0_and_1_of_observe)
{
    api::Request request;
    request.path = segmentsOf("/3303/0/5700");
    request.observe = 2;

    const auto response = ask(std::move(request));

    BOOST_CHECK(response.code == content);
    BOOST_TEST(!response.observe.has_value());
    BOOST_TEST(client->status().front().observations == 0U);
}

BOOST_AUTO_TEST_CASE(observes_one_resource_in_several_formats)
{
    observe("/3303/0/5700", 1, plainTextFormat);
    observe("/3303/0/5700", 2, senmlJsonFormat);

    change(temperature, 22.0);

    BOOST_REQUIRE(peer().notified.size() == 2U);
    BOOST_TEST(textOf(peer().notified.front().response) == "22");
    BOOST_TEST(textOf(peer().notified.back().response) == R"([{"bn":"/3303/0/5700","v":22}])");
}

BOOST_AUTO_TEST_SUITE_END()
