// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/unit/modbus/unit_fixture.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;
using base::Bytes;
using base::ErrorKind;

BOOST_AUTO_TEST_SUITE(unit_writer)

BOOST_FIXTURE_TEST_CASE(writes_elsewhere_than_it_reads, UnitFixture)
{
    device.coils = {{0x000, 0}, {0x200, 0}};
    add(0x200, RegisterTable::Coil).write.emplace().address = 0x000;
    start();
    scheduler.advance(1s);

    const auto written = write(0, {1});

    BOOST_TEST(written.has_value());
    BOOST_TEST(device.coils[0x000] == 1);
    BOOST_TEST(device.coils[0x200] == 0);
}

BOOST_FIXTURE_TEST_CASE(leaves_the_other_bits_of_a_register_alone, UnitFixture)
{
    device.holding = {{7, 0xABCD}};
    Point& field = add(7);
    field.encoding.shift = 4;
    field.encoding.width = 4;
    field.write.emplace().verifies = true;
    start();
    scheduler.advance(1s);

    const auto written = write(0, {0x0050});

    BOOST_TEST(written.has_value());
    BOOST_TEST(device.holding[7] == 0xAB5D);
}

BOOST_FIXTURE_TEST_CASE(lets_the_device_keep_the_other_bits_when_it_can, UnitFixture)
{
    device.holding = {{7, 0xABCD}};
    Point& field = add(7);
    field.encoding.shift = 4;
    field.encoding.width = 4;
    field.write.emplace().verifies = true;
    field.write->usesMask = true;
    start();
    scheduler.advance(1s);
    const auto reads = device.reads;

    const auto written = write(0, {0x0050});

    BOOST_TEST(written.has_value());
    BOOST_TEST(device.holding[7] == 0xAB5D);
    BOOST_TEST(base::toHex(device.writes.at(0)) == "160007ff0f0050");
    BOOST_TEST(device.reads <= reads + 2); // the verification, and a poll: nothing before the write
}

BOOST_FIXTURE_TEST_CASE(uses_the_function_code_for_many_when_told, UnitFixture)
{
    device.holding = {{7, 0}};
    add(7).write.emplace().usesMultiple = true;
    start();
    scheduler.advance(1s);

    const auto written = write(0, {5});

    BOOST_TEST(written.has_value());
    BOOST_REQUIRE(device.writes.size() == 1U);
    BOOST_TEST(device.writes[0][0] == 16);
}

// An input that rests at 1 and takes 0 for a command.
// An impulse relay: whoever writes to coil 9 changes it over; input 3 says how it stands.
BOOST_FIXTURE_TEST_CASE(changes_a_device_over_only_when_it_must, UnitFixture)
{
    device.coils = {{3, 1}, {9, 0}};
    auto& rule = add(3, RegisterTable::Coil).write.emplace();
    rule.toggles = true;
    rule.address = 9;
    start();
    scheduler.advance(1s);

    const auto same = write(0, {1});
    const auto before = device.writes.size();
    const auto other = write(0, {0});

    BOOST_TEST((same && other));
    BOOST_TEST(before == 0U);
    BOOST_REQUIRE(device.writes.size() == 1U);
    BOOST_TEST(base::toHex(device.writes[0]) == "050009ff00");
}

BOOST_FIXTURE_TEST_CASE(verifies_that_a_device_has_changed_over, UnitFixture)
{
    device.coils = {{3, 1}, {9, 0}};
    auto& rule = add(3, RegisterTable::Coil).write.emplace();
    rule.toggles = true;
    rule.address = 9;
    rule.verifies = true;
    start();
    scheduler.advance(1s);

    const auto written = write(0, {0}); // and nothing happens

    BOOST_TEST((!written && written.error().kind == ErrorKind::Refused));
}

