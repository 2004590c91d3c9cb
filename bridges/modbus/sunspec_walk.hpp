// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "bridges/modbus/point.hpp"

namespace causeway::bridges::modbus {

/// One block of a SunSpec device: its number, the address of its ID register, and how many
/// registers follow that and the one of the length.
struct SunspecModel
{
    std::uint16_t id = 0;
    std::uint16_t address = 0;
    std::uint16_t length = 0;

    bool operator==(const SunspecModel&) const = default;
};

/// The point where this device has it; nothing when it has none of the point's models, or a shorter
/// one: what comes behind that is another model's.
[[nodiscard]] std::optional<Point> placedIn(Point point, const std::vector<SunspecModel>& models);

/// Finds the models of a SunSpec device (SunSpec Device Information Model §6.2): the marker "SunS"
/// at one of three addresses, then blocks of ID, length and points until the ID is 0xFFFF. Pure:
/// says which holding registers to read, and is handed what they hold.
class SunspecWalk
{
public:
    /// Nothing when the walk is over.
    [[nodiscard]] std::optional<Extent> next() const;

    void take(std::span<const std::uint16_t> words);
    /// The device has no such registers.
    void refused();

    [[nodiscard]] bool hasFoundMarker() const { return hasMarker_; }

    [[nodiscard]] const std::vector<SunspecModel>& models() const { return models_; }

private:
    std::vector<SunspecModel> models_;
    std::size_t base_ = 0;
    std::uint32_t address_ = 0; ///< of the next block's ID
    bool hasMarker_ = false;
    bool isOver_ = false;
};

} // namespace causeway::bridges::modbus
