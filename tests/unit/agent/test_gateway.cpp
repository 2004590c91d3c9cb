// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/base/log_listener.hpp"
#include "agent/base/scheduler.hpp"
#include "tests/unit/agent/gateway_fixture.hpp"

using namespace causeway;
using tests::GatewayFixture;

namespace {

/// Asked for what the reading thread has read, it holds that thread up: whatever is read next waits
/// for the answer.
struct SlowDisk final : base::Scheduler
{
    [[nodiscard]] base::TimePoint now() const override { return {}; }

    [[nodiscard]] base::WallTime wallNow() const override { return {}; }

    void post(base::Task /*task*/) override { answer.get_future().wait(); }

    void arm(base::Timer& /*timer*/) override {}

    void disarm(base::Timer& /*timer*/) override {}

    std::promise<void> answer;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(gateway_of_one_line, GatewayFixture)

BOOST_AUTO_TEST_CASE(attaches_a_device_and_keeps_it_for_the_next_start)
{
    BOOST_TEST(add(line()) == "");
    BOOST_TEST(add(server()) == "");
    BOOST_TEST(attach(device()) == "");

    BOOST_TEST(
        (told == std::vector<std::string>{"+line rtu-0", "+server main", "+device meter-1"}));
    BOOST_TEST(store.kept().devices.size() == 1U);
    BOOST_TEST(gateway->device("meter-1")->endpointName == "meter-1");
    BOOST_TEST(gateway->line("rtu-0")->devices.front() == "meter-1");
}

BOOST_AUTO_TEST_CASE(brings_everything_back_after_a_restart)
{
    BOOST_TEST(add(line()) == "");
    BOOST_TEST(add(server()) == "");
    BOOST_TEST(attach(device()) == "");
    gateway.reset();
    BOOST_TEST(buses.removeLine("rtu-0").has_value());

    startGateway();
    BOOST_TEST(ask([&](auto done) { gateway->load(std::move(done)); }) == "");

    BOOST_TEST((gateway->deviceNames() == std::vector<std::string>{"meter-1"}));
    BOOST_TEST((gateway->lineNames() == std::vector<std::string>{"rtu-0"}));
}

BOOST_AUTO_TEST_CASE(refuses_what_is_taken_or_missing_and_says_which)
{
    BOOST_TEST(add(line()) == "");
    BOOST_TEST(add(server()) == "");
    BOOST_TEST(attach(device()) == "");

    auto sameEndpoint = device("meter-2", 2);
    sameEndpoint.endpointName = "meter-1";
    auto unknownProfile = device("meter-2", 2);
    unknownProfile.profile = "sdm121";
    auto unknownServer = device("meter-2", 2);
    unknownServer.servers = {"other"};
    auto unknownLine = device("meter-2", 2);
    unknownLine.line = "rtu-9";

    BOOST_TEST(attach(device()) == "there is a device \"meter-1\" already");
    BOOST_TEST(attach(device("meter-2", 1)) == "unit 1 of line rtu-0 is meter-1");
    BOOST_TEST(attach(sameEndpoint) == "meter-1 has the endpoint name \"meter-1\" already");
    BOOST_TEST(attach(unknownServer) == "there is no server \"other\"");
    BOOST_TEST(attach(unknownLine) == "there is no line \"rtu-9\"");
    BOOST_TEST(attach(device("meter-2", 248)) == "unit 248 is not one of 1 to 247");
    BOOST_TEST(attach(unknownProfile).find("sdm121") != std::string::npos);
    BOOST_TEST(gateway->deviceNames().size() == 1U);
}

BOOST_AUTO_TEST_CASE(two_servers_of_one_device_have_different_short_server_ids)
{
    BOOST_TEST(add(line()) == "");
    BOOST_TEST(add(server("main", 1)) == "");
    BOOST_TEST(add(server("spare", 1)) == "");
    auto both = device();
    both.servers = {"main", "spare"};
    BOOST_TEST(attach(both) == "the servers of one device need different short server IDs");

    BOOST_TEST(
        ask([&](auto done) { gateway->changeServer(server("spare", 2), std::move(done)); }) == "");

    BOOST_TEST(attach(both) == "");
    BOOST_TEST(ask([&](auto done) {
                   gateway->changeServer(server("spare", 1), std::move(done));
               }) == "meter-1 registers with main already, which has short server ID 1");
}

BOOST_AUTO_TEST_CASE(what_is_in_use_cannot_be_removed)
{
    BOOST_TEST(add(line()) == "");
    BOOST_TEST(add(server()) == "");
    BOOST_TEST(attach(device()) == "");

    BOOST_TEST(ask([&](auto done) { gateway->removeLine("rtu-0", std::move(done)); }) ==
               "rtu-0 is used by meter-1: detach or change them first");
    BOOST_TEST(ask([&](auto done) { gateway->removeServer("main", std::move(done)); }) ==
               "main is used by meter-1: detach or change them first");

    BOOST_TEST(detach("meter-1") == "");
    BOOST_TEST(ask([&](auto done) { gateway->removeLine("rtu-0", std::move(done)); }) == "");
    BOOST_TEST(ask([&](auto done) { gateway->removeServer("main", std::move(done)); }) == "");
}

BOOST_AUTO_TEST_CASE(a_full_disk_changes_nothing_and_is_told)
{
    BOOST_TEST(add(server()) == "");
    store.failWith(base::Error{base::ErrorKind::StorageFailed, "the disk is full"});

    BOOST_TEST(add(line()) == "the disk is full");

    BOOST_TEST(gateway->lineNames().empty());
    store.failWith(std::nullopt);
    BOOST_TEST(add(line()) == "");
    BOOST_TEST(attach(device()) == "");
    store.failWith(base::Error{base::ErrorKind::StorageFailed, "the disk is full"});
    BOOST_TEST(detach("meter-1") == "the disk is full");
    BOOST_TEST(gateway->device("meter-1").has_value());
}

BOOST_AUTO_TEST_CASE(a_changed_device_starts_anew_with_its_new_settings)
{
    BOOST_TEST(add(line()) == "");
    BOOST_TEST(add(server()) == "");
    BOOST_TEST(attach(device()) == "");
    auto changed = device();
    changed.unitId = 7;
    changed.endpointName = "urn:dev:os:32473-7";

    BOOST_TEST(change(changed) == "");

    BOOST_TEST(gateway->device("meter-1")->endpointName == "urn:dev:os:32473-7");
    BOOST_TEST(attach(device("meter-2", 1)) == "");
}

BOOST_AUTO_TEST_CASE(a_reboot_of_a_device_that_leaves_holds_nothing_up)
{
    BOOST_TEST(add(line()) == "");
    BOOST_TEST(add(server()) == "");
    BOOST_TEST(attach(device()) == "");
    std::optional<bool> isDetached;

    gateway->detachDevice("meter-1", [&](const auto& result) { isDetached = result.has_value(); });
    loop.runOnce(base::Duration::zero()); // it de-registers
    gateway->executeResource("meter-1", {3, 0, 4}, "", [](const auto&) {});

    until([&] { return isDetached.has_value(); });
    BOOST_TEST(*isDetached);
    BOOST_TEST(add(line("rtu-1")) == "");
}

BOOST_AUTO_TEST_CASE(a_line_cannot_be_changed_to_the_port_of_another)
{
    BOOST_TEST(add(line("rtu-0")) == "");
    BOOST_TEST(add(line("rtu-1")) == "");
    auto changed = line("rtu-1");
    changed.serialPort = line("rtu-0").serialPort;

    const auto answer = ask([&](auto done) { gateway->changeLine(changed, std::move(done)); });

    BOOST_TEST(answer == "line rtu-0 has /nonexistent/rtu-0 already; all units there share it");
    BOOST_TEST(gateway->line("rtu-1")->settings.serialPort == "/nonexistent/rtu-1");
}

BOOST_AUTO_TEST_CASE(a_line_with_a_device_that_has_a_speed_of_its_own_cannot_become_a_connection)
{
    BOOST_TEST(add(line()) == "");
    BOOST_TEST(add(server()) == "");
    auto fast = device();
    fast.serial.baudRate = 19200;
    BOOST_TEST(attach(fast) == "");
    auto changed = line();
    changed.kind = api::LineSettings::Kind::Tcp;
    changed.serialPort.clear();
    changed.host = "192.0.2.7";

    const auto answer = ask([&](auto done) { gateway->changeLine(changed, std::move(done)); });

    BOOST_TEST(answer == "meter-1: rtu-0 is a TCP connection: its devices have no speed");
    BOOST_TEST((gateway->line("rtu-0")->settings.kind == api::LineSettings::Kind::Rtu));
}

BOOST_AUTO_TEST_CASE(a_listener_that_throws_fails_no_change_and_keeps_none_from_beginning)
{
    isBroken = true;

    BOOST_TEST(add(line("rtu-0")) == "");
    BOOST_TEST(add(line("rtu-1")) == "");

    BOOST_TEST((told == std::vector<std::string>{"+line rtu-0", "+line rtu-1"}));
}

BOOST_AUTO_TEST_CASE(a_line_that_was_refused_at_the_start_is_tried_at_once_when_it_is_changed)
{
    auto second = line("rtu-1");
    second.serialPort = line("rtu-0").serialPort;
    auto waiting = device();
    waiting.line = "rtu-1";
    for (const auto& kept : {line("rtu-0"), second})
        store.putLine(kept, [](const base::Expected<void>&) {});
    store.putServer(server(), [](const base::Expected<void>&) {});
    store.putDevice(waiting, [](const base::Expected<void>&) {});
    BOOST_TEST(ask([&](auto done) { gateway->load(std::move(done)); }) == "");
    BOOST_TEST(gateway->line("rtu-1")->lastError ==
               "line rtu-0 has /nonexistent/rtu-0 already; all units there share it");

    BOOST_TEST(ask([&](auto done) { gateway->changeLine(line("rtu-1"), std::move(done)); }) == "");

    BOOST_TEST((buses.lineStatus("rtu-1")->devices == std::vector<std::string>{"meter-1"}));
    until([&] { return gateway->device("meter-1")->lastError.starts_with("the line is down"); });
}

BOOST_AUTO_TEST_CASE(the_journal_names_a_line_that_is_down_and_not_each_device_on_it)
{
    std::vector<std::string> journal;
    log::setListener(
        [&](log::Level, const std::string& text, const auto&) { journal.push_back(text); });
    BOOST_TEST(add(line()) == "");
    BOOST_TEST(add(server()) == "");
    BOOST_TEST(attach(device("meter-1", 1)) == "");
    BOOST_TEST(attach(device("meter-2", 2)) == "");
    for (const char* name : {"meter-1", "meter-2"})
        until([&] { return gateway->device(name)->lastError.starts_with("the line is down"); });
    log::setListener({});

    const auto tells = [](const std::string& text) {
        return text.find("No such file or directory") != std::string::npos;
    };
    BOOST_REQUIRE(std::ranges::count_if(journal, tells) == 1);
    const auto found = *std::ranges::find_if(journal, tells);
    BOOST_TEST(found.starts_with("rtu-0: /nonexistent/rtu-0: No such file or directory, "), found);
}

BOOST_AUTO_TEST_CASE(a_disabled_device_has_no_client_and_no_bridge)
{
    BOOST_TEST(add(line()) == "");
    BOOST_TEST(add(server()) == "");
    auto disabled = device();
    disabled.isEnabled = false;

    BOOST_TEST(attach(disabled) == "");

    const auto status = *gateway->device("meter-1");
    BOOST_TEST((status.field == api::DeviceStatus::Field::Disabled));
    BOOST_TEST((status.registrations.at(0).state == api::RegistrationStatus::State::Disabled));
}

BOOST_AUTO_TEST_CASE(a_credential_needs_a_device_that_registers_there)
{
    BOOST_TEST(add(line()) == "");
    BOOST_TEST(add(server()) == "");
    BOOST_TEST(attach(device()) == "");
    const auto generate = [&](api::CredentialId id) {
        return ask([&](auto done) {
            gateway->generateCredential(
                std::move(id),
                {},
                [done = std::move(done)](base::Expected<api::CredentialFacts> facts) mutable {
                    if (facts)
                        done({});
                    else
                        done(base::fail(facts.error()));
                });
        });
    };

    BOOST_TEST(generate({"meter-9", "main"}) == "there is no device \"meter-9\"");
    BOOST_TEST(generate({"meter-1", "other"}) == "meter-1 does not register with \"other\"");
    BOOST_TEST(generate({"meter-1", "main"}) == "");
}

BOOST_AUTO_TEST_CASE(a_credential_is_of_the_kind_that_its_account_wants)
{
    BOOST_TEST(add(line()) == "");
    BOOST_TEST(add(server()) == "");
    BOOST_TEST(attach(device()) == "");
    std::optional<std::string> answer;

    gateway->generateKeyPair({"meter-1", "main"}, api::KeyResidence::Store, [&](const auto& facts) {
        answer = facts ? "made" : facts.error().message;
    });

    until([&] { return answer.has_value(); });
    BOOST_TEST(*answer ==
               "main has security mode psk, where a key pair is of no use; use causewayctl "
               "credential, or change the mode first");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_servers_key_is_not_kept_where_all_may_read_it)
{
    auto settings = server();
    settings.identity.publicKey = base::toBytes("root:x:0:0");

    BOOST_TEST(
        add(settings) ==
        "a server's public key goes with the security modes rpk, certificate and certificate-est "
        "only");
}

BOOST_AUTO_TEST_CASE(what_is_asked_of_a_disabled_device_says_so)
{
    BOOST_TEST(add(line()) == "");
    BOOST_TEST(add(server()) == "");
    auto settings = device();
    settings.isEnabled = false;
    BOOST_TEST(attach(settings) == "");

    const auto written = ask([&](auto done) {
        gateway->writeResource("meter-1", {3, 0, 14}, std::string("+01"), std::move(done));
    });
    const auto updated =
        ask([&](auto done) { gateway->updateNow("meter-1", "", std::move(done)); });

    BOOST_TEST(written == "meter-1 is disabled (causewayctl device enable meter-1)");
    BOOST_TEST(updated == written);
}

BOOST_AUTO_TEST_CASE(a_device_whose_profile_is_broken_can_be_disabled)
{
    const auto reload = [&] {
        return ask([&](auto done) { gateway->reloadProfiles(std::move(done)); });
    };
    operators.write("own.toml",
                    "title = \"Own\"\nmanufacturer = \"x\"\nmodel = \"x\"\n[modbus]\n"
                    "[[resource]]\npath = \"/3306/0/5850\"\ntable = \"coil\"\naddress = 3\n");
    BOOST_TEST(reload() == "");
    BOOST_TEST(add(line()) == "");
    BOOST_TEST(add(server()) == "");
    auto settings = device();
    settings.profile = "own";
    BOOST_TEST(attach(settings) == "");
    operators.write("own.toml", "title = 1\n");

    const auto reloaded = reload();
    settings.isEnabled = false;
    const auto disabled = change(settings);
    settings.isEnabled = true;

    BOOST_TEST(reloaded.starts_with("1 of the profiles cannot be used"), reloaded);
    BOOST_TEST(disabled == "");
    BOOST_TEST(change(settings) != "");
}

BOOST_AUTO_TEST_CASE(reading_anew_names_the_devices_whose_profile_is_gone)
{
    const auto reload = [&] {
        return ask([&](auto done) { gateway->reloadProfiles(std::move(done)); });
    };
    const auto file =
        operators.write("own.toml",
                        "title = \"Own\"\nmanufacturer = \"x\"\nmodel = \"x\"\n[modbus]\n"
                        "[[resource]]\npath = \"/3306/0/5850\"\ntable = \"coil\"\naddress = 3\n");
    BOOST_TEST(reload() == "");
    BOOST_TEST(add(line()) == "");
    BOOST_TEST(add(server()) == "");
    auto settings = device();
    settings.profile = "own";
    BOOST_TEST(attach(settings) == "");
    std::filesystem::remove(file);

    const auto first = reload();
    const auto second = reload();
    settings.isEnabled = false;
    BOOST_TEST(change(settings) == "");

    BOOST_TEST(first.starts_with("the profile of meter-1 is gone:"), first);
    BOOST_TEST(second == first);
    BOOST_TEST(reload() == "");
}

BOOST_AUTO_TEST_CASE(profiles_on_a_slow_disk_hold_nobody_up)
{
    SlowDisk disk;
    profiles.reload(disk, [](const std::vector<std::string>&) {});
    operators.write("slow.toml", "title = 1\n");
    std::optional<std::string> reloaded;

    gateway->reloadProfiles([&](const base::Expected<void>& result) {
        reloaded = result ? "" : result.error().message;
    });
    BOOST_TEST(add(line()) == "");
    BOOST_TEST(add(server()) == "");
    BOOST_TEST(attach(device()) == "");
    const bool isEarly = reloaded.has_value();
    disk.answer.set_value();
    until([&] { return reloaded.has_value(); });

    BOOST_TEST(!isEarly);
    BOOST_TEST(reloaded->starts_with("1 of the profiles cannot be used"), *reloaded);
}

BOOST_AUTO_TEST_CASE(a_profile_that_is_gone_leaves_the_device_attached_and_faulty)
{
    auto orphan = device();
    orphan.profile = "gone";
    store.putDevice(orphan, [](const base::Expected<void>&) {});

    BOOST_TEST(ask([&](auto done) { gateway->load(std::move(done)); }) == "");

    const auto status = *gateway->device("meter-1");
    BOOST_TEST((status.field == api::DeviceStatus::Field::Faulty));
    BOOST_TEST(status.lastError.find("gone") != std::string::npos);
    BOOST_TEST(detach("meter-1") == "");
}

BOOST_AUTO_TEST_CASE(profiles_read_anew_concern_only_their_own_devices)
{
    const auto putValve = [&](const std::string& title) {
        operators.write("valve.toml",
                        "title = \"" + title +
                            "\"\nmanufacturer = \"x\"\nmodel = \"x\"\n[modbus]\n[[resource]]\n"
                            "path = \"/3306/0/5850\"\ntable = \"coil\"\naddress = 3\n"
                            "application = \"" +
                            title + "\"\n");
    };
    const auto reload = [&] {
        return ask([&](auto done) { gateway->reloadProfiles(std::move(done)); });
    };
    putValve("Valve");
    BOOST_TEST(reload() == "");
    BOOST_TEST(add(line()) == "");
    BOOST_TEST(add(server()) == "");
    BOOST_TEST(attach(device()) == "");
    auto valve = device("valve-1", 2);
    valve.profile = "valve";
    BOOST_TEST(attach(valve) == "");
    const auto application = [&] {
        const auto samples = gateway->newestSamples("valve-1");
        return samples && !samples->empty() ? model::toText(samples->back().value) : "";
    };
    BOOST_TEST(application() == "Valve");
    const auto sessions = transport.peers.size();

    putValve("Another valve");
    BOOST_TEST(reload() == "");
    until([&] { return application() == "Another valve"; });

    // The valve's client begins anew; the meter's goes on.
    until([&] { return transport.peers.size() > sessions; });
    BOOST_TEST(transport.peers.size() == sessions + 1);
}

BOOST_AUTO_TEST_SUITE_END()
