// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "bridges/modbus/line.hpp"
#include "bridges/modbus/rtu_framing.hpp"
#include "tests/unit/modbus/fake_link.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(rtu_over_tcp)

namespace {

/// A gateway that has gone: nothing comes back. Two units are behind it.
struct Fixture
{
    struct Absent final : LineUser
    {
        void onLineUp() override {}

        void onLineDown(const std::string&) override {}
    };

    fakes::FakeScheduler scheduler;
    FakeLink* link = nullptr;
    Absent user;
    Line line;

    Fixture()
        : line(scheduler, {}, parts(), [](const LineReport&) {})
    {
        line.join(1, user);
        line.join(2, user);
        line.open();
        scheduler.advance(1ms);
    }

    ~Fixture()
    {
        line.leave(1);
        line.leave(2);
    }

    Fixture(const Fixture&) = delete;
    Fixture& operator=(const Fixture&) = delete;

    LineParts parts()
    {
        auto fake = std::make_unique<FakeLink>(scheduler);
        link = fake.get();
        return {std::move(fake), std::make_unique<RtuFraming>(3s), 500ms, true, true};
    }

    void ask(int times)
    {
        for (int i = 0; i < times; ++i) {
            const auto unitId = static_cast<std::uint8_t>(1 + i % 2);
            line.submit({unitId, FunctionCode::ReadHoldingRegisters, 0, 1, {}},
                        Priority::Service,
                        [](const base::Expected<Answer>&) {});
            scheduler.advance(5s);
        }
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(connects_anew_when_all_units_are_silent, Fixture)
{
    ask(4);
    const int early = link->reopened;
    ask(1);

    BOOST_TEST(early == 0);
    BOOST_TEST(link->reopened == 1);
}

BOOST_FIXTURE_TEST_CASE(connects_anew_ever_more_seldom, Fixture)
{
    ask(720);

    BOOST_TEST(link->reopened >= 5);
    BOOST_TEST(link->reopened <= 12);
}

BOOST_FIXTURE_TEST_CASE(keeps_a_connection_over_which_one_unit_answers, Fixture)
{
    link->onSent = [this](const base::Bytes& frame) {
        base::Bytes answer{1, 3, 2, 0, 0};
        const std::uint16_t crc = crc16(answer);
        answer.push_back(static_cast<std::uint8_t>(crc & 0xFFU));
        answer.push_back(static_cast<std::uint8_t>(crc >> 8U));
        if (frame[0] == 1)
            link->arrive(answer, 10ms);
    };

    ask(20);

    BOOST_TEST(link->reopened == 0);
}

BOOST_AUTO_TEST_SUITE_END()
