// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <functional>

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dbus/ctl/credential.hpp"
#include "dbus/errors.hpp"
#include "dbus/secret_file.hpp"
#include "tests/dbus/monitor.hpp"
#include "tests/dbus/running_gateway.hpp"

using namespace causeway;
using namespace causeway::dbus;
using causeway::tests::Monitor;
using causeway::tests::RunningGateway;
using ctl::DeviceProxy;

namespace {

constexpr std::string_view key = "a secret key that nobody may see";

struct Fixture : RunningGateway
{
    Fixture() { client.useBus(address()); }

    Dictionary set() { return ctl::setCredential(client, "meter-1", "main", "", secret()); }

    static base::Secret secret() { return base::Secret(base::asBytes(key)); }

    std::uint32_t importList(std::string_view text)
    {
        auto file = makeSecretFile(base::asBytes(text));
        const sdbus::UnixFd list(file->release(), sdbus::adopt_fd);
        return ctl::ServerProxy(client.connection(), objectPath(Kind::Server, "main"))
            .ImportCredentials(list);
    }

    base::Error refusalOf(int fd)
    {
        const sdbus::UnixFd file(fd, sdbus::adopt_fd);
        try {
            client.withDevice("meter-1", [&](DeviceProxy& device) {
                device.SetCredential("main", "psk", {}, file);
            });
        } catch (const sdbus::Error& error) {
            return fromBusError(error);
        }
        BOOST_FAIL("it was accepted");
        return {};
    }

