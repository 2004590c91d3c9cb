// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/web/answer.hpp"

using namespace causeway;
using base::ErrorKind;
using web::AnswerHead;
using web::judge;
using web::parseContentRange;
using web::Question;

namespace {

const Question all{};
const Question rest{100, "\"v1\""};

AnswerHead head(long status, std::optional<std::uint64_t> length = {})
{
    AnswerHead result;
    result.status = status;
    result.etag = "\"v1\"";
    result.length = length;
    return result;
}

AnswerHead part(const std::string& range, std::uint64_t length)
{
    auto result = head(206, length);
    result.contentRange = range;
    return result;
}

ErrorKind kindOf(const Question& question, const AnswerHead& answer)
{
    return std::get<base::Error>(judge(question, answer)).kind;
}

} // namespace

BOOST_AUTO_TEST_SUITE(answer)

BOOST_AUTO_TEST_CASE(with_a_length_is_a_whole_package)
{
    const auto body = std::get<web::PackageBody>(judge(all, head(200, 300)));

    BOOST_TEST(body.offset == 0);
    BOOST_TEST((body.total == 300));
    BOOST_TEST((body.end == 300));
    BOOST_TEST(body.version == "\"v1\"");
}

BOOST_AUTO_TEST_CASE(without_any_end_is_refused)
{
    auto chunked = head(200);
    chunked.isChunked = true;

    BOOST_TEST((kindOf(all, head(200)) == ErrorKind::Corrupt));
    BOOST_TEST(!std::get<web::PackageBody>(judge(all, chunked)).total.has_value());
}

BOOST_AUTO_TEST_CASE(with_the_rest_is_gone_on_with)
{
    const auto body = std::get<web::PackageBody>(judge(rest, part("bytes 100-299/300", 200)));

    BOOST_TEST(body.offset == 100);
    BOOST_TEST((body.end == 300));
    BOOST_TEST((body.total == 300));
}

BOOST_AUTO_TEST_CASE(that_lies_about_its_range_is_refused)
{
    for (const auto* range : {"",
                              "bytes 0-199/300",
                              "bytes 101-299/300",
                              "bytes 100-99/300",
                              "bytes 100-299/299",
                              "bytes=100-299/300",
                              "items 100-299/300"})
        BOOST_TEST((kindOf(rest, part(range, 200)) == ErrorKind::Corrupt), range);
    BOOST_TEST((kindOf(rest, part("bytes 100-299/300", 199)) == ErrorKind::Corrupt));
    BOOST_TEST((kindOf(all, part("bytes 0-299/300", 300)) == ErrorKind::Corrupt));
}

BOOST_AUTO_TEST_CASE(with_another_version_begins_anew)
{
    auto other = part("bytes 100-299/300", 200);
    other.etag = "\"v2\"";
    auto weak = part("bytes 100-299/300", 200);
    weak.etag = "W/\"v1\"";

    BOOST_TEST(std::holds_alternative<web::AskForAll>(judge(rest, other)));
    BOOST_TEST(std::holds_alternative<web::AskForAll>(judge(rest, weak)));
    BOOST_TEST(std::holds_alternative<web::AskForAll>(judge(rest, part("bytes 100-299/*", 200))));
    BOOST_TEST(std::holds_alternative<web::AskForAll>(judge(rest, head(416))));
    BOOST_TEST(std::get<web::PackageBody>(judge(rest, head(200, 300))).offset == 0);
}

BOOST_AUTO_TEST_CASE(that_is_encoded_is_refused)
{
    auto encoded = head(200, 300);
    encoded.contentEncoding = "gzip";

    BOOST_TEST((kindOf(all, encoded) == ErrorKind::Corrupt));
}

BOOST_AUTO_TEST_CASE(that_refuses_leads_where_the_table_says)
{
    for (const long status : {400, 401, 403, 404, 410, 416, 501, 505, 304, 302})
        BOOST_TEST((kindOf(all, head(status, 0)) == ErrorKind::NotFound), status);
    for (const long status : {201, 204})
        BOOST_TEST((kindOf(all, head(status, 0)) == ErrorKind::Corrupt), status);
    for (const long status : {408, 425, 429, 500, 502, 503, 504}) {
        const auto error = std::get<base::Error>(judge(all, head(status, 0)));
        BOOST_TEST((error.kind == ErrorKind::Unreachable), status);
        BOOST_TEST((error.retry == base::Retry::Later), status);
    }
}

BOOST_AUTO_TEST_CASE(without_a_strong_tag_has_no_version)
{
    for (const auto* tag :
         {"", "v1", "W/\"v1\"", "\"v1", "\"\"", "\"a\"b\"", "\"a b\"", "\"\x01\""})
        BOOST_TEST(!web::isStrongTag(tag), tag);
    BOOST_TEST(!web::isStrongTag('"' + std::string(200, 'x') + '"'));
    BOOST_TEST(web::isStrongTag("\"v1\""));
}

BOOST_AUTO_TEST_CASE(has_a_range_or_none)
{
    const auto range = parseContentRange("bytes 5-9/10");
    BOOST_TEST_REQUIRE(range.has_value());
    BOOST_TEST(range->first == 5);
    BOOST_TEST(range->last == 9);
    BOOST_TEST((range->total == 10));
    BOOST_TEST(!parseContentRange("bytes 5-9/*").value().total.has_value());
    for (const auto* text : {"bytes 5-9",
                             "bytes 5-9/",
                             "bytes 5-9/10x",
                             "bytes -9/10",
                             "bytes */10",
                             "bytes 5-18446744073709551615/*",
                             "bytes 5-18446744073709551616/*"})
        BOOST_TEST(!parseContentRange(text).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()
