// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "bridges/modbus/rtu_framing.hpp"
#include "bridges/modbus/unit.hpp"
#include "tests/unit/modbus/unit_fixture.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;
using base::Bytes;
using base::ErrorKind;
using base::Expected;
using model::Path;

BOOST_AUTO_TEST_SUITE(unit)

namespace {

const Path setPoint{3308, 0, 5900};

/// A device with one holding register that may be written and is verified.
struct Fixture
{
    fakes::FakeScheduler scheduler;
    FakeLink* link = nullptr;
    std::uint16_t held = 21;
    bool isDead = false;
    bool isGarbling = false;
    bool isDeafToWrites = false;
    std::vector<model::Sample> samples;
    std::vector<api::MissingValue> missing;
    std::vector<AvailabilityChange> changes;
    std::map<std::string, std::uint64_t> counters;
    Line line;
    Unit device;

    Fixture()
        : line(scheduler, {}, parts(), [](const LineReport&) {})
        , device(scheduler, line, settings(), [this](const UnitReport& report) { take(report); })
    {
        line.open();
        link->onSent = [this](const Bytes& frame) {
            answer(frame);
        };
        device.start();
    }

    LineParts parts()
    {
        auto fake = std::make_unique<FakeLink>(scheduler);
        link = fake.get();
        return {std::move(fake), std::make_unique<RtuFraming>(600ms), 100ms, true};
    }

    static Unit::Settings settings()
    {
        Point point;
        point.table = RegisterTable::HoldingRegister;
        point.valueType = model::ResourceType::Float;
        point.encoding.sentinels = {0x7FFF};
        point.write.emplace().verifies = true;
        point.write->range = model::Range{5, 35};
        return {1, {}, {point}, {setPoint}};
    }

    void take(const UnitReport& report)
    {
        samples.insert(samples.end(), report.samples.begin(), report.samples.end());
        missing.insert(missing.end(), report.missing.begin(), report.missing.end());
        if (report.availability)
            changes.push_back(*report.availability);
        counters = report.counters;
    }

    void answer(const Bytes& request)
    {
        if (isDead)
            return;
        Bytes frame(request.begin(), request.end() - 2);
        if (request[1] == 6 && !isDeafToWrites)
            held = request[5];
        if (request[1] == 3)
            frame = {1,
                     3,
                     2,
                     static_cast<std::uint8_t>(held >> 8U),
                     static_cast<std::uint8_t>(held & 0xFFU)};
        const std::uint16_t crc = crc16(frame);
        frame.push_back(static_cast<std::uint8_t>(crc & 0xFFU));
        frame.push_back(static_cast<std::uint8_t>((crc >> 8U) ^ (isGarbling ? 0xFFU : 0U)));
        link->arrive(frame, 5ms);
    }

