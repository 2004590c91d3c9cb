// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include "agent/attached_device.hpp"
#include "agent/base/log.hpp"
#include "agent/base/message_ids.hpp"
#include "agent/device_register.hpp"
#include "agent/event_journal.hpp"
#include "agent/lwm2m/codec/codec.hpp"
#include "agent/machine_side.hpp"
#include "tests/fakes/fake_scheduler.hpp"
#include "tests/fakes/fake_transport.hpp"
#include "tests/fakes/temporary_directory.hpp"
#include "tests/unit/agent/gateway_fixture.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using model::OutcomeCode;
using model::Path;
using tests::GatewayFixture;

namespace {

/// A gateway on a wire that is a client of its own, registered at the account "main".
struct OwnClientFixture : agent::DeviceListener
{
    OwnClientFixture()
    {
        root.write("sys/class/dmi/id/sys_vendor", "Acme\n");
        root.write("sys/class/dmi/id/product_name", "Edge 7\n");
        root.write("etc/os-release", "IMAGE_ID=edge\nIMAGE_VERSION=1\n");
        root.write("etc/timezone", "Asia/Kolkata\n");
        for (const std::string name : {"eth0", "wlan0"}) {
            root.write("sys/class/net/" + name + "/operstate", "up\n");
            root.write("sys/class/net/" + name + "/type", "1\n");
            root.write("sys/class/net/" + name + "/uevent",
                       name == "wlan0" ? "DEVTYPE=wlan\n" : "");
        }
        route("eth0", "010AA8C0");
    }

    void route(const std::string& interface, const std::string& router) const
    {
        root.write("proc/self/net/route",
                   interface + " 00000000 " + router + " 0003 0 0 100 00000000\n");
    }

    void attach(const std::string& localAddress = {})
    {
        agent::DevicePlan plan;
        plan.settings.name = "gateway";
        plan.settings.profile = "gateway";
        plan.endpointName = "gateway";
        plan.accounts.emplace_back().settings.name = "main";
        plan.mapping = mapping;
        plan.host = std::make_unique<agent::MachineSide>(
            agent::MachinePlace{root.path(),
                                root.path(),
                                "derived",
                                [] {
                                    return std::vector<host::InterfaceAddress>{
                                        {"eth0", "192.168.10.7"}, {"wlan0", "192.168.0.7"}};
                                }},
            scheduler,
            10s,
            agent::MachineServices{&events, nullptr, rebooter});
        device = std::make_unique<agent::AttachedDevice>(
            std::move(plan),
            agent::DeviceServices{transport, scheduler, definitions, addedObjects, *this});
        device->start(base::Duration::zero());
        scheduler.advance(base::Duration::zero());
        api::ChannelFacts facts;
        facts.localAddress = localAddress;
        transport.peer().connect(facts);
        transport.peer().accept();
        scheduler.advance(base::Duration::zero());
    }

    void onDeviceChanged(const std::string&) override {}

    void onDeviceRenewed(const std::string&) override {}

    void onDeviceSamples(const std::string&, const std::vector<model::Sample>& samples) override
    {
        for (const auto& sample : samples)
            told.push_back(sample.path);
    }

    void onDeviceDelivery(const std::string&, const Asker&, api::BootstrapResult, Kept) override {}

    void onDeviceState(const std::string&, const api::ClientState&, Kept) override {}

    api::Response ask(api::Method method,
                      std::vector<std::string> path,
                      api::ContentFormat format = lwm2m::plainTextFormat)
    {
        api::Request request;
        request.method = method;
        request.path = std::move(path);
        if (method == api::Method::Get)
            request.accept = format;
        const auto answered = transport.peer().request(std::move(request));
        scheduler.advance(base::Duration::zero());
        BOOST_REQUIRE(answered->has_value());
        return **answered;
    }

    std::string read(std::vector<std::string> path,
                     api::ContentFormat format = lwm2m::plainTextFormat)
    {
        const auto response = ask(api::Method::Get, std::move(path), format);
        return std::string(base::asText(response.payload));
    }

