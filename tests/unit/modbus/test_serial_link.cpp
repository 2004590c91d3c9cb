// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include <boost/test/unit_test.hpp>
#include <pty.h>
#include <unistd.h>

#include "agent/base/event_loop.hpp"
#include "agent/base/unique_fd.hpp"
#include "bridges/modbus/serial_link.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(serial_link)

namespace {

api::LineSettings settings()
{
    api::LineSettings line;
    line.serialPort = "/dev/null";
    line.baudRate = 19200;
    return line;
}

api::SerialMode at(std::uint32_t baudRate)
{
    api::SerialMode mode;
    mode.baudRate = baudRate;
    return mode;
}

} // namespace

BOOST_AUTO_TEST_CASE(keeps_the_silence_of_the_slower_between_two_speeds)
{
    base::EventLoop loop;
    const SerialLink link(loop, {}, settings());

    BOOST_TEST((link.silenceBefore({}) == link.silence()));
    BOOST_TEST((link.silenceBefore(at(115200)) == link.silence()));
    BOOST_TEST((link.silenceBefore(at(9600)) == 2 * link.silence()));
}

BOOST_AUTO_TEST_CASE(counts_the_delays_of_rs_485_as_time_on_the_wire)
{
    base::EventLoop loop;
    auto line = settings();
    const SerialLink plain(loop, {}, line);
    line.rs485 = api::LineSettings::Rs485::RtsOnSend;
    line.rs485DelayBefore = 3ms;
    line.rs485DelayAfter = 2ms;
    const SerialLink delayed(loop, {}, line);

    BOOST_TEST((delayed.wireTime(8) - plain.wireTime(8) == 5ms));
}

BOOST_AUTO_TEST_CASE(refuses_a_delay_that_no_driver_takes)
{
    auto line = settings();
    line.rs485DelayAfter = 101ms;

    BOOST_TEST(SerialLink::check(line).error().message == "the delays of RS-485 are 0 to 100 ms");
}

BOOST_AUTO_TEST_CASE(opens_a_pty_again_that_has_taken_everything_but_the_parity)
{
    struct Listener : LinkListener
    {
        explicit Listener(base::EventLoop& itsLoop)
            : loop(itsLoop)
        {}

        void onUp() override { loop.stop(); }

        void onDown(const base::Error& reason) override
        {
            down += reason.message;
            loop.stop();
        }

        void onOctets(base::ByteView /*octets*/) override {}

        base::EventLoop& loop;
        std::string down;
    };

    std::array<int, 2> ends{};
    BOOST_REQUIRE(::openpty(ends.data(), &ends[1], nullptr, nullptr, nullptr) == 0);
    const base::UniqueFd controller(ends[0]);
    const base::UniqueFd port(ends[1]);
    base::EventLoop loop;
    auto line = settings();
    line.serialPort = ::ttyname(port.get());
    line.parity = api::LineSettings::Parity::Odd;
    for (int time = 0; time < 2; ++time) {
        Listener listener(loop);
        SerialLink link(loop, {}, line);
        link.open(listener);
        loop.run();
        BOOST_TEST(listener.down == "");
    }
}

BOOST_AUTO_TEST_SUITE_END()
