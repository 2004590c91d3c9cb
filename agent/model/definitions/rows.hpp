// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "agent/model/definition.hpp"

/// The built-in definitions as data: facts of the OMA LwM2M registry (state of February 2024), one
/// row per Resource.
namespace causeway::model {

// The registry's column order; NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
struct ResourceRow
{
    Id id;
    std::string_view name;
    Operations operations;
    bool isMultiple;
    bool isMandatory;
    ResourceType type;
    /// Where the registry gives a list or prose: the hull of what it allows. Opaque and String of
    /// one fixed length may also be empty, as bootstrap servers send them.
    std::optional<Range> range;
    std::string_view units;
};

// The registry's column order; NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
struct ObjectRow
{
    Id id;
    std::string_view name;
    std::string_view version;
    bool isMultiple;
    bool isMandatory;
    std::span<const ResourceRow> resources;
};

inline constexpr Operations none{};
inline constexpr Operations read{.read = true};
inline constexpr Operations write{.write = true};
inline constexpr Operations readWrite{.read = true, .write = true};
inline constexpr Operations execute{.execute = true};
inline constexpr bool single = false;
inline constexpr bool multiple = true;
inline constexpr bool optional = false;
inline constexpr bool mandatory = true;
inline constexpr std::optional<Range> any;

/// 0 to 7, 9, 16, 19, 20, 25, 3442.
[[nodiscard]] std::span<const ObjectRow> coreObjects();
/// IPSO inputs, outputs and controls.
[[nodiscard]] std::span<const ObjectRow> inputOutputObjects();
/// IPSO sensors with a Sensor Value.
[[nodiscard]] std::span<const ObjectRow> sensorObjects();
/// Energy, gas, water, heat, batteries, current loops and Modbus.
[[nodiscard]] std::span<const ObjectRow> meterObjects();

} // namespace causeway::model
