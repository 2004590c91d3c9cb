// SPDX-License-Identifier: Apache-2.0
#include <ostream>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"
#include "tests/unit/lwm2m/codec/fixtures.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using namespace std::string_literals;
using api::Method;
using model::OutcomeCode;
using model::Path;

namespace {

struct Registered : ClientFixture
{
    Registered() { registerClient(); }

    static api::Request
    requestOf(Method method, const std::string& path, const std::string& payload)
    {
        api::Request request;
        request.method = method;
        request.path = segmentsOf(path);
        const bool isSenml = payload.starts_with('[');
        if (!payload.empty())
            request.contentFormat = isSenml ? senmlJsonFormat : plainTextFormat;
        request.payload = base::toBytes(payload);
        return request;
    }
};

/// What a server may not do, and how the journal shall have it.
struct Row
{
    const char* what;
    Method method;
    const char* path;
    std::string payload;
    OutcomeCode code;
    Path told;
    std::string value;
    bool isExecute = false;
};

std::ostream& operator<<(std::ostream& out, const Row& row)
{
    return out << row.what;
}

constexpr auto put = Method::Put;
constexpr auto post = Method::Post;
constexpr auto patch = Method::IPatch;
constexpr auto notAllowed = OutcomeCode::MethodNotAllowed;
constexpr auto badRequest = OutcomeCode::BadRequest;
constexpr auto unauthorized = OutcomeCode::Unauthorized;

// clang-format off
const std::vector<Row> rows{
    {"not writable", put, "/3303/0/5700", "22", notAllowed, {3303, 0, 5700}, "22"},
    {"an Object", put, "/3303", "22", notAllowed, {3303}, "2 octets"},
    {"a wrong value", put, "/3306/0/5850", "maybe", badRequest, {3306, 0, 5850}, "5 octets"},
    {"hidden, and secret", put, "/0/0/5", "k3y-that-nobody-shall-see", unauthorized, {0, 0, 5}, "25 octets"},
    {"no such thing", put, "/3303/7/5700", "22", OutcomeCode::NotFound, {3303, 7, 5700}, "22"},
    {"long", put, "/3303/0/5701", std::string(300, 'x'), notAllowed, {3303, 0, 5701}, "300 octets"},
    {"a path that is none", put, "/3303/x", "22", notAllowed, {}, "2 octets"},
    {"not executable", post, "/3303/0/5700", "1='a'", notAllowed, {3303, 0, 5700}, "1='a'", true},
    {"wrong arguments", post, "/3303/0/5605", "nonsense", badRequest, {3303, 0, 5605}, "nonsense", true},
    {"part of an instance", post, "/3303/0", R"([{"n":"/3303/0/5700","v":22}])", notAllowed, {3303, 0, 5700}, "22"},
    {"composite", patch, "/", R"([{"n":"/3303/0/5700","v":22}])", notAllowed, {3303, 0, 5700}, "22"},
    {"two at once", patch, "/", R"([{"n":"/3303/0/5700","v":22},{"n":"/3306/0/5850","vb":true}])", notAllowed, {}, "60 octets"},
    {"a secret in a composite", patch, "/", R"([{"n":"/0/0/5","vd":"c2VjcmV0"}])", unauthorized, {}, "32 octets"},
    {"a composite elsewhere", patch, "/3303", R"([{"n":"/3303/0/5700","v":22}])", notAllowed, {3303, 0, 5700}, "22"},
};
// clang-format on

} // namespace

BOOST_FIXTURE_TEST_SUITE(denied_changes, Registered)

BOOST_DATA_TEST_CASE(the_journal_has_what_is_denied_before_an_object_is_asked, rows)
{
    const auto answer = ask(requestOf(sample.method, sample.path, sample.payload));

    BOOST_TEST((answer.code == sample.code));
    BOOST_REQUIRE(owner.journal.size() == 1U);
    const ServerChange& told = owner.journal.front();
    BOOST_TEST(told.server == "site");
    BOOST_TEST(told.path.toString() == sample.told.toString());
    BOOST_TEST(told.after == sample.value);
    BOOST_TEST(told.failure == textOf(answer));
    BOOST_TEST((told.denial == sample.code));
    BOOST_TEST(told.isExecute == sample.isExecute);
}

BOOST_AUTO_TEST_CASE(a_resource_instance_that_may_not_be_removed_is_told)
{
    static_cast<void>(ask(requestOf(Method::Delete, "/3303/0/5700/0", {})));

    BOOST_REQUIRE(owner.journal.size() == 1U);
    BOOST_TEST(owner.journal.front().after == "removed");
}

BOOST_AUTO_TEST_CASE(what_an_object_was_asked_is_told_once_and_not_as_denied)
{
    actuator->answer = model::refuse(OutcomeCode::MethodNotAllowed, "illegal data address");

    static_cast<void>(writeText("/3306/0/5850", "1"));

    BOOST_REQUIRE(owner.journal.size() == 1U);
    BOOST_TEST(owner.journal.front().failure == "illegal data address");
    BOOST_TEST(!owner.journal.front().denial.has_value());
}

BOOST_AUTO_TEST_CASE(reads_and_attributes_that_are_refused_are_no_business_of_the_journal)
{
    static_cast<void>(read("/3303/0/5605"));
    static_cast<void>(read("/0/0/5"));
    static_cast<void>(writeAttributes("/3303/0/5700", {"pmin=x"}));
    static_cast<void>(ask(requestOf(Method::Fetch, "/3303", {})));

    BOOST_TEST(owner.journal.empty());
}

BOOST_AUTO_TEST_SUITE_END()
