// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/coap/message.hpp"

using namespace causeway;
using coap::Block;
using coap::Header;
using coap::Message;
using coap::MessageType;
using coap::MessageWriter;
using coap::OptionNumber;

namespace {

base::Expected<Message> decode(const base::Bytes& datagram)
{
    const auto header = coap::decodeHeader(datagram);
    BOOST_REQUIRE(header.has_value());
    return coap::decodeMessage(datagram, *header);
}

base::Bytes hex(std::string text)
{
    std::erase(text, ' ');
    return *base::fromHex(text);
}

std::string hexOf(const MessageWriter& writer)
{
    return base::toHex(writer.datagram());
}

} // namespace

BOOST_AUTO_TEST_SUITE(message)

BOOST_AUTO_TEST_CASE(the_example_of_rfc_7252_appendix_a_is_read)
{
    const auto datagram = hex("41 01 7d 35 20 bb 74656d7065726174757265"); // figure 17

    const auto message = decode(datagram);

    BOOST_REQUIRE(message.has_value());
    BOOST_TEST((message->header.type == MessageType::Confirmable));
    BOOST_TEST(message->header.code == 1);
    BOOST_TEST(message->header.messageId == 0x7d35);
    BOOST_TEST(message->header.token.size == 1);
    BOOST_TEST(message->header.token.octets[0] == 0x20);
    BOOST_REQUIRE(message->path.size() == 1U);
    BOOST_TEST(message->path[0] == "temperature");
}

BOOST_AUTO_TEST_CASE(octets_that_are_no_coap_message_have_no_header)
{
    for (const auto* const text : {"", "40", "400112", "00011234", "80011234", "c0011234"})
        BOOST_TEST(!coap::decodeHeader(hex(text)), text);
}

BOOST_AUTO_TEST_CASE(format_errors_are_told)
{
    const std::vector<std::string> broken{
        "49011234 000000000000000000", // token of nine octets
        "4f011234",                    // reserved token length
        "44011234 aabb",               // token cut
        "40011234 ff",                 // marker without payload
        "40011234 b5 61",              // option cut
        "40011234 f1 61",              // reserved delta
        "40011234 1f 61",              // reserved length
        "40011234 bd",                 // extended length cut
        "40011234 e0ffff e0ffff",      // number above 65535
        "41001234 aa",                 // empty message with a token
        "40001234 ff61",               // empty message with a payload
    };

    for (const auto& text : broken)
        BOOST_TEST(!decode(hex(text)), text);
}

BOOST_AUTO_TEST_CASE(critical_options_that_cannot_be_understood_are_named)
{
    struct Row
    {
        std::string datagram;
        std::uint16_t option;
    };

    const std::vector<Row> rows{
        {"40011234 10", 1},                 // If-Match
        {"40011234 50", 5},                 // If-None-Match
        {"40011234 91 00", 9},              // OSCORE
        {"40011234 d103 00 11 00", 16 + 1}, // Accept is fine, repeated it is not
        {"40011234 d40a 00000000", 23},     // Block2 of four octets
        {"40011234 b1 ff", 11},             // a path that is not UTF-8
        {"40011234 d1 16 61", 35},          // Proxy-Uri
    };

    for (const auto& row : rows) {
        const auto datagram = row.option == 17 ? hex("40011234 d104 00 01 00") : hex(row.datagram);
        const auto message = decode(datagram);
        BOOST_REQUIRE_MESSAGE(message.has_value(), row.datagram);
        BOOST_TEST_REQUIRE(message->unknownCritical.has_value(), row.datagram);
        BOOST_TEST(*message->unknownCritical == row.option, row.datagram);
    }
}

BOOST_AUTO_TEST_CASE(elective_options_that_cannot_be_understood_are_ignored)
{
    const auto message = decode(hex("40011234 d1 01 00 d3 ff 616161")); // 14 too, then 282

    BOOST_REQUIRE(message.has_value());
    BOOST_TEST(!message->unknownCritical);
}

