// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/web/location.hpp"

using namespace causeway;
using base::ErrorKind;
using web::parseLocation;

namespace {

struct Row
{
    std::string text;
    bool isSecure;
    std::string host;
    std::uint16_t port;
    std::string target;
    std::string hostField;
};

const std::vector<Row> good{
    {"https://fw.example/meter.bin", true, "fw.example", 443, "/meter.bin", "fw.example"},
    {"HTTP://FW.example", false, "fw.example", 80, "/", "fw.example"},
    {"http://fw.example:8080/a/b?v=1&w=%20",
     false,
     "fw.example",
     8080,
     "/a/b?v=1&w=%20",
     "fw.example:8080"},
    {"https://[2001:DB8::1]:8443/x", true, "2001:db8::1", 8443, "/x", "[2001:db8::1]:8443"},
    {"https://192.0.2.1/x#part", true, "192.0.2.1", 443, "/x", "192.0.2.1"}};

const std::vector<std::pair<std::string, ErrorKind>> bad{
    {"", ErrorKind::InvalidArgument},
    {"meter.bin", ErrorKind::InvalidArgument},
    {"https://", ErrorKind::InvalidArgument},
    {"https://user@fw.example/x", ErrorKind::InvalidArgument},
    {"https://user:word@fw.example/x", ErrorKind::InvalidArgument},
    {"https://fw.example/a b", ErrorKind::InvalidArgument},
    {"https://fw.example/x\r\nHost: other", ErrorKind::InvalidArgument},
    {"https://fw.example:99999/x", ErrorKind::InvalidArgument},
    {"ftp://fw.example/x", ErrorKind::NotSupported},
    {"file:///etc/passwd", ErrorKind::NotSupported},
    {"https://fw.example/" + std::string(web::longestLocation, 'x'), ErrorKind::InvalidArgument}};

web::Location at(const std::string& text)
{
    return parseLocation(text).value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(location)

BOOST_AUTO_TEST_CASE(is_taken_apart)
{
    for (const auto& row : good) {
        const auto location = parseLocation(row.text);
        BOOST_TEST_REQUIRE(location.has_value(), row.text);
        BOOST_TEST(location->origin.isSecure == row.isSecure, row.text);
        BOOST_TEST(location->origin.host == row.host);
        BOOST_TEST(location->origin.port == row.port);
        BOOST_TEST(location->target == row.target);
        BOOST_TEST(location->hostField() == row.hostField);
    }
}

BOOST_AUTO_TEST_CASE(that_is_none_is_refused)
{
    for (const auto& [text, kind] : bad) {
        const auto location = parseLocation(text);
        BOOST_TEST_REQUIRE(!location.has_value(), text);
        BOOST_TEST((location.error().kind == kind), text << ": " << location.error().message);
    }
}

BOOST_AUTO_TEST_CASE(of_a_redirection_may_be_relative)
{
    const auto from = at("https://fw.example:8443/a/b?v=1");

    BOOST_TEST(web::redirect(from, "c").value().text == "https://fw.example:8443/a/c");
    BOOST_TEST(web::redirect(from, "/c?d").value().text == "https://fw.example:8443/c?d");
    BOOST_TEST(web::redirect(from, "//cdn.example/c").value().text == "https://cdn.example/c");
    BOOST_TEST(web::redirect(from, "https://cdn.example/c").value().origin.host == "cdn.example");
}

BOOST_AUTO_TEST_CASE(r33_a_redirection_never_leads_from_https_to_what_is_not_protected)
{
    const auto from = at("https://fw.example/a");

    BOOST_TEST(
        (web::redirect(from, "http://fw.example/a").error().kind == ErrorKind::NotAuthorized));
    BOOST_TEST((web::redirect(from, "ftp://fw.example/a").error().kind == ErrorKind::NotSupported));
    BOOST_TEST((web::redirect(from, "file:///etc/passwd").error().kind == ErrorKind::NotSupported));
    BOOST_TEST((web::redirect(from, "").error().kind == ErrorKind::InvalidArgument));
    BOOST_TEST(web::redirect(at("http://fw.example/a"), "https://fw.example/a").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
