// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <set>
#include <string>

#include <boost/test/unit_test.hpp>

#include "bridges/ble/known_devices.hpp"

using namespace causeway;
using bridges::ble::KnownDevices;

BOOST_AUTO_TEST_SUITE(known_devices)

namespace {

/// Place for three, of whom all but those in `attached` are strangers.
struct Place
{
    Place()
    {
        for (const char* name : {"one", "two", "three"})
            take(name);
    }

    KnownDevices::Admission take(const std::string& name)
    {
        return devices.take(name, {name, {}, {}, {}, false});
    }

    std::set<std::string> attached;
    KnownDevices devices{3, [this](const std::string& address) {
                             return attached.contains(address);
                         }};
};

} // namespace

BOOST_AUTO_TEST_CASE(strangers_beyond_the_limit_are_not_remembered)
{
    Place place;

    BOOST_TEST(place.devices.isFull());
    BOOST_TEST(!place.take("four").isAdmitted);
    BOOST_TEST((place.devices.find("four") == nullptr));
    BOOST_TEST(place.take("two").isAdmitted); // which is known
}

BOOST_AUTO_TEST_CASE(an_attached_device_gets_the_place_of_the_stranger_longest_unheard)
{
    Place place;
    place.attached = {"two", "mine"};
    BOOST_TEST((place.devices.hear("one") != nullptr));

    const auto admission = place.take("mine");

    BOOST_TEST(admission.isAdmitted);
    BOOST_TEST((admission.evicted == std::optional<std::string>("three")));
    BOOST_TEST((place.devices.find("mine") != nullptr));
    BOOST_TEST((place.devices.find("two") != nullptr));
    BOOST_TEST((place.devices.find("three") == nullptr));
}

BOOST_AUTO_TEST_CASE(attached_devices_have_a_place_where_there_is_no_stranger_too)
{
    Place place;
    place.attached = {"one", "two", "three", "four"};

    const auto admission = place.take("four");

    BOOST_TEST(admission.isAdmitted);
    BOOST_TEST(!admission.evicted.has_value());
    BOOST_TEST((place.devices.find("one") != nullptr));
}

BOOST_AUTO_TEST_CASE(who_goes_leaves_a_place)
{
    Place place;

    place.devices.erase("two");

    BOOST_TEST(!place.devices.isFull());
    BOOST_TEST(place.take("four").isAdmitted);
}

BOOST_AUTO_TEST_SUITE_END()
