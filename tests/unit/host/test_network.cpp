// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/host/network.hpp"
#include "tests/fakes/temporary_directory.hpp"

using namespace causeway;
using Bearers = std::vector<std::int64_t>;
using Texts = std::vector<std::string>;

namespace {

constexpr const char* routes =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
    "wlan0\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
    "eth0\t00000000\t010AA8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
    "eth0\t000AA8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n";
constexpr const char* ipv6Addresses = "00000000000000000000000000000001 01 80 10 80       lo\n"
                                      "fe8000000000000002163efffe3bd04a 02 40 20 80     eth0\n"
                                      "20010db8000000010000000000000007 02 40 00 80     eth0\n";
constexpr const char* ipv6Routes =
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
    "fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n"
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
    "00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n";
constexpr const char* wireless =
    "Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE\n"
    " face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22\n"
    " wlan0: 0000   54.  -56.  -256        0      0      0      0      0        0\n";

/// A machine on a wire, with a WLAN beside it and a modem that is off.
struct NetworkFixture
{
    NetworkFixture()
    {
        interface("lo", "772", "unknown", "");
        interface("eth0", "1", "up", "INTERFACE=eth0\n");
        interface("wlan0", "1", "up", "DEVTYPE=wlan\nINTERFACE=wlan0\n");
        interface("wwan0", "519", "down", "DEVTYPE=wwan\nINTERFACE=wwan0\n");
        root.write("proc/self/net/route", routes);
        root.write("proc/self/net/if_inet6", ipv6Addresses);
        root.write("proc/self/net/ipv6_route", ipv6Routes);
        root.write("proc/self/net/wireless", wireless);
    }

    void interface(const std::string& name,
                   const std::string& type,
                   const std::string& state,
                   const std::string& facts) const
    {
        const auto directory = "sys/class/net/" + name;
        root.write(directory + "/type", type + '\n');
        root.write(directory + "/operstate", state + '\n');
        root.write(directory + "/uevent", facts);
    }

    [[nodiscard]] api::Connectivity look(const std::string& localAddress) const
    {
        return host::readNetwork({root.path(), ipv4}, localAddress);
    }

    fakes::TemporaryDirectory root;
    std::vector<host::InterfaceAddress> ipv4{
        {"lo", "127.0.0.1"}, {"eth0", "192.168.10.7"}, {"wlan0", "192.168.0.7"}};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(network, NetworkFixture)

BOOST_AUTO_TEST_CASE(is_that_of_the_best_default_route)
{
    const auto network = look("");

    BOOST_TEST(network.bearer == 41);
    BOOST_TEST(network.available == (Bearers{21, 41}));
    BOOST_TEST(network.signal == 0);
    BOOST_TEST(network.addresses == (Texts{"192.168.10.7", "2001:db8:0:1::7"}));
    BOOST_TEST(network.routers == (Texts{"192.168.10.1", "fe80::1"}));
}

BOOST_AUTO_TEST_CASE(is_that_which_a_session_uses)
{
    const auto network = look("192.168.0.7");

    BOOST_TEST(network.bearer == 21);
    BOOST_TEST(network.signal == -56);
    BOOST_TEST(network.addresses == Texts{"192.168.0.7"});
    BOOST_TEST(network.routers == Texts{"192.168.0.1"});
}

BOOST_AUTO_TEST_CASE(knows_a_modem_and_what_is_not_ethernet)
{
    interface("wwan0", "519", "unknown", "DEVTYPE=wwan\nINTERFACE=wwan0\n");
    interface("wpan0", "804", "up", "");
    interface("bnep0", "1", "up", "DEVTYPE=bluetooth\n");
    interface("ppp0", "512", "unknown", "");
    ipv4.push_back({"ppp0", "10.64.0.2"});

    BOOST_TEST(look("").available == (Bearers{6, 21, 22, 23, 41}));
    BOOST_TEST(look("10.64.0.2").bearer == 6);
}

BOOST_AUTO_TEST_CASE(is_any_that_is_up_where_no_route_leads_out)
{
    root.write("proc/self/net/route", "Iface\tDestination\n");
    root.write("proc/self/net/ipv6_route", "");

    BOOST_TEST(look("").addresses == (Texts{"192.168.10.7", "2001:db8:0:1::7"}));
    BOOST_TEST(look("").routers.empty());
}

BOOST_AUTO_TEST_CASE(is_on_the_machine_itself_where_the_server_is)
{
    const auto network = look("127.0.0.1");

    BOOST_TEST(network.bearer == 41);
    BOOST_TEST(network.addresses == (Texts{"127.0.0.1", "::1"}));
}

BOOST_AUTO_TEST_CASE(survives_whatever_the_files_hold)
{
    root.write("proc/self/net/route", "eth0\t00000000\tzz\t0003\t0\t0\tx\t00000000\neth0 1 2\n\n");
    root.write("proc/self/net/ipv6_route", std::string(5000, 'f') + "\n1 00 3 4 5 6 7 8 9 eth0\n");
    root.write("proc/self/net/if_inet6",
               "zz 1 2 00 5 eth0\n" + std::string(32, 'g') + " 1 2 00 5 eth0");
    root.write("proc/self/net/wireless", "wlan0:\nwlan0: 0 0 99999999999999999999\n");

    const auto network = look("192.168.0.7");

    BOOST_TEST(network.addresses == Texts{"192.168.0.7"});
    BOOST_TEST(network.routers.empty());
    BOOST_TEST(network.signal == 0);
}

BOOST_AUTO_TEST_CASE(is_ethernet_where_nothing_is_to_be_read)
{
    const fakes::TemporaryDirectory nothing;

    const auto network = host::readNetwork({nothing.path(), {}}, "192.0.2.1");

    BOOST_TEST(network.bearer == 41);
    BOOST_TEST(network.available == Bearers{41});
    BOOST_TEST(network.addresses.empty());
}

BOOST_AUTO_TEST_CASE(tells_the_addresses_that_this_machine_has)
{
    const auto addresses = host::ipv4Addresses();

    BOOST_TEST((std::ranges::find(addresses, "127.0.0.1", &host::InterfaceAddress::address) !=
                addresses.end()));
}

BOOST_AUTO_TEST_SUITE_END()
