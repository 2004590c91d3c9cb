// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "agent/api/firmware.hpp"
#include "agent/attached_device.hpp"
#include "agent/base/log.hpp"
#include "agent/lwm2m/codec/codec.hpp"
#include "tests/fakes/fake_bridge.hpp"
#include "tests/fakes/fake_firmware_station.hpp"
#include "tests/fakes/fake_scheduler.hpp"
#include "tests/fakes/fake_transport.hpp"

using namespace causeway;
using model::OutcomeCode;
using model::Path;
using model::Value;

namespace {

/// A pump that tells its serial number and can be switched, registered at the account "main".
struct DeviceFixture : agent::DeviceListener
{
    DeviceFixture()
    {
        mapping = std::make_shared<const std::vector<api::MappedResource>>(
            std::vector<api::MappedResource>{
                {{3, 0, 1}, {.read = true}, false, Value(std::string("P1")), "constant"},
                {serialNumber, {.read = true}, false, std::nullopt, "holding register 0"},
                {battery, {.read = true}, false, std::nullopt, "holding register 1"},
                {{3, 0, 6, 0}, {.read = true}, false, Value(std::int64_t{1}), "constant"},
                {temperature, {.read = true}, false, std::nullopt, "input register 0"},
                {relay, {.read = true, .write = true}, true, std::nullopt, "coil 0"}});
        attach("52.5163 13.3777");
        log::setSink([this](log::Level, const std::string& text, const std::vector<log::Field>&) {
            journal.push_back(text);
        });
    }

    /// In place of the one before, which stood somewhere.
    void attach(const std::string& position)
    {
        agent::DevicePlan plan;
        plan.settings.name = "pump";
        plan.settings.allowsServerWrites = true;
        plan.settings.position = position;
        plan.state = {{"position", "1700000000 52.5163 13.3777"}, {api::refusedCardKey, ":0102"}};
        plan.endpointName = "pump";
        plan.mapping = mapping;
        plan.firmware = std::move(firmware);
        plan.software = std::move(software);
        plan.state.merge(api::ClientState(keptOfFirmware));
        plan.accounts.emplace_back().settings.name = "main";
        device = std::make_unique<agent::AttachedDevice>(
            std::move(plan),
            agent::DeviceServices{transport, scheduler, definitions, addedObjects, *this});
        auto owned = std::make_unique<fakes::FakeBridge>(scheduler, *mapping);
        bridge = owned.get();
        bridge->values = {{serialNumber, std::string("A-17")}, {relay, false}};
        device->setBridge(std::move(owned), {});
        device->start(base::Duration::zero());
        scheduler.advance(base::Duration::zero());
        transport.peer().connect();
        transport.peer().accept();
    }

    ~DeviceFixture() override
    {
        log::setSink([](log::Level, const std::string&, const std::vector<log::Field>&) {});
    }

    DeviceFixture(const DeviceFixture&) = delete;
    DeviceFixture& operator=(const DeviceFixture&) = delete;

    void onDeviceChanged(const std::string&) override {}

    void onDeviceRenewed(const std::string&) override {}

    void onDeviceSamples(const std::string&, const std::vector<model::Sample>& samples) override
    {
        heard.insert(heard.end(), samples.begin(), samples.end());
    }

    void onDeviceDelivery(const std::string&,
                          const Asker&,
                          api::BootstrapResult result,
                          Kept done) override
    {
        delivered.push_back(std::move(result));
        done({});
    }

    std::vector<api::BootstrapResult> delivered;
    std::vector<model::Sample> heard;
    std::unique_ptr<api::FirmwareStation> firmware; ///< of the next device
    agent::DeviceSoftware::Stations software;       ///< likewise
    api::ClientState keptOfFirmware;                ///< and of its software

    void onDeviceState(const std::string&, const api::ClientState& changes, Kept done) override
    {
        kept = changes;
        scheduler.post([done = std::move(done)]() mutable { done({}); });
    }

    api::Response ask(api::Method method, std::vector<std::string> path, const std::string& text)
    {
        api::Request request;
        request.method = method;
        request.path = std::move(path);
        if (method == api::Method::Get)
            request.accept = lwm2m::plainTextFormat;
        else
            request.contentFormat = lwm2m::plainTextFormat;
        request.payload = base::toBytes(text);
        const auto answered = transport.peer().request(std::move(request));
        scheduler.advance(base::Duration::zero());
        BOOST_REQUIRE(answered->has_value());
        return **answered;
    }

    std::string read(std::vector<std::string> path)
    {
        const auto response = ask(api::Method::Get, std::move(path), {});
        return std::string(base::asText(response.payload));
    }

