// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/model/value.hpp"
#include "dbus/ctl/client.hpp"

/// What the Object definitions say of a Resource, for people who do not know its number by heart.
namespace causeway::dbus::ctl {

/// "Sensor Value"; empty when no definition knows the path.
[[nodiscard]] std::string resourceName(const std::string& path);

[[nodiscard]] std::optional<model::ResourceType> resourceType(const std::string& path);

/// The units of values: what the device's own Resource 5701 says of an instance, else what the
/// definition says.
class Units
{
public:
    Units() = default;
    explicit Units(const std::vector<BusSample>& samples);

    /// "V"; empty for what has none.
    [[nodiscard]] std::string at(const std::string& path) const;

private:
    std::map<std::string, std::string> ofInstances_; ///< "/3316/0" -> "V"
};

/// "230.1 V", "on", "a text".
[[nodiscard]] std::string valueText(const BusSample& sample, const Units& units);

} // namespace causeway::dbus::ctl