    [[nodiscard]] bool hasTold(const Path& path) const
    {
        return std::ranges::find(told, path) != told.end();
    }

    fakes::TemporaryDirectory root;
    fakes::FakeScheduler scheduler;
    agent::EventJournal events{scheduler};
    decltype(agent::MachineServices::reboot) rebooter;
    fakes::FakeTransport transport;
    model::Definitions definitions = model::builtInDefinitions();
    std::vector<model::Id> addedObjects;
    std::shared_ptr<const std::vector<api::MappedResource>> mapping =
        std::make_shared<const std::vector<api::MappedResource>>();
    std::unique_ptr<agent::AttachedDevice> device;
    std::vector<Path> told;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(own_client, OwnClientFixture)

BOOST_AUTO_TEST_CASE(tells_who_the_machine_is)
{
    attach();

    BOOST_TEST(read({"3", "0", "0"}) == "Acme");
    BOOST_TEST(read({"3", "0", "1"}) == "Edge 7");
    BOOST_TEST(read({"3", "0", "2"}) == "derived");
    BOOST_TEST(read({"3", "0", "3"}) == "edge 1");
    BOOST_TEST(read({"3", "0", "15"}) == "Asia/Kolkata");
    BOOST_TEST(read({"3", "0", "19"}) == "causeway " CAUSEWAY_VERSION);
    BOOST_TEST((device->status().field == api::DeviceStatus::Field::Available));
}

BOOST_AUTO_TEST_CASE(takes_its_profiles_word_for_who_it_is)
{
    mapping = std::make_shared<const std::vector<api::MappedResource>>(
        std::vector<api::MappedResource>{{{3, 0, 1},
                                          {.read = true},
                                          false,
                                          model::Value(std::string("Site controller")),
                                          "constant"}});
    attach();

    BOOST_TEST(read({"3", "0", "0"}) == "Acme");
    BOOST_TEST(read({"3", "0", "1"}) == "Site controller");
}

BOOST_AUTO_TEST_CASE(tells_the_room_on_its_disk_in_kilobytes)
{
    attach();

    const auto total = std::stoll(read({"3", "0", "21"}));
    const auto free = std::stoll(read({"3", "0", "10"}));

    BOOST_TEST(total == static_cast<long long>(host::readStorage(root.path())->total / 1000));
    BOOST_TEST(free <= total);
    BOOST_TEST(free % 1000 == 0); // and no more often than for each megabyte
}

BOOST_AUTO_TEST_CASE(tells_how_it_reaches_its_server)
{
    attach();

    BOOST_TEST(read({"4", "0", "0"}) == "41");
    BOOST_TEST(read({"4", "0", "1", "0"}) == "21");
    BOOST_TEST(read({"4", "0", "2"}) == "0");
    BOOST_TEST(read({"4", "0", "4", "0"}) == "192.168.10.7");
    BOOST_TEST(read({"4", "0", "5", "0"}) == "192.168.10.1");
    BOOST_TEST((ask(api::Method::Get, {"4", "0", "6"}).code == OutcomeCode::NotFound));
}

BOOST_AUTO_TEST_CASE(tells_the_interface_that_its_session_uses)
{
    attach("192.168.0.7");

    BOOST_TEST(read({"4", "0", "0"}) == "21");
    BOOST_TEST(read({"4", "0", "4", "0"}) == "192.168.0.7");
}

BOOST_AUTO_TEST_CASE(notices_that_it_has_moved_to_another_network)
{
    attach();

    route("wlan0", "0100A8C0");
    scheduler.advance(9s);
    BOOST_TEST(read({"4", "0", "0"}) == "41");
    scheduler.advance(1s);

    BOOST_TEST(read({"4", "0", "0"}) == "21");
    BOOST_TEST(read({"4", "0", "5", "0"}) == "192.168.0.1");
    BOOST_TEST(hasTold({4, 0, 0}));
    BOOST_TEST(hasTold({4, 0, 4, 0}));
    BOOST_TEST(!hasTold({3, 0, 0}));
}

BOOST_AUTO_TEST_CASE(notifies_who_observes_that_it_runs_another_system)
{
    attach();
    api::Request observe;
    observe.path = {"3", "0", "3"};
    observe.accept = lwm2m::plainTextFormat;
    observe.observe = 0;
    transport.peer().request(std::move(observe));
    scheduler.advance(base::Duration::zero());
    BOOST_TEST(transport.peer().notified.empty());

    root.write("etc/os-release", "IMAGE_ID=edge\nIMAGE_VERSION=2\n");
    scheduler.advance(10s);

    BOOST_REQUIRE(transport.peer().notified.size() == 1U);
    BOOST_TEST(base::asText(transport.peer().notified.back().response.payload) == "edge 2");
}

BOOST_AUTO_TEST_CASE(is_not_rebooted_by_a_server)
{
    attach();

    BOOST_TEST((ask(api::Method::Post, {"3", "0", "4"}).code == OutcomeCode::MethodNotAllowed));
}

BOOST_AUTO_TEST_CASE(is_rebooted_where_that_is_allowed)
{
    base::Expected<void> begun;
    rebooter = [&](auto done) {
        done(begun);
    };
    attach();

    BOOST_TEST((ask(api::Method::Post, {"3", "0", "4"}).code == OutcomeCode::Changed));
    begun = base::fail(base::ErrorKind::NotAuthorized, "polkit says no");
    const auto refused = ask(api::Method::Post, {"3", "0", "4"});

    BOOST_TEST((refused.code == OutcomeCode::InternalServerError));
    BOOST_TEST(base::asText(refused.payload) == "polkit says no");
}

BOOST_AUTO_TEST_CASE(has_statistics_and_no_firmware_to_update_unless_told_so)
{
    attach();

    BOOST_TEST(read({"7", "0", "8"}) == "0");
    BOOST_TEST((ask(api::Method::Get, {"5", "0", "3"}).code == OutcomeCode::NotFound));
}

BOOST_AUTO_TEST_CASE(logs_what_becomes_of_devices_and_nothing_that_was_written)
{
    attach();

    log::warning("{DEVICE}: is silent", "DEVICE", "meter-1", "MESSAGE_ID", log::deviceSilentId);
    log::notice(
        "{DEVICE}: wrote {NEW}", "DEVICE", "x", "NEW", "7", "MESSAGE_ID", log::serverChangeId);
    log::notice("an operator gave a key", "MESSAGE_ID", log::operatorDeedId);
    log::warning("no event");

    const auto data = read({"20", "0", "4014"}, lwm2m::opaqueFormat);
    BOOST_TEST(data.find("Z meter-1: is silent\n") != std::string::npos);
    BOOST_TEST(data.find("wrote") == std::string::npos);
    BOOST_TEST(data.find("operator") == std::string::npos);
    BOOST_TEST(data.find("no event") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(notifies_of_events_once_for_a_swarm)
{
    attach();
    scheduler.advance(1s); // its own registration is one
    api::Request observe;
    observe.path = {"20", "0", "4014"};
    observe.accept = lwm2m::opaqueFormat;
    observe.observe = 0;
    transport.peer().request(std::move(observe));
    scheduler.advance(base::Duration::zero());

    for (int i = 0; i < 100; ++i) {
        log::warning("{DEVICE}: is silent", "DEVICE", i, "MESSAGE_ID", log::deviceSilentId);
        scheduler.advance(9ms);
    }
    BOOST_TEST(transport.peer().notified.empty());
    scheduler.advance(100ms);

    BOOST_TEST(transport.peer().notified.size() == 1U);
}

BOOST_AUTO_TEST_CASE(lists_no_more_devices_than_a_register_can_name)
{
    attach();
    agent::DeviceRegister devices;
    api::ClientState kept;
    devices.show(
        {{"inventory/3", "b"}, {"inventory/x", "c"}, {"inventory/9999", "d"}},
        [&](const api::ClientState& changes) { kept = changes; },
        [] {});
    BOOST_TEST((devices.devices() == std::vector<model::Id>{3}));
    for (int i = 0; i < 600; ++i)
        devices.add(fmt::format("m{:03}", i), *device);

    BOOST_TEST(devices.update());

    BOOST_TEST(devices.devices().size() == agent::DeviceRegister::mostDevices);
    BOOST_TEST(kept.at("inventory/0") == "m000");
    BOOST_TEST(kept.at("inventory/3") == "m003");
    BOOST_TEST(!devices.update());
}

BOOST_AUTO_TEST_CASE(tells_an_operator_the_same)
{
    attach();

    const auto samples = device->newestSamples();

    for (const Path& path : {Path{3, 0, 0}, Path{3, 0, 10}, Path{4, 0, 0}, Path{4, 0, 4, 0}})
        BOOST_TEST((std::ranges::find(samples, path, &model::Sample::path) != samples.end()),
                   path.toString());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(gateway_of_its_own, GatewayFixture)

namespace {

api::DeviceSettings own(std::string name = "edge")
{
    api::DeviceSettings settings;
    settings.name = std::move(name);
    settings.profile = "gateway";
    settings.servers = {"main"};
    return settings;
}

} // namespace

BOOST_AUTO_TEST_CASE(is_attached_without_any_line_and_once)
{
    BOOST_TEST(add(server()) == "");

    BOOST_TEST(attach(own()) == "");

    BOOST_TEST((gateway->device("edge")->field == api::DeviceStatus::Field::Available));
    BOOST_TEST(attach(own("again")) == "the gateway itself is edge");
    BOOST_TEST(change(own()) == "");
    BOOST_TEST(detach("edge") == "");
    BOOST_TEST(attach(own("again")) == "");
}

BOOST_AUTO_TEST_CASE(comes_back_after_a_restart)
{
    BOOST_TEST(add(server()) == "");
    BOOST_TEST(attach(own()) == "");
    gateway.reset();

    startGateway();
    BOOST_TEST(ask([&](auto done) { gateway->load(std::move(done)); }) == "");

    BOOST_TEST((gateway->device("edge")->field == api::DeviceStatus::Field::Available));
}

BOOST_AUTO_TEST_CASE(has_nothing_of_a_field_bus)
{
    BOOST_TEST(add(line()) == "");
    BOOST_TEST(add(server()) == "");
    auto onLine = own();
    onLine.line = "rtu-0";
    auto withUnit = own();
    withUnit.unitId = 7;
    auto withSpeed = own();
    withSpeed.serial.baudRate = 9600;
    auto byRadio = own();
    byRadio.bleAddress = "A4:C1:38:0A:1B:2C";
    const std::string refusal =
        "gateway is for the gateway itself: it has no line, unit, speed or Bluetooth address";

    for (const auto& wrong : {onLine, withUnit, withSpeed, byRadio})
        BOOST_TEST(attach(wrong) == refusal);
    auto hasty = own();
    hasty.pollPeriod = 999ms;
    BOOST_TEST(attach(hasty) == "the poll period of the gateway itself must be at least 1 s");
    BOOST_TEST(gateway->deviceNames().empty());
}

BOOST_AUTO_TEST_CASE(is_no_place_for_a_meter)
{
    BOOST_TEST(add(server()) == "");
    auto meter = device();
    meter.line.clear();

    BOOST_TEST(attach(meter) == "eastron-sdm120 is for a Modbus device: it needs a line");
}

BOOST_AUTO_TEST_CASE(lists_its_devices_each_with_an_instance_that_stays)
{
    agent::DeviceRegister devices;
    gateway.reset();
    machine.devices = &devices;
    startGateway();
    BOOST_TEST(add(line()) == "");
    BOOST_TEST(add(server()) == "");
    BOOST_TEST(attach(device("meter-1", 1)) == "");
    BOOST_TEST(attach(own()) == "");
    BOOST_TEST(attach(device("meter-2", 2)) == "");
    until([&] { return devices.devices().size() == 2; });

    BOOST_TEST(detach("meter-1") == "");
    until([&] { return devices.devices().size() == 1; });
    BOOST_TEST(devices.deviceId(1) == "meter-2");
    BOOST_TEST(attach(device("meter-0", 3)) == "");
    until([&] { return devices.devices().size() == 2; });

    BOOST_TEST(devices.deviceId(0) == "meter-0");
    BOOST_TEST(devices.deviceId(1) == "meter-2");
    BOOST_TEST(devices.objects(1).starts_with("</3>;ver=1.1,</3/0>,"));
    BOOST_TEST(devices.objects(1).find("</3305/0>") != std::string::npos);
    BOOST_TEST(devices.deviceId(7) == "");
    BOOST_TEST(devices.objects(7) == "");

    gateway.reset();
    (void)buses.removeLine("rtu-0");
    agent::DeviceRegister later;
    machine.devices = &later;
    startGateway();
    BOOST_TEST(ask([&](auto done) { gateway->load(std::move(done)); }) == "");
    until([&] { return later.devices().size() == 2; });
    BOOST_TEST(later.deviceId(0) == "meter-0");
    BOOST_TEST(later.deviceId(1) == "meter-2");
    gateway.reset();
}

BOOST_AUTO_TEST_CASE(takes_firmware_and_software_only_with_commands_for_it)
{
    BOOST_TEST(add(server()) == "");
    operators.write(
        "gateway.toml",
        "extends = \"gateway\"\n[firmware]\ninstall = [\"/bin/true\", \"@package@\"]\n"
        "[[software]]\nname = \"x\"\ninstall = [\"/bin/true\"]\nuninstall = [\"/bin/true\"]\n");
    BOOST_TEST(ask([&](auto done) { gateway->reloadProfiles(std::move(done)); }) == "");
    BOOST_TEST(attach(own()) == "");

    const auto has = [&](const Path& path) {
        std::optional<bool> found;
        gateway->readResource("edge", path, [&](const base::Expected<model::Sample>& sample) {
            found = sample.has_value();
        });
        until([&] { return found.has_value(); });
        return *found;
    };

    BOOST_TEST(has({5, 0, 3}));
    BOOST_TEST(has({9, 0, 7}));
    BOOST_TEST(has({4, 0, 0}));
}

BOOST_AUTO_TEST_CASE(has_a_profile_that_says_nothing_of_devices)
{
    const std::vector<std::pair<std::string, std::string>> wrong{
        {"[modbus]\n", "one of the tables [modbus], [ble] and [gateway]"},
        {"[[resource]]\npath = \"/3303/0/5700\"\n", "[[resource]] is for devices"},
        {"[[probe]]\n", "[[probe]] is for devices"},
        {"[[constant]]\npath = \"/16/0/0/0\"\nvalue = \"x\"\n", "is one of Object 3"},
        {"[firmware]\ninstall = [\"/bin/true\", \"@port@\"]\n", "the gateway has no @port@"},
        {"[[software]]\nname = \"x\"\ninstall = [\"/bin/true\"]\nuninstall = [\"/bin/rm\", "
         "\"@unit@\"]\n",
         "the gateway has no @unit@"},
        {"[gateway.x]\n", "x"}};
    for (const auto& [table, complaint] : wrong) {
        operators.write("gateway.toml", "extends = \"gateway\"\n" + table);
        (void)ask([&](auto done) { gateway->reloadProfiles(std::move(done)); });
        const auto refused = gateway->describeProfile("gateway");
        BOOST_REQUIRE(!refused);
        BOOST_TEST(refused.error().message.find(complaint) != std::string::npos,
                   refused.error().message);
    }
}

BOOST_AUTO_TEST_SUITE_END()
