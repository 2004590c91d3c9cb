// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/unit/lwm2m/firmware_fixture.hpp"
#include "tests/unit/lwm2m/software_fixture.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using base::ErrorKind;
using model::OutcomeCode;
using tests::SoftwareFixture;
using tests::UpdateFixture;

namespace {

constexpr auto ok = OutcomeCode::Changed;
constexpr auto notNow = OutcomeCode::MethodNotAllowed;

} // namespace

BOOST_FIXTURE_TEST_SUITE(firmware_program, UpdateFixture)

// Else a power cut while it runs finds "Downloaded", and it is run again.
BOOST_AUTO_TEST_CASE(updates_when_it_is_on_disk_that_it_does)
{
    reach("downloaded");
    isDiskSlow = true;

    BOOST_TEST((execute() == ok));

    BOOST_TEST(now() == "3 0");
    BOOST_TEST(kept.at("firmware") == "3 0");
    BOOST_TEST(station.running.empty());
    commit({});
    BOOST_TEST(station.running.size() == 1U);
    BOOST_TEST(!isKept);
}

BOOST_AUTO_TEST_CASE(leaves_an_update_alone_that_waits_for_the_disk)
{
    reach("downloaded");
    isDiskSlow = true;
    execute();

    BOOST_TEST((execute() == notNow));
    BOOST_TEST((cancel() == notNow));
    BOOST_TEST((writeUri("") == notNow));
    BOOST_TEST(!update->mayReset());
    begin(kept);

    BOOST_TEST(now() == "2 8");
    BOOST_TEST(station.running.empty());
}

// A gateway whose disk is broken is not to be one whose devices cannot be repaired.
BOOST_AUTO_TEST_CASE(updates_once_when_that_cannot_be_kept)
{
    reach("downloaded");
    isDiskSlow = true;
    execute();

    for (int i = 0; i < 3; ++i)
        commit(base::fail(ErrorKind::StorageFailed, "I/O error"));

    BOOST_TEST(station.running.size() == 1U);
    BOOST_TEST(now() == "3 0");
    BOOST_TEST(!isKept);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(software_program, SoftwareFixture)

// Else a power cut while it runs finds nothing of it, and it is run again.
BOOST_AUTO_TEST_CASE(runs_a_program_when_it_is_on_disk_that_it_does)
{
    reach("delivered");
    isDiskSlow = true;
    BOOST_TEST((install() == ok));
    BOOST_TEST(station.running.empty());
    BOOST_TEST(kept.at("software/logger") == "3 3 0 0");
    BOOST_TEST((install() == notNow));
    commit();
    BOOST_TEST(station.running.size() == 1U);
    end({});
    commit();

    BOOST_TEST((uninstall("") == ok));

    BOOST_TEST(station.running.empty());
    BOOST_TEST(kept.at("software/logger") == "5 2 1 0");
    BOOST_TEST((uninstall("") == notNow));
    commit();
    BOOST_TEST(station.running.size() == 1U);
    BOOST_TEST((station.actions.back() == api::SoftwareAction::Uninstall));
}

BOOST_AUTO_TEST_CASE(says_what_a_power_cut_kept_from_its_program)
{
    reach("delivered");
    isDiskSlow = true;
    install();
    begin(kept);
    BOOST_TEST(now() == "3 58");
    BOOST_TEST(station.running.empty());

    isDiskSlow = false;
    scheduler.advance(0s);
    install();
    end({});
    isDiskSlow = true;
    uninstall("");
    begin(kept);

    BOOST_TEST(now() == "4 59");
    BOOST_TEST(station.running.empty());
}

// The package goes with the software, and not before it is on disk that both do.
BOOST_AUTO_TEST_CASE(keeps_the_package_of_an_upgrade_until_its_program_runs)
{
    reach("upgrading");
    write(0, some(8), true);
    isDiskSlow = true;

    BOOST_TEST((uninstall("0") == ok));

    BOOST_TEST(!station.package.empty());
    commit();
    BOOST_TEST(station.package.empty());
    end({});
    commit();
    BOOST_TEST(now() == "0 0");
}

// As an update of firmware: a broken disk does not keep anybody from repairing a device.
BOOST_AUTO_TEST_CASE(runs_a_program_once_when_that_cannot_be_kept)
{
    reach("delivered");
    isDiskSlow = true;
    const auto break3 = [this] {
        for (int i = 0; i < 3; ++i)
            commit(base::fail(ErrorKind::StorageFailed, "I/O error"));
    };
    install();
    break3();
    BOOST_TEST(station.running.size() == 1U);
    end({});
    break3();
    BOOST_TEST(now() == "4 2");

    uninstall("");
    break3();

    BOOST_TEST(station.running.size() == 1U);
    BOOST_TEST((station.actions.back() == api::SoftwareAction::Uninstall));
}

BOOST_AUTO_TEST_SUITE_END()