BOOST_FIXTURE_TEST_CASE(turns_a_bit_round_when_it_is_executed, UnitFixture)
{
    device.coils = {{3, 1}};
    device.holding = {{7, 0xABCD}};
    for (const auto table : {RegisterTable::Coil, RegisterTable::HoldingRegister}) {
        Point& point = add(table == RegisterTable::Coil ? 3 : 7, table);
        point.encoding.type = RawType::Bit;
        point.encoding.shift = table == RegisterTable::Coil ? 0 : 2;
        point.executeValue = 0;
        point.executeToggles = true;
        point.pollClass = PollClass::OnDemand;
    }
    start();
    scheduler.advance(1s);

    BOOST_TEST(write(0, {0}).has_value());
    BOOST_TEST(write(1, {0}).has_value());
    const auto coil = device.coils[3];
    const auto word = device.holding[7];
    BOOST_TEST(write(1, {0}).has_value());

    BOOST_TEST(coil == 0);
    BOOST_TEST(word == 0xABC9);
    BOOST_TEST(device.holding[7] == 0xABCD);
}

BOOST_FIXTURE_TEST_CASE(writes_nothing_when_it_cannot_be_seen_how_the_device_stands, UnitFixture)
{
    device.coils = {{9, 0}};
    auto& rule = add(3, RegisterTable::Coil).write.emplace();
    rule.toggles = true;
    rule.address = 9;
    start();
    scheduler.advance(1s);

    const auto written = write(0, {1});

    BOOST_TEST(!written);
    BOOST_TEST(device.writes.empty());
}

// SunSpec 123: WMaxLimPct, and its scale factor eighteen registers on.
BOOST_FIXTURE_TEST_CASE(writes_in_the_scale_that_the_device_tells, UnitFixture)
{
    device.holding.clear();
    for (std::uint16_t address = 5; address <= 23; ++address)
        device.holding[address] = 0;
    device.holding[23] = 0xFFFE; // -2
    Point& point = add(5);
    point.exponentAddress = 23;
    point.write.emplace().range = model::Range{0, 100};
    point.write->verifies = true;
    start();
    scheduler.advance(1s);

    base::Expected<void> written = base::fail(ErrorKind::Internal, "no answer");
    unit->writeValue(
        0, model::Value(60.5), [&](base::Expected<void> ended) { written = std::move(ended); });
    scheduler.advance(1s);
    const auto inHundredths = device.holding[5];
    device.holding[23] = 0x8000; // it says none
    base::Expected<void> unclear;
    unit->writeValue(
        0, model::Value(50.0), [&](base::Expected<void> ended) { unclear = std::move(ended); });
    scheduler.advance(1s);

    BOOST_TEST(written.has_value());
    BOOST_TEST(inHundredths == 6050);
    BOOST_TEST(!unclear);
    BOOST_TEST(device.holding[5] == 6050);
}

BOOST_FIXTURE_TEST_CASE(sends_nothing_that_still_waited_when_the_device_is_detached, UnitFixture)
{
    device.holding = {{7, 0}, {8, 0}};
    add(7).write.emplace();
    add(8).write.emplace();
    settings.limits.fastPeriod = 60s;
    start();
    scheduler.advance(1s);
    std::vector<ErrorKind> ends;
    const auto note = [&](const base::Expected<void>& ended) {
        ends.push_back(ended ? ErrorKind::Internal : ended.error().kind);
    };
    unit->write(0, {1}, note);
    unit->write(1, {2}, note);
    scheduler.advance(1ms);

    unit.reset();
    scheduler.advance(5s);

    BOOST_TEST(ends.size() == 2U);
    BOOST_TEST(std::ranges::count(ends, ErrorKind::Cancelled) == 2);
    BOOST_TEST(device.writes.size() == 1U);
    BOOST_TEST(device.holding[8] == 0);
}

BOOST_FIXTURE_TEST_CASE(leaves_the_reading_of_what_it_need_not_verify_to_who_asked, UnitFixture)
{
    device.holding = {{7, 0}};
    add(7).write.emplace();
    settings.limits.fastPeriod = 60s;
    start();
    scheduler.advance(1s);
    const auto before = device.reads;

    const auto written = write(0, {9});

    BOOST_TEST(written.has_value());
    BOOST_TEST(device.reads == before);
}

