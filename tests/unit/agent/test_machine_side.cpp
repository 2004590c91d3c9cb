// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>

#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/objects/device_object.hpp"
#include "agent/machine_side.hpp"
#include "tests/fakes/fake_scheduler.hpp"
#include "tests/fakes/temporary_directory.hpp"

using namespace causeway;
using model::OutcomeCode;

namespace {

/// Object 3 of a gateway whose servers may reboot it.
struct MachineFixture
{
    MachineFixture()
    {
        agent::MachineServices services;
        services.reboot = [this](auto done) {
            ++reboots;
            done({});
        };
        services.whyNotNow = [this] {
            return whyNotNow;
        };
        machine.emplace(agent::MachinePlace{root.path(),
                                            root.path(),
                                            "derived",
                                            [] {
                                                return std::vector<host::InterfaceAddress>();
                                            }},
                        scheduler,
                        std::chrono::seconds(10),
                        std::move(services));
        device.emplace(*definitions.find(3), machine->identity(), scheduler, [] {});
        machine->dress(*device);
    }

    model::Outcome reboot()
    {
        model::Outcome told;
        device->execute({3, 0, 4}, {}, [&](const model::Outcome& outcome) { told = outcome; });
        return told;
    }

    fakes::TemporaryDirectory root;
    fakes::FakeScheduler scheduler;
    model::Definitions definitions = model::builtInDefinitions();
    int reboots = 0;
    std::string whyNotNow;
    std::optional<agent::MachineSide> machine;
    std::optional<lwm2m::DeviceObject> device;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(machine_side, MachineFixture)

BOOST_AUTO_TEST_CASE(is_not_rebooted_while_something_is_installed)
{
    whyNotNow = "something is being installed for meter-7: ask again later";

    const auto refused = reboot();

    BOOST_TEST((refused.code == OutcomeCode::MethodNotAllowed));
    BOOST_TEST(refused.diagnostic == whyNotNow);
    BOOST_TEST(reboots == 0);

    whyNotNow.clear();
    BOOST_TEST(reboot().isSuccess());
    BOOST_TEST(reboots == 1);
}

BOOST_AUTO_TEST_SUITE_END()
