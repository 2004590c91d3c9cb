// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/model/definition.hpp"
#include "agent/model/value.hpp"
#include "bridges/modbus/raw_type.hpp"

/// Where a value lives in a Modbus device and how it is written there: the words of a profile.
namespace causeway::bridges::modbus {

/// The four primary tables of the Modbus Application Protocol V1.1b3 §4.3.
enum class RegisterTable : std::uint8_t { Coil, DiscreteInput, InputRegister, HoldingRegister };

[[nodiscard]] std::string_view toString(RegisterTable table);

[[nodiscard]] constexpr bool holdsBits(RegisterTable table)
{
    return table == RegisterTable::Coil || table == RegisterTable::DiscreteInput;
}

[[nodiscard]] constexpr bool isReadOnly(RegisterTable table)
{
    return table == RegisterTable::DiscreteInput || table == RegisterTable::InputRegister;
}

/// How registers become a number or a text, and back.
struct Encoding
{
    RawType type = RawType::U16;
    std::uint16_t words = 1;
    bool isLowWordFirst = false;
    bool hasSwappedBytes = false;
    std::uint8_t shift = 0; ///< bit number for Bit, first bit of a field of a whole number
    std::uint8_t width = 0; ///< bits of that field; 0 means all
    Decoding decoding = Decoding::Plain;
    Characters characters = Characters::Both;
    double scale = 1.0; ///< value = raw * scale + offset
    double offset = 0.0;
    std::optional<std::uint8_t> decimals; ///< digits kept after the point; all when none
    std::vector<std::uint64_t> sentinels; ///< of the field's bits: "not available"
    std::optional<model::Range> valid;    ///< of the value, after scaling; others are not believed
    std::optional<model::Range> clamp;    ///< what lies a little outside counts as its end
    /// What single raw numbers mean; when there are some, no other number is believed.
    std::vector<std::pair<std::int64_t, model::Value>> meanings;
    std::optional<model::Value> otherMeaning; ///< of all other numbers
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
    bool usesMultiple = false;            ///< function code 15 or 16 where 5 or 6 would do
    bool usesMask = false;                ///< function code 22, for a part of a register
    bool verifies = false;                ///< reads back and compares
    std::optional<model::Range> range;    ///< of the value, before it is unscaled
    std::optional<RegisterTable> table;   ///< otherwise than where it is read
    std::optional<std::uint16_t> address; ///< the same
    double step = 0.0;                    ///< the value is a multiple of it above range's smallest
    std::chrono::milliseconds pause{0};   ///< at least this long between two writes
    std::chrono::milliseconds settle{0};  ///< before what was written is read back
    std::chrono::milliseconds pulse{0};   ///< a coil goes back after this long; 0: it stays
    bool toggles = false; ///< each write changes the device over: written only when it must change
};

/// What a device is given just before another write, such as a password.
struct Unlock
{
    RegisterTable table = RegisterTable::HoldingRegister;
    std::uint16_t address = 0;
    std::vector<std::uint16_t> words;
    bool usesMultiple = false;
};

/// What a device is given again and again, so that it knows that somebody is there.
struct KeepAlive
{
    RegisterTable table = RegisterTable::HoldingRegister;
    std::uint16_t address = 0;
    std::vector<std::uint16_t> words;
    std::vector<std::uint16_t> otherWords; ///< every second time, when there are some
    bool usesMultiple = false;
    std::chrono::milliseconds period{0};
};

/// Neighbouring registers or bits of one table.
struct Extent
{
    std::uint16_t address = 0;
    std::uint16_t count = 1;

    [[nodiscard]] std::uint32_t end() const { return std::uint32_t{address} + count; }
};

/// A number of the device that is part of another value.
struct Part
{
    RegisterTable table = RegisterTable::InputRegister;
    std::uint16_t address = 0;
    Encoding encoding;
};

/// One value of the device: address counts from 0, as on the wire.
struct Point
{
    RegisterTable table = RegisterTable::InputRegister;
    std::uint16_t address = 0;
    Encoding encoding;
    model::ResourceType valueType = model::ResourceType::Float;
    PollClass pollClass = PollClass::Fast;
    bool isAlone = false;      ///< read by a request of its own
    bool isUnreadable = false; ///< the device takes it, and does not tell it
    std::optional<WriteRule> write;
    std::optional<std::uint16_t> executeValue; ///< what Execute writes: the Resource has no value
    bool executeToggles = false;  ///< it writes the opposite of what the bit is, instead
    std::optional<Unlock> unlock; ///< before each write and Execute
    /// A signed register of the same table: the power of ten that the raw number is multiplied by.
    std::optional<std::uint16_t> exponentAddress;
    std::vector<Part> plus;  ///< of the same table: added to it, and read in the same request
    std::vector<Part> times; ///< anywhere: it is multiplied by them, who change hardly ever
    double factor = 1.0;     ///< the product of these, when it is known
    /// When there are some, the addresses count from the ID register of the first of these models
    /// that the device has.
    std::vector<std::uint16_t> sunspecModels;

    /// Coils, or registers.
    [[nodiscard]] std::uint16_t count() const { return holdsBits(table) ? 1 : encoding.words; }

    /// All that one read must bring: the value, its exponent, and what is added.
    [[nodiscard]] Extent extent() const;
};

/// Messaging on TCP/IP V1.0b names 1 to 16 transactions that a server may take at once.
constexpr std::uint16_t mostOutstanding = 16;

/// What a device of this kind can bear.
struct UnitLimits
{
    std::uint16_t mostRegisters = 125; ///< V1.1b3 §6.3
    std::uint16_t mostCoils = 2000;    ///< V1.1b3 §6.1
    std::uint16_t mostGap = 10;        ///< unmapped registers read through to save a request
    std::chrono::milliseconds fastPeriod{1000};
    std::chrono::milliseconds slowPeriod{60000};
    std::uint16_t patience = 3; ///< failed polls in a row before the device counts as gone
    std::optional<std::chrono::milliseconds> responseTimeout; ///< instead of the line's
    std::chrono::milliseconds silence{0}; ///< before each request, besides the line's own
    std::uint16_t outstanding = 1;        ///< requests at once, on Modbus TCP
    std::chrono::seconds idleTimeout{0};  ///< of its TCP connection; zero: it stays
};

} // namespace causeway::bridges::modbus
