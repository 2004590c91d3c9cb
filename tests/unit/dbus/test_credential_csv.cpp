// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include "dbus/credential_csv.hpp"

using namespace causeway;
using namespace causeway::dbus;
using base::ErrorKind;

namespace {

const std::string digits = "000102fffe0f1a2b3c4d5e6f70819203";

std::string complaintAbout(const std::string& text)
{
    const auto list = readCredentialList(text);
    BOOST_REQUIRE(!list);
    return list.error().message;
}

api::ListedCredential only(const std::string& text)
{
    auto list = readCredentialList(text);
    BOOST_REQUIRE_MESSAGE(list, list.error().message);
    BOOST_REQUIRE(list->size() == 1U);
    return std::move(list->front());
}

std::vector<api::ListedCredential> oneListed(const std::string& endpointName,
                                             const std::string& identity)
{
    std::vector<api::ListedCredential> list;
    list.push_back({"meter-1",
                    endpointName,
                    base::toBytes(identity),
                    base::Secret(*base::fromHex(digits)),
                    0});
    return list;
}

std::string written(const std::vector<api::ListedCredential>& list, ListFormat format)
{
    return std::string(base::asText(writeCredentialList(list, format, "coaps://h.example").view()));
}

} // namespace

BOOST_AUTO_TEST_SUITE(CredentialCsvTest)

BOOST_AUTO_TEST_CASE(reads_device_identity_and_key_byte_for_byte)
{
    const auto listed = only("device,identity,key\nmeter-1,id 1," + digits + "\n");

    BOOST_TEST(listed.device == "meter-1");
    BOOST_TEST(base::asText(listed.identity) == "id 1");
    BOOST_TEST(base::toHex(listed.key.view()) == digits);
    BOOST_TEST(listed.line == 2U);
}

BOOST_AUTO_TEST_CASE(reads_an_identity_that_is_no_text)
{
    const auto listed = only("endpoint,identity_hex,key\nurn:1,00ff,0A0b\n");

    BOOST_TEST(listed.endpointName == "urn:1");
    BOOST_TEST(base::toHex(listed.identity) == "00ff");
    BOOST_TEST(base::toHex(listed.key.view()) == "0a0b");
}

BOOST_AUTO_TEST_CASE(takes_what_spreadsheets_write)
{
    const auto semicolons = only("\xef\xbb\xbfkey;device\r\n" + digits + ";\"me;\"\"ter\"\r\n\r\n");
    const auto tabs = only("device\tkey\nm\t" + digits);

    BOOST_TEST(semicolons.device == "me;\"ter");
    BOOST_TEST(base::toHex(tabs.key.view()) == digits);
}

BOOST_AUTO_TEST_CASE(counts_lines_as_an_editor_does)
{
    BOOST_TEST(complaintAbout("device,identity,key\n\"a\nb\",x,00\n\nc,y,zz\nd,z\n") ==
               "line 5: the key is not hexadecimal; line 6: it has 2 columns instead of 3");
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_each_line)
{
    const std::string head = "device,identity,identity_hex,securityMode,key\n";

    BOOST_TEST(complaintAbout(head + "a,,,PSK,\n") == "line 2: there is no key");
    BOOST_TEST(complaintAbout(head + "a,,,PSK,012\n") ==
               "line 2: the key has an odd number of digits");
    BOOST_TEST(complaintAbout(head + ",,,PSK,01\n") == "line 2: it names no device");
    BOOST_TEST(complaintAbout(head + "a,x,00,PSK,01\n") == "line 2: there are two identities");
    BOOST_TEST(complaintAbout(head + "a,,x,PSK,01\n") == "line 2: identity_hex is not hexadecimal");
    BOOST_TEST(complaintAbout(head + "a,,,RPK,01\n") == "line 2: the security mode is not PSK");
    BOOST_TEST(complaintAbout(head + "a,,,PSK,\"01\n") == "line 2: a quote is not closed");
    BOOST_TEST(complaintAbout(head + "a,,,PSK,0\"1\n") ==
               "line 2: a quote stands inside a field without quotes");
    BOOST_TEST(complaintAbout(head + "a,,,PSK,\"01\"2\n") ==
               "line 2: something stands where the field should end");
}

