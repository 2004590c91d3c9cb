// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "bridges/ble/passkey.hpp"
#include "tests/unit/ble/peripheral_site.hpp"

using namespace causeway;
using namespace causeway::tests;
using namespace std::chrono_literals;
using base::ErrorKind;

namespace {

const std::string bonding = R"(
title = "T"
manufacturer = "M"
model = "M"
[ble]
connect = true
bond = true
[[resource]]
path = "/3303/0/5700"
service = "181a"
characteristic = "2a6e"
type = "s16"
)";

const base::Error unbonded{ErrorKind::NotAuthorized, "it wants to be bonded first"};

struct BondingSite : PeripheralSite
{
    BondingSite()
    {
        radio.onPasskeyWanted = [this] {
            device->onPasskeyWanted();
        };
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(peripheral_bonding, BondingSite)

BOOST_AUTO_TEST_CASE(who_shall_be_bonded_by_its_profile_is_so_before_anything_else)
{
    start(bonding);
    hear();

    BOOST_TEST(radio.log == (std::vector<std::string>{"connect", "bond", "read temperature"}),
               boost::test_tools::per_element());
    BOOST_TEST(told.back() == "available");
}

BOOST_AUTO_TEST_CASE(who_is_bonded_is_not_bonded_again)
{
    start(bonding);
    hear();
    lose();
    scheduler.advance(2s);

    BOOST_TEST(times("connect") == 2U);
    BOOST_TEST(times("bond") == 1U);
}

BOOST_AUTO_TEST_CASE(who_asks_for_a_bond_gets_one_on_the_same_connection)
{
    radio.refusals["temperature"] = unbonded;
    start();
    hear();

    BOOST_TEST(times("connect") == 1U);
    BOOST_TEST(times("bond") == 1U);
    BOOST_TEST(told == std::vector<std::string>{"available"}, boost::test_tools::per_element());
    BOOST_TEST(newest["/3303/0/5700"] == "25.06");
}

BOOST_AUTO_TEST_CASE(who_does_not_accept_its_bond_any_more_says_what_helps)
{
    start(bonding);
    hear();
    radio.refusals["temperature"] = unbonded;

    scheduler.advance(61s);

    BOOST_TEST(lastHas("does not accept the bond any more"));
    BOOST_TEST(times("bond") == 1U);
}

BOOST_AUTO_TEST_CASE(a_passkey_that_is_known_is_given_at_once)
{
    radio.passkey = 42;
    start(bonding);
    device->setPasskey(42);
    hear();

    BOOST_TEST(times("passkey 42") == 1U);
    BOOST_TEST(told == std::vector<std::string>{"available"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_passkey_that_nobody_knows_is_asked_for_and_may_be_given)
{
    radio.passkey = 123456;
    start(bonding);
    hear();
    BOOST_TEST(lastHas("device set-passkey"));

    device->setPasskey(123456);
    run();

    BOOST_TEST(told.back() == "available");
    BOOST_TEST(times("bond") == 1U);
}

BOOST_AUTO_TEST_CASE(a_passkey_that_comes_too_late_is_used_at_the_next_attempt)
{
    radio.passkey = 123456;
    start(bonding);
    hear();
    radio.endBond(base::Error{ErrorKind::Timeout, "nobody answered"});
    run();
    BOOST_TEST(lastHas("cannot be bonded without its passkey"));

    device->setPasskey(123456);
    run();

    BOOST_TEST(told.back() == "available");
}

BOOST_AUTO_TEST_CASE(a_wrong_passkey_is_told_and_not_given_again)
{
    radio.passkey = 123456;
    start(bonding);
    device->setPasskey(1);
    hear();
    BOOST_TEST(lastHas("its passkey is another one"));

    scheduler.advance(9min);
    BOOST_TEST(times("passkey 1") == 1U);
    device->setPasskey(123456);
    run();

    BOOST_TEST(told.back() == "available");
}

BOOST_AUTO_TEST_CASE(a_passkey_that_comes_while_the_connection_is_closed_is_used_after_that)
{
    radio.passkey = 123456;
    radio.closesLater = true;
    start(bonding);
    device->setPasskey(1);
    hear();
    BOOST_TEST(lastHas("its passkey is another one"));

    device->setPasskey(123456);
    lose();
    run();

    BOOST_TEST(told.back() == "available");
}

BOOST_AUTO_TEST_CASE(who_refuses_to_be_bonded_is_unavailable_and_left_alone)
{
    radio.bondError = base::Error{ErrorKind::Refused, "Authentication Rejected"};
    start(bonding);
    hear();

    BOOST_TEST(lastHas("it cannot be bonded: Authentication Rejected"));
    scheduler.advance(9min);
    BOOST_TEST(times("bond") == 1U);
}

BOOST_AUTO_TEST_CASE(a_bond_that_never_comes_is_given_up_with_its_slot)
{
    bool isGranted = false;
    radio.passkey = 1;
    start(bonding);
    hear();
    slots.ask("hci0", 2, [&] { isGranted = true; });

    scheduler.advance(74s);
    BOOST_TEST(!isGranted);
    scheduler.advance(2s);

    BOOST_TEST(isGranted);
    device.reset(); // before what it tells
}

BOOST_AUTO_TEST_CASE(bluetoothd_dies_while_it_bonds_and_comes_back)
{
    radio.passkey = 7;
    start(bonding);
    hear();
    radio.state.reset();
    device->onChanged();
    device->setPasskey(7); // nobody asks for it any more
    run();

    hear();
    scheduler.advance(2s);

    BOOST_TEST(times("bond") == 2U);
    BOOST_TEST(told.back() == "available");
}

BOOST_AUTO_TEST_CASE(a_passkey_has_six_digits)
{
    using bridges::ble::admitPasskey;
    using bridges::ble::passkeyIn;

    BOOST_TEST((passkeyIn(base::toBytes("000042")) == 42U));
    BOOST_TEST((passkeyIn(base::toBytes("999999")) == 999999U));
    for (const auto* const wrong : {"", "12345", "1234567", "12345a", "-12345"})
        BOOST_TEST(!passkeyIn(base::toBytes(wrong)));
    BOOST_TEST(!admitPasskey(base::toBytes("12345")));
    BOOST_TEST(admitPasskey({}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
