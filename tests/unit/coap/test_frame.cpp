// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/coap/frame.hpp"
#include "agent/coap/signal.hpp"

using namespace causeway;
using base::ErrorKind;
using coap::FrameReader;
using coap::SignalCode;

namespace {

base::Bytes octets(std::string hex)
{
    std::erase(hex, ' ');
    return *base::fromHex(hex);
}

/// A message of RFC 7252 with so many octets behind its token of one octet.
base::Bytes datagramWith(std::size_t size)
{
    base::Bytes datagram = octets("51 45 0000 7f");
    datagram.insert(datagram.end(), size, 0xAB);
    return datagram;
}

constexpr std::size_t ample = 128UL * 1024;

/// The frame that the octets are, or the error.
base::Expected<std::optional<coap::Frame>> readOne(const base::Bytes& stream, FrameReader& reader)
{
    base::ByteView view(stream);
    return reader.next(view);
}

coap::Signal signalOf(const base::Bytes& frame)
{
    FrameReader reader(ample);
    const auto read = readOne(frame, reader);
    BOOST_REQUIRE(read && *read);
    const auto signal = coap::decodeSignal(**read);
    BOOST_REQUIRE(signal);
    return *signal;
}

} // namespace

BOOST_AUTO_TEST_SUITE(frame)

// RFC 8323 §3.2, figure 6: Len=0, TKL=1, 2.03, token 7f.
BOOST_AUTO_TEST_CASE(reads_and_writes_the_example_of_the_rfc)
{
    FrameReader reader(ample);

    const base::Bytes stream = octets("01 43 7f");
    const auto read = readOne(stream, reader);

    BOOST_REQUIRE(read && *read);
    BOOST_TEST((*read)->code == 0x43);
    BOOST_TEST((*read)->tokenSize == 1);
    BOOST_TEST(base::toHex((*read)->tail) == "7f");
    BOOST_TEST(base::toHex(coap::toFrame(octets("51 43 1234 7f"))) == "01437f");
}

// RFC 8323 §3.2: what the nibble and the octets behind it say at the edges of each range.
BOOST_AUTO_TEST_CASE(lengths_at_the_edges_of_each_form_go_there_and_back)
{
    struct Row
    {
        std::size_t size;
        std::string header;
    };

    for (const auto& row : std::vector<Row>{{0, "01457f"},
                                            {1, "11457f"},
                                            {12, "c1457f"},
                                            {13, "d100457f"},
                                            {268, "d1ff457f"},
                                            {269, "e10000457f"},
                                            {65804, "e1ffff457f"},
                                            {65805, "f100000000457f"}}) {
        const base::Bytes datagram = datagramWith(row.size);
        const base::Bytes frame = coap::toFrame(datagram);
        BOOST_TEST(base::toHex(frame).substr(0, row.header.size()) == row.header);
        BOOST_TEST(frame.size() <= datagram.size() + coap::frameGrowth);

        FrameReader reader(ample);
        const auto read = readOne(frame, reader);
        BOOST_REQUIRE(read && *read);
        base::Bytes back(ample);
        back.resize(coap::toDatagram(**read, back));
        BOOST_TEST(back == datagram);
    }
}