BOOST_AUTO_TEST_CASE(r42_quotes_no_key_of_a_list_without_headings)
{
    const std::string key = "00112233445566778899aabbccddeeff";

    for (const auto& list : {"meter-1 id-1 " + key + "\n",
                             "meter-1|id-1|" + key + "\n",
                             key + ",meter-1,id-1\n",
                             "meter-1,id-1," + key + "\n"}) {
        const auto complaint = complaintAbout(list);
        BOOST_TEST(complaint.find("0011") == std::string::npos, complaint);
        BOOST_TEST(complaint.find("line 1") == 0U, complaint);
    }
}

BOOST_AUTO_TEST_CASE(headings_and_modes_are_known_in_any_case)
{
    const auto list = readCredentialList("Device,KEY,SecurityMode\na,01,psk\n");

    BOOST_REQUIRE(list.has_value());
    BOOST_TEST(list->at(0).device == "a");
}

BOOST_AUTO_TEST_CASE(refuses_headings_it_does_not_know)
{
    BOOST_TEST(
        complaintAbout("device,identiy,key\nm,i,00\n") ==
        "line 1: the heading of column 2, \"identiy\", is not known: the first line names the "
        "columns, see causewayctl(1)");
    BOOST_TEST(complaintAbout("m,i,0123456789abcdef\n").find("column 1, \"m\",") !=
               std::string::npos);
    BOOST_TEST(complaintAbout("device,0123456789abcdef\n").find("0123456789abcdef") ==
               std::string::npos);
    BOOST_TEST(complaintAbout("device,key,key\nm,00,00\n") ==
               "line 1: there is a second column \"key\"");
    BOOST_TEST(complaintAbout("identity,key\nm,00\n") ==
               "line 1: the first line must name the columns: key, and device or endpoint");
    BOOST_TEST(complaintAbout("device,key\n") == "there is no row below the headings");
    BOOST_TEST(complaintAbout("device,key\n\xff,00\n") == "the list is not UTF-8 text");
}

BOOST_AUTO_TEST_CASE(never_repeats_a_key_in_a_complaint)
{
    const auto message = complaintAbout("device,key\nm," + digits + "x\n");

    BOOST_TEST(message.find(digits.substr(0, 8)) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(bounds_rows_and_columns)
{
    std::string rows = "device,key\n";
    for (int i = 0; i <= 20000; ++i)
        rows += "m,00\n";

    BOOST_CHECK(readCredentialList(rows).error().kind == ErrorKind::LimitExceeded);
    BOOST_TEST(complaintAbout(std::string(64, ',') + "\n") == "line 1: more than 64 columns");
}

BOOST_AUTO_TEST_CASE(writes_what_each_server_imports)
{
    const auto list = oneListed("urn:1", "id-1");

    BOOST_TEST(written(list, ListFormat::Leshan) ==
               "endpoint,identity,key\r\nurn:1,id-1," + digits + "\r\n");
    BOOST_TEST(written(list, ListFormat::Thingsboard) ==
               "NAME,TYPE,LWM2M_CLIENT_ENDPOINT,LWM2M_CLIENT_SECURITY_CONFIG_MODE,"
               "LWM2M_CLIENT_IDENTITY,LWM2M_CLIENT_KEY\r\nurn:1,lwm2m,urn:1,PSK,id-1," +
                   digits + "\r\n");
    BOOST_TEST(written(list, ListFormat::Cumulocity) ==
               "endpoint id;type;securityMode;bootstrapSecurityMode;lwm2m server uri;"
               "lwm2m psk_id;lwm2m psk_key\r\n"
               "urn:1;c8y_lwm2m;PSK;X509;coaps://h.example;id-1;" +
                   digits + "\r\n");
}

BOOST_AUTO_TEST_CASE(reads_back_each_format_it_writes)
{
    for (const auto format :
         {ListFormat::Leshan, ListFormat::Thingsboard, ListFormat::Cumulocity}) {
        const auto back = only(written(oneListed("urn:\"1\",;", "a;b,\"c\"\r\n"), format));

        BOOST_TEST(back.endpointName == "urn:\"1\",;");
        BOOST_TEST(base::asText(back.identity) == "a;b,\"c\"\r\n");
        BOOST_TEST(base::toHex(back.key.view()) == digits);
    }
}

BOOST_AUTO_TEST_CASE(knows_its_formats_by_name)
{
    BOOST_CHECK(listFormatOf("cumulocity").value() == ListFormat::Cumulocity);
    BOOST_CHECK(listFormatOf("excel").error().kind == ErrorKind::InvalidArgument);
}

BOOST_AUTO_TEST_SUITE_END()
