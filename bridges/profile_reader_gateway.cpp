// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "bridges/profile_reader.hpp"

// The profile of the gateway itself, as a client of its own.
namespace causeway::bridges {

namespace {

constexpr model::Id deviceObject = 3;

} // namespace

void ProfileReader::readGateway(ProfileTable& root, ProfileTable table)
{
    for (const std::string_view key : {"resource", "probe", "setup"}) {
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
    for (const auto* command : {&profile_.firmware.install, &profile_.firmware.check}) {
        for (const std::string_view word : {"@line@", "@unit@", "@port@"}) {
            if (std::ranges::any_of(*command, [word](const std::string& argument) {
                    return argument.find(word) != std::string::npos;
                }))
                root.complain("firmware", fmt::format("the gateway has no {}", word));
        }
    }
}

} // namespace causeway::bridges
