// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/store/store_fixture.hpp"

using namespace causeway;
using base::ErrorKind;

namespace {

struct Fixture
{
    [[nodiscard]] store::StoreSettings settings() const
    {
        store::StoreSettings settings;
        settings.directory = directory.path();
        settings.retryPeriod = std::chrono::seconds(0);
        return settings;
    }

    tests::WaitingStore open()
    {
        return {settings(), std::make_unique<fakes::ClearSealer>(sealer)};
    }

    tests::TemporaryDirectory directory;
    fakes::ClearSealer::Switch sealer;
};

const api::CredentialId meter{"meter-1", "leshan"};
const api::CredentialId relay{"relay-1", "leshan"};

} // namespace

BOOST_FIXTURE_TEST_SUITE(SealedStoreTest, Fixture)

BOOST_AUTO_TEST_CASE(gives_back_a_key_after_a_restart)
{
    {
        auto store = open();
        store.furnish({"meter-1"});
        BOOST_REQUIRE(store.keep(meter, "meter-1-id", tests::goodKey(1)));
    }
    auto store = open();

    const auto fetched = store.fetch(meter);

    BOOST_REQUIRE(fetched);
    BOOST_TEST(fetched->key.equals(tests::goodKey(1).view()));
    BOOST_TEST(base::asText(fetched->identity) == "meter-1-id");
    BOOST_TEST(sealer.sealed == 1);
}

BOOST_AUTO_TEST_CASE(keeps_the_whole_inventory)
{
    api::LineSettings line;
    line.name = "tcp-7";
    line.kind = api::LineSettings::Kind::RtuOverTcp;
    line.parity = api::LineSettings::Parity::Even;
    line.host = "10.0.0.7";
    line.port = 4001;
    line.responseTimeout = std::chrono::milliseconds(700);
    line.extraSilence = std::chrono::milliseconds(3);
    line.rs485 = api::LineSettings::Rs485::RtsAfterSend;
    line.rs485DelayBefore = std::chrono::milliseconds(1);
    line.rs485DelayAfter = std::chrono::milliseconds(2);
    line.localEcho = true;
    api::ServerSettings server;
    server.name = "cloud";
    server.uri = "coaps://[2001:db8::1]:5684";
    server.shortServerId = 65534;
    server.lifetime = std::chrono::seconds(4294967295);
    server.defaultPmax = std::chrono::seconds(60);
    server.securityMode = api::SecurityMode::NoSec;
    server.retryCount = 4294967295;
    server.queueMode = true;
    server.awakeTime = std::chrono::seconds(45);
    server.registrationOrder = 4294967295;
    server.initialDelay = std::chrono::seconds(30);
    server.blocksOnFailure = true;
    server.cipherSuites = {"0xC0A8", "TLS_PSK_WITH_AES_128_GCM_SHA256"};
    api::ServerSettings spare = server;
    spare.name = "a-spare";
    api::DeviceSettings device;
    device.name = "meter-2";
    device.endpointName = "urn:dev:mac:0024befffe804ff1";
    device.profile = "eastron-sdm630";
    device.line = "tcp-7";
    device.unitId = 247;
    device.servers = {"cloud", "a-spare"};
    device.isEnabled = false;
    device.allowsServerWrites = true;
    device.pollPeriod = std::chrono::milliseconds(1500);
    device.serial = {38400, api::LineSettings::Parity::Even, 2};
    device.position = "52.5163 13.3777 34";
    {
        auto store = open();
        BOOST_REQUIRE(store.putLine(line));
        BOOST_REQUIRE(store.putServer(server));
        BOOST_REQUIRE(store.putServer(spare));
        BOOST_REQUIRE(store.putDevice(device));
    }

    auto store = open();
    const auto loaded = store.load();

    BOOST_REQUIRE(loaded);
    BOOST_REQUIRE(loaded->lines.size() == 1U);
    BOOST_CHECK(loaded->lines[0] == line);
    BOOST_REQUIRE(loaded->servers.size() == 2U);
    BOOST_CHECK(loaded->servers[0] == spare);
    BOOST_CHECK(loaded->servers[1] == server);
    BOOST_REQUIRE(loaded->devices.size() == 1U);
    BOOST_CHECK(loaded->devices[0] == device);
}

