// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include "dbus/ctl/key_store.hpp"
#include "dbus/errors.hpp"
#include "dbus/secret_file.hpp"
#include "tests/dbus/monitor.hpp"
#include "tests/dbus/running_gateway.hpp"
#include "tests/fakes/temporary_directory.hpp"

using namespace causeway;
using namespace causeway::dbus;
using causeway::tests::Monitor;
using causeway::tests::PolkitMock;
using causeway::tests::RunningGateway;

namespace {

const std::string key = "0000000-1111111-2222222-3333333-4444444-5555555-6666666-7777777";

struct Fixture : RunningGateway
{
    Fixture() { client.useBus(address()); }

    std::string did()
    {
        return inside(
            [](World& world) { return fmt::format("{}", fmt::join(world.keyStore.done, " ")); });
    }

    [[nodiscard]] ctl::KeyStoreProxy keyStore() { return {client.connection(), keyStorePath}; }

    static sdbus::UnixFd sealed(std::string_view text)
    {
        return sdbus::UnixFd(makeSecretFile(base::asBytes(text))->release(), sdbus::adopt_fd);
    }

    ctl::Client client;
};

std::string textIn(const sdbus::UnixFd& file)
{
    return std::string(base::asText(readSecretFile(file.get()).value().view()));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(key_store_on_the_bus, Fixture)

BOOST_AUTO_TEST_CASE(tells_number_slots_and_registers)
{
    auto facts = keyStore().Describe();

    BOOST_TEST(facts.at("key").get<std::int64_t>() == 3);
    BOOST_TEST(facts.at("slots").get<std::vector<std::string>>().size() == 2U);
    BOOST_TEST(facts.at("registers").get<std::vector<std::uint32_t>>().empty());
}

BOOST_AUTO_TEST_CASE(gives_a_recovery_key_in_a_sealed_memfd_and_nowhere_else)
{
    Monitor monitor(address());

    const auto made = keyStore().MakeRecoveryKey();
    const auto rotated = keyStore().Rotate();
    keyStore().Recover(sealed(key));
    BOOST_CHECK_THROW((void)client.properties(Kind::Device, "the-end"), ctl::Failure);

    BOOST_TEST(textIn(made) == key);
    BOOST_TEST(textIn(rotated) == key);
    BOOST_TEST(did() == "recovery-key rotate recover");
    BOOST_TEST(inside([](World& world) { return world.keyStore.recoveredBy; }) == key);
    BOOST_TEST(monitor.hearUntil("the_2dend").find("5555555") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(seals_to_registers_that_there_are)
{
    keyStore().Seal({4, 7});

    BOOST_TEST(inside([](World& world) { return world.keyStore.facts.registers.to_ulong(); }) ==
               0x90U);
    BOOST_CHECK_EXCEPTION(keyStore().Seal({24}), sdbus::Error, [](const auto& error) {
        return fromBusError(error).message == "there is no platform register 24: 0 to 23";
    });
}

BOOST_AUTO_TEST_CASE(a_recovery_key_is_refused_when_polkit_says_no)
{
    inside([](World& world) { world.polkit.answer = PolkitMock::Answer::No; });

    BOOST_CHECK_EXCEPTION(keyStore().Recover(sealed(key)), sdbus::Error, [](const auto& error) {
        return fromBusError(error).message == "org.causeway.Gateway1.keystore: polkit says no";
    });
    BOOST_TEST(did() == "");
}

BOOST_AUTO_TEST_CASE(announces_that_it_was_locked)
{
    Monitor monitor(address());

    inside([](World& world) {
        world.gateway.store = {api::KeyStoreState::Locked, "no TPM", "bring it back"};
        world.gateway.listener->onGatewayChanged();
    });

    // The Gateway's own signal, with the same words, may pass before.
    const auto& heard = monitor.hearUntil("org.causeway.Gateway1.KeyStore");
    BOOST_TEST(heard.find("bring it back") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_command_line_shows_what_opens_it)
{
    const auto shown = ctl({"keystore", "show"});

    BOOST_TEST(shown.exitCode == 0, shown.errors);
    BOOST_TEST(shown.output.find("recovery, tpm2") != std::string::npos, shown.output);
    BOOST_TEST(shown.output.find("sealed") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_command_line_shows_a_recovery_key_or_writes_it)
{
    const fakes::TemporaryDirectory directory;
    const std::string file = directory.path() / "recovery";

    const auto shown = ctl({"keystore", "recovery-key"});
    const auto written = ctl({"keystore", "rotate", "--file", file});
    const auto again = ctl({"keystore", "rotate", "--file", file});

    BOOST_TEST(shown.output == key + "\n");
    BOOST_TEST(written.exitCode == 0, written.errors);
    BOOST_TEST(written.output.find("5555555") == std::string::npos);
    BOOST_TEST(again.exitCode == 1);
    BOOST_TEST(did() == "recovery-key rotate");
}

BOOST_AUTO_TEST_CASE(the_command_line_recovers_seals_and_destroys)
{
    const auto recovered = ctl({"keystore", "recover"}, key + "\n");
    const auto sealedAnew = ctl({"keystore", "seal", "--pcr", "7"});
    const auto wrongRegister = ctl({"keystore", "seal", "--pcr", "24"});
    const auto unsure = ctl({"keystore", "erase"});
    const auto sure = ctl({"keystore", "erase", "--yes"});

    BOOST_TEST(recovered.exitCode == 0, recovered.errors);
    BOOST_TEST(sealedAnew.exitCode == 0, sealedAnew.errors);
    BOOST_TEST(wrongRegister.exitCode == 2);
    BOOST_TEST(unsure.exitCode == 2);
    BOOST_TEST(sure.exitCode == 0);
    BOOST_TEST(did() == "recover seal erase");
}

BOOST_AUTO_TEST_SUITE_END()
