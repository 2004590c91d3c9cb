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
};

/// "12", "0x0C", "0Ch", "40013", "400013", "12-13"; a heading may say that all are hexadecimal.
[[nodiscard]] std::optional<RegisterPlace> registerPlace(const std::string& text, bool isHex);

/// "00001" is the first coil and "10001" the first discrete input, where the list says that it is
/// a bit; elsewhere they are addresses like others.
[[nodiscard]] std::optional<RegisterPlace> bitPlace(const std::string& text);

/// Of a function code or a name: coil, discrete-input, input or holding. Empty when unknown.
[[nodiscard]] std::string registerTable(const std::string& text);

/// A type of the profile language. `count` is how many registers the list says, 0 for none. No word
/// means an unsigned number; a word that nobody knows means nothing.
[[nodiscard]] std::optional<std::string> registerType(const std::string& text, std::uint32_t count);

/// "0.1", "0,1", "x10", "/10", "1/10", "*0.001". Nothing for 0 and for what is no number.
[[nodiscard]] std::optional<double> registerScale(std::string text);

/// Which Object a unit belongs to, and how the profile language writes the unit.
struct UnitMeaning
{
    std::uint16_t object = 0;
    std::string unit;
};

/// A Generic Sensor (3300) with the list's own word for a unit nobody knows.
[[nodiscard]] UnitMeaning unitMeaning(const std::string& text);

} // namespace causeway::dbus::ctl
