// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>

#include <boost/test/unit_test.hpp>

#include "agent/base/bus_compat.hpp"
#include "bridges/ble/bluez_peripherals.hpp"
#include "tests/dbus/radio_fixture.hpp"

using namespace causeway;
using namespace causeway::bridges::ble;
using namespace causeway::tests;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(bonds, RadioFixture)

BOOST_AUTO_TEST_CASE(a_bond_that_bluetoothd_was_not_there_to_remove_goes_when_it_is_back)
{
    bluez->peripheral(thermometer).isBonded = true;
    endBluez();

    side->removeBond(thermometer);
    side->removePeripheral(1);
    startBluez();
    while (isBonded())
        loop.runOnce(10ms);

    BOOST_TEST(!bluez->adapter()->isDiscovering()); // nobody is to be heard
}

BOOST_AUTO_TEST_CASE(who_is_attached_again_before_its_bond_is_removed_gets_another_one)
{
    bluez->peripheral(thermometer).wantsBond = true;
    bluez->peripheral(thermometer).isBonded = true;
    endBluez();

    side->removeBond(thermometer);
    side->removePeripheral(1);
    startBluez();
    attach();

    BOOST_TEST(bluez->peripheral(thermometer).bondsMade == 1);
}

BOOST_AUTO_TEST_CASE(who_was_never_ours_may_lose_its_bond)
{
    side->removePeripheral(1);
    endBluez();
    peripheral.isBonded = true;
    startBluez();

    side->removeBond(thermometer);
    while (isBonded())
        loop.runOnce(10ms);

    BOOST_TEST(!isBonded());
}

/// Its signals come before it: whoever is asked to bond meanwhile is not bonded by it.
BOOST_AUTO_TEST_CASE(a_late_answer_to_connect_answers_no_bond)
{
    side->removePeripheral(1);
    endBluez();
    peripheral.wantsBond = true;
    peripheral.passkey = 123'456;
    peripheral.connectsLate = true;
    startBluez();

    start(thermometerProfile("bond = true"));
    while (!isMissingFor("wants its passkey"))
        advertise();
    side->setKey(1, base::Secret(base::asBytes("111111")));
    while (!isAvailable && !isMissingFor("bond"))
        advertise();

    BOOST_TEST_CONTEXT(reason)
    BOOST_TEST(isMissingFor("its passkey is another one"));
    BOOST_TEST(bluez->peripheral(thermometer).bondsAsked == 1);
}

/// Whom bluetoothd forgets it disconnects first, which takes it two seconds, and meanwhile it
/// answers by success whatever is asked.
BOOST_AUTO_TEST_CASE(who_is_attached_again_at_once_is_no_more_the_one_that_is_forgotten)
{
    side->removePeripheral(1);
    bluez->dropConnection(thermometer);
    bluez->peripheral(thermometer).wantsBond = true;
    attach();
    BOOST_REQUIRE(bluez->peripheral(thermometer).bondsMade == 1);

    side->removeBond(thermometer);
    side->removePeripheral(1);
    attach();

    BOOST_TEST(bluez->peripheral(thermometer).bondsMade == 2);
    BOOST_TEST(isBonded());
}

/// bluetoothd bonds by itself whom we read and who wants it.
BOOST_AUTO_TEST_CASE(a_bond_that_comes_after_a_new_connection_is_not_the_one_to_remove)
{
    const std::string adapter = "/org/bluez/hci7";
    const std::string address = "00:00:00:00:00:07";
    const auto connection = causeway::bus::connect(bus.address());
    BluezPeripherals peripherals(loop, *side);
    peripherals.setConnection(connection.get());
    peripherals.removeBond(address); // bluetoothd has not said yet whom it knows
    peripherals.takeDevice(adapter + "/dev_1", address, {{"Paired", sdbus::Variant(false)}});
    peripherals.connect(address, adapter, [](const base::Expected<void>&) {});

    peripherals.takeDevice(adapter + "/dev_1", address, {{"Paired", sdbus::Variant(true)}});

    BOOST_REQUIRE(peripherals.peripheral(address));
    BOOST_TEST(peripherals.peripheral(address)->isBonded);
}

BOOST_AUTO_TEST_CASE(a_removal_that_bluetoothd_did_not_live_to_end_is_asked_for_again)
{
    const std::string device = "/org/bluez/hci7/dev_1";
    const std::string address = "00:00:00:00:00:07";
    const Properties bonded{{"Paired", sdbus::Variant(true)}};
    const auto connection = causeway::bus::connect(bus.address());
    BluezPeripherals peripherals(loop, *side);
    peripherals.setConnection(connection.get());
    peripherals.setComplete();
    peripherals.takeDevice(device, address, bonded);

    peripherals.removeBond(address);
    BOOST_TEST(peripherals.hasBondsToRemove());
    peripherals.forgetAll();
    BOOST_TEST(peripherals.hasBondsToRemove());
    peripherals.takeDevice(device, address, bonded);
    BOOST_TEST(!peripherals.peripheral(address));
    peripherals.setComplete();
    BOOST_TEST(peripherals.hasBondsToRemove());
    peripherals.forgetDevice(device);
    BOOST_TEST(!peripherals.hasBondsToRemove());
}

BOOST_AUTO_TEST_CASE(who_cannot_be_forgotten_is_used_as_before)
{
    side->removePeripheral(1);
    endBluez();
    peripheral.isBonded = true;
    startBluez();
    attach();
    bluez->keepBonds();

    side->removeBond(thermometer);
    side->removePeripheral(1);
    attach();

    BOOST_TEST(isBonded());
}

BOOST_AUTO_TEST_SUITE_END()
