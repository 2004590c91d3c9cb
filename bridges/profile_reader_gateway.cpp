// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "bridges/profile_reader.hpp"

// The profile of the gateway itself, as a client of its own.
namespace causeway::bridges {

namespace {

constexpr model::Id deviceObject = 3;

/// What a command asks of a bus; empty when it asks nothing.
std::string_view fieldWordIn(const std::vector<std::string>& command)
{
    for (const std::string_view word : {"@line@", "@unit@", "@port@"}) {
        if (std::ranges::any_of(command, [word](const std::string& argument) {
                return argument.find(word) != std::string::npos;
            }))
            return word;
    }
    return {};
}

} // namespace

void ProfileReader::readGateway(ProfileTable& root, ProfileTable table)
{
    for (const std::string_view key : {"resource", "probe", "setup", "keep-alive"}) {
        if (root.has(key))
            root.complain(key, fmt::format("[[{}]] is for devices, [gateway] has none", key));
    }

    constexpr std::int64_t longestPeriod = 86'400; // a day
    if (const auto period = table.integer("period-s", 1, longestPeriod))
        profile_.gatewayPeriod = std::chrono::seconds(*period);
    table.refuseOthers();
}

// The gateway is no device on a bus: it has nothing to map, and no line to lend.
void ProfileReader::checkGateway(ProfileTable& root)
{
    for (const auto& [path, line] : lines_) {
        if (path.object() != deviceObject)
            complaint_.add(line, "with [gateway] a [[constant]] is one of Object 3");
    }
    const auto check = [&root](std::string_view key, const std::vector<std::string>& command) {
        if (const auto word = fieldWordIn(command); !word.empty())
            root.complain(key, fmt::format("the gateway has no {}", word));
    };
    check("firmware", profile_.firmware.install);
    check("firmware", profile_.firmware.check);
    for (const auto& method : profile_.software) {
        for (const auto* command : {&method.package.install,
                                    &method.package.check,
                                    &method.uninstall,
                                    &method.activate,
                                    &method.deactivate})
            check("software", *command);
    }
}

} // namespace causeway::bridges
