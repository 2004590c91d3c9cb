// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"

// Each format at each level, and attributes where they belong and where they do not, for servers of
// each version.
using namespace causeway;
using namespace causeway::lwm2m;
using api::Method;
using model::OutcomeCode;

namespace {

struct Served : ClientFixture
{
    explicit Served(const std::string& version)
        : ClientFixture({}, version)
    {
        registerClient();
    }

    api::Response observeWith(const std::string& path, std::vector<std::string> query)
    {
        api::Request request;
        request.path = segmentsOf(path);
        request.query = std::move(query);
        request.observe = 0;
        request.accept = senmlJsonFormat;
        request.token = tokenOf(1);
        return ask(std::move(request));
    }
};

constexpr auto ok = OutcomeCode::Content;
constexpr auto changed = OutcomeCode::Changed;
constexpr auto bad = OutcomeCode::BadRequest;
constexpr auto hidden = OutcomeCode::Unauthorized;
constexpr auto missing = OutcomeCode::NotFound;
constexpr auto notAllowed = OutcomeCode::MethodNotAllowed;
constexpr auto notAcceptable = OutcomeCode::NotAcceptable;

constexpr auto object = "/3442";
constexpr auto instance = "/3442/0";
constexpr auto single = "/3442/0/120";
constexpr auto array = "/3442/0/1120";
constexpr auto element = "/3442/0/1120/0";

/// A format, and what comes of it at the five levels.
struct FormatRow
{
    api::ContentFormat format;
    OutcomeCode atObject;
    OutcomeCode atInstance;
    OutcomeCode atSingle;
    OutcomeCode atArray;
    OutcomeCode atElement;
};

// clang-format off
constexpr FormatRow formats[] = {
    {0,     notAcceptable, notAcceptable, ok, notAcceptable, ok},
    {60,    notAcceptable, notAcceptable, ok, notAcceptable, ok},
    {42,    notAcceptable, notAcceptable, notAcceptable, notAcceptable, notAcceptable}, // no Opaque
    {110,   ok, ok, ok, ok, ok},
    {112,   ok, ok, ok, ok, ok},
    {11542, ok, ok, ok, ok, ok},
    {11544, ok, ok, ok, ok, ok},
    {40,    ok, ok, ok, ok, notAllowed}, // Discover
    {320,   notAcceptable, notAcceptable, notAcceptable, notAcceptable, notAcceptable},
    {322,   notAcceptable, notAcceptable, notAcceptable, notAcceptable, notAcceptable},
    {50,    notAcceptable, notAcceptable, notAcceptable, notAcceptable, notAcceptable},
    {65535, notAcceptable, notAcceptable, notAcceptable, notAcceptable, notAcceptable},
};

/// Attributes, and the answer to a server of 1.1 and one of 1.2.
struct AttributeRow
{
    const char* path;
    std::vector<std::string> query;
    OutcomeCode in11;
    OutcomeCode in12;
    OutcomeCode inObserve; ///< of 1.2
};

const AttributeRow attributes[] = {
    {"/3303",        {"pmin=1", "pmax=9"},     changed, changed, ok},
    {"/3303",        {"epmin=1", "epmax=9"},   changed, changed, ok},
    {"/3303",        {"con=1"},                bad, changed, ok},
    {"/3303",        {"con=2"},                bad, bad, bad},
    {"/3303",        {"hqmax=5"},              bad, changed, ok},
    {"/3303",        {"hqmax=-1"},             bad, bad, bad},
    {"/3303",        {"gt=5"},                 bad, bad, bad},
    {"/3303/0",      {"lt=5"},                 bad, bad, bad},
    {"/3303/0",      {"st=5"},                 bad, bad, bad},
    {"/3303/0",      {"edge=1"},               bad, bad, bad},
    {"/3303/0/5700", {"gt=5", "lt=-5", "st=4.9"}, changed, changed, ok},
    {"/3303/0/5700", {"gt=5", "lt=-5", "st=5"}, bad, bad, bad},
    {"/3303/0/5700", {"gt=5", "lt=5"},         bad, bad, bad},
    {"/3303/0/5700", {"gt=4", "lt=5"},         bad, bad, bad},
    {"/3303/0/5700", {"st=-1"},                bad, bad, bad},
    {"/3303/0/5700", {"st=0"},                 changed, changed, ok},
    {"/3303/0/5700", {"edge=1"},               bad, bad, bad},
    {"/3303/0/5700", {"gt=nan"},               bad, bad, bad},
    {"/3303/0/5700", {"gt=inf"},               bad, bad, bad},
    {"/3303/0/5700", {"gt=0x10"},              bad, bad, bad},
    {"/3303/0/5700", {"gt=1,5"},               bad, bad, bad},
    {"/3303/0/5700", {"gt=\"5\""},             bad, bad, bad},
    {"/3303/0/5700", {"gt=5", "gt=6"},         bad, bad, bad},
    {"/3303/0/5700", {"pmin=1;pmax=9"},        bad, bad, bad},
    {"/3303/0/5700", {"pmin=1&pmax=9"},        bad, bad, bad},
    {"/3303/0/5700", {"PMIN=1"},               bad, bad, bad},
    {"/3303/0/5700", {"dim=1"},                bad, bad, bad},
    {"/3303/0/5700", {"ver=1.1"},              bad, bad, bad},
    {"/3303/0/5700", {"=1"},                   bad, bad, bad},
    {"/3303/0/5700", {"pmin=9", "pmax=1"},     changed, changed, ok},
    {"/3303/0/5700", {"pmin=9", "pmax=9"},     changed, changed, ok},
    {"/3303/0/5700", {"pmin=4294967295"},      changed, changed, ok},
    {"/3303/0/5700", {"epmin=9", "epmax=9"},   bad, bad, bad},
    {"/3303/0/5701", {"gt=5"},                 bad, bad, bad}, // a text
    {"/3303/0/5701", {"pmin=5"},               changed, changed, ok},
    {"/3306/0/5850", {"edge=1"},               bad, changed, ok},
    {"/3306/0/5850", {"edge=2"},               bad, bad, bad},
    {"/3306/0/5850", {"gt=0"},                 bad, bad, bad},
    {array,          {"gt=5"},                 changed, changed, ok},
    {element,        {"gt=5"},                 changed, changed, ok},
    {element,        {"pmin=5"},               changed, changed, ok},
    {"/3303/0/5605", {"pmin=5"},               notAllowed, notAllowed, notAllowed}, // executable
    {"/3303/1",      {"pmin=5"},               missing, missing, missing},
    {"/3303/0/5601", {"pmin=5"},               missing, missing, missing},
    {"/4711",        {"pmin=5"},               missing, missing, missing},
    {"/0/0/0",       {"pmin=5"},               hidden, hidden, hidden},
    {"/3303/0/5700/0", {"pmin=5"},             notAllowed, notAllowed, notAllowed},
};

// clang-format on

std::string show(OutcomeCode code)
{
    return std::to_string(static_cast<int>(code));
}

std::string show(const AttributeRow& row)
{
    std::string text = row.path;
    for (const auto& option : row.query)
        text += " " + option;
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(request_edges)

BOOST_AUTO_TEST_CASE(each_format_is_read_at_the_levels_that_it_can_carry)
{
    for (const auto* version : {"1.0", "1.1", "1.2"}) {
        Served client(version);
        for (const auto& row : formats) {
            const auto check = [&](const char* path, OutcomeCode expected) {
                const auto response = client.read(path, row.format);
                BOOST_TEST(show(response.code) == show(expected),
                           version << " " << path << " as " << row.format);
                if (response.code == ok)
                    BOOST_TEST(response.contentFormat.value_or(65535) == row.format);
            };
            check(object, row.atObject);
            check(instance, row.atInstance);
            check(single, row.atSingle);
            check(array, row.atArray);
            check(element, row.atElement);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_json_of_1_0_is_for_servers_of_1_0)
{
    for (const auto* path : {object, instance, single, array, element}) {
        BOOST_TEST(show(Served("1.0").read(path, oldJsonFormat).code) == show(ok));
        BOOST_TEST(show(Served("1.1").read(path, oldJsonFormat).code) == show(notAcceptable));
        BOOST_TEST(show(Served("1.2").read(path, oldJsonFormat).code) == show(notAcceptable));
    }
}

BOOST_AUTO_TEST_CASE(attributes_are_attached_where_they_belong)
{
    for (const auto& row : attributes) {
        Served earlier("1.1");
        Served client("1.2");
        const auto before = textOf(client.read("/3303", linkFormat));

        const auto code = client.writeAttributes(row.path, row.query).code;

        BOOST_TEST(show(code) == show(row.in12), show(row));
        BOOST_TEST(show(earlier.writeAttributes(row.path, row.query).code) == show(row.in11),
                   "1.1: " << show(row));
        if (code != changed)
            BOOST_TEST(textOf(client.read("/3303", linkFormat)) == before, show(row));
    }
}

BOOST_AUTO_TEST_CASE(attributes_come_in_an_observe_where_they_belong)
{
    for (const auto& row : attributes) {
        Served client("1.2");
        const auto before = textOf(client.read("/3303", linkFormat));

        const auto response = client.observeWith(row.path, row.query);

        BOOST_TEST(show(response.code) == show(row.inObserve), show(row));
        BOOST_TEST(response.observe.has_value() == (row.inObserve == ok), show(row));
        BOOST_TEST(client.client->status().front().observations == (row.inObserve == ok ? 1U : 0U));
        BOOST_TEST(textOf(client.read("/3303", linkFormat)) == before);
    }
}

BOOST_AUTO_TEST_SUITE_END()
