// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agent/base/expected.hpp"
#include "agent/model/value.hpp"
#include "bridges/modbus/point.hpp"

namespace causeway::bridges::modbus {

/// The numbers in a device by which values of it are multiplied, such as the ratios of its
/// transformers. Each is one more point of the Unit, behind those that are Resources, however many
/// values need it. Pure.
class UnitFactors
{
public:
    /// Of the Resources' points.
    explicit UnitFactors(std::span<const Point> points);

    /// One for each factor, in the order in which take() counts them.
    [[nodiscard]] std::vector<Point> points() const;

    /// What a factor's registers hold now; whether that is news. What is no number is unknown.
    [[nodiscard]] bool take(std::size_t factor, std::span<const std::uint16_t> words);
    [[nodiscard]] bool multiplies(std::size_t factor, const Point& point) const;
    /// What is there next may be another device.
    void forget();

    /// decode() with the point's factors; Unreachable while one of them is unknown.
    [[nodiscard]] base::Expected<model::Value> decode(const Point& point,
                                                      std::span<const std::uint16_t> words) const;

private:
    struct Factor
    {
        Part part;
        std::optional<double> number;
    };

    /// The one that is this, or the end.
    [[nodiscard]] std::vector<Factor>::const_iterator find(const Part& part) const;

    std::vector<Factor> factors_;
};

} // namespace causeway::bridges::modbus
