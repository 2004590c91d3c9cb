// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include <boost/test/unit_test.hpp>

#include "bridges/ble/connection_slots.hpp"

using causeway::bridges::ble::ConnectionSlots;

BOOST_AUTO_TEST_SUITE(connection_slots)

namespace {

struct Asked
{
    void ask(const char* adapter, std::uint64_t who)
    {
        slots.ask(adapter, who, [this, who] { granted.push_back(who); });
    }

    ConnectionSlots slots{2};
    std::vector<std::uint64_t> granted;
};

} // namespace

BOOST_AUTO_TEST_CASE(are_given_in_the_order_of_asking_and_no_more_than_there_are)
{
    Asked asked;

    for (const std::uint64_t who : {1, 2, 3, 4})
        asked.ask("hci0", who);
    BOOST_TEST(asked.granted == (std::vector<std::uint64_t>{1, 2}));
    BOOST_TEST(asked.slots.isWanted("hci0"));

    asked.slots.release(1);
    asked.slots.release(2);
    BOOST_TEST(asked.granted == (std::vector<std::uint64_t>{1, 2, 3, 4}));
    BOOST_TEST(!asked.slots.isWanted("hci0"));
}

BOOST_AUTO_TEST_CASE(of_another_adapter_are_other_ones)
{
    Asked asked;
    asked.ask("hci0", 1);
    asked.ask("hci0", 2);

    asked.ask("hci1", 3);

    BOOST_TEST(asked.granted.size() == 3U);
}

BOOST_AUTO_TEST_CASE(who_gives_up_waiting_gets_none)
{
    Asked asked;
    for (const std::uint64_t who : {1, 2, 3, 4})
        asked.ask("hci0", who);

    asked.slots.release(3);
    asked.slots.release(1);

    BOOST_TEST(asked.granted == (std::vector<std::uint64_t>{1, 2, 4}));
}

BOOST_AUTO_TEST_CASE(who_has_none_gives_none_back)
{
    Asked asked;
    asked.ask("hci0", 1);
    asked.ask("hci0", 2);
    asked.ask("hci0", 3);

    asked.slots.release(9);

    BOOST_TEST(asked.granted.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