BOOST_AUTO_TEST_CASE(replaces_a_device_without_losing_its_credential)
{
    auto store = open();
    store.furnish({"meter-1"});
    BOOST_REQUIRE(store.keep(meter, "id-1", tests::goodKey(1)));

    store.addDevice("meter-1");

    BOOST_TEST(store.fetch(meter).has_value());
}

BOOST_AUTO_TEST_CASE(takes_credential_and_client_state_with_a_removed_device)
{
    auto store = open();
    store.furnish({"meter-1"});
    BOOST_REQUIRE(store.keep(meter, "id-1", tests::goodKey(1)));
    BOOST_REQUIRE(tests::await<void>(store.loop(), [&](auto done) {
        store.store().keepClientState("meter-1", {{"/1/0/1", "60"}}, std::move(done));
    }));

    BOOST_REQUIRE(store.removeDevice("meter-1"));

    BOOST_CHECK(store.describe(meter).error().kind == ErrorKind::NotFound);
    BOOST_TEST(store.load()->clientStates.empty());
    store.addDevice("relay-1");
    BOOST_TEST(store.keep(relay, "id-1", tests::goodKey(1)).has_value());
}

BOOST_AUTO_TEST_CASE(merges_client_state)
{
    auto store = open();
    store.furnish({"meter-1"});
    const auto keep = [&](const api::ClientState& changes) {
        return tests::await<void>(store.loop(), [&](auto done) {
            store.store().keepClientState("meter-1", changes, std::move(done));
        });
    };

    BOOST_REQUIRE(keep({{"/1/0/1", "60"}, {"location", "/rd/a"}}));
    BOOST_REQUIRE(keep({{"/1/0/1", "90"}, {"location", ""}, {"/1/0/2", "5"}}));

    const api::ClientState expected{{"/1/0/1", "90"}, {"/1/0/2", "5"}};
    BOOST_CHECK(store.load()->clientStates.at("meter-1") == expected);
}

BOOST_AUTO_TEST_CASE(refuses_what_refers_to_nothing)
{
    auto store = open();
    api::DeviceSettings device;
    device.name = "meter-1";
    device.line = "rtu-9";

    BOOST_TEST(store.putDevice(device).error().message == "there is no line rtu-9");
    device.line.clear();
    device.servers = {"nowhere"};
    BOOST_TEST(store.putDevice(device).error().message == "there is no server nowhere");
    BOOST_TEST(store.keep(meter, "id", tests::goodKey(1)).error().message ==
               "there is no device meter-1");
    BOOST_TEST(store.load()->devices.empty());
}

BOOST_AUTO_TEST_CASE(refuses_to_remove_what_a_device_uses)
{
    auto store = open();
    store.furnish({"meter-1"});

    const auto line = tests::await<void>(
        store.loop(), [&](auto done) { store.store().removeLine("rtu-0", std::move(done)); });
    const auto server = tests::await<void>(
        store.loop(), [&](auto done) { store.store().removeServer("leshan", std::move(done)); });

    BOOST_TEST(line.error().message == "the line rtu-0 is used by the device meter-1");
    BOOST_TEST(server.error().message == "the server leshan is used by the device meter-1");
}

BOOST_AUTO_TEST_CASE(r38_refuses_a_key_that_another_device_has)
{
    auto store = open();
    store.furnish({"meter-1", "relay-1"});
    BOOST_REQUIRE(store.keep(meter, "id-1", tests::goodKey(1)));

    const auto result = store.keep(relay, "id-2", tests::goodKey(1));

    BOOST_REQUIRE(!result);
    BOOST_CHECK(result.error().kind == ErrorKind::InvalidArgument);
    BOOST_TEST(result.error().message ==
               "meter-1 uses this key for leshan already; each account needs its own");
    BOOST_TEST(store.keep(meter, "id-1", tests::goodKey(1)).has_value());
}

BOOST_AUTO_TEST_CASE(r38_refuses_an_identity_that_another_device_has_at_that_server)
{
    auto store = open();
    store.furnish({"meter-1", "relay-1"});
    BOOST_REQUIRE(store.keep(meter, "same", tests::goodKey(1)));

    const auto result = store.keep(relay, "same", tests::goodKey(2));

    BOOST_TEST(result.error().message ==
               "meter-1 has this PSK identity at leshan already; each device needs its own");
}

