// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/sunspec_walk.hpp"

#include <algorithm>
#include <array>

namespace causeway::bridges::modbus {

namespace {

constexpr std::array<std::uint16_t, 3> bases{40000, 50000, 0};
constexpr std::array<std::uint16_t, 2> marker{0x5375, 0x6E53};
constexpr std::uint16_t endOfModels = 0xFFFF;
/// Large inverters have some twenty; a device that never ends its list must not keep us.
constexpr std::size_t mostModels = 100;
/// ID and length.
constexpr std::uint16_t headWords = 2;

} // namespace

std::optional<Point> placedIn(Point point, const std::vector<SunspecModel>& models)
{
    const auto found = std::ranges::find_if(models, [&](const SunspecModel& model) {
        return std::ranges::find(point.sunspecModels, model.id) != point.sunspecModels.end();
    });
    if (found == models.end())
        return std::nullopt;
    const std::uint32_t base = found->address;
    const std::uint32_t end = point.extent().end();
    if (end > std::uint32_t{headWords} + found->length || base + end > 0x10000U)
        return std::nullopt;
    point.address = static_cast<std::uint16_t>(base + point.address);
    if (point.exponentAddress)
        point.exponentAddress = static_cast<std::uint16_t>(base + *point.exponentAddress);
    return point;
}

std::optional<Extent> SunspecWalk::next() const
{
    if (isOver_)
        return std::nullopt;
    if (!hasMarker_)
        return Extent{bases[base_], static_cast<std::uint16_t>(marker.size())};
    return Extent{static_cast<std::uint16_t>(address_), headWords};
}

void SunspecWalk::take(std::span<const std::uint16_t> words)
{
    if (!hasMarker_) {
        if (!std::ranges::equal(words, marker)) {
            refused();
            return;
        }
        hasMarker_ = true;
        address_ = std::uint32_t{bases[base_]} + static_cast<std::uint32_t>(marker.size());
        return;
    }
    if (words[0] == endOfModels) {
        isOver_ = true;
        return;
    }
    models_.push_back({words[0], static_cast<std::uint16_t>(address_), words[1]});
    address_ += headWords + words[1];
    isOver_ = models_.size() == mostModels || address_ + headWords > 0x10000U;
}

void SunspecWalk::refused()
{
    // A device that ends its registers with its last model has no more models.
    isOver_ = hasMarker_ || ++base_ == bases.size();
}

} // namespace causeway::bridges::modbus
