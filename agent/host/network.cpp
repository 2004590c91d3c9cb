// SPDX-License-Identifier: Apache-2.0
#include "agent/host/network.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "agent/base/unique_fd.hpp"
#include "agent/host/small_file.hpp"

namespace causeway::host {

using std::filesystem::path;

namespace {

// Object 4, Network Bearer.
constexpr std::int64_t modem = 6; // which generation is known to who drives the modem, not to us
constexpr std::int64_t wlan = 21;
constexpr std::int64_t bluetooth = 22;
constexpr std::int64_t ieee802154 = 23;
constexpr std::int64_t ethernet = 41;

constexpr std::uint32_t isUpFlag = 1;      // RTF_UP
constexpr std::uint32_t isGatewayFlag = 2; // RTF_GATEWAY

std::optional<std::uint32_t> hexNumber(std::string_view text)
{
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

/// 32 digits, as /proc/net/if_inet6 and ipv6_route have them.
std::optional<in6_addr> hexIpv6(std::string_view text)
{
    in6_addr address{};
    if (text.size() != 2 * sizeof address.s6_addr)
        return std::nullopt;
    for (std::size_t i = 0; i < sizeof address.s6_addr; ++i) {
        const auto octet = hexNumber(text.substr(2 * i, 2));
        if (!octet)
            return std::nullopt;
        address.s6_addr[i] = static_cast<std::uint8_t>(*octet);
    }
    return address;
}

template <typename Address>
std::string toText(int family, const Address& address)
{
    char text[INET6_ADDRSTRLEN];
    return ::inet_ntop(family, &address, text, sizeof text) == nullptr ? "" : text;
}

struct Route
{
    std::string interface;
    std::string router;
    std::uint32_t metric = 0;
};

/// Iface Destination Gateway Flags RefCnt Use Metric Mask …: a network's octets as one number in
/// the machine's own order, all in hexadecimal but the metric.
void addIpv4Routes(const path& root, std::vector<Route>& routes)
{
    for (const auto& row : readWords(root / "proc/self/net/route")) {
        if (row.size() < 8 || row[1] != "00000000" || row[7] != "00000000")
            continue;
        const auto router = hexNumber(row[2]);
        const auto flags = hexNumber(row[3]);
        std::uint32_t metric = 0;
        std::from_chars(row[6].data(), row[6].data() + row[6].size(), metric);
        if (!router || !flags || (*flags & isUpFlag) == 0)
            continue;
        const bool hasRouter = (*flags & isGatewayFlag) != 0;
        routes.push_back({row[0], hasRouter ? toText(AF_INET, in_addr{*router}) : "", metric});
    }
}

/// destination length source length next-hop metric refcnt use flags device
void addIpv6Routes(const path& root, std::vector<Route>& routes)
{
    for (const auto& row : readWords(root / "proc/self/net/ipv6_route")) {
        if (row.size() < 10 || row[1] != "00" || row[9] == "lo")
            continue;
        const auto router = hexIpv6(row[4]);
        const auto metric = hexNumber(row[5]);
        const auto flags = hexNumber(row[8]);
        if (!router || !metric || !flags || (*flags & isUpFlag) == 0)
            continue;
        const bool hasRouter = (*flags & isGatewayFlag) != 0;
        routes.push_back({row[9], hasRouter ? toText(AF_INET6, *router) : "", *metric});
    }
}

/// address index length scope flags name
void addIpv6Addresses(const path& root, std::vector<InterfaceAddress>& addresses)
{
    constexpr std::string_view linkLocal = "20";
    for (const auto& row : readWords(root / "proc/self/net/if_inet6")) {
        if (row.size() < 6 || row[3] == linkLocal)
            continue;
        if (const auto address = hexIpv6(row[0]))
            addresses.push_back({row[5], toText(AF_INET6, *address)});
    }
}

std::int64_t bearerOf(const path& interface)
{
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 3> kinds{
        {{"DEVTYPE=wlan\n", wlan}, {"DEVTYPE=wwan\n", modem}, {"DEVTYPE=bluetooth\n", bluetooth}}};
    const auto facts = readSmallFile(interface / "uevent");
    for (const auto& [word, bearer] : kinds) {
        if (facts.find(word) != std::string::npos)
            return bearer;
    }
    // ARPHRD_PPP, ARPHRD_RAWIP (modems), ARPHRD_IEEE802154 and its monitor.
    const auto type = readLine(interface / "type");
    if (type == "512" || type == "519")
        return modem;
    return type == "804" || type == "805" ? ieee802154 : ethernet;
}

bool isUp(const path& interface)
{
    // Tunnels, PPP and some modems do not know.
    const auto state = readLine(interface / "operstate");
    return state == "up" || state == "unknown";
}

/// By name; without loopback.
std::map<std::string, std::int64_t> bearersUp(const path& root)
{
    constexpr std::string_view loopback = "772"; // ARPHRD_LOOPBACK
    std::map<std::string, std::int64_t> bearers;
    std::error_code ignored; // no list, no interfaces
    for (const auto& entry : std::filesystem::directory_iterator(root / "sys/class/net", ignored)) {
        const auto& interface = entry.path();
        if (readLine(interface / "type") != loopback && isUp(interface))
            bearers.emplace(interface.filename(), bearerOf(interface));
    }
    return bearers;
}

/// "wlan0: 0000 54. -56. -256 …": status, quality, level in dBm, noise.
std::int64_t signalOf(const path& root, const std::string& interface)
{
    for (const auto& row : readWords(root / "proc/self/net/wireless")) {
        if (row.size() < 4 || row[0] != interface + ':')
            continue;
        std::int64_t level = 0;
        std::from_chars(row[3].data(), row[3].data() + row[3].size(), level);
        return level < 0 ? level : 0; // relative to nothing that we know
    }
    return 0;
}

std::string chooseInterface(const std::vector<InterfaceAddress>& addresses,
                            const std::vector<Route>& routes,
                            const std::map<std::string, std::int64_t>& bearers,
                            const std::string& localAddress)
{
    const auto used = std::ranges::find(addresses, localAddress, &InterfaceAddress::address);
    if (used != addresses.end())
        return used->interface;
    const auto best = std::ranges::min_element(routes, {}, &Route::metric);
    if (best != routes.end())
        return best->interface;
    return bearers.empty() ? std::string() : bearers.begin()->first;
}

} // namespace

std::vector<InterfaceAddress> ipv4Addresses()
{
    constexpr std::size_t most = 64; // interfaces: more than a gateway has, bridges and all
    std::vector<InterfaceAddress> addresses;
    const base::UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    std::array<ifreq, most> entries{};
    ifconf list{};
    list.ifc_len = static_cast<int>(sizeof entries);
    list.ifc_req = entries.data();
    if (socket.get() < 0 || ::ioctl(socket.get(), SIOCGIFCONF, &list) != 0) // NOLINT: as C has it
        return addresses;
    const auto count = static_cast<std::size_t>(list.ifc_len) / sizeof(ifreq);
    for (std::size_t i = 0; i < std::min(count, most); ++i) {
        sockaddr_in address{};
        std::memcpy(
            &address, &entries[i].ifr_addr, sizeof address); // NOLINT: a union of the kernel
        const std::string name = entries[i].ifr_name;        // NOLINT: likewise
        addresses.push_back({name.substr(0, name.find(':')), toText(AF_INET, address.sin_addr)});
    }
    return addresses;
}

api::Connectivity readNetwork(const NetworkView& view, const std::string& localAddress)
{
    auto addresses = view.ipv4;
    addIpv6Addresses(view.root, addresses);
    std::vector<Route> routes;
    addIpv4Routes(view.root, routes);
    addIpv6Routes(view.root, routes);
    const auto bearers = bearersUp(view.root);
    const auto interface = chooseInterface(addresses, routes, bearers, localAddress);
    api::Connectivity network;
    if (const auto found = bearers.find(interface); found != bearers.end())
        network.bearer = found->second;
    std::set<std::int64_t> available{network.bearer};
    for (const auto& [name, bearer] : bearers)
        available.insert(bearer);
    network.available.assign(available.begin(), available.end());
    network.signal = signalOf(view.root, interface);
    for (auto& [name, address] : addresses) {
        if (name == interface)
            network.addresses.push_back(std::move(address));
    }
    for (auto& [name, router, metric] : routes) {
        const bool isKnown = std::ranges::find(network.routers, router) != network.routers.end();
        if (name == interface && !router.empty() && !isKnown)
            network.routers.push_back(std::move(router));
    }
    return network;
}

} // namespace causeway::host
