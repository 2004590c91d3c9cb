// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "agent/api/bridge.hpp"
#include "agent/base/expected.hpp"
#include "agent/model/definition.hpp"
#include "bridges/modbus/point.hpp"

namespace causeway::bridges {

/// The link between one LwM2M Resource and one place in a legacy device.
struct ResourceMapping
{
    api::MappedResource resource;
    std::optional<modbus::Point> point; ///< none for a constant
};

/// Everything we know of one device model; shared by all its devices, never changed once read.
struct DeviceProfile
{
    std::string name;   ///< eastron-sdm120: the file's name without .toml
    std::string title;  ///< Eastron SDM120 single-phase energy meter
    std::string bridge; ///< "modbus"
    std::string file;
    std::string manufacturer;
    std::string model;
    std::vector<std::string> sources; ///< where the register map comes from
    modbus::UnitLimits limits;
    std::vector<ResourceMapping> mappings; ///< ascending by path
};

/// Reads one profile (bridges/README.md describes the format). Refuses what it does not know, what
/// overlaps, and what does not fit the definitions; the sentence begins with "file:line: ".
[[nodiscard]] base::Expected<DeviceProfile> readProfile(const std::filesystem::path& file,
                                                        const model::Definitions& definitions);

/// The same for text in hand; `file` is for the complaints and gives the name.
[[nodiscard]] base::Expected<DeviceProfile> parseProfile(std::string_view text,
                                                         const std::filesystem::path& file,
                                                         const model::Definitions& definitions);

} // namespace causeway::bridges
