// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/bridged_object.hpp"
#include "tests/fakes/fake_bridge.hpp"
#include "tests/fakes/fake_scheduler.hpp"

using namespace causeway;
using namespace std::chrono_literals;

namespace {

constexpr model::Path power{3305, 0, 5800};
constexpr model::Path energy{3305, 0, 5805};
constexpr model::Path serial{3305, 0, 5750};

api::MappedResource polled(const model::Path& path, bool isPolled)
{
    api::MappedResource mapped;
    mapped.path = path;
    mapped.operations.read = true;
    mapped.isPolled = isPolled;
    return mapped;
}

/// A meter whose power is mandatory and whose energy is not; it is asked once for its number.
struct MeterFixture : agent::FieldListener
{
    MeterFixture()
        : mapping{polled(power, true), polled(energy, true), polled(serial, false)}
        , field(mapping, scheduler, *this)
    {
        auto owned = std::make_unique<fakes::FakeBridge>(scheduler, mapping);
        bridge = owned.get();
        bridge->values = {{power, 1.0}, {energy, 2.0}, {serial, std::string("7")}};
        field.setBridge(std::move(owned), {});
    }

    void onSamples(const std::vector<model::Sample>&) override {}

    void onMissing(const std::vector<model::Path>&) override {}

    void onFieldChanged() override {}

    /// Seconds since the test began.
    std::int64_t timestamp() const
    {
        const auto read = object.read({3305, 0, 5518});
        return std::get<model::Time>(read->value).seconds - 1767225600;
    }

    std::int64_t quality() const
    {
        return std::get<std::int64_t>(object.read({3305, 0, 6042})->value);
    }

    void cannotRead(const model::Path& path) const
    {
        bridge->missing->onMissing(
            {{path, {base::ErrorKind::Timeout, "no answer", base::Retry::Later}, true}});
    }

    fakes::FakeScheduler scheduler;
    std::vector<api::MappedResource> mapping;
    fakes::FakeBridge* bridge = nullptr;
    agent::FieldSide field;
    model::Definitions definitions = model::builtInDefinitions();
    agent::BridgedObject object{*definitions.find(3305), field, true};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(stale_values, MeterFixture)

BOOST_AUTO_TEST_CASE(make_the_instance_as_old_as_the_oldest_of_them)
{
    bridge->tell(energy);
    scheduler.advance(7s);

    bridge->tell(power);

    BOOST_TEST(timestamp() == 0);
    bridge->tell(energy);
    BOOST_TEST(timestamp() == 7);
}

BOOST_AUTO_TEST_CASE(are_not_those_that_are_asked_for_only_once)
{
    bridge->tell(serial);
    BOOST_TEST(timestamp() == 0);
    scheduler.advance(7s);

    bridge->tell(power);

    BOOST_TEST(timestamp() == 7);
}

BOOST_AUTO_TEST_CASE(are_not_those_that_the_device_itself_has_no_more)
{
    bridge->tell(energy);
    scheduler.advance(7s);
    bridge->tell(power);

    bridge->tellMissing(energy, "not available");

    BOOST_TEST(timestamp() == 7);
    BOOST_TEST(quality() == 4);
}

BOOST_AUTO_TEST_CASE(that_cannot_be_read_are_never_good)
{
    bridge->tell(energy);
    scheduler.advance(7s);
    bridge->tell(power);
    BOOST_TEST(quality() == 4);

    cannotRead(energy);

    BOOST_TEST(quality() == 2);
    BOOST_TEST(timestamp() == 0);
    BOOST_TEST(!object.read(energy).has_value());
    bridge->tell(energy);
    BOOST_TEST(quality() == 4);
}

BOOST_AUTO_TEST_CASE(of_a_mandatory_resource_are_rejected)
{
    bridge->tell(power);
    bridge->tell(energy);

    cannotRead(power);

    BOOST_TEST(quality() == 1);
}

BOOST_AUTO_TEST_CASE(are_not_those_that_the_device_never_had)
{
    bridge->tell(power);

    cannotRead(energy);

    BOOST_TEST(quality() == 4);
}

BOOST_AUTO_TEST_SUITE_END()
