// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>
#include <ostream>
#include <utility>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "bridges/modbus/write_fate.hpp"
#include "tests/unit/modbus/unit_fixture.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;
using base::Bytes;
using base::Expected;

namespace {

constexpr std::uint16_t target = 7;

/// A device that takes writes to one holding register; what is asked of it ends in `ends`.
struct WriteFixture : UnitFixture
{
    WriteFixture()
    {
        add(target).write.emplace();
        device.holding[target] = 0;
    }

    ~WriteFixture() { unit.reset(); } // which tells who still waits

    WriteFixture(const WriteFixture&) = delete;
    WriteFixture& operator=(const WriteFixture&) = delete;

    void begin()
    {
        start();
        scheduler.advance(500ms);
    }

    void ask(std::uint16_t word = 1)
    {
        unit->write(0, {word}, [this](Expected<void> ended) { ends.push_back(std::move(ended)); });
    }

    /// From now on writes are answered so, after a time.
    void answerWrites(Bytes frame)
    {
        link->onSent = [this, frame = std::move(frame)](const Bytes& sent) {
            if (sent[1] == 6 && !frame.empty())
                link->arrive(frame, 5ms);
        };
    }

    void answerWritesByException(std::uint8_t code)
    {
        Bytes frame{1, 0x86, code};
        const std::uint16_t crc = crc16(frame);
        frame.push_back(static_cast<std::uint8_t>(crc & 0xFFU));
        frame.push_back(static_cast<std::uint8_t>(crc >> 8U));
        answerWrites(std::move(frame));
    }

    [[nodiscard]] std::size_t writesSent() const
    {
        return static_cast<std::size_t>(
            std::ranges::count_if(link->sent, [](const Bytes& frame) { return frame[1] == 6; }));
    }

    LineParts otherParts()
    {
        return {std::make_unique<FakeLink>(scheduler),
                std::make_unique<RtuFraming>(600ms),
                100ms,
                true};
    }

    std::vector<Expected<void>> ends;
};

/// One way in which a write ends with an error. The last of `ends` is looked at.
struct Way
{
    const char* name;
    std::function<void(WriteFixture&)> end;
    bool isSent;
};

std::ostream& operator<<(std::ostream& out, const Way& way)
{
    return out << way.name;
}

// A write on the wire, which nobody answers.
void send(WriteFixture& site)
{
    site.begin();
    site.answerWrites({});
    site.ask();
    site.scheduler.advance(20ms);
}

// A write that waits in the line while a poll is under way.
void wait(WriteFixture& site)
{
    site.settings.limits.responseTimeout = 12s;
    site.device.isDead = true;
    site.start();
    site.scheduler.advance(2s);
    site.ask();
    site.scheduler.advance(20ms);
}

const std::vector<Way> ways{
    {"silence",
     [](WriteFixture& site) {
         send(site);
         site.scheduler.advance(1s);
     },
     true},
    {"a wrong answer",
     [](WriteFixture& site) {
         site.begin();
         site.answerWrites({1, 6, 0, target, 0, 1, 0xBA, 0xD0});
         site.ask();
         site.scheduler.advance(1s);
     },
     true},
    {"the line goes while it is under way",
     [](WriteFixture& site) {
         send(site);
         site.link->lose();
     },
     true},
    {"the line is paused while it is under way",
     [](WriteFixture& site) {
         send(site);
         site.line->close("paused by an operator");
     },
     true},
    {"the line's settings change while it is under way",
     [](WriteFixture& site) {
         send(site);
         site.line->change(site.otherParts());
     },
     true},
    {"the device is detached while it is under way",
     [](WriteFixture& site) {
         send(site);
         site.unit.reset();
     },
     true},
    {"the device is detached before it is read back",
     [](WriteFixture& site) {
         site.settings.points[0].write->verifies = true;
         site.settings.points[0].write->settle = 500ms;
         site.begin();
         site.ask();
         site.scheduler.advance(50ms);
         site.unit.reset();
     },
     true},
    {"the device is detached while it works on it",
     [](WriteFixture& site) {
         site.begin();
         site.answerWritesByException(5);
         site.ask();
         site.scheduler.advance(50ms);
         site.unit.reset();
     },
     true},
    {"a gateway hears nothing of the unit",
     [](WriteFixture& site) {
         site.begin();
         site.answerWritesByException(11);
         site.ask();
         site.scheduler.advance(1s);
     },
     true},
    {"a gateway has no way to the unit",
     [](WriteFixture& site) {
         site.begin();
         site.answerWritesByException(10);
         site.ask();
         site.scheduler.advance(1s);
     },
     false},
    {"the line is down",
     [](WriteFixture& site) {
         site.begin();
         site.link->lose();
         site.ask();
         site.scheduler.advance(1s);
     },
     false},
    {"the line goes before its turn",
     [](WriteFixture& site) {
         wait(site);
         site.link->lose();
     },
     false},
    {"the line is paused before its turn",
     [](WriteFixture& site) {
         wait(site);
         site.line->close("paused by an operator");
     },
     false},
    {"the line's settings change before its turn",
     [](WriteFixture& site) {
         wait(site);
         site.line->change(site.otherParts());
     },
     false},
    {"the device is detached before its turn",
     [](WriteFixture& site) {
         wait(site);
         site.unit.reset();
     },
     false},
    {"the device is detached while another write is under way",
     [](WriteFixture& site) {
         send(site);
         site.ask(2);
         site.unit.reset();
         std::swap(site.ends.front(), site.ends.back()); // the last one is told first
     },
     false},
    {"the line is too busy",
     [](WriteFixture& site) {
         wait(site);
         site.scheduler.advance(13s);
     },
     false},
    {"somebody scans the line",
     [](WriteFixture& site) {
         site.begin();
         site.line->reserve("the line is being scanned", [] {});
         site.ask();
         site.scheduler.advance(1s);
     },
     false},
    {"the unit is asked now and then only",
     [](WriteFixture& site) {
         site.begin();
         site.device.isDead = true;
         site.scheduler.advance(8s);
         site.ask();
         site.scheduler.advance(1s);
         site.ask();
         site.scheduler.advance(1s);
     },
     false},
    {"the port cannot speak as the unit does",
     [](WriteFixture& site) {
         site.begin();
         site.link->unspeakable = site.settings.serial;
         site.ask();
         site.scheduler.advance(1s);
     },
     false},
    {"too much waits on the line",
     [](WriteFixture& site) {
         site.begin();
         for (std::uint16_t i = 0; i < 100; ++i)
             site.line->submit({1, FunctionCode::ReadHoldingRegisters, i, 1, {}},
                               Priority::Write,
                               [](const Expected<Answer>&) {});
         site.ask();
         site.scheduler.runPosted();
     },
     false},
    {"too many writes wait",
     [](WriteFixture& site) {
         site.begin();
         for (std::uint16_t i = 0; i < 65; ++i)
             site.ask(i);
     },
     false},
    {"the profile wants a pause",
     [](WriteFixture& site) {
         site.settings.points[0].write->pause = 60s;
         site.begin();
         site.ask();
         site.scheduler.advance(100ms);
         site.ask();
     },
     false},
    {"the device is another one",
     [](WriteFixture& site) {
         site.settings.opening.probes.push_back({.words = {4711}});
         site.begin();
         site.ask();
     },
     false},
};

} // namespace

