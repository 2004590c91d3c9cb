// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "bridges/modbus/line_trace.hpp"
#include "tests/fakes/fake_scheduler.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;
using api::TracedFrame;
using base::Bytes;

namespace {

const Request request{7, FunctionCode::ReadHoldingRegisters, 16, 3, {}};

struct Fixture
{
    fakes::FakeScheduler scheduler;
    LineTrace trace{scheduler};

    void exchange(const Framing::Result& result = Answer{1, 2, 3})
    {
        trace.onSent(request, Bytes{7, 3});
        trace.onReceived(Bytes{8});
        trace.onReceived(Bytes{9, 10});
        trace.onEnd(request, result);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(line_trace, Fixture)

BOOST_AUTO_TEST_CASE(shows_each_exchange_as_two_frames)
{
    exchange();
    const auto begin = trace.since(0);
    exchange();

    const auto seen = trace.since(begin.next);

    BOOST_TEST(begin.frames.empty());
    BOOST_REQUIRE(seen.frames.size() == 2U);
    BOOST_TEST((seen.frames[0].direction == TracedFrame::Direction::Sent));
    BOOST_TEST((seen.frames[0].octets == Bytes{7, 3}));
    BOOST_TEST(seen.frames[0].text == "read holding registers 16 to 18");
    BOOST_TEST((seen.frames[1].direction == TracedFrame::Direction::Received));
    BOOST_TEST((seen.frames[1].octets == Bytes{8, 9, 10}));
    BOOST_TEST(seen.frames[1].text == "1 2 3");
    BOOST_TEST((seen.frames[1].unitId == std::uint8_t{7}));
    BOOST_TEST((seen.frames[1].at == scheduler.wallNow()));
    BOOST_TEST(trace.since(seen.next).frames.empty());
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_an_answer_and_that_none_came)
{
    const auto begin = trace.since(0);
    exchange(base::fail(base::ErrorKind::Corrupt, "a wrong CRC"));
    trace.onSent({1, FunctionCode::WriteSingleCoil, 3, 1, {1}}, Bytes{1, 5});
    trace.onEnd(request, base::fail(base::ErrorKind::Timeout, "no answer"));
    trace.onStray(Bytes{0xFF});

    const auto frames = trace.since(begin.next).frames;

    BOOST_REQUIRE(frames.size() == 5U);
    BOOST_TEST(frames[1].text == "a wrong CRC");
    BOOST_TEST(frames[2].text == "write coil 3: 1");
    BOOST_TEST(frames[3].octets.empty());
    BOOST_TEST(frames[3].text == "no answer");
    BOOST_TEST(!frames[4].unitId);
}

BOOST_AUTO_TEST_CASE(keeps_nothing_when_nobody_looks)
{
    const auto begin = trace.since(0);
    exchange();
    scheduler.advance(31s);
    exchange();

    const auto later = trace.since(begin.next);
    exchange();

    BOOST_TEST(later.frames.empty());
    BOOST_TEST(later.missed == 2U);
    BOOST_TEST(trace.since(later.next).frames.size() == 2U);
}

BOOST_AUTO_TEST_CASE(bounds_frames_and_octets_and_counts_what_is_missed)
{
    const auto begin = trace.since(0);
    for (int i = 0; i < 600; ++i)
        exchange();
    trace.onStray(Bytes(5000));

    const auto seen = trace.since(begin.next);

    BOOST_TEST(seen.frames.size() == 1000U);
    BOOST_TEST(seen.missed == 201U);
    BOOST_TEST(seen.frames.back().octets.size() == 1024U);
    BOOST_TEST(trace.since(999'999).frames.empty());
}

BOOST_AUTO_TEST_SUITE_END()