BOOST_AUTO_TEST_CASE(more_segments_than_anybody_needs_are_refused)
{
    auto datagram = hex("40011234 b1 61");
    for (std::size_t i = 0; i < coap::mostSegments; ++i)
        datagram.insert(datagram.end(), {0x01, 0x61});

    const auto message = decode(datagram);

    BOOST_REQUIRE(message.has_value());
    BOOST_TEST(message->path.size() == coap::mostSegments);
    BOOST_TEST((message->unknownCritical == 11));
}

BOOST_AUTO_TEST_CASE(a_request_comes_back_as_it_was_written)
{
    api::Request request;
    request.method = api::Method::Post;
    request.path = {"rd", "5a3f"};
    request.query = {"lt=86400", "b=U"};
    request.contentFormat = 40;
    request.accept = 11542;
    request.observe = 0;
    request.payload = base::toBytes("</3/0>");
    const Header header{MessageType::Confirmable, 2, 7, {{1, 2, 3}, 3}};

    MessageWriter writer = coap::writeRequest(header, request, {});
    writer.payload(request.payload);
    const base::Bytes datagram(writer.datagram().begin(), writer.datagram().end());
    auto message = decode(datagram);
    BOOST_REQUIRE(message.has_value());
    const api::Request read = coap::toRequest(*message);

    BOOST_TEST((read.method == request.method));
    BOOST_TEST(read.path == request.path, boost::test_tools::per_element());
    BOOST_TEST(read.query == request.query, boost::test_tools::per_element());
    BOOST_TEST((read.contentFormat == request.contentFormat));
    BOOST_TEST((read.accept == request.accept));
    BOOST_TEST((read.observe == request.observe));
    BOOST_TEST(read.payload == request.payload, boost::test_tools::per_element());
    BOOST_TEST((read.token == header.token));
}

BOOST_AUTO_TEST_CASE(a_response_comes_back_as_it_was_written)
{
    api::Response response;
    response.code = model::OutcomeCode::Created;
    response.locationPath = {"rd", "5a3f"};
    response.contentFormat = 0;
    response.observe = 0xABCDEF;
    response.maxAge = 60;
    const Header header{MessageType::Acknowledgement, 65, 7, {}};

    const MessageWriter writer = coap::writeResponse(header, response, {});
    auto message = decode({writer.datagram().begin(), writer.datagram().end()});
    BOOST_REQUIRE(message.has_value());
    const api::Response read = coap::toResponse(*message);

    BOOST_TEST((read.code == response.code));
    BOOST_TEST(read.locationPath == response.locationPath, boost::test_tools::per_element());
    BOOST_TEST((read.contentFormat == response.contentFormat));
    BOOST_TEST((read.observe == response.observe));
    BOOST_TEST((read.maxAge == response.maxAge));
}

BOOST_AUTO_TEST_CASE(numbers_take_as_few_octets_as_they_can)
{
    struct Row
    {
        std::uint32_t value;
        std::string expected;
    };

    for (const Row& row : {Row{0, "60"}, {1, "6101"}, {256, "620100"}, {0x10000, "63010000"}}) {
        MessageWriter writer(Header{});
        writer.uintOption(OptionNumber::Observe, row.value);
        BOOST_TEST(hexOf(writer) == "40000000" + row.expected);
    }
}

BOOST_AUTO_TEST_CASE(a_block_is_number_more_and_exponent)
{
    const Block block{5, true, 6};

    BOOST_TEST(block.toUint() == 0x5EU);
    BOOST_TEST(block.offset() == 5120U);
    BOOST_TEST((Block::fromUint(0x5E) == block));
}

BOOST_AUTO_TEST_CASE(a_message_grows_to_the_limit_and_not_beyond)
{
    MessageWriter writer(Header{MessageType::Confirmable, 2, 1, {}});
    const base::Bytes fitting(writer.room(), 'x');
    MessageWriter other = writer;

    writer.payload(fitting);
    other.payload(base::Bytes(fitting.size() + 1, 'x'));

    BOOST_TEST(!writer.hasOverflowed());
    BOOST_TEST(writer.datagram().size() == coap::largestMessage);
    BOOST_TEST(other.hasOverflowed());
}

BOOST_AUTO_TEST_SUITE_END()
