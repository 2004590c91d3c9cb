// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "bridges/modbus/line_scan.hpp"
#include "bridges/modbus/rtu_framing.hpp"
#include "tests/unit/modbus/register_device.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(line_scan)

namespace {

/// Voltage and frequency as floats, the way meters have them.
FitCandidate meter(const std::string& name, std::uint16_t address)
{
    FitCandidate candidate;
    candidate.profile = name;
    for (const model::Id object : {3316, 3318}) {
        Point point;
        point.table = RegisterTable::HoldingRegister;
        point.address = address;
        point.encoding.type = RawType::F32;
        point.encoding.words = 2;
        candidate.points.push_back(point);
        candidate.paths.push_back({object, 0, 5700});
        address += 2;
    }
    return candidate;
}

/// A wire with units 3 and 5, of which 5 speaks at 19200 baud only.
struct ScanFixture
{
    fakes::FakeScheduler scheduler;
    RegisterDevice third{3};
    RegisterDevice fifth{5};
    std::uint32_t baudRate = 9600;
    FakeLink* newest = nullptr;
    std::unique_ptr<Line> line;
    std::unique_ptr<LineScan> scan;
    api::ScanStatus status;
    std::size_t reports = 0;
    bool isFinished = false;
    ScanPlan plan;
    /// Whether the units hear it.
    std::function<bool(const base::Bytes&)> onFrame = [](const base::Bytes&) {
        return true;
    };
    std::function<void(base::Bytes&)> onReply = [](base::Bytes&) {
    };
    base::Duration latency = 5ms;

    ScanFixture()
    {
        third.holding = {{0, 0x4366}, {1, 0x199A}, {2, 0x4248}, {3, 0}}; // 230.1 V, 50 Hz
        fifth.holding = {{100, 0x4366}, {101, 0x199A}, {102, 0x4248}, {103, 0}};
        plan.lastUnit = 6;
        plan.candidates = {meter("at-0", 0), meter("at-100", 100)};
        speak({9600});
        line = std::make_unique<Line>(
            scheduler, LineTuning{}, parts(plan.variants[0]), [](const auto&) {});
        line->open();
        scheduler.advance(1ms);
    }

    void speak(const std::vector<std::uint32_t>& speeds)
    {
        plan.variants.clear();
        for (const std::uint32_t speed : speeds) {
            plan.variants.emplace_back();
            plan.variants.back().baudRate = speed;
            plan.variants.back().responseTimeout = 100ms;
        }
    }

    LineParts parts(const api::LineSettings& settings)
    {
        auto link = std::make_unique<FakeLink>(scheduler);
        auto* wire = link.get();
        newest = wire;
        wire->gap = 20ms;
        const bool isFast = settings.baudRate == 19200;
        wire->onSent = [this, wire, isFast](const base::Bytes& frame) {
            if (!onFrame(frame))
                return;
            auto reply = isFast ? fifth.answer(frame) : third.answer(frame);
            onReply(reply);
            if (!reply.empty())
                wire->arrive(reply, latency);
        };
        return {std::move(link), std::make_unique<RtuFraming>(600ms), 100ms, true};
    }

    void start()
    {
        scan = std::make_unique<LineScan>(
            scheduler,
            *line,
            plan,
            [this](const api::LineSettings& settings) { return parts(settings); },
            [this](const api::ScanStatus& news) {
                status = news;
                ++reports;
            });
        scan->start([this] { isFinished = true; });
        scheduler.advance(10s);
    }
};

struct Listener : LineUser
{
    std::vector<std::string> heard;

    void onLineUp() override { heard.emplace_back("up"); }