    std::optional<Expected<void>> write(std::uint16_t word)
    {
        std::optional<Expected<void>> result;
        device.write(0, {word}, [&](Expected<void> ended) { result = std::move(ended); });
        scheduler.advance(900ms);
        return result;
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(makes_samples_of_polls, Fixture)
{
    scheduler.advance(3s);

    BOOST_TEST(samples.size() == 3U);
    BOOST_TEST((samples.back().path == setPoint));
    BOOST_TEST((samples.back().value == model::Value(21.0)));
    BOOST_REQUIRE(changes.size() == 1U);
    BOOST_TEST(changes[0].isAvailable);
}

BOOST_FIXTURE_TEST_CASE(makes_no_sample_of_a_sentinel, Fixture)
{
    held = 0x7FFF;

    scheduler.advance(3s);

    BOOST_TEST(samples.empty());
    BOOST_TEST(counters["rejectedValues"] == 3U);
    BOOST_REQUIRE(missing.size() == 3U);
    BOOST_TEST((missing[0].path == setPoint));
    BOOST_TEST(missing[0].why.message == "the device marks the value as not available");
    BOOST_TEST(changes.back().isAvailable);
}

BOOST_FIXTURE_TEST_CASE(loses_patience_once_and_comes_back_once, Fixture)
{
    scheduler.advance(2s);
    const auto before = samples.size();
    isDead = true;

    scheduler.advance(60s);
    const auto whileDead = samples.size();
    isDead = false;
    scheduler.advance(130s);

    BOOST_TEST(whileDead == before);
    std::erase_if(changes, [](const AvailabilityChange& change) { return change.isReworded; });
    BOOST_REQUIRE(changes.size() == 3U);
    BOOST_TEST(!changes[1].isAvailable);
    BOOST_TEST(changes[1].reason.starts_with("3 polls failed, the last: no answer"));
    BOOST_TEST(changes[2].isAvailable);
    BOOST_TEST(samples.size() > before);
}

BOOST_FIXTURE_TEST_CASE(tells_the_newest_reason_why_it_is_gone, Fixture)
{
    scheduler.advance(2s);
    isDead = true;
    scheduler.advance(60s);
    const auto whileDead = changes;
    isDead = false;
    isGarbling = true;
    scheduler.advance(130s);

    BOOST_TEST(!whileDead[1].isReworded);
    BOOST_TEST(whileDead.back().isReworded);
    BOOST_TEST(whileDead.back().reason.find("the last: no answer") != std::string::npos);
    BOOST_TEST(whileDead.size() <= 2 + counters["timeouts"]);
    BOOST_REQUIRE(changes.size() > whileDead.size());
    BOOST_TEST(!changes[whileDead.size()].isReworded);
    BOOST_TEST(changes.back().reason.find("CRC") != std::string::npos, changes.back().reason);
}

BOOST_FIXTURE_TEST_CASE(is_gone_at_once_with_its_line, Fixture)
{
    scheduler.advance(1s);

    link->lose();

    BOOST_REQUIRE(changes.size() == 2U);
    BOOST_TEST(changes[1].reason == "the line is down: pulled");
}

BOOST_FIXTURE_TEST_CASE(tells_why_its_line_is_down_now_and_then_why_it_is_silent, Fixture)
{
    scheduler.advance(1s);
    link->lose();
    link->unreachable = base::Error{base::ErrorKind::Unreachable, "Connection refused"};
    line.open();
    scheduler.advance(1s);
    BOOST_REQUIRE(changes.size() == 3U);
    BOOST_TEST(changes[2].reason == "the line is down: Connection refused");

    isDead = true;
    link->unreachable.reset();
    line.open();
    scheduler.advance(60s);

    BOOST_REQUIRE(changes.size() >= 4U);
    BOOST_TEST(!changes[3].isAvailable);
    BOOST_TEST(!changes[3].isReworded);
    BOOST_TEST(changes[3].reason.starts_with("3 polls failed"), changes[3].reason);
}

BOOST_FIXTURE_TEST_CASE(tells_a_value_that_was_asked_for_once, Fixture)
{
    std::vector<model::Sample> answers;

    device.read(0, [&](const Expected<model::Sample>& sample) { answers.push_back(*sample); });
    scheduler.advance(100ms); // before the first poll

    BOOST_TEST(answers.size() == 1U);
    BOOST_TEST(samples.empty());
    BOOST_TEST(changes.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(confirms_a_write_that_it_read_back, Fixture)
{
    scheduler.advance(1s);

    const auto written = write(22);

    BOOST_REQUIRE(written.has_value());
    BOOST_TEST(written->has_value());
    BOOST_TEST((samples.back().value == model::Value(22.0)));
}

BOOST_FIXTURE_TEST_CASE(confirms_no_write_that_the_device_only_pretends, Fixture)
{
    isDeafToWrites = true;
    scheduler.advance(1s);

    const auto written = write(22);

    BOOST_REQUIRE(written.has_value());
    BOOST_TEST((written->error().kind == ErrorKind::Refused));
    BOOST_TEST((samples.back().value == model::Value(21.0)));
}

BOOST_FIXTURE_TEST_CASE(says_that_silence_after_a_write_means_nothing_certain, Fixture)
{
    scheduler.advance(1s);
    isDead = true;

    const auto written = write(22);
    const auto writes =
        std::ranges::count_if(link->sent, [](const Bytes& frame) { return frame[1] == 6; });

    BOOST_REQUIRE(written.has_value());
    BOOST_TEST((written->error().kind == ErrorKind::Timeout));
    BOOST_TEST(writes == 1);
}

BOOST_FIXTURE_TEST_CASE(learns_which_registers_a_device_does_not_have, UnitFixture)
{
    device.holding = {{0, 10}, {1, 11}, {2, 12}, {5, 15}};
    for (const std::uint16_t address : {0, 1, 2, 3, 5})
        add(address);
    start();

    scheduler.advance(10s);
    const auto learnt = counters["exceptions"];
    scheduler.advance(40s);

    BOOST_TEST(newest(0) == "10");
    BOOST_TEST(newest(2) == "12");
    BOOST_TEST(newest(3).empty());
    BOOST_TEST(newest(4) == "15");
    BOOST_TEST(counters["exceptions"] == learnt);
    BOOST_TEST(changes.back().isAvailable);
}

BOOST_AUTO_TEST_SUITE_END()
