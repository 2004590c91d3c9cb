// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "agent/model/definition.hpp"
#include "agent/model/value.hpp"

/// Where a value lives in a Modbus device and how it is written there: the words of a profile.
namespace causeway::bridges::modbus {

/// The four primary tables of the Modbus Application Protocol V1.1b3 §4.3.
enum class RegisterTable : std::uint8_t { Coil, DiscreteInput, InputRegister, HoldingRegister };

[[nodiscard]] std::string_view toString(RegisterTable table);

[[nodiscard]] constexpr bool holdsBits(RegisterTable table)
{
    return table == RegisterTable::Coil || table == RegisterTable::DiscreteInput;
}

enum class RawType : std::uint8_t {
    Bit, ///< a coil, a discrete input, or one bit of a register
    U16,
    S16,
    U32,
    S32,
    U64,
    S64,
    F32,
    F64,
    Bcd16,
    Bcd32,
    String, ///< two characters a register
};

[[nodiscard]] std::string_view toString(RawType type);
/// Registers that one value takes; 0 for String, whose length the profile gives.
[[nodiscard]] std::uint16_t wordsOf(RawType type);

/// How registers become a number or a text, and back.
struct Encoding
{
    RawType type = RawType::U16;
    std::uint16_t words = 1;
    bool isLowWordFirst = false;
    bool hasSwappedBytes = false;
    std::uint8_t shift = 0; ///< bit number for Bit, first bit of a field for U16
    std::uint8_t width = 0; ///< bits of a field in U16; 0 means the whole register
    double scale = 1.0;     ///< value = raw * scale + offset
    double offset = 0.0;
    std::vector<std::uint64_t> sentinels; ///< raw words that mean "not available"
    std::optional<model::Range> valid;    ///< of the value, after scaling; others are not believed
};

/// How often a value is asked for.
enum class PollClass : std::uint8_t {
    Fast,
    Slow,
    Once,     ///< after the device has come, and again after it has come back
    OnDemand, ///< only when somebody reads it
};

/// What a write may be, and which function code carries it.
struct WriteRule
{
    bool usesMultiple = false;         ///< function code 15 or 16 where 5 or 6 would do
    bool verifies = false;             ///< reads back and compares
    std::optional<model::Range> range; ///< of the value, before it is unscaled
};

/// One value of the device: address counts from 0, as on the wire.
struct Point
{
    RegisterTable table = RegisterTable::InputRegister;
    std::uint16_t address = 0;
    Encoding encoding;
    model::ResourceType valueType = model::ResourceType::Float;
    PollClass pollClass = PollClass::Fast;
    std::optional<WriteRule> write;
    std::optional<std::uint16_t> executeValue; ///< what Execute writes: the Resource has no value

    /// Coils, or registers.
    [[nodiscard]] std::uint16_t count() const { return holdsBits(table) ? 1 : encoding.words; }
};

/// What a device of this kind can bear.
struct UnitLimits
{
    std::uint16_t mostRegisters = 125; ///< V1.1b3 §6.3
    std::uint16_t mostCoils = 2000;    ///< V1.1b3 §6.1
    std::uint16_t mostGap = 10;        ///< unmapped registers read through to save a request
    std::chrono::milliseconds fastPeriod{1000};
    std::chrono::milliseconds slowPeriod{60000};
    std::uint16_t patience = 3; ///< failed polls in a row before the device counts as gone
};

} // namespace causeway::bridges::modbus