    void onLineDown(const std::string& reason) override { heard.push_back(reason); }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(finds_the_units_that_answer_and_the_profile_that_fits, ScanFixture)
{
    start();

    BOOST_TEST(isFinished);
    BOOST_TEST(status.done == 6U);
    BOOST_REQUIRE(status.found.size() == 1U);
    BOOST_TEST(status.found[0].unitId == 3);
    BOOST_TEST(status.found[0].profiles == std::vector<std::string>{"at-0"},
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(tries_every_speed, ScanFixture)
{
    speak({9600, 19200});

    start();

    BOOST_TEST(status.total == 12U);
    BOOST_REQUIRE(status.found.size() == 2U);
    BOOST_TEST(status.found[1].unitId == 5);
    BOOST_TEST(status.found[1].line.baudRate == 19200U);
    BOOST_TEST(status.found[1].profiles == std::vector<std::string>{"at-100"},
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(fits_no_profile_whose_quantities_cannot_be, ScanFixture)
{
    third.holding[2] = 0x4500; // 2048 Hz

    start();

    BOOST_REQUIRE(status.found.size() == 1U);
    BOOST_TEST(status.found[0].profiles.empty());
}

// What the transformers' ratio makes of it is not known before the ratio is.
BOOST_FIXTURE_TEST_CASE(fits_a_meter_whose_values_are_believed_when_they_are_multiplied,
                        ScanFixture)
{
    Part ratio;
    ratio.table = RegisterTable::HoldingRegister;
    ratio.address = 400;
    Point& voltage = plan.candidates[0].points[0];
    voltage.times = {ratio};
    voltage.encoding.valid = model::Range{1000, 50'000};

    start();

    BOOST_REQUIRE(status.found.size() == 1U);
    BOOST_TEST(status.found[0].profiles == std::vector<std::string>{"at-0"},
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(fits_no_profile_to_registers_that_are_all_zero, ScanFixture)
{
    third.holding = {{0, 0}, {1, 0}, {2, 0}, {3, 0}};

    start();

    BOOST_REQUIRE(status.found.size() == 1U);
    BOOST_TEST(status.found[0].profiles.empty());
}

BOOST_FIXTURE_TEST_CASE(fits_a_board_whose_relays_are_all_off, ScanFixture)
{
    third.coils = {{0, 0}};
    FitCandidate relay;
    relay.profile = "relay";
    relay.points.emplace_back().table = RegisterTable::Coil;
    relay.points.back().encoding.type = RawType::Bit;
    relay.paths = {{3306, 0, 5850}};
    plan.candidates = {relay};

    start();

    BOOST_REQUIRE(status.found.size() == 1U);
    BOOST_TEST(status.found[0].profiles == std::vector<std::string>{"relay"},
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(puts_the_profile_first_whose_probe_holds, ScanFixture)
{
    third.holding[9] = 0x0070;
    plan.candidates.push_back(meter("probed", 0));
    plan.candidates.back().opening.probes = {{RegisterTable::HoldingRegister, 9, {0x0070}, 0xFFFF}};
    plan.candidates.push_back(meter("other", 0));
    plan.candidates.back().opening.probes = {{RegisterTable::HoldingRegister, 9, {0x0071}, 0xFFFF}};

    start();

    BOOST_REQUIRE(status.found.size() == 1U);
    BOOST_TEST(status.found[0].profiles == (std::vector<std::string>{"probed", "at-0"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_silent_unit_costs_its_time_and_a_short_second_question, ScanFixture)
{
    plan.lastUnit = 247;

    start();
    BOOST_TEST(!isFinished);
    scheduler.advance(28s);

    BOOST_TEST(isFinished); // 246 of 100 + 50 ms, and the quiet before the first
    BOOST_TEST(status.done == 247U);
    BOOST_TEST(status.found.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(finds_a_unit_that_misses_what_follows_a_question_to_another, ScanFixture)
{
    bool isForAnother = false; // libmodbus 3.1.6, _modbus_rtu_receive()
    onFrame = [&](const base::Bytes& frame) {
        const bool isMissed = std::exchange(isForAnother, !isForAnother && frame[0] != 3);
        return !isMissed;
    };

    start();

    BOOST_REQUIRE(status.found.size() == 1U);
    BOOST_TEST(status.found[0].unitId == 3);
}

BOOST_FIXTURE_TEST_CASE(who_answers_damaged_has_the_whole_time_for_the_second_question, ScanFixture)
{
    latency = 80ms; // of 100
    onReply = [isFirst = true](base::Bytes& reply) mutable {
        if (!reply.empty() && std::exchange(isFirst, false))
            reply.back() ^= 1U;
    };

    start();

    BOOST_REQUIRE(status.found.size() == 1U);
    BOOST_TEST(status.found[0].unitId == 3);
}

BOOST_FIXTURE_TEST_CASE(writes_nothing_and_gives_the_line_back, ScanFixture)
{
    Listener device;
    line->join(3, device);

    start();
    scan.reset();

    BOOST_TEST(third.writes.empty());
    BOOST_REQUIRE(device.heard.size() >= 3U);
    BOOST_TEST(device.heard[1] == "the line is being scanned");
    BOOST_TEST(device.heard.back() == "up");
}

BOOST_FIXTURE_TEST_CASE(ends_without_a_trace_in_the_middle, ScanFixture)
{
    plan.lastUnit = 247;
    start();

    scan.reset();
    const auto before = reports;
    scheduler.advance(60s);

    BOOST_TEST(!isFinished);
    BOOST_TEST(reports == before);
}

BOOST_FIXTURE_TEST_CASE(serves_nobody_else_while_it_is_closed, ScanFixture)
{
    line->close("paused by an operator");
    std::optional<base::Error> error;

    line->submit({3, FunctionCode::ReadHoldingRegisters, 0, 1, {}},
                 Priority::Service,
                 [&](const base::Expected<Answer>& result) { error = result.error(); });
    scheduler.advance(1s);

    BOOST_REQUIRE(error.has_value());
    BOOST_TEST((error->kind == base::ErrorKind::Unreachable));
}

BOOST_FIXTURE_TEST_CASE(ends_on_a_line_that_is_never_quiet, ScanFixture)
{
    speak({9600, 19200});
    plan.lastUnit = 247;
    onFrame = [](const base::Bytes&) {
        return false;
    };
    start();
    const bool wasFinished = isFinished;

    for (int i = 0; i < 3000 && !isFinished; ++i) {
        newest->arrive({0x55});
        scheduler.advance(10ms);
    }

    BOOST_TEST(!wasFinished);
    BOOST_TEST(isFinished);
    BOOST_TEST(status.done == 2 * 247U);
}

BOOST_FIXTURE_TEST_CASE(a_technician_whose_line_is_never_quiet_writes_nothing_later, ScanFixture)
{
    third.holding[7] = 0;
    std::optional<base::Error> error;
    newest->arrive({0x55});
    scheduler.advance(1ms);
    line->submit({3, FunctionCode::WriteSingleRegister, 7, 1, {1}},
                 Priority::Service,
                 [&](const base::Expected<Answer>& result) { error = result.error(); });

    for (int i = 0; i < 1200; ++i) {
        newest->arrive({0x55});
        scheduler.advance(10ms);
    }
    const bool wasTold = error.has_value();
    scheduler.advance(60s);

    BOOST_REQUIRE(wasTold);
    BOOST_TEST(error->message == "not written: the line was too busy");
    BOOST_TEST(third.writes.empty());
}

BOOST_AUTO_TEST_SUITE_END()
