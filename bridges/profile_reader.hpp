// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/definition.hpp"
#include "bridges/ble/format_reader.hpp"
#include "bridges/device_profile.hpp"
#include "bridges/point_reader.hpp"
#include "bridges/profile_table.hpp"

namespace causeway::bridges {

/// Turns the tables of one profile file into a DeviceProfile, with a complaint for everything that
/// is not exactly as causeway-profile(5) says. What it returns after a complaint is of no use.
class ProfileReader
{
public:
    ProfileReader(const model::Definitions& definitions, Complaint& complaint)
        : definitions_(definitions)
        , complaint_(complaint)
    {}

    [[nodiscard]] DeviceProfile read(ProfileTable root);

private:
    /// Sensor Units and Application Type of an Object Instance.
    struct InstanceTexts
    {
        std::optional<std::string> units;
        std::optional<std::string> application;
    };

    void readBridge(ProfileTable& root);
    void readModbus(ProfileTable table);
    void readGateway(ProfileTable& root, ProfileTable table);
    void readResource(ProfileTable table);
    void readConstant(ProfileTable table);
    void readRegister(ProfileTable& table,
                      const model::ResourceDefinition& definition,
                      ResourceMapping mapping,
                      const InstanceTexts& texts);
    void readAdvertised(ProfileTable& table,
                        const model::ResourceDefinition& definition,
                        ResourceMapping mapping,
                        const InstanceTexts& texts);
    void repeat(ProfileTable& table, const ResourceMapping& first, const InstanceTexts& texts);

    const model::ResourceDefinition* readPath(ProfileTable& table, model::Path& path);
    void addIdentity(ProfileTable& root);
    void checkGateway(ProfileTable& root);
    void addRadio(std::uint32_t line);
    void addTexts(const model::Path& instance,
                  const InstanceTexts& texts,
                  std::int64_t index,
                  std::uint32_t line);
    void addConstant(const model::Path& path, const std::string& text, std::uint32_t line);
    void add(ResourceMapping mapping, std::uint32_t line);

    void checkOperations(ProfileTable& table,
                         const ResourceMapping& mapping,
                         const model::ResourceDefinition& definition);
    void checkOverlaps();
    void checkWholeWrites();
    void checkMandatory();
    void checkMandatory(const model::Path& instance, std::uint32_t line);

    const model::Definitions& definitions_;
    Complaint& complaint_;
    DeviceProfile profile_;
    PointDefaults defaults_;
    ble::FormatDefaults advertised_;
    std::map<model::Path, std::uint32_t> lines_; ///< where each path stands
};

} // namespace causeway::bridges
