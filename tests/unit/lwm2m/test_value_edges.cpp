// SPDX-License-Identifier: Apache-2.0
#include <ostream>
#include <string>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "agent/lwm2m/objects/test_object.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"
#include "tests/unit/lwm2m/codec/fixtures.hpp"

// What a peer writes in octets of its own, and what is there then, read in another format.
using namespace causeway;
using namespace causeway::lwm2m;
using api::Method;
using model::OutcomeCode;

namespace {

constexpr auto text = plainTextFormat;
constexpr auto octets = opaqueFormat;
constexpr auto cbor = cborFormat;
constexpr auto json = senmlJsonFormat;
constexpr auto senml = senmlCborFormat;
constexpr auto tlv = tlvFormat;
constexpr auto map = lwm2mCborFormat;
constexpr auto changed = OutcomeCode::Changed;
constexpr auto badRequest = OutcomeCode::BadRequest;
constexpr auto badFormat = OutcomeCode::UnsupportedFormat;
constexpr auto notFound = OutcomeCode::NotFound;
constexpr auto unchanged = "unchanged";

/// A client of LwM2M 1.2 with the registry's test Object instead of the fixture's.
struct Values : ClientFixture
{
    Values()
        : ClientFixture({}, "1.2")
    {
        static const auto definitions = model::builtInDefinitions();
        client->addObject(std::make_unique<TestObject>(*definitions.find(3442)));
        registerClient();
    }

    api::Response
    write(Method method, const std::string& path, api::ContentFormat format, base::Bytes payload)
    {
        api::Request request;
        request.method = method;
        request.path = segmentsOf(path);
        request.contentFormat = format;
        request.payload = std::move(payload);
        return ask(std::move(request));
    }

