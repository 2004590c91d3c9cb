// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace causeway::dbus::ctl {

// What the cells of a register list mean, in the many words that vendors have. All of it is pure.

/// "Data Type (hex)" becomes "datatypehex".
[[nodiscard]] std::string plainWord(std::string_view text);

struct RegisterPlace
{
    std::uint32_t address = 0; ///< from 0, as on the wire
    std::uint32_t count = 0;   ///< registers, 0 when the cell does not tell
    std::string table;         ///< of the profile language; empty when the number does not tell
    std::optional<std::uint32_t> bit; ///< "100.3" is bit 3 of register 100
};

/// How a list counts its registers, which all of its rows say together.
struct AddressHabit
{
    bool isHex = false;       ///< also without a sign of it
    bool isAsWritten = false; ///< 40001 is register 40001, not the first holding register
};

/// "12", "0x0C", "0Ch", "40013", "400013", "4x0013", "12-13", "12.3".
[[nodiscard]] std::optional<RegisterPlace> registerPlace(const std::string& text,
                                                         const AddressHabit& habit = {});

/// Whether it is hexadecimal without a sign of it: "00A0".
[[nodiscard]] bool isBareHex(const std::string& text);

/// "00001" is the first coil and "10001" the first discrete input, where the list says that it is
/// a bit; elsewhere they are addresses like others.
[[nodiscard]] std::optional<RegisterPlace> bitPlace(const std::string& text);

/// Of a function code or a name: coil, discrete-input, input or holding. Empty when unknown.
[[nodiscard]] std::string registerTable(const std::string& text);

/// A type of the profile language. `count` is how many registers the list says, 0 for none. No word
/// means an unsigned number; a word that nobody knows means nothing.
[[nodiscard]] std::optional<std::string> registerType(const std::string& text, std::uint32_t count);

/// The order of octets that a cell names: "float32 CDAB", "U32 (word swap)"; empty when none does.
/// Nothing when it could be this or that: "little endian".
[[nodiscard]] std::optional<std::string> registerOrder(const std::string& text);

/// How many characters, in "ASCII(16)"; 0 when it does not say.
[[nodiscard]] std::uint32_t charactersIn(const std::string& type);

/// How many registers a cell means under such a heading: "length (bytes)", "bits".
[[nodiscard]] std::uint32_t registerCount(const std::string& cell, std::string_view heading);

/// What one count of a register is worth.
struct RegisterScale
{
    double factor = 1.0;
    std::string unit; ///< "mV" of "10 mV"
};

/// "0.1", "0,1", "x10", "/10", "1/10", "*0.001", "value / 10", "10^-1", "0.1 kWh". Nothing for 0,
/// for what is no number, and for "1,000", which is one or a thousand. The heading may mean
/// something else than a factor: a divisor, or decimals.
[[nodiscard]] std::optional<RegisterScale> registerScale(const std::string& cell,
                                                         std::string_view heading = {});

/// What a row says of scale and unit together.
struct RegisterQuantity
{
    double scale = 1.0;
    std::string unit;
    std::string wrong; ///< why nobody could tell; empty when all is clear
};

/// A factor may stand in the column of the unit, too ("0.1 V", "V/10"), and a unit in that of the
/// scale.
[[nodiscard]] RegisterQuantity
registerQuantity(const std::string& scale, std::string_view scaleHeading, const std::string& unit);

/// Whether a cell says anything at all: not "none", "n/a" or "raw".
[[nodiscard]] bool saysNumber(const std::string& cell);

enum class RegisterAccess : std::uint8_t { ReadOnly, ReadWrite, WriteOnly };

/// "RW", "R/W", "WO", "read only"; "yes" under a heading that says "writable".
[[nodiscard]] RegisterAccess registerAccess(const std::string& text, std::string_view heading);

/// Which Object a unit belongs to, and how the profile language writes the unit.
struct UnitMeaning
{
    std::uint16_t object = 0;
    std::string unit;
};

/// A Generic Sensor (3300) with the list's own word for a unit nobody knows.
[[nodiscard]] UnitMeaning unitMeaning(const std::string& text);

} // namespace causeway::dbus::ctl
