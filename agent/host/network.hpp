// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "agent/api/connectivity.hpp"

namespace causeway::host {

/// An address that an interface has.
struct InterfaceAddress
{
    std::string interface;
    std::string address;
};

/// Of IPv4; the kernel tells them by an ioctl, where a service need not be let at netlink.
[[nodiscard]] std::vector<InterfaceAddress> ipv4Addresses();

/// Where to look; "/" and ipv4Addresses() but in tests.
struct NetworkView
{
    std::filesystem::path root = "/";
    std::vector<InterfaceAddress> ipv4;
};

/// By /proc/self/net and /sys/class/net. The interface is that of `localAddress`, which a session
/// has; without one that of the best default route, else any that is up.
[[nodiscard]] api::Connectivity readNetwork(const NetworkView& view,
                                            const std::string& localAddress);

} // namespace causeway::host