BOOST_FIXTURE_TEST_CASE(tells_what_it_read_back_before_it_confirms, UnitFixture)
{
    device.holding = {{7, 0}};
    add(7).write.emplace().verifies = true;
    settings.limits.fastPeriod = 60s;
    start();
    scheduler.advance(1s);
    std::string known;

    unit->write(0, {9}, [&](const base::Expected<void>&) { known = newest(0); });
    scheduler.advance(1s);

    BOOST_TEST(known == "9");
}

BOOST_FIXTURE_TEST_CASE(keeps_the_pause_between_two_writes, UnitFixture)
{
    device.holding = {{7, 0}};
    add(7).write.emplace().pause = 10s;
    start();
    scheduler.advance(1s);

    const auto first = write(0, {1});
    const auto early = write(0, {2});
    scheduler.advance(10s);
    const auto later = write(0, {3});

    BOOST_TEST(first.has_value());
    BOOST_TEST((!early && early.error().kind == ErrorKind::LimitExceeded));
    BOOST_TEST(later.has_value());
    BOOST_TEST(device.holding[7] == 3);
}

BOOST_FIXTURE_TEST_CASE(lets_a_slow_device_settle_before_it_verifies, UnitFixture)
{
    device.holding = {{7, 0}};
    auto& rule = add(7).write.emplace();
    rule.verifies = true;
    rule.settle = 300ms;
    settings.limits.fastPeriod = 60s;
    start();
    scheduler.advance(1s);
    const auto before = device.reads;

    bool isDone = false;
    unit->write(0, {9}, [&](const base::Expected<void>& ended) { isDone = ended.has_value(); });
    scheduler.advance(250ms);
    const auto during = device.reads;
    scheduler.advance(200ms);

    BOOST_TEST(during == before);
    BOOST_TEST(isDone);
}

BOOST_FIXTURE_TEST_CASE(writes_one_after_the_other_into_one_register, UnitFixture)
{
    device.holding = {{7, 0}};
    for (const std::uint8_t bit : {0, 1}) {
        Point& point = add(7);
        point.encoding.type = RawType::Bit;
        point.encoding.shift = bit;
        point.valueType = model::ResourceType::Boolean;
        point.write.emplace();
    }
    start();
    scheduler.advance(1s);

    unit->write(0, {1}, [](const base::Expected<void>&) {});
    unit->write(1, {2}, [](const base::Expected<void>&) {});
    scheduler.advance(1s);

    BOOST_TEST(device.holding[7] == 3);
}

BOOST_FIXTURE_TEST_CASE(says_what_the_device_does_not_take, UnitFixture)
{
    device.holding = {{7, 0}};
    add(7).write.emplace();
    add(8).write.emplace();
    start();
    scheduler.advance(1s);
    const auto absent = write(1, {1});
    link->onSent = [this](const base::Bytes& frame) {
        base::Bytes no{1, static_cast<std::uint8_t>(frame[1] | 0x80U), 3};
        const std::uint16_t crc = crc16(no);
        no.push_back(static_cast<std::uint8_t>(crc & 0xFFU));
        no.push_back(static_cast<std::uint8_t>(crc >> 8U));
        link->arrive(no, 5ms);
    };
    const auto wrong = write(0, {1});

    BOOST_REQUIRE((!absent && !wrong));
    BOOST_TEST((absent.error().kind == ErrorKind::NotSupported));
    BOOST_TEST(absent.error().message == "exception 2 (illegal data address)");
    BOOST_TEST((wrong.error().kind == ErrorKind::InvalidArgument));
}

BOOST_FIXTURE_TEST_CASE(knows_nothing_of_a_write_that_is_answered_wrongly, UnitFixture)
{
    add(7).write.emplace();
    start();
    link->onSent = [this](const base::Bytes& frame) {
        link->arrive({1, frame[1], 0, 7, 0, 1, 0xBA, 0xD0}, 5ms);
    };

    const auto doubtful = write(0, {1});

    BOOST_TEST((!doubtful && doubtful.error().message.ends_with("took effect is unknown")));
}

BOOST_AUTO_TEST_SUITE_END()