BOOST_AUTO_TEST_SUITE(write_ends)

BOOST_DATA_TEST_CASE(a_write_that_fails_says_whether_it_may_have_been_done, ways)
{
    WriteFixture site;

    sample.end(site);

    BOOST_REQUIRE(!site.ends.empty());
    BOOST_REQUIRE(!site.ends.back().has_value());
    const base::Error& told = site.ends.back().error();
    const std::string& said = told.message;
    BOOST_TEST((told.effect == (sample.isSent ? base::Effect::Doubtful : base::Effect::None)),
               said);
    BOOST_TEST(said.starts_with("not written: ") == !sample.isSent, said);
    BOOST_TEST(said.ends_with(": whether the write took effect is unknown") == sample.isSent, said);
}

BOOST_AUTO_TEST_CASE(the_fate_of_a_write_is_told_once_and_kept_by_what_is_said_around_it)
{
    const Request write{1, FunctionCode::WriteSingleRegister, 0, 1, {}};
    const base::Error silence{base::ErrorKind::Timeout, "no answer", base::Retry::Later};

    const auto doubtful = ofSent(write, ofSent(write, silence).in("relay 3"));
    const auto unsent = ofUnsent(write, ofUnsent(write, silence).in("relay 3"));

    BOOST_TEST(doubtful.message == "relay 3: no answer: whether the write took effect is unknown");
    BOOST_TEST((doubtful.effect == base::Effect::Doubtful));
    BOOST_TEST(unsent.message == "relay 3: not written: no answer");
    BOOST_TEST((unsent.effect == base::Effect::None));
}

BOOST_FIXTURE_TEST_CASE(a_pulse_that_was_never_sent_has_no_end, WriteFixture)
{
    settings.points[0].write->pulse = 300ms;
    begin();
    link->lose();
    ask();
    scheduler.advance(10ms);

    link->comeBack();
    scheduler.advance(5s);

    BOOST_REQUIRE(ends.size() == 1U);
    BOOST_TEST(writesSent() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