BOOST_AUTO_TEST_CASE(a_stream_may_be_cut_anywhere)
{
    base::Bytes stream = coap::toFrame(datagramWith(300));
    const base::Bytes second = coap::toFrame(datagramWith(3));
    stream.insert(stream.end(), second.begin(), second.end());
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        FrameReader reader(ample);
        std::vector<std::size_t> sizes;
        for (auto part : {base::ByteView(stream).first(cut), base::ByteView(stream).subspan(cut)}) {
            for (auto read = reader.next(part); *read; read = reader.next(part))
                sizes.push_back((*read)->tail.size());
        }
        BOOST_TEST(sizes == (std::vector<std::size_t>{301, 4}));
        BOOST_TEST(reader.kept() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(hostile_lengths_are_refused_before_anything_is_kept)
{
    struct Row
    {
        std::string hex;
        ErrorKind kind;
    };

    for (const auto& row : std::vector<Row>{{"09", ErrorKind::Corrupt},
                                            {"0f 45", ErrorKind::Corrupt},
                                            {"f0 ffffffff", ErrorKind::LimitExceeded},
                                            {"f8 ffffffff", ErrorKind::LimitExceeded},
                                            {"e0 ffff", ErrorKind::LimitExceeded},
                                            {"e0 0370", ErrorKind::LimitExceeded}}) {
        FrameReader reader(1152);
        const auto stream = octets(row.hex);
        const auto read = readOne(stream, reader);
        BOOST_REQUIRE(!read);
        BOOST_TEST((read.error().kind == row.kind));
        BOOST_TEST(reader.kept() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(no_more_than_the_largest_frame_is_ever_kept)
{
    constexpr std::size_t largest = 1152;
    FrameReader reader(largest);
    const base::Bytes frame = coap::toFrame(datagramWith(largest - 5)); // 1152 with its length
    BOOST_REQUIRE(frame.size() == largest);
    for (const std::uint8_t octet : base::ByteView(frame).first(largest - 1)) {
        base::ByteView one(&octet, 1);
        const auto read = reader.next(one);
        BOOST_REQUIRE(read);
        BOOST_TEST(!*read);
    }
    BOOST_TEST(reader.kept() == largest - 1);

    base::ByteView last = base::ByteView(frame).last(1);
    BOOST_TEST(reader.next(last)->has_value());
}

BOOST_AUTO_TEST_CASE(a_frame_that_does_not_fit_becomes_no_datagram)
{
    const base::Bytes body(10, 1);
    std::array<std::uint8_t, 13> small{};

    BOOST_TEST(coap::toDatagram({0x45, 0, body}, small) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(signal_message)

// RFC 8323 §5.3: 7.01, option 2 (1152), option 4.
BOOST_AUTO_TEST_CASE(our_settings_are_the_octets_of_the_rfc)
{
    BOOST_TEST(base::toHex(coap::writeCsm(1152)) == "40e122048020");
}

BOOST_AUTO_TEST_CASE(settings_are_read_and_unknown_elective_options_ignored)
{
    const auto csm = signalOf(octets("70e1 22 1000 20 20 41ff"));

    BOOST_TEST((csm.code == SignalCode::Csm));
    BOOST_TEST(csm.maxMessageSize.value_or(0) == 0x1000U);
    BOOST_TEST(csm.hasBlockwise);
    BOOST_TEST(!csm.unknownCritical);
}

BOOST_AUTO_TEST_CASE(the_first_unknown_critical_option_is_named)
{
    for (const auto& [hex, number] : std::vector<std::pair<std::string, int>>{
             {"10e1 10", 1}, {"20e1 30 20", 3}, {"20e2 d0 0c", 25}, {"60e1 25 0000000001", 0}}) {
        const auto signal = signalOf(octets(hex));
        BOOST_TEST(static_cast<int>(signal.unknownCritical.value_or(0)) == number);
        BOOST_TEST(!signal.maxMessageSize);
    }
}

BOOST_AUTO_TEST_CASE(pings_and_pongs_have_tokens_and_may_have_custody)
{
    const api::Token token{{0xAB, 0xCD}, 2};
    BOOST_TEST(base::toHex(coap::writePing(token, false)) == "02e2abcd");
    BOOST_TEST(base::toHex(coap::writePing(token, true)) == "12e2abcd20");
    BOOST_TEST(base::toHex(coap::writePong(token, false)) == "02e3abcd");
    BOOST_TEST(base::toHex(coap::writePong(token, true)) == "12e3abcd20");
}

BOOST_AUTO_TEST_CASE(an_abort_says_what_was_wrong)
{
    const base::Bytes frame = coap::writeAbort("no CSM", 3);
    const auto abort = signalOf(frame);

    BOOST_TEST((abort.code == SignalCode::Abort));
    BOOST_TEST(abort.badCsmOption.value_or(0) == 3);
    BOOST_TEST(abort.diagnostic == "no CSM");
    BOOST_TEST(base::toHex(coap::writeRelease()) == "00e4");
}

BOOST_AUTO_TEST_CASE(a_release_says_how_long_to_hold_off)
{
    BOOST_TEST(signalOf(octets("20e4 41 1e")).holdOffSeconds.value_or(0) == 30U);
}

BOOST_AUTO_TEST_CASE(format_errors_are_told)
{
    for (const std::string hex : {"10e1 ff", "10e1 22", "10e1 f0", "10e1 2f"}) {
        FrameReader reader(ample);
        const auto stream = octets(hex);
        const auto read = readOne(stream, reader);
        BOOST_REQUIRE(read && *read);
        BOOST_TEST(!coap::decodeSignal(**read));
    }
}

BOOST_AUTO_TEST_SUITE_END()
