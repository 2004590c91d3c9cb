// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

#include "agent/base/machine_id.hpp"
#include "agent/host/machine.hpp"
#include "agent/host/small_file.hpp"
#include "tests/fakes/temporary_directory.hpp"

using namespace causeway;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(machine)

BOOST_AUTO_TEST_CASE(is_told_by_dmi)
{
    const fakes::TemporaryDirectory root;
    root.write("sys/class/dmi/id/sys_vendor", "Acme Ltd.\n");
    root.write("sys/class/dmi/id/product_name", "  Edge 7 \n");
    root.write("sys/class/dmi/id/product_serial", "AX-0017\n");
    root.write("sys/class/dmi/id/product_version", "rev C\n");

    const auto machine = host::readMachine(root.path());

    BOOST_TEST(machine.manufacturer == "Acme Ltd.");
    BOOST_TEST(machine.model == "Edge 7");
    BOOST_TEST(machine.serialNumber == "AX-0017");
    BOOST_TEST(machine.hardwareVersion == "rev C");
}

BOOST_AUTO_TEST_CASE(is_told_by_the_device_tree_before_dmi)
{
    const fakes::TemporaryDirectory root;
    const std::filesystem::path tree = "sys/firmware/devicetree/base";
    root.write(tree / "model", std::string("Raspberry Pi 4 Model B Rev 1.4\0", 31));
    root.write(tree / "serial-number", std::string("100000003d1c5f2a\0", 17));
    root.write(tree / "compatible", std::string("raspberrypi,4-model-b\0brcm,bcm2711\0", 36));
    root.write("sys/class/dmi/id/product_name", "something else\n");

    const auto machine = host::readMachine(root.path());

    BOOST_TEST(machine.manufacturer == "raspberrypi");
    BOOST_TEST(machine.model == "Raspberry Pi 4 Model B Rev 1.4");
    BOOST_TEST(machine.serialNumber == "100000003d1c5f2a");
}

BOOST_AUTO_TEST_CASE(has_no_name_that_its_maker_has_not_filled_in)
{
    const fakes::TemporaryDirectory root;
    root.write("sys/class/dmi/id/sys_vendor", "To Be Filled By O.E.M.\n");
    root.write("sys/class/dmi/id/board_vendor", "Board Inc\n");
    root.write("sys/class/dmi/id/product_name", "Default string\n");
    root.write("sys/class/dmi/id/product_serial", "0000000\n");

    const auto machine = host::readMachine(root.path());

    BOOST_TEST(machine.manufacturer == "Board Inc");
    BOOST_TEST(machine.model.empty());
    BOOST_TEST(machine.serialNumber.empty());
}

BOOST_AUTO_TEST_CASE(runs_a_distribution_or_an_image)
{
    const fakes::TemporaryDirectory root;
    root.write("etc/os-release", "NAME=Debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
    BOOST_TEST(host::readMachine(root.path()).system == "Debian GNU/Linux 12 (bookworm)");

    root.write("etc/os-release", "PRETTY_NAME=Edge\nIMAGE_ID=acme-edge\nIMAGE_VERSION='2026.3'\n");
    BOOST_TEST(host::readMachine(root.path()).system == "acme-edge 2026.3");

    root.write("etc/os-release", "IMAGE_VERSION=7");
    BOOST_TEST(host::readMachine(root.path()).system == "7");
}

BOOST_AUTO_TEST_CASE(tells_nothing_where_nothing_is_to_be_read)
{
    const fakes::TemporaryDirectory root;
    root.write("sys/class/dmi/id/sys_vendor", "\x1b[31mred\n");
    root.write("sys/class/dmi/id/product_name", "\xff\xfe\n");
    root.write("sys/class/dmi/id/product_serial", std::string(4000, 'x'));
    std::filesystem::create_directories(root.path() / "etc/os-release");
    BOOST_REQUIRE(::mkfifo((root.path() / "etc/hostname").c_str(), 0600) == 0);

    const auto machine = host::readMachine(root.path());

    for (const auto& text : {machine.manufacturer,
                             machine.model,
                             machine.serialNumber,
                             machine.system,
                             machine.hostName})
        BOOST_TEST(text == "");
}

BOOST_AUTO_TEST_CASE(is_in_the_zone_that_its_local_time_names)
{
    const fakes::TemporaryDirectory root;
    BOOST_TEST(host::readTimezone(root.path()) == "Etc/UTC");

    root.write("etc/timezone", "Asia/Kolkata\n");
    BOOST_TEST(host::readTimezone(root.path()) == "Asia/Kolkata");

    std::filesystem::create_symlink("../usr/share/zoneinfo/Europe/Berlin",
                                    root.path() / "etc/localtime");
    BOOST_TEST(host::readTimezone(root.path()) == "Europe/Berlin");
}

BOOST_AUTO_TEST_CASE(writes_its_distance_from_utc_as_iso_8601_does)
{
    BOOST_TEST(host::utcOffsetText(0s) == "+00:00");
    BOOST_TEST(host::utcOffsetText(19800s) == "+05:30");
    BOOST_TEST(host::utcOffsetText(-12600s) == "-03:30");
    BOOST_TEST(host::utcOffsetText(50400s) == "+14:00");
}

BOOST_AUTO_TEST_CASE(knows_how_much_room_a_file_system_has)
{
    const fakes::TemporaryDirectory root;

    const auto storage = host::readStorage(root.path());

    BOOST_REQUIRE(storage);
    BOOST_TEST(storage->total > 0U);
    BOOST_TEST(storage->free <= storage->total);
    BOOST_TEST(!host::readStorage(root.path() / "none"));
}

BOOST_AUTO_TEST_CASE(has_a_number_that_is_not_its_machine_id)
{
    const auto id = host::readLine("/etc/machine-id");
    const auto serial = base::machineSerial();

    BOOST_TEST(serial == base::machineSerial());
    BOOST_TEST((id.empty() || serial.empty() || serial != id));
    BOOST_TEST((serial.empty() || serial.size() == 32));
}

BOOST_AUTO_TEST_SUITE_END()