    const Path serialNumber{3, 0, 2};
    const Path battery{3, 0, 9};
    const Path temperature{3303, 0, 5700};
    const Path relay{3306, 0, 5850};
    fakes::FakeScheduler scheduler;
    fakes::FakeTransport transport;
    model::Definitions definitions = model::builtInDefinitions();
    std::vector<model::Id> addedObjects{7};
    std::shared_ptr<const std::vector<api::MappedResource>> mapping;
    std::unique_ptr<agent::AttachedDevice> device;
    fakes::FakeBridge* bridge = nullptr;
    std::vector<std::string> journal;
    api::ClientState kept;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(attached_device, DeviceFixture)

BOOST_AUTO_TEST_CASE(a_server_reads_the_serial_number_that_the_device_has_told)
{
    const auto before = ask(api::Method::Get, {"3", "0", "2"}, {}).code;

    bridge->tell(serialNumber);

    BOOST_TEST((before == OutcomeCode::NotFound));
    BOOST_TEST(read({"3", "0", "2"}) == "A-17");
    BOOST_TEST(read({"3", "0", "1"}) == "P1");
}

BOOST_AUTO_TEST_CASE(a_server_reads_the_battery_and_the_power_sources)
{
    const auto before = ask(api::Method::Get, {"3", "0", "9"}, {}).code;
    bridge->values[battery] = std::int64_t{87};

    bridge->tell(battery);

    BOOST_TEST((before == OutcomeCode::NotFound));
    BOOST_TEST(read({"3", "0", "9"}) == "87");
    BOOST_TEST(read({"3", "0", "6", "0"}) == "1");
    bridge->values[battery] = std::int64_t{86};
    bridge->tell(battery);
    BOOST_TEST(read({"3", "0", "9"}) == "86");
}

BOOST_AUTO_TEST_CASE(no_server_reads_the_battery_of_a_device_that_is_gone)
{
    const auto battery9 = [this] {
        return ask(api::Method::Get, {"3", "0", "9"}, {}).code;
    };
    bridge->values[battery] = std::int64_t{87};
    bridge->tell(battery);

    bridge->listener->onAvailability(false, "the device does not answer");
    BOOST_TEST((battery9() == OutcomeCode::InternalServerError));
    BOOST_TEST(read({"3", "0", "11", "0"}) == "8");
    BOOST_TEST(read({"3", "0", "1"}) == "P1");

    bridge->tell(relay); // it is back; its battery is not known yet
    BOOST_TEST((battery9() == OutcomeCode::InternalServerError));
    bridge->tell(battery);
    BOOST_TEST(read({"3", "0", "9"}) == "87");
}

BOOST_AUTO_TEST_CASE(a_server_hears_that_the_device_itself_has_no_value)
{
    bridge->listener->onAvailability(true, {});
    bridge->tellMissing(temperature, "the device marks the value as not available");

    const auto response = ask(api::Method::Get, {"3303", "0", "5700"}, {});

    BOOST_TEST((response.code == OutcomeCode::InternalServerError));
    BOOST_TEST(base::asText(response.payload) == "the device marks the value as not available");
    BOOST_TEST(read({"3303", "0", "6042"}) == "1");
}

BOOST_AUTO_TEST_CASE(an_old_value_is_shown_to_the_operator_as_rejected)
{
    bridge->values[temperature] = 21.5;
    bridge->tell(temperature);

    bridge->tellMissing(temperature, "the device marks the value as not available");

    const auto samples = device->newestSamples();
    const auto sample = std::ranges::find(samples, temperature, &model::Sample::path);
    BOOST_REQUIRE((sample != samples.end()));
    BOOST_TEST((sample->quality == model::Quality::RejectedCertain));
    BOOST_TEST(read({"3303", "0", "6042"}) == "1");
}

BOOST_AUTO_TEST_CASE(the_journal_says_bluetooth_of_a_device_that_answers_on_no_line)
{
    bridge->listener->onAvailability(true, {});

    BOOST_TEST(journal == std::vector<std::string>{"pump: answers on Bluetooth"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_journal_is_spared_a_line_for_each_device_on_a_line_that_is_down)
{
    bridge->listener->onAvailability(true, {});
    journal.clear();

    bridge->listener->onLineDown("the line is down: pulled");
    bridge->listener->onAvailability(true, {});

    BOOST_TEST(journal.empty());
}

BOOST_AUTO_TEST_CASE(its_sessions_count_for_its_statistics_over_all_lives_of_its_client)
{
    auto& traffic = *transport.peer().settings.traffic;
    traffic.octetsSent = 3'000;

    device->setAccounts(device->accounts());
    scheduler.advance(base::Duration::zero());
    transport.peer().connect();
    transport.peer().accept();

    BOOST_TEST(transport.peers.size() == 2U);
    BOOST_TEST(transport.peer().settings.traffic == &traffic);
    BOOST_TEST(read({"7", "0", "2"}) == "3");
}

// ETS 910.
BOOST_AUTO_TEST_CASE(a_collection_that_begins_is_told_to_who_observes_it)
{
    transport.peer().settings.traffic->octetsSent = 3'000;
    api::Request observe;
    observe.method = api::Method::Get;
    observe.path = {"7", "0", "2"};
    observe.observe = 0;
    observe.token.octets[0] = 1;
    observe.token.size = 1;
    const auto answered = transport.peer().request(std::move(observe));
    BOOST_REQUIRE(answered->has_value());
    BOOST_REQUIRE(transport.peer().notified.empty());

    static_cast<void>(ask(api::Method::Post, {"7", "0", "6"}, ""));
    scheduler.advance(std::chrono::seconds(1));

    BOOST_TEST(transport.peer().notified.size() == 1U);
}

BOOST_AUTO_TEST_CASE(stands_where_it_stood_since_that_was_said)
{
    BOOST_TEST(read({"6", "0", "0"}) == "52.5163");
    BOOST_TEST(read({"6", "0", "1"}) == "13.3777");
    BOOST_TEST(read({"6", "0", "5"}) == "1700000000");
    BOOST_TEST(kept.empty());
}

BOOST_AUTO_TEST_CASE(a_new_position_counts_from_now_and_over_restarts)
{
    attach("0 0 12");

    const auto now = std::to_string(
        std::chrono::floor<std::chrono::seconds>(scheduler.wallNow().time_since_epoch()).count());
    BOOST_TEST(read({"6", "0", "2"}) == "12");
    BOOST_TEST(read({"6", "0", "5"}) == now);
    BOOST_TEST(kept.at("position") == now + " 0 0 12");
}

BOOST_AUTO_TEST_CASE(a_position_that_was_taken_back_is_forgotten_with_its_time)
{
    attach("");

    BOOST_TEST((ask(api::Method::Get, {"6", "0", "0"}, {}).code == OutcomeCode::NotFound));
    BOOST_TEST(kept.at("position") == "");
}

BOOST_AUTO_TEST_CASE(another_device_in_its_place_is_told_from_it)
{
    bridge->tell(serialNumber);
    bridge->values[serialNumber] = std::string("B-4");

    bridge->tell(serialNumber);

    BOOST_TEST(read({"3", "0", "2"}) == "B-4");
}

BOOST_AUTO_TEST_CASE(the_journal_has_who_wrote_what_and_what_was_there)
{
    bridge->tell(relay);
    journal.clear();

    const auto written = ask(api::Method::Put, {"3306", "0", "5850"}, "1");

    BOOST_TEST((written.code == OutcomeCode::Changed));
    BOOST_REQUIRE(journal.size() == 1U);
    BOOST_TEST(journal[0] == "pump: main changed /3306/0/5850 from false to true");
}

BOOST_AUTO_TEST_CASE(the_journal_has_also_what_the_device_refused)
{
    bridge->failure = base::Error{base::ErrorKind::Refused, "illegal data value (exception 3)"};

    static_cast<void>(ask(api::Method::Put, {"3306", "0", "5850"}, "1"));

    BOOST_REQUIRE(journal.size() == 1U);
    BOOST_TEST(journal[0].starts_with("pump: main wanted to change /3306/0/5850 from unknown to "
                                      "true: "));
}

BOOST_AUTO_TEST_CASE(the_journal_has_what_a_server_executed)
{
    static_cast<void>(ask(api::Method::Post, {"3", "0", "4"}, ""));

    BOOST_REQUIRE(!journal.empty());
    BOOST_TEST(journal.front() == "pump: main executed /3/0/4 with \"\"");
}

BOOST_AUTO_TEST_CASE(its_clock_stays_as_a_server_set_it_over_a_reboot)
{
    static_cast<void>(ask(api::Method::Put, {"3", "0", "14"}, "+02:00"));
    static_cast<void>(ask(api::Method::Put, {"3", "0", "15"}, "Europe/Berlin"));
    const std::string time = read({"3", "0", "13"});
    static_cast<void>(ask(api::Method::Put, {"3", "0", "13"}, "1000"));
    BOOST_REQUIRE(time != "1000");

    static_cast<void>(ask(api::Method::Post, {"3", "0", "4"}, ""));
    transport.peer().answer(OutcomeCode::Deleted);
    scheduler.advance(base::Duration::zero());
    transport.peer().connect();
    transport.peer().accept();

    BOOST_TEST(read({"3", "0", "13"}) == "1000");
    BOOST_TEST(read({"3", "0", "14"}) == "+02:00");
    BOOST_TEST(read({"3", "0", "15"}) == "Europe/Berlin");
}

BOOST_AUTO_TEST_CASE(a_factory_reset_forgets_what_servers_have_set_and_registers_anew)
{
    static_cast<void>(ask(api::Method::Put, {"3", "0", "14"}, "+02:00"));

    BOOST_TEST((ask(api::Method::Post, {"3", "0", "5"}, "").code == OutcomeCode::Changed));
    BOOST_TEST(delivered.empty()); // the server hears of the De-register first
    transport.peer().answer(OutcomeCode::Deleted);
    scheduler.advance(base::Duration::zero());

    BOOST_REQUIRE(delivered.size() == 1U);
    BOOST_TEST(delivered.front().accounts.empty());
    BOOST_TEST(delivered.front().state.at("/3/0/14") == "");
    BOOST_TEST(!delivered.front().state.contains("position"));
    BOOST_TEST(!delivered.front().state.contains(api::refusedCardKey));
    BOOST_TEST(transport.peers.size() == 2U);
}

/// A package that waits to be installed.
struct UpdatableFixture : DeviceFixture
{
    UpdatableFixture()
    {
        auto owned = std::make_unique<fakes::FakeFirmwareStation>(scheduler);
        station = owned.get();
        station->package = {0x42};
        firmware = std::move(owned);
        keptOfFirmware = {{"firmware", "2 0"},
                          {"firmware/uri", "coap://127.0.0.1/fw"},
                          {"software/logger", "2 3 1 0"},
                          {"software/logger/uri", "coap://127.0.0.1/sw"}};
        auto component = std::make_unique<fakes::FakeFirmwareStation>(scheduler);
        logger = component.get();
        logger->package = {0x42};
        software.push_back(std::move(component));
        attach({});
        BOOST_REQUIRE(read({"5", "0", "3"}) == "2");
    }

    void resetToFactory()
    {
        static_cast<void>(ask(api::Method::Post, {"3", "0", "5"}, ""));
        transport.peer().answer(OutcomeCode::Deleted);
        scheduler.advance(base::Duration::zero());
        transport.peer().connect();
        transport.peer().accept();
    }

    fakes::FakeFirmwareStation* station = nullptr;
    fakes::FakeFirmwareStation* logger = nullptr; ///< an upgrade of what is installed waits
};

BOOST_FIXTURE_TEST_CASE(a_factory_reset_leaves_nothing_of_a_package, UpdatableFixture)
{
    resetToFactory();

    BOOST_TEST(delivered.front().state.at("firmware") == "");
    BOOST_TEST(delivered.front().state.at("firmware/uri") == "");
    BOOST_TEST(station->package.empty());
    BOOST_TEST(read({"5", "0", "3"}) == "0");
    BOOST_TEST(read({"5", "0", "1"}) == "");
}

BOOST_FIXTURE_TEST_CASE(a_factory_reset_leaves_software_that_is_installed, UpdatableFixture)
{
    BOOST_TEST(read({"9", "0", "7"}) == "3");

    resetToFactory();

    BOOST_TEST(delivered.front().state.at("software/logger") == "4 2 1 0");
    BOOST_TEST(delivered.front().state.at("software/logger/uri") == "");
    BOOST_TEST(logger->package.empty());
    BOOST_TEST(read({"9", "0", "7"}) == "4");
}

BOOST_FIXTURE_TEST_CASE(firmware_and_software_are_among_its_values, UpdatableFixture)
{
    const auto textIn = [](const std::vector<model::Sample>& samples, const model::Path& path) {
        const auto found = std::ranges::find(samples, path, &model::Sample::path);
        return found == samples.end() ? std::string("none") : model::toText(found->value);
    };

    const auto now = device->newestSamples();

    BOOST_TEST(textIn(now, {5, 0, 3}) == "2");
    BOOST_TEST(textIn(now, {9, 0, 7}) == "3");
    BOOST_TEST(textIn(now, {9, 0, 0}) == "logger");
    heard.clear();
    resetToFactory();
    BOOST_TEST(textIn(heard, {5, 0, 3}) == "0");
    BOOST_TEST(textIn(heard, {9, 0, 7}) == "4");
}

BOOST_FIXTURE_TEST_CASE(a_factory_reset_lets_an_update_go_on_that_has_begun, UpdatableFixture)
{
    static_cast<void>(ask(api::Method::Post, {"5", "0", "2"}, ""));

    resetToFactory();

    BOOST_TEST(!delivered.front().state.contains("firmware"));
    BOOST_TEST(read({"5", "0", "3"}) == "3");
    BOOST_TEST(!station->package.empty());
}

BOOST_AUTO_TEST_SUITE_END()
