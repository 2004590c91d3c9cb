// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include <boost/test/unit_test.hpp>

#include "agent/admission.hpp"
#include "tests/fakes/pki.hpp"

using namespace causeway;
using namespace causeway::agent;

namespace {

api::ServerSettings serverAt(std::string uri)
{
    api::ServerSettings server;
    server.name = "main";
    server.uri = std::move(uri);
    return server;
}

} // namespace

BOOST_AUTO_TEST_SUITE(admission)

BOOST_AUTO_TEST_CASE(names_are_short_and_plain)
{
    BOOST_TEST(admitName("device", "meter-1").has_value());
    BOOST_TEST(admitName("device", "R2.d_2").has_value());
    for (const std::string name : {"", "-x", ".x", "a b", "ü", "a/b", "a\n"})
        BOOST_TEST(!admitName("device", name).has_value(), name);
    BOOST_TEST(!admitName("device", std::string(65, 'a')).has_value());
}

BOOST_AUTO_TEST_CASE(a_server_uri_names_scheme_and_host_and_nothing_else)
{
    for (const auto* uri : {"coaps://lwm2m.example.com",
                            "coaps://127.0.0.1:5684",
                            "coaps://[::1]:5684",
                            "coaps://h/"})
        BOOST_TEST(admitServer(serverAt(uri), false).has_value(), uri);
    for (const auto* uri : {"",
                            "coaps://",
                            "http://h",
                            "coaps:/h",
                            "coaps://h:0",
                            "coaps://h:65536",
                            "coaps://h:x",
                            "coaps://h:",
                            "coaps://h/path",
                            "coaps://u@h",
                            "coaps://h h"})
        BOOST_TEST(!admitServer(serverAt(uri), false).has_value(), uri);
}

// RFC 3986 §7.4: what getaddrinfo(3) takes for 127.0.0.1, and nobody would read as that.
BOOST_AUTO_TEST_CASE(an_address_is_written_as_one)
{
    for (const auto* uri : {"coaps://127.1:5684",
                            "coaps://0x7f000001",
                            "coaps://2130706433",
                            "coaps://0177.0.0.1:5684",
                            "coaps://127.0.0.1.:5684"}) {
        const auto admitted = admitServer(serverAt(uri), false);
        BOOST_REQUIRE_MESSAGE(!admitted, uri);
        BOOST_TEST(admitted.error().message.find("write 127.0.0.1 if that is meant") !=
                       std::string::npos,
                   admitted.error().message);
    }
    BOOST_TEST(admitServer(serverAt("coaps://[fe80::1%eth0]:5684"), false).has_value());
    BOOST_TEST(!admitServer(serverAt("coaps://[fe80::x]:5684"), false).has_value());
}

BOOST_AUTO_TEST_CASE(r43_plain_coap_needs_nosec_and_the_settings_permission)
{
    auto server = serverAt("coap://h");
    BOOST_TEST(!admitServer(server, true).has_value());

    server.securityMode = api::SecurityMode::NoSec;

    BOOST_TEST(admitServer(server, true).has_value());
    BOOST_TEST((admitServer(server, false).error().kind == base::ErrorKind::Refused));
    BOOST_TEST(!admitServer(
                    [] {
                        auto secure = serverAt("coaps://h");
                        secure.securityMode = api::SecurityMode::NoSec;
                        return secure;
                    }(),
                    true)
                    .has_value());
}

BOOST_AUTO_TEST_CASE(r11_an_account_names_only_suites_that_may_be_used)
{
    auto server = serverAt("coaps://h");
    server.cipherSuites = {"TLS_PSK_WITH_AES_128_GCM_SHA256", "0xC0A8"};
    BOOST_TEST(admitServer(server, false).has_value());

    for (const std::string text : {"0xC037", "0x008C", "TLS_PSK_WITH_NULL_SHA256", "GCM", " "}) {
        server.cipherSuites = {"0xC0A8", text};
        BOOST_TEST(!admitServer(server, false).has_value(), text);
    }
}

BOOST_AUTO_TEST_CASE(r29_r43_an_account_names_a_key_or_certificate_that_fits_its_mode)
{
    struct Row
    {
        api::SecurityMode mode;
        api::ServerIdentity identity;
        std::string reason; ///< empty: it may
    };

    using enum api::SecurityMode;
    using enum api::MatchingType;
    const fakes::Identity made;
    const auto key = made.publicKey();
    const auto certificate = made.certificate();
    const base::Bytes hash(32, 1);
    constexpr auto usage = api::CertificateUsage::DomainIssued;
    for (const Row& row : {
             Row{RawPublicKey, {key, Exact, usage, ""}, ""},
             Row{RawPublicKey, {hash, Sha256, usage, ""}, ""},
             Row{Certificate, {certificate, Exact, usage, "lwm2m.example"}, ""},
             Row{Certificate, {base::Bytes(48, 1), Sha384, usage, ""}, ""},
             Row{RawPublicKey, {{}, Exact, usage, ""}, "needs the server's public key"},
             Row{Certificate, {{}, Exact, usage, ""}, "needs the server's certificate"},
             Row{RawPublicKey, {certificate, Exact, usage, ""}, "no SubjectPublicKeyInfo"},
             Row{Certificate, {key, Exact, usage, ""}, "no X.509 certificate"},
             Row{RawPublicKey, {hash, Sha512, usage, ""}, "has 64 octets"},
             Row{Certificate, {certificate, Exact, usage, "192.0.2.1"}, "no host name"},
             Row{Certificate, {certificate, Exact, usage, "::1"}, "no host name"},
             Row{Certificate, {certificate, Exact, usage, "a b"}, "no host name"},
         }) {
        auto server = serverAt("coaps://h");
        server.securityMode = row.mode;
        server.identity = row.identity;
        const auto admitted = admitServer(server, false);
        const std::string said = admitted ? "" : admitted.error().message;
        BOOST_TEST(admitted.has_value() == row.reason.empty(), said);
        BOOST_TEST(said.find(row.reason) != std::string::npos, said);
    }
}

