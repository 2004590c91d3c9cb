// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "bridges/modbus/rtu_framing.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;
using base::Bytes;
using base::ErrorKind;

BOOST_AUTO_TEST_SUITE(rtu_framing)

namespace {

constexpr base::TimePoint start{1000s};
const Request request{7, FunctionCode::ReadHoldingRegisters, 100, 1, {}};

Bytes framed(std::uint8_t unitId, const std::string& pdu)
{
    Bytes frame{unitId};
    const Bytes octets = *base::fromHex(pdu);
    frame.insert(frame.end(), octets.begin(), octets.end());
    const std::uint16_t crc = crc16(frame);
    frame.push_back(static_cast<std::uint8_t>(crc & 0xFFU));
    frame.push_back(static_cast<std::uint8_t>(crc >> 8U));
    return frame;
}

Bytes operator+(Bytes left, const Bytes& right)
{
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

/// With an adapter that gives back what it sends.
struct EchoFixture
{
    RtuFraming framing{3s, RtuFraming::Echo::Local};
    Bytes sent = framing.begin(request);
};

struct Fixture
{
    RtuFraming framing{3s};

    std::optional<Framing::Result> ask(const Bytes& answer)
    {
        static_cast<void>(framing.begin(request));
        return framing.receive(answer, start);
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(takes_an_answer_octet_by_octet, Fixture)
{
    static_cast<void>(framing.begin(request));
    const Bytes answer = framed(7, "0302002a");
    for (std::size_t i = 0; i + 1 < answer.size(); ++i)
        BOOST_TEST(!framing.receive({&answer[i], 1}, start));

    const auto result = framing.receive({&answer.back(), 1}, start);

    BOOST_REQUIRE(result);
    BOOST_TEST((**result == Answer{42}));
}

BOOST_FIXTURE_TEST_CASE(passes_over_another_units_answer, Fixture)
{
    const auto result = ask(framed(8, "0302002b") + framed(7, "0302002a"));

    BOOST_REQUIRE(result);
    BOOST_TEST((**result == Answer{42}));
    BOOST_TEST(framing.strayAnswers() == 1U);
}

BOOST_FIXTURE_TEST_CASE(believes_nothing_damaged_short_long_or_doubled, Fixture)
{
    Bytes damaged = framed(7, "0302002a");
    damaged[4] ^= 1U;
    const std::vector<Bytes> rows{
        damaged,
        framed(7, "0304002a002b"),
        framed(7, "0402002a"),
        framed(7, "0600640001"),
        framed(7, "0302002a") + framed(7, "0302002b"),
        framed(7, "0302002a") + Bytes{0},
        framed(7, "2b0e01"),
        Bytes(600, 0xFF),
    };

    for (const Bytes& answer : rows) {
        const auto result = ask(answer);
        BOOST_TEST((result && !*result && result->error().kind == ErrorKind::Corrupt));
        framing = RtuFraming(3s);
    }
}

BOOST_FIXTURE_TEST_CASE(says_whether_nothing_came_or_too_little, Fixture)
{
    static_cast<void>(framing.begin(request));
    const auto silence = framing.giveUp(start);
    static_cast<void>(ask(*base::fromHex("0703")));
    const auto brokenOff = framing.giveUp(start);

    BOOST_TEST((silence.kind == ErrorKind::Timeout));
    BOOST_TEST((brokenOff.kind == ErrorKind::Corrupt));
}

BOOST_FIXTURE_TEST_CASE(holds_what_a_late_answer_could_pass_for, Fixture)
{
    static_cast<void>(framing.begin(request));
    static_cast<void>(framing.giveUp(start));
    Request otherAddress = request;
    otherAddress.address = 200;
    Request otherCount = request;
    otherCount.count = 2;
    Request otherUnit = request;
    otherUnit.unitId = 8;

    BOOST_TEST((framing.heldUntil(request, start) == start + 3s));
    BOOST_TEST((framing.heldUntil(otherAddress, start) == start + 3s));
    BOOST_TEST(!framing.heldUntil(otherCount, start));
    BOOST_TEST(!framing.heldUntil(otherUnit, start));
    BOOST_TEST(!framing.heldUntil(request, start + 3s));
}

BOOST_FIXTURE_TEST_CASE(holds_nothing_any_more_once_the_late_answer_came, Fixture)
{
    static_cast<void>(framing.begin(request));
    static_cast<void>(framing.giveUp(start));

    framing.receiveIdle(framed(7, "0302002a"), start + 1s);

    BOOST_TEST(!framing.heldUntil(request, start + 1s));
    BOOST_TEST(framing.strayAnswers() == 1U);
}

BOOST_FIXTURE_TEST_CASE(takes_no_late_answer_or_refusal_for_its_own, Fixture)
{
    static_cast<void>(framing.begin(request));
    static_cast<void>(framing.giveUp(start));
    Request two = request;
    two.count = 2;
    static_cast<void>(framing.begin(two));

    const auto late = framing.receive(framed(7, "0302002a"), start + 1s);
    const auto own = framing.receive(framed(7, "030400010002"), start + 1s);

    BOOST_TEST(!late);
    BOOST_REQUIRE(own);
    BOOST_TEST((**own == Answer{1, 2}));
}

BOOST_FIXTURE_TEST_CASE(takes_away_what_the_adapter_gives_back, EchoFixture)
{
    const Bytes first(sent.begin(), sent.begin() + 3);
    const Bytes rest(sent.begin() + 3, sent.end());

    BOOST_TEST(!framing.receive(first, start));
    BOOST_TEST(!framing.receive(rest, start));
    const auto result = framing.receive(framed(7, "0302002a"), start);

    BOOST_REQUIRE(result);
    BOOST_TEST((**result == Answer{42}));
    BOOST_TEST(framing.wrongEchoes() == 0U);
}

BOOST_FIXTURE_TEST_CASE(takes_an_answer_that_comes_together_with_the_echo, EchoFixture)
{
    const auto result = framing.receive(sent + framed(7, "0302002a"), start);

    BOOST_REQUIRE(result);
    BOOST_TEST((**result == Answer{42}));
}

BOOST_FIXTURE_TEST_CASE(believes_nothing_after_an_echo_that_is_wrong, EchoFixture)
{
    Bytes spoilt = sent;
    spoilt[4] ^= 0x10U;

    const auto result = framing.receive(spoilt + framed(7, "0302002a"), start);

    BOOST_REQUIRE((result && !*result));
    BOOST_TEST((result->error().kind == ErrorKind::Corrupt));
    BOOST_TEST(result->error().message.find("two have spoken at once") != std::string::npos);
    BOOST_TEST(framing.wrongEchoes() == 1U);
}

BOOST_FIXTURE_TEST_CASE(the_echo_of_a_write_is_not_its_confirmation, EchoFixture)
{
    sent = framing.begin({7, FunctionCode::WriteSingleRegister, 100, 1, {5}});

    const auto result = framing.receive(sent, start);
    const auto silence = framing.giveUp(start);

    BOOST_TEST(!result);
    BOOST_TEST((silence.kind == ErrorKind::Timeout));
    BOOST_TEST(silence.message == "no answer");
}

BOOST_FIXTURE_TEST_CASE(says_that_no_echo_came, EchoFixture)
{
    BOOST_TEST(framing.giveUp(start).message == "the adapter has not given back what was sent");
}

BOOST_FIXTURE_TEST_CASE(says_what_an_echo_that_nobody_expects_looks_like, Fixture)
{
    const Bytes sent = framing.begin(request);

    const auto result = framing.receive(sent, start);

    BOOST_REQUIRE((result && !*result));
    BOOST_TEST(result->error().message.find("localEcho") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
