// SPDX-License-Identifier: Apache-2.0
#include "bridges/unit_conversion.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace causeway::bridges {

namespace {

enum class Quantity : std::uint8_t {
    Temperature,
    Ratio,
    Voltage,
    Current,
    Power,
    ApparentPower,
    ReactivePower,
    Energy,
    ApparentEnergy,
    ReactiveEnergy,
    Frequency,
    Pressure,
    Length,
    Volume,
    Flow,
    Mass,
    Time,
    Speed,
    Resistance,
};

/// amount in the base unit = number * factor + offset
struct Unit
{
    std::string_view name;
    Quantity quantity;
    double factor;
    double offset = 0.0;
};

// clang-format off
constexpr std::array units{
    Unit{"Cel",   Quantity::Temperature, 1},
    Unit{"degC",  Quantity::Temperature, 1},
    Unit{"K",     Quantity::Temperature, 1, -273.15},
    Unit{"degF",  Quantity::Temperature, 5.0 / 9.0, -160.0 / 9.0},
    Unit{"/",     Quantity::Ratio, 1},
    Unit{"%",     Quantity::Ratio, 0.01},
    Unit{"%RH",   Quantity::Ratio, 0.01},
    Unit{"ppm",   Quantity::Ratio, 1e-6},
    Unit{"ppb",   Quantity::Ratio, 1e-9},
    Unit{"mV",    Quantity::Voltage, 1e-3},
    Unit{"V",     Quantity::Voltage, 1},
    Unit{"kV",    Quantity::Voltage, 1e3},
    Unit{"mA",    Quantity::Current, 1e-3},
    Unit{"A",     Quantity::Current, 1},
    Unit{"kA",    Quantity::Current, 1e3},
    Unit{"mW",    Quantity::Power, 1e-3},
    Unit{"W",     Quantity::Power, 1},
    Unit{"kW",    Quantity::Power, 1e3},
    Unit{"MW",    Quantity::Power, 1e6},
    Unit{"VA",    Quantity::ApparentPower, 1},
    Unit{"kVA",   Quantity::ApparentPower, 1e3},
    Unit{"MVA",   Quantity::ApparentPower, 1e6},
    Unit{"var",   Quantity::ReactivePower, 1},
    Unit{"kvar",  Quantity::ReactivePower, 1e3},
    Unit{"Mvar",  Quantity::ReactivePower, 1e6},
    Unit{"J",     Quantity::Energy, 1.0 / 3600.0},
    Unit{"kJ",    Quantity::Energy, 1e3 / 3600.0},
    Unit{"MJ",    Quantity::Energy, 1e6 / 3600.0},
    Unit{"GJ",    Quantity::Energy, 1e9 / 3600.0},
    Unit{"Wh",    Quantity::Energy, 1},
    Unit{"kWh",   Quantity::Energy, 1e3},
    Unit{"MWh",   Quantity::Energy, 1e6},
    Unit{"VAh",   Quantity::ApparentEnergy, 1},
    Unit{"kVAh",  Quantity::ApparentEnergy, 1e3},
    Unit{"varh",  Quantity::ReactiveEnergy, 1},
    Unit{"kvarh", Quantity::ReactiveEnergy, 1e3},
    Unit{"Mvarh", Quantity::ReactiveEnergy, 1e6},
    Unit{"mHz",   Quantity::Frequency, 1e-3},
    Unit{"Hz",    Quantity::Frequency, 1},
    Unit{"kHz",   Quantity::Frequency, 1e3},
    Unit{"Pa",    Quantity::Pressure, 1},
    Unit{"hPa",   Quantity::Pressure, 1e2},
    Unit{"mbar",  Quantity::Pressure, 1e2},
    Unit{"kPa",   Quantity::Pressure, 1e3},
    Unit{"bar",   Quantity::Pressure, 1e5},
    Unit{"MPa",   Quantity::Pressure, 1e6},
    Unit{"psi",   Quantity::Pressure, 6894.757293168361},
    Unit{"mm",    Quantity::Length, 1e-3},
    Unit{"cm",    Quantity::Length, 1e-2},
    Unit{"m",     Quantity::Length, 1},
    Unit{"km",    Quantity::Length, 1e3},
    Unit{"l",     Quantity::Volume, 1e-3},
    Unit{"m3",    Quantity::Volume, 1},
    Unit{"l/s",   Quantity::Flow, 1e-3},
    Unit{"l/min", Quantity::Flow, 1e-3 / 60.0},
    Unit{"l/h",   Quantity::Flow, 1e-3 / 3600.0},
    Unit{"m3/h",  Quantity::Flow, 1.0 / 3600.0},
    Unit{"m3/s",  Quantity::Flow, 1},
    Unit{"g",     Quantity::Mass, 1e-3},
    Unit{"kg",    Quantity::Mass, 1},
    Unit{"t",     Quantity::Mass, 1e3},
    Unit{"ms",    Quantity::Time, 1e-3},
    Unit{"s",     Quantity::Time, 1},
    Unit{"min",   Quantity::Time, 60},
    Unit{"h",     Quantity::Time, 3600},
    Unit{"d",     Quantity::Time, 86400},
    Unit{"m/s",   Quantity::Speed, 1},
    Unit{"km/h",  Quantity::Speed, 1.0 / 3.6},
    Unit{"Ohm",   Quantity::Resistance, 1},
    Unit{"kOhm",  Quantity::Resistance, 1e3},
};

// clang-format on

const Unit* find(std::string_view name)
{
    const auto found = std::ranges::find(units, name, &Unit::name);
    return found == units.end() ? nullptr : &*found;
}

} // namespace

std::optional<UnitConversion> conversion(std::string_view from, std::string_view to)
{
    if (from == to)
        return UnitConversion{};
    const Unit* source = find(from);
    const Unit* target = find(to);
    if (source == nullptr || target == nullptr || source->quantity != target->quantity)
        return std::nullopt;
    return UnitConversion{source->factor / target->factor,
                          (source->offset - target->offset) / target->factor};
}

std::string unitsFor(std::string_view to)
{
    const Unit* target = find(to);
    std::string names;
    for (const Unit& unit : units) {
        if (target != nullptr && unit.quantity == target->quantity)
            names.append(names.empty() ? "" : ", ").append(unit.name);
    }
    return names;
}

} // namespace causeway::bridges
