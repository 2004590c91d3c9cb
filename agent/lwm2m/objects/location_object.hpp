// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "agent/lwm2m/objects/single_object.hpp"

namespace causeway::lwm2m {

/// Where somebody says that a device stands.
struct Position
{
    double latitude = 0;            ///< degrees north
    double longitude = 0;           ///< degrees east
    std::optional<double> altitude; ///< metres above the ellipsoid of WGS 84
};

/// "52.5163 13.3777" or "52.5163 13.3777 34", separated by single blanks. A sentence for what is no
/// place on or near the Earth.
[[nodiscard]] base::Expected<Position> parsePosition(std::string_view text);

/// Object 6 of a device that stays where it was put: nobody measures, so there is no radius,
/// velocity or speed. The definition and scheduler outlive it.
class LocationObject final : public SingleObject
{
public:
    /// `since` is when the position was given.
    LocationObject(const model::ObjectDefinition& definition,
                   Position position,
                   model::Time since,
                   base::Scheduler& scheduler);

    [[nodiscard]] std::vector<model::Id> resources(model::Id instance) const override;
    [[nodiscard]] base::Expected<model::Sample> read(const model::Path& path) const override;

private:
    Position position_;
    model::Time since_;
};

} // namespace causeway::lwm2m
