// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/unit/modbus/unit_fixture.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;
using base::Bytes;

BOOST_AUTO_TEST_SUITE(toggled_writes)

namespace {

constexpr std::uint16_t feedback = 3;
constexpr std::uint16_t coil = 9;

/// An impulse relay: it changes over when its coil goes from 0 to 1, and shows it a little later.
struct ImpulseRelay : UnitFixture
{
    base::Duration lag = 1ms;
    bool resetsItself = false;
    int edges = 0;
    std::vector<std::unique_ptr<base::Timer>> changes;

    WriteRule& rule()
    {
        device.coils = {{feedback, 0}, {coil, 0}};
        auto& result = add(feedback, RegisterTable::Coil).write.emplace();
        result.toggles = true;
        result.address = coil;
        return result;
    }

    void begin()
    {
        start();
        link->onSent = [this](const Bytes& frame) {
            const auto before = device.coils[coil];
            const auto reply = device.answer(frame);
            if (reply.empty())
                return;
            if (before == 0 && device.coils[coil] == 1)
                onEdge();
            link->arrive(reply, 5ms);
        };
        scheduler.advance(1s);
    }

    void onEdge()
    {
        ++edges;
        if (resetsItself)
            device.coils[coil] = 0;
        changes.push_back(
            std::make_unique<base::Timer>(scheduler, [this] { device.coils[feedback] ^= 1U; }));
        changes.back()->start(lag);
    }

    void ask(bool wanted, std::size_t point = 0)
    {
        unit->write(point, {wanted ? std::uint16_t{1} : std::uint16_t{0}}, [](auto) {});
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(begin_when_the_pulse_before_has_ended, ImpulseRelay)
{
    rule().pulse = 300ms;
    begin();

    ask(true);
    scheduler.advance(100ms);
    BOOST_TEST(device.coils[feedback] == 1);
    ask(false);
    scheduler.advance(2s);

    BOOST_TEST(edges == 2);
    BOOST_TEST(device.coils[feedback] == 0);
    BOOST_TEST(device.coils[coil] == 0);
}

// One relay under two Resources.
BOOST_FIXTURE_TEST_CASE(begin_when_the_pulse_by_another_name_has_ended, ImpulseRelay)
{
    rule().pulse = 300ms;
    rule().pulse = 300ms;
    begin();

    ask(true, 0);
    scheduler.advance(100ms);
    ask(false, 1);
    scheduler.advance(2s);

    BOOST_TEST(edges == 2);
    BOOST_TEST(device.coils[feedback] == 0);
    BOOST_TEST(device.coils[coil] == 0);
}

BOOST_FIXTURE_TEST_CASE(begin_when_the_device_shows_what_another_name_did, ImpulseRelay)
{
    rule();
    rule();
    resetsItself = true;
    lag = 150ms;
    begin();

    ask(true, 0);
    ask(true, 1);
    scheduler.advance(2s);

    BOOST_TEST(edges == 1);
    BOOST_TEST(device.coils[feedback] == 1);
}

BOOST_FIXTURE_TEST_CASE(do_not_wait_for_another_relay, ImpulseRelay)
{
    rule().pulse = 5s;
    rule().address = coil + 1;
    device.coils[coil + 1] = 0;
    begin();
    ask(true, 0);
    scheduler.advance(100ms);

    const auto other = write(1, {0});

    BOOST_TEST(other.has_value());
    BOOST_TEST(device.coils[coil + 1] == 1);
}

BOOST_FIXTURE_TEST_CASE(begin_when_the_device_shows_how_it_stands, ImpulseRelay)
{
    rule();
    resetsItself = true;
    lag = 150ms;
    begin();

    ask(true);
    ask(true);
    scheduler.advance(2s);

    BOOST_TEST(edges == 1);
    BOOST_TEST(device.coils[feedback] == 1);
}

BOOST_FIXTURE_TEST_CASE(wait_as_long_as_the_profile_says, ImpulseRelay)
{
    rule().settle = 3s;
    resetsItself = true;
    lag = 2900ms;
    begin();

    ask(true);
    scheduler.advance(1s);
    ask(true);
    scheduler.advance(5s);

    BOOST_TEST(edges == 1);
    BOOST_TEST(device.coils[feedback] == 1);
}

// A unit that loses its power within a pulse, and is back hours later.
BOOST_FIXTURE_TEST_CASE(wait_no_longer_than_somebody_waits_for_them, ImpulseRelay)
{
    rule().pulse = 300ms;
    device.holding[7] = 0;
    add(7).write.emplace();
    begin();
    ask(true);
    scheduler.advance(100ms);
    device.isDead = true;
    base::Expected<void> second;
    unit->write(0, {0}, [&](base::Expected<void> ended) { second = std::move(ended); });

    scheduler.advance(15s);
    BOOST_TEST((!second && second.error().kind == base::ErrorKind::Timeout));
    device.isDead = false;
    scheduler.advance(10min);

    BOOST_TEST(edges == 1);
    BOOST_TEST(device.coils[feedback] == 1);
}

BOOST_FIXTURE_TEST_CASE(let_writes_of_others_pass, ImpulseRelay)
{
    rule().pulse = 5s;
    device.holding[7] = 0;
    add(7).write.emplace();
    begin();
    ask(true);
    scheduler.advance(100ms);
    ask(false);

    const auto other = write(1, {5});

    BOOST_TEST(other.has_value());
    BOOST_TEST(edges == 1);
    scheduler.advance(10s);
    BOOST_TEST(edges == 2);
}

BOOST_FIXTURE_TEST_CASE(that_wait_are_cancelled_with_the_device, ImpulseRelay)
{
    rule();
    resetsItself = true;
    lag = 150ms;
    begin();
    ask(true);
    scheduler.advance(50ms);
    base::Expected<void> second;
    unit->write(0, {0}, [&](base::Expected<void> ended) { second = std::move(ended); });

    unit.reset();
    scheduler.advance(1s);

    BOOST_TEST((!second && second.error().kind == base::ErrorKind::Cancelled));
    BOOST_TEST(edges == 1);
}

BOOST_AUTO_TEST_SUITE_END()