    std::string shown(const std::string& path)
    {
        const bool isArray = path == "/3442/0/1110" || path == "/3442/0/1120";
        return textOf(read(path, isArray ? json : text));
    }
};

struct Row
{
    const char* what;
    const char* path;
    api::ContentFormat format;
    std::string payload; ///< hex in the formats of octets
    OutcomeCode code;
    std::string then;
};

std::ostream& operator<<(std::ostream& out, const Row& row)
{
    return out << row.what << " as " << row.format;
}

constexpr auto string = "/3442/0/110";
constexpr auto integer = "/3442/0/120";
constexpr auto natural = "/3442/0/125";
constexpr auto real = "/3442/0/130";
constexpr auto truth = "/3442/0/140";
constexpr auto opaque = "/3442/0/150";
constexpr auto time = "/3442/0/160";
constexpr auto link = "/3442/0/170";
constexpr auto links = "/3442/0/180";
constexpr auto array = "/3442/0/1120";

// clang-format off
const Row rows[] = {
    {"an empty text",                   string,  text,   "", changed, ""},
    {"a text of two octets a letter",   string,  text,   "Zähler", changed, "Zähler"},
    {"a text that is no UTF-8",         string,  text,   "\xff", badRequest, unchanged},
    {"an empty text",                   string,  tlv,    "c06e", changed, ""},
    {"a text",                          string,  tlv,    "c26e6869", changed, "hi"},
    {"a text that is no UTF-8",         string,  tlv,    "c16eff", badRequest, unchanged},
    {"a text",                          string,  json,   R"([{"n":"/3442/0/110","vs":"hi"}])", changed, "hi"},
    {"a text with an escape",           string,  json,   R"([{"n":"/3442/0/110","vs":"\u00e4\n"}])", changed, "ä\n"},
    {"half a surrogate",                string,  json,   R"([{"n":"/3442/0/110","vs":"\ud800"}])", badRequest, unchanged},
    {"a number for a text",             string,  json,   R"([{"n":"/3442/0/110","v":1}])", badRequest, unchanged},
    {"a text",                          string,  cbor,   "626869", changed, "hi"},
    {"a text in two pieces",            string,  cbor,   "7f61686169ff", changed, "hi"},
    {"octets for a text",               string,  cbor,   "426869", badRequest, unchanged},
    {"a text that never ends",          string,  cbor,   "7f6168", badRequest, unchanged},
    {"a text in a text of pieces",      string,  cbor,   "7f7f6168ffff", badRequest, unchanged},

    {"the smallest number",             integer, text,   "-9223372036854775808", changed, "-9223372036854775808"},
    {"one less than the smallest",      integer, text,   "-9223372036854775809", badRequest, unchanged},
    {"a number with a plus",            integer, text,   "+5", badRequest, unchanged},
    {"minus zero",                      integer, text,   "-0", changed, "0"},
    {"a number with an exponent",       integer, text,   "1e3", changed, "1000"},
    {"a hexadecimal number",            integer, text,   "0x10", badRequest, unchanged},
    {"a sign alone",                    integer, text,   "-", badRequest, unchanged},
    {"one octet",                       integer, tlv,    "c178ff", changed, "-1"},
    {"two octets",                      integer, tlv,    "c2788000", changed, "-32768"},
    {"four octets",                     integer, tlv,    "c47880000000", changed, "-2147483648"},
    {"eight octets",                    integer, tlv,    "c878087fffffffffffffff", changed, "9223372036854775807"},
    {"no octet",                        integer, tlv,    "c078", badRequest, unchanged},
    {"three octets",                    integer, tlv,    "c378000001", badRequest, unchanged},
    {"sixteen octets",                  integer, tlv,    "c8781000000000000000000000000000000001", badRequest, unchanged},
    {"an identifier of 16 bits",        integer, tlv,    "e1007807", changed, "7"},
    {"a length of its own octet",       integer, tlv,    "c8780107", changed, "7"},
    {"a length of two octets",          integer, tlv,    "d078000107", changed, "7"},
    {"a length of three octets",        integer, tlv,    "d87800000107", changed, "7"},
    {"the value in its instance",       integer, tlv,    "0003c17807", badRequest, unchanged},
    {"the value twice",                 integer, tlv,    "c17807c17808", badRequest, unchanged},
    {"an octet too many",               integer, tlv,    "c1780700", badRequest, unchanged},
    {"an exact number of 64 bits",      integer, json,   R"([{"n":"/3442/0/120","v":9007199254740993}])", changed, "9007199254740993"},
    {"a fraction that is none",         integer, json,   R"([{"n":"/3442/0/120","v":7.0}])", changed, "7"},
    {"a fraction",                      integer, json,   R"([{"n":"/3442/0/120","v":7.5}])", badRequest, unchanged},
    {"a number beyond 64 bits",         integer, json,   R"([{"n":"/3442/0/120","v":9223372036854775808}])", badRequest, unchanged},
    {"one less than the smallest",      integer, json,   R"([{"n":"/3442/0/120","v":-9223372036854775809}])", badRequest, unchanged},
    {"a number with a time",            integer, json,   R"([{"n":"/3442/0/120","t":5,"v":7}])", changed, "7"},
    {"a number with base fields",       integer, json,   R"([{"bn":"/3442/0/","bt":1700000000.5,"bver":10,"bu":"A","n":"120","u":"V","v":7}])", changed, "7"},
    {"a number of the next version",    integer, json,   R"([{"bver":11,"n":"/3442/0/120","v":7}])", badRequest, unchanged},
    {"a number in a base name alone",   integer, json,   R"([{"bn":"/3442/0/120","v":7}])", changed, "7"},
    {"a name cut anywhere",             integer, json,   R"([{"bn":"/3442/0/1","n":"20","v":7}])", changed, "7"},
    {"a label that may be ignored",     integer, json,   R"([{"n":"/3442/0/120","x":[1],"v":7}])", changed, "7"},
    {"a label of a scalar to ignore",   integer, json,   R"([{"n":"/3442/0/120","x":1,"v":7}])", changed, "7"},
    {"a label that must be understood", integer, json,   R"([{"n":"/3442/0/120","x_":1,"v":7}])", badRequest, unchanged},
    {"two values",                      integer, json,   R"([{"n":"/3442/0/120","v":7,"vs":"7"}])", badRequest, unchanged},
    {"a label twice",                   integer, json,   R"([{"n":"/3442/0/120","v":7,"v":8}])", badRequest, unchanged},
    {"no value",                        integer, json,   R"([{"n":"/3442/0/120"}])", badRequest, unchanged},
    {"a sum instead of a value",        integer, json,   R"([{"n":"/3442/0/120","s":7}])", badRequest, unchanged},
    {"a record that is no array's",     integer, json,   R"({"n":"/3442/0/120","v":7})", badRequest, unchanged},
    {"something after the pack",        integer, json,   R"([{"n":"/3442/0/120","v":7}]])", badRequest, unchanged},
    {"blanks around it",                integer, json,   " [ {\"n\" : \"/3442/0/120\",\r\n\"v\":7} ] ", changed, "7"},
    {"a byte-order mark",               integer, json,   "\xef\xbb\xbf[{\"n\":\"/3442/0/120\",\"v\":7}]", changed, "7"},
    {"a number",                        integer, senml,  "81a20068 2f333434322f302f313230 0207", badRequest, unchanged},
    {"a number",                        integer, senml,  "81a2006b2f333434322f302f3132300207", changed, "7"},
    {"in open containers",              integer, senml,  "9fbf006b2f333434322f302f3132300207ffff", changed, "7"},
    {"a label in long form",            integer, senml,  "81a218006b2f333434322f302f313230180207", changed, "7"},
    {"half a float that is whole",      integer, senml,  "81a2006b2f333434322f302f31323002f94700", changed, "7"},
    {"a tag before the value",          integer, senml,  "81a2006b2f333434322f302f31323002c107", changed, "7"},
    {"more than it says",               integer, senml,  "81a2006b2f333434322f302f313230020700", badRequest, unchanged},
    {"less than it says",               integer, senml,  "82a2006b2f333434322f302f3132300207", badRequest, unchanged},
    {"a number",                        integer, cbor,   "1903e8", changed, "1000"},
    {"a negative number",               integer, cbor,   "3827", changed, "-40"},
    {"the smallest number",             integer, cbor,   "3b7fffffffffffffff", changed, "-9223372036854775808"},
    {"one less than the smallest",      integer, cbor,   "3b8000000000000000", badRequest, unchanged},
    {"a number not as short as it can", integer, cbor,   "1b0000000000000007", changed, "7"},
    {"a double that is whole",          integer, cbor,   "fb401c000000000000", changed, "7"},
    {"two items",                       integer, cbor,   "0707", badRequest, unchanged},
    {"null",                            integer, cbor,   "f6", badRequest, unchanged},
    {"an array",                        integer, cbor,   "8107", badRequest, unchanged},
    {"a reserved length",               integer, cbor,   "1c", badRequest, unchanged},
    {"a number",                        integer, map,    "a183190d7200187807", changed, "7"},
    {"a number, nested",                integer, map,    "a1190d72a100a1187807", changed, "7"},
    {"a number, in open containers",    integer, map,    "bf9f190d72001878ff07ff", changed, "7"},
    {"a path twice",                    integer, map,    "a283190d720018780783190d7200187808", badRequest, unchanged},
    {"another Resource",                integer, map,    "a183190d7200187907", badRequest, unchanged},
    {"octets",                          integer, octets, "07", badFormat, unchanged},

    {"the greatest number",             natural, text,   "18446744073709551615", changed, "18446744073709551615"},
    {"one more",                        natural, text,   "18446744073709551616", badRequest, unchanged},
    {"below zero",                      natural, text,   "-1", badRequest, unchanged},
    {"one octet with its highest bit",  natural, tlv,    "c17dff", changed, "255"},
    {"eight octets with that",          natural, tlv,    "c87d08ffffffffffffffff", changed, "18446744073709551615"},
    {"the greatest number",             natural, json,   R"([{"n":"/3442/0/125","v":18446744073709551615}])", changed, "18446744073709551615"},
    {"below zero",                      natural, json,   R"([{"n":"/3442/0/125","v":-1}])", badRequest, unchanged},
    {"the greatest number",             natural, cbor,   "1bffffffffffffffff", changed, "18446744073709551615"},
    {"below zero",                      natural, cbor,   "20", badRequest, unchanged},

    {"a whole number",                  real,    text,   "22", changed, "22"},
    {"a fraction",                      real,    text,   "-22.5", changed, "-22.5"},
    {"an exponent",                     real,    text,   "2.25e1", changed, "22.5"},
    {"a comma",                         real,    text,   "22,5", badRequest, unchanged},
    {"nothing",                         real,    text,   "", badRequest, unchanged},
    {"four octets",                     real,    tlv,    "e4008241b40000", changed, "22.5"},
    {"eight octets",                    real,    tlv,    "c882084036800000000000", changed, "22.5"},
    {"two octets",                      real,    tlv,    "c2824d80", badRequest, unchanged},
    {"a whole number",                  real,    json,   R"([{"n":"/3442/0/130","v":22}])", changed, "22"},
    {"beyond a double",                 real,    json,   R"([{"n":"/3442/0/130","v":1e999}])", badRequest, unchanged},
    {"half a float",                    real,    cbor,   "f94da0", changed, "22.5"},
    {"a float",                         real,    cbor,   "fa41b40000", changed, "22.5"},
    {"a double",                        real,    cbor,   "fb4036800000000000", changed, "22.5"},
    {"a whole number",                  real,    cbor,   "16", changed, "22"},

    {"false",                           truth,   text,   "0", changed, "0"},
    {"a word",                          truth,   text,   "false", badRequest, unchanged},
    {"two",                             truth,   text,   "2", badRequest, unchanged},
    {"false",                           truth,   tlv,    "c18c00", changed, "0"},
    {"two",                             truth,   tlv,    "c18c02", badRequest, unchanged},
    {"two octets",                      truth,   tlv,    "c28c0000", badRequest, unchanged},
    {"false",                           truth,   json,   R"([{"n":"/3442/0/140","vb":false}])", changed, "0"},
    {"zero",                            truth,   json,   R"([{"n":"/3442/0/140","v":0}])", badRequest, unchanged},
    {"false",                           truth,   cbor,   "f4", changed, "0"},
    {"zero",                            truth,   cbor,   "00", badRequest, unchanged},

    {"octets",                          opaque,  octets, "00ff", changed, "AP8="},
    {"no octets",                       opaque,  octets, "", changed, ""},
    {"octets",                          opaque,  text,   "AP8=", changed, "AP8="},
    {"octets without padding",          opaque,  text,   "AP8", changed, "AP8="},
    {"octets in no alphabet",           opaque,  text,   "A*8=", badRequest, unchanged},
    {"octets",                          opaque,  tlv,    "c29600ff", changed, "AP8="},
    {"octets for URLs",                 opaque,  json,   R"([{"n":"/3442/0/150","vd":"-_8"}])", changed, "+/8="},
    {"octets in the other alphabet",    opaque,  json,   R"([{"n":"/3442/0/150","vd":"+/8="}])", changed, "+/8="},
    {"octets as a text",                opaque,  json,   R"([{"n":"/3442/0/150","vs":"+/8="}])", badRequest, unchanged},
    {"octets",                          opaque,  cbor,   "4200ff", changed, "AP8="},
    {"octets in two pieces",            opaque,  cbor,   "5f410041ffff", changed, "AP8="},
    {"a text for octets",               opaque,  cbor,   "626869", badRequest, unchanged},

    {"before 1970",                     time,    text,   "-1", changed, "-1"},
    {"a time",                          time,    tlv,    "c4a06553f100", changed, "1700000000"},
    {"a time in eight octets",          time,    tlv,    "c8a008000000006553f100", changed, "1700000000"},
    {"a time",                          time,    json,   R"([{"n":"/3442/0/160","v":1700000000}])", changed, "1700000000"},
    {"a time",                          time,    cbor,   "1a6553f100", changed, "1700000000"},
    {"a time with its tag",             time,    cbor,   "c11a6553f100", changed, "1700000000"},
    {"a date with its tag",             time,    cbor,   "c074323032332d31312d31345432323a31333a32305a", changed, "1700000000"},

    {"a link",                          link,    text,   "3:0", changed, "3:0"},
    {"a link to nowhere",               link,    text,   "65535:65535", changed, "65535:65535"},
    {"a link to an Object",             link,    text,   "3:65535", changed, "3:65535"},
    {"a link to an Object not there",   link,    text,   "4711:65535", badRequest, unchanged},
    {"a link to an instance not there", link,    text,   "3:1", badRequest, unchanged},
    {"half a link",                     link,    text,   "3", badRequest, unchanged},
    {"a link out of range",             link,    text,   "65536:0", badRequest, unchanged},
    {"a link",                          link,    tlv,    "c4aa00030000", changed, "3:0"},
    {"a link of three octets",          link,    tlv,    "c3aa000300", badRequest, unchanged},
    {"a link",                          link,    json,   R"([{"n":"/3442/0/170","vlo":"3:0"}])", changed, "3:0"},
    {"a link as a text",               link,    json,   R"([{"n":"/3442/0/170","vs":"3:0"}])", changed, "3:0"},
    {"a link",                          link,    senml,  "81a2006b2f333434322f302f31373063766c6f63333a30", changed, "3:0"},
    {"a link",                          link,    cbor,   "63333a30", changed, "3:0"},

    {"links",                           links,   text,   "</3/0>;a=1,</1>", changed, "</3/0>;a=1,</1>"},
    {"links",                           links,   json,   R"([{"n":"/3442/0/180","vs":"</3/0>"}])", changed, "</3/0>"},
    {"links",                           links,   tlv,    "c6b43c2f332f303e", changed, "</3/0>"},

    {"an array",                        array,   tlv,    "8804600641000141030249", badRequest, unchanged},
    {"an array",                        array,   tlv,    "a60460410001410302", changed, R"([{"bn":"/3442/0/1120/","n":"0","v":1},{"n":"3","v":2}])"},
    {"an array without elements",       array,   tlv,    "a00460", changed, "[]"},
    {"elements without their array",    array,   tlv,    "410001410302", badRequest, unchanged},
    {"a value for an array",            array,   tlv,    "e1046007", badRequest, unchanged},
    {"an element twice",                array,   tlv,    "a60460410001410002", badRequest, unchanged},
    {"an array",                        array,   json,   R"([{"bn":"/3442/0/1120/","n":"0","v":1},{"n":"3","v":2}])", changed, R"([{"bn":"/3442/0/1120/","n":"0","v":1},{"n":"3","v":2}])"},
    {"an array's value",                array,   json,   R"([{"n":"/3442/0/1120","v":1}])", badRequest, unchanged},
    {"an array",                        array,   map,    "a183190d7200190460a200010302", changed, R"([{"bn":"/3442/0/1120/","n":"0","v":1},{"n":"3","v":2}])"},
    {"an element not there",            "/3442/0/1120/9", text, "7", notFound, unchanged},
    {"an element",                      "/3442/0/1120/0", text, "7", changed, "7"},
    {"an element",                      "/3442/0/1120/0", tlv, "410007", changed, "7"},
    {"an element in its array",         "/3442/0/1120/0", tlv, "a30460410007", badRequest, unchanged},
    {"an element",                      "/3442/0/1120/0", cbor, "07", changed, "7"},
    {"another element",                 "/3442/0/1120/0", json, R"([{"n":"/3442/0/1120/1","v":7}])", badRequest, unchanged},
};

// clang-format on

base::Bytes octetsOf(const Row& row)
{
    return row.format == text || row.format == json ? base::toBytes(row.payload) : hex(row.payload);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(value_edges, Values)

BOOST_DATA_TEST_CASE(are_there_as_they_were_written, boost::unit_test::data::make(rows), row)
{
    const std::string path = row.path;
    const bool isThere = read(path, linkFormat).code != notFound;
    const auto before = isThere ? shown(path) : std::string();

    const auto response = write(Method::Put, path, row.format, octetsOf(row));

    BOOST_TEST(static_cast<int>(response.code) == static_cast<int>(row.code),
               row << ": " << textOf(response));
    if (isThere)
        BOOST_TEST(shown(path) == (row.then == unchanged ? before : row.then));
}

BOOST_AUTO_TEST_SUITE_END()