BOOST_AUTO_TEST_CASE(r37_r39_exports_a_generated_key_once)
{
    auto store = open();
    store.furnish({"meter-1"});
    const auto facts = store.generate(meter, "id-1");
    BOOST_REQUIRE(facts);
    BOOST_TEST(facts->isExportable);

    const auto first = store.exportOnce(meter);
    const auto second = store.exportOnce(meter);

    BOOST_REQUIRE(first);
    BOOST_TEST(first->key.size() == 32U);
    BOOST_CHECK(second.error().kind == ErrorKind::Refused);
    BOOST_TEST(store.fetch(meter)->key.equals(first->key.view()));
    BOOST_TEST(!store.describe(meter)->isExportable);
    BOOST_TEST(store.describe(meter)->fingerprint == facts->fingerprint);
}

BOOST_AUTO_TEST_CASE(never_exports_a_key_from_outside)
{
    auto store = open();
    store.furnish({"meter-1"});
    BOOST_REQUIRE(store.keep(meter, "id-1", tests::goodKey(1)));

    BOOST_CHECK(store.exportOnce(meter).error().kind == ErrorKind::Refused);
}

BOOST_AUTO_TEST_CASE(is_locked_without_its_sealer_and_opens_when_that_is_back)
{
    {
        auto store = open();
        store.furnish({"meter-1"});
        BOOST_REQUIRE(store.keep(meter, "id-1", tests::goodKey(1)));
    }
    sealer.isThere = false;
    auto store = open();

    BOOST_CHECK(store.settled().state == api::KeyStoreState::Locked);
    BOOST_TEST(store.settled().reason == "the sealer is away");
    BOOST_TEST(store.settled().remedy == "bring it back");
    BOOST_CHECK(store.keep(meter, "id-1", tests::goodKey(2)).error().kind == ErrorKind::Locked);
    BOOST_CHECK(store.fetch(meter).error().kind == ErrorKind::Locked);
    BOOST_TEST(store.load()->devices.size() == 1U);
    BOOST_TEST(store.describe(meter)->identity == "id-1");

    sealer.isThere = true;
    store.waitFor(api::KeyStoreState::Sealed);

    BOOST_TEST(store.fetch(meter)->key.equals(tests::goodKey(1).view()));
    BOOST_TEST(sealer.sealed == 1);
}

BOOST_AUTO_TEST_CASE(tells_each_change_of_the_key_store_once)
{
    sealer.isThere = false;
    auto store = open();
    std::vector<api::KeyStoreState> told;
    store.store().onKeyStoreChanged([&](const auto& status) { told.push_back(status.state); });
    (void)store.settled();
    (void)store.load();
    sealer.isThere = true;
    store.waitFor(api::KeyStoreState::Sealed);

    const std::vector<api::KeyStoreState> expected{api::KeyStoreState::Locked,
                                                   api::KeyStoreState::Sealed};
    BOOST_TEST((told == expected));
}

BOOST_AUTO_TEST_CASE(stays_locked_when_the_settings_name_another_sealer)
{
    {
        auto store = open();
        store.furnish({"meter-1"});
        BOOST_REQUIRE(store.keep(meter, "id-1", tests::goodKey(1)));
    }
    tests::writeFile(directory.path() / "kek", std::string(base::asText(tests::goodKey(7).view())));
    auto other = settings();
    other.softwareKekFile = directory.path() / "kek";
    tests::WaitingStore store(other);

    const auto status = store.settled();

    BOOST_CHECK(status.state == api::KeyStoreState::Locked);
    BOOST_TEST(status.reason.find("but the settings name") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(says_nothing_after_it_has_gone)
{
    base::EventLoop loop;
    bool wasCalled = false;
    {
        store::SealedStore store(loop, settings(), std::make_unique<fakes::ClearSealer>(sealer));
        store.load([&](const auto&) { wasCalled = true; });
    }

    loop.runOnce(base::Duration::zero());

    BOOST_TEST(!wasCalled);
}

BOOST_AUTO_TEST_SUITE_END()
