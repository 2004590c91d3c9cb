// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <sys/socket.h>

#include "bridges/ble/notification_pace.hpp"
#include "bridges/ble/notification_socket.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using base::Bytes;

namespace {

/// bluetoothd's end of a socket, and what came out of the other one.
struct Fixture
{
    Fixture()
    {
        std::array<int, 2> ends{};
        BOOST_REQUIRE(
            ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) ==
            0);
        theirs.reset(ends[0]);
        socket = std::make_unique<bridges::ble::NotificationSocket>(
            loop,
            base::UniqueFd(ends[1]),
            bridges::ble::NotificationSocket::Listener{
                // The name is too long to be kept in the text itself.
                [this, name = nameOfTaker](base::ByteView octets) {
                    taken.emplace_back(octets.begin(), octets.end());
                    if (endsWhenTold)
                        socket.reset();
                    takers.push_back(name);
                },
                [this] {
                    ++ends_;
                    socket.reset();
                }});
    }

    [[nodiscard]] bool send(const Bytes& octets) const
    {
        return ::send(theirs.get(), octets.data(), octets.size(), MSG_NOSIGNAL) >= 0;
    }

    void run()
    {
        for (int round = 0; round < 5; ++round)
            loop.runOnce(0ms);
    }

    const std::string nameOfTaker = "/org/bluez/hci0/dev_A4_C1_38_00_00_01/service0010/char0011";
    base::EventLoop loop;
    base::UniqueFd theirs;
    std::vector<Bytes> taken;
    std::vector<std::string> takers;
    bool endsWhenTold = false;
    int ends_ = 0;
    std::unique_ptr<bridges::ble::NotificationSocket> socket;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(notification_socket, Fixture)

BOOST_AUTO_TEST_CASE(each_datagram_is_a_value_also_an_empty_one)
{
    BOOST_REQUIRE(send({1, 2}));
    BOOST_REQUIRE(send({}));
    BOOST_REQUIRE(send({3}));
    run();

    BOOST_TEST((taken == std::vector<Bytes>{{1, 2}, {}, {3}}));
    BOOST_TEST(ends_ == 0);
}

BOOST_AUTO_TEST_CASE(the_longest_value_is_whole)
{
    const Bytes longest(512, 0x5A);

    BOOST_REQUIRE(send(longest));
    BOOST_REQUIRE(send(Bytes(4000, 0x5A)));
    run();

    BOOST_REQUIRE(taken.size() == 2U);
    BOOST_TEST((taken[0] == longest));
    BOOST_TEST(taken[1].size() > 512U); // no value of any profile
}

BOOST_AUTO_TEST_CASE(what_was_told_before_the_end_is_taken_and_the_end_is_told_once)
{
    BOOST_REQUIRE(send({1}));
    BOOST_REQUIRE(send({2}));
    theirs.reset();
    run();

    BOOST_TEST((taken == std::vector<Bytes>{{1}, {2}}));
    BOOST_TEST(ends_ == 1);
}

BOOST_AUTO_TEST_CASE(who_tells_without_end_keeps_nobody_waiting)
{
    while (send({1}))
        continue;

    loop.runOnce(0ms);

    BOOST_TEST(taken.size() == 1U);
}

BOOST_AUTO_TEST_CASE(who_is_told_may_let_it_go)
{
    endsWhenTold = true;
    BOOST_REQUIRE(send({1}));
    BOOST_REQUIRE(send({2}));
    run();

    BOOST_TEST((taken == std::vector<Bytes>{{1}}));
    BOOST_TEST(takers == std::vector{nameOfTaker}, boost::test_tools::per_element());
    BOOST_TEST(ends_ == 0);
}

BOOST_AUTO_TEST_CASE(bluetoothd_learns_that_nobody_listens_any_more)
{
    socket.reset();

    BOOST_TEST(!send({1}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(notification_pace)

BOOST_AUTO_TEST_CASE(ten_values_a_second_are_many_nine_are_not)
{
    bridges::ble::NotificationPace slow;
    bridges::ble::NotificationPace fast;
    base::TimePoint now{};
    int timesSlow = 0;
    int timesFast = 0;

    for (int i = 0; i < 100; ++i)
        timesSlow += slow.count(now += 111ms) ? 1 : 0;
    for (int i = 0; i < 100; ++i)
        timesFast += fast.count(now += 100ms) ? 1 : 0;

    BOOST_TEST(timesSlow == 0);
    BOOST_TEST(timesFast == 2);
}

BOOST_AUTO_TEST_SUITE_END()