BOOST_AUTO_TEST_CASE(a_lifetime_of_0_is_for_lwm2m_1_2)
{
    auto server = serverAt("coaps://server.example");
    server.lifetime = std::chrono::seconds(0);

    server.lwm2mVersion = "1.2";
    BOOST_TEST(admitServer(server, false).has_value());
    server.lwm2mVersion = "1.1";
    BOOST_TEST(!admitServer(server, false).has_value());
}

BOOST_AUTO_TEST_CASE(r43_tcp_is_admitted_by_the_rules_of_udp)
{
    BOOST_TEST(admitServer(serverAt("coaps+tcp://h"), false).has_value());
    BOOST_TEST(!admitServer(serverAt("coap+tcp://h"), true).has_value());
    auto server = serverAt("coap+tcp://h:5683");
    server.securityMode = api::SecurityMode::NoSec;

    BOOST_TEST(admitServer(server, true).has_value());
    BOOST_TEST((admitServer(server, false).error().kind == base::ErrorKind::Refused));
    server.uri = "coaps+tcp://h";
    BOOST_TEST(!admitServer(server, true).has_value());
}

BOOST_AUTO_TEST_CASE(tcp_wants_a_version_of_lwm2m_that_has_it)
{
    auto server = serverAt("coaps+tcp://h");
    server.lwm2mVersion = "1.0";

    BOOST_TEST(admitServer(server, false).error().message.find("LwM2M 1.0 has no TCP") == 0U);
    server.lwm2mVersion = "1.2";
    BOOST_TEST(admitServer(server, false).has_value());
}

BOOST_AUTO_TEST_CASE(r43_plain_coap_has_no_suites)
{
    auto server = serverAt("coap://h");
    server.securityMode = api::SecurityMode::NoSec;
    server.cipherSuites = {"0xC0A8"};

    BOOST_TEST(!admitServer(server, true).has_value());
}

BOOST_AUTO_TEST_CASE(a_line_needs_a_name)
{
    api::LineSettings line;
    BOOST_TEST(!admitLine(line).has_value());

    line.name = "rtu-0";
    BOOST_TEST(admitLine(line).has_value());
}

BOOST_AUTO_TEST_CASE(a_line_gets_nothing_new_that_its_kind_has_not)
{
    using Settings = api::LineSettings;
    Settings serial;
    serial.serialPort = "/dev/ttyUSB0";
    serial.baudRate = 19200;
    Settings tcp = serial;
    tcp.kind = Settings::Kind::Tcp;
    tcp.host = "plc";
    BOOST_TEST(!admitLineChange(serial, tcp).has_value());
    tcp.serialPort.clear();
    BOOST_TEST(admitLineChange(serial, tcp).has_value());
    BOOST_TEST(!admitLineChange({}, tcp).has_value());

    auto fast = tcp;
    fast.baudRate = 38400;
    BOOST_TEST(!admitLineChange(tcp, fast).has_value());
    auto back = tcp;
    back.kind = Settings::Kind::Rtu;
    back.serialPort = "/dev/ttyUSB0";
    BOOST_TEST(!admitLineChange(tcp, back).has_value());
    auto old = tcp;
    old.serialPort = "/dev/ttyUSB0";
    auto slower = old;
    slower.responseTimeout *= 2;
    BOOST_TEST(admitLineChange(old, slower).has_value());
}

BOOST_AUTO_TEST_CASE(an_endpoint_name_fits_a_query_option)
{
    BOOST_TEST(admitEndpointName("urn:dev:os:32473-123456").has_value());
    BOOST_TEST(admitEndpointName(std::string(252, 'e')).has_value());
    BOOST_TEST(!admitEndpointName(std::string(253, 'e')).has_value());
    BOOST_TEST(!admitEndpointName("a\tb").has_value());
    BOOST_TEST(!admitEndpointName("\xC3").has_value());
}

BOOST_AUTO_TEST_CASE(a_delivered_account_passes_the_rules_of_an_operators)
{
    const auto admit = [](const std::string& uri, std::vector<std::string> suites, int count = 1) {
        api::BootstrapResult result;
        for (int i = 0; i < count; ++i) {
            auto& settings = result.accounts.emplace_back().account.settings;
            settings.name = "meter-1:101";
            settings.uri = uri;
            settings.cipherSuites = suites;
        }
        return admitDelivery(result, false).has_value();
    };

    BOOST_TEST(admit("coaps://server.example", {}));
    BOOST_TEST(admit("coaps://server.example", {"168"}));
    BOOST_TEST(!admit("coaps://server.example", {"49207"})); // ECDHE_PSK with SHA-256 and CBC
    BOOST_TEST(!admit("coap://server.example", {}));
    BOOST_TEST(!admit("coaps://server.example/path", {}));
    BOOST_TEST(admit("coaps://server.example", {}, 8));
    BOOST_TEST(!admit("coaps://server.example", {}, 9));
}

BOOST_AUTO_TEST_CASE(a_device_stands_at_a_place_that_there_is_or_nowhere)
{
    api::DeviceSettings device;
    device.name = "pump";
    device.profile = "xy-md02";
    device.line = "rtu-0";
    BOOST_TEST(admitDevice(device).has_value());

    device.position = "52.5163 13.3777 34";
    BOOST_TEST(admitDevice(device).has_value());
    device.position = "91 13.3777";
    const auto refused = admitDevice(device);
    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().message.starts_with("\"91 13.3777\" is no position"));
}

BOOST_AUTO_TEST_SUITE_END()