    ctl::Client client;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(credentials_on_the_bus, Fixture)

BOOST_AUTO_TEST_CASE(a_key_arrives_whole_with_the_endpoint_name_as_identity)
{
    const auto facts = set();

    const auto arrived = inside([](World& world) {
        const auto& credential = world.gateway.credentials.at({"meter-1", "main"});
        return std::pair(std::string(base::asText(credential.identity)),
                         std::string(base::asText(credential.key.view())));
    });
    BOOST_TEST(arrived.first == "meter-1");
    BOOST_TEST(arrived.second == key);
    BOOST_TEST(facts.at("identity").get<std::string>() == "meter-1");
    BOOST_TEST(facts.at("fingerprint").get<std::string>() == "0123456789abcdef");
}

BOOST_AUTO_TEST_CASE(a_private_key_arrives_and_only_its_public_half_comes_back)
{
    BOOST_REQUIRE_EQUAL(ctl({"server", "change", "main", "--security-mode", "rpk"}).exitCode, 0);

    const auto facts = dbus::ctl::setKeyPair(client, "meter-1", "main", secret());

    const auto arrived = inside([](World& world) {
        const auto& kept = world.gateway.keyPairs.at({"meter-1", "main"});
        return std::string(base::asText(kept.privateKey.view()));
    });
    BOOST_TEST(arrived == key);
    BOOST_TEST(facts.at("kind").get<std::string>() == "key-pair");
    BOOST_TEST(base::asText(facts.at("publicKey").get<base::Bytes>()) == "public half");
    BOOST_TEST(!facts.contains("identity"));
}

BOOST_AUTO_TEST_CASE(a_key_pair_is_made_requested_and_certified)
{
    client.withDevice("meter-1", [&](DeviceProxy& device) {
        const auto made = device.GenerateKeyPair("main");
        const auto request = device.RequestCertificate("main");
        const auto certified = device.SetCertificate("main", base::toBytes("a certificate"));

        BOOST_TEST(!made.contains("expiresAt"));
        BOOST_TEST(base::asText(request) == "a request of meter-1");
        BOOST_TEST(certified.at("subject").get<std::string>() == "CN=meter-1");
        BOOST_TEST(certified.at("expiresAt").get<std::uint64_t>() == 2000000000000000U);
    });
}

BOOST_AUTO_TEST_CASE(a_key_pair_is_made_where_it_is_to_reside)
{
    using Settings = dbus::Dictionary;
    client.withDevice("meter-1", [&](DeviceProxy& device) {
        const auto residence = [&](const Settings& settings) {
            const auto made = device.GenerateKeyPairWith("main", settings);
            BOOST_TEST(made.at("keyResidence").get<std::string>() ==
                       device.DescribeCredential("main").at("keyResidence").get<std::string>());
            return made.at("keyResidence").get<std::string>();
        };

        BOOST_TEST(residence({{"keyResidence", sdbus::Variant(std::string("tpm"))}}) == "tpm");
        BOOST_TEST(residence({{"keyResidence", sdbus::Variant(std::string("store"))}}) == "store");
        BOOST_TEST(residence({}) == "store");
        BOOST_TEST(device.GenerateKeyPair("main").at("keyResidence").get<std::string>() == "store");
        for (const Settings& wrong :
             {Settings{{"keyResidence", sdbus::Variant(true)}},
              Settings{{"keyResidence", sdbus::Variant(std::string("hsm"))}},
              Settings{{"residence", sdbus::Variant(std::string("tpm"))}}})
            BOOST_CHECK_THROW(device.GenerateKeyPairWith("main", wrong), sdbus::Error);
    });
}

BOOST_AUTO_TEST_CASE(a_credential_of_an_unknown_kind_is_refused)
{
    auto file = makeSecretFile(base::asBytes(key));
    const sdbus::UnixFd given(file->release(), sdbus::adopt_fd);

    BOOST_CHECK_EXCEPTION(client.withDevice("meter-1",
                                            [&](DeviceProxy& device) {
                                                device.SetCredential("main", "password", {}, given);
                                            }),
                          sdbus::Error,
                          [](const auto& error) {
                              return fromBusError(error).kind == base::ErrorKind::NotSupported;
                          });
}

BOOST_AUTO_TEST_CASE(an_unsealed_memfd_is_refused)
{
    const int file = ::memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    BOOST_REQUIRE(::write(file, key.data(), key.size()) == static_cast<ssize_t>(key.size()));

    BOOST_TEST((refusalOf(file).kind == base::ErrorKind::InvalidArgument));
}

BOOST_AUTO_TEST_CASE(a_pipe_that_nobody_writes_to_is_refused_at_once)
{
    std::array<int, 2> ends{};
    BOOST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const base::UniqueFd writing(ends[1]);

    BOOST_TEST((refusalOf(ends[0]).kind == base::ErrorKind::InvalidArgument));
}

BOOST_AUTO_TEST_CASE(a_file_on_disk_is_refused)
{
    const int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

    BOOST_TEST((refusalOf(file).kind == base::ErrorKind::InvalidArgument));
}

BOOST_AUTO_TEST_CASE(another_kind_than_psk_is_not_supported)
{
    auto file = makeSecretFile(base::asBytes(key));
    const sdbus::UnixFd sealed(file->release(), sdbus::adopt_fd);

    client.withDevice("meter-1", [&](DeviceProxy& device) {
        BOOST_CHECK_EXCEPTION(
            device.SetCredential("main", "rpk", {}, sealed), sdbus::Error, [](const auto& error) {
                return fromBusError(error).kind == base::ErrorKind::NotSupported;
            });
    });
}

BOOST_AUTO_TEST_CASE(r39_a_generated_key_comes_out_once_in_a_sealed_memfd)
{
    ctl::generateCredential(client, "meter-1", "main", "");

    client.withDevice("meter-1", [](DeviceProxy& device) {
        const auto [identity, file] = device.ExportCredential("main");
        const auto exported = readSecretFile(file.get());

        BOOST_TEST(base::asText(identity) == "meter-1");
        BOOST_REQUIRE(exported.has_value());
        BOOST_TEST(exported->equals(fakes::FakeGateway::generatedKey()));
        BOOST_CHECK_THROW(device.ExportCredential("main"), sdbus::Error);
    });
}

BOOST_AUTO_TEST_CASE(a_list_arrives_row_by_row)
{
    const auto count = importList("device,key\nmeter-1," + base::toHex(base::asBytes(key)) + "\n");

    const auto arrived = inside([](World& world) {
        const auto& row = world.lists.imported.at("main").at(0);
        return row.device + " " + std::string(base::asText(row.key.view()));
    });
    BOOST_TEST(count == 1U);
    BOOST_TEST(arrived == "meter-1 " + std::string(key));
}

BOOST_AUTO_TEST_CASE(a_wrong_list_is_refused_by_line)
{
    BOOST_CHECK_EXCEPTION(
        importList("device,key\nmeter-1,xyz\n"), sdbus::Error, [](const auto& error) {
            return fromBusError(error).message == "line 2: the key is not hexadecimal";
        });
    BOOST_TEST(inside([](World& world) { return world.lists.imported.empty(); }));
}

BOOST_AUTO_TEST_CASE(r39_a_list_of_generated_keys_comes_out_in_the_format_of_the_server)
{
    inside([](World& world) {
        world.lists.exportable.push_back(
            {"meter-1", "urn:1", base::toBytes("id"), base::Secret(base::asBytes(key)), 0});
    });
    ctl::ServerProxy server(client.connection(), objectPath(Kind::Server, "main"));

    BOOST_CHECK_THROW(server.ExportCredentials("excel"), sdbus::Error);
    const auto [file, count] = server.ExportCredentials("cumulocity");
    const auto text = readSecretFile(file.get());

    BOOST_TEST(count == 1U);
    BOOST_REQUIRE(text.has_value());
    BOOST_TEST(std::string(base::asText(text->view()))
                   .ends_with("urn:1;c8y_lwm2m;PSK;X509;coaps://lwm2m.example;id;" +
                              base::toHex(base::asBytes(key)) + "\r\n"));
    BOOST_CHECK_THROW(server.ExportCredentials("cumulocity"), sdbus::Error);
}

BOOST_AUTO_TEST_CASE(r42_no_key_is_in_any_message_on_the_bus)
{
    Monitor monitor(address());

    set();
    importList("device,key\nmeter-1," + base::toHex(base::asBytes(key)) + "\n");
    ctl::generateCredential(client, "meter-1", "main", "");
    client.withDevice("meter-1", [](DeviceProxy& device) {
        static_cast<void>(device.DescribeCredential("main"));
        static_cast<void>(device.ExportCredential("main"));
    });
    static_cast<void>(client.objects(Kind::Device));
    BOOST_CHECK_THROW(static_cast<void>(client.properties(Kind::Device, "the-end")), ctl::Failure);
    const auto& heard = monitor.hearUntil("the_2dend");

    const auto generated = base::asText(fakes::FakeGateway::generatedKey());
    BOOST_TEST(heard.find("ExportCredential") != std::string::npos);
    BOOST_TEST(heard.find("the_2dend") != std::string::npos);
    BOOST_TEST(heard.find(key) == std::string::npos);
    BOOST_TEST(heard.find(generated) == std::string::npos);
    BOOST_TEST(heard.find(base::toHex(base::asBytes(key))) == std::string::npos);
    BOOST_TEST(heard.find(base::toHex(base::asBytes(generated))) == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
