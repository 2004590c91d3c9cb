// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace causeway::bridges::modbus {

/// How devices write one value into bits and registers.
enum class RawType : std::uint8_t {
    Bit, ///< a coil, a discrete input, or one bit of a register
    U16,
    S16,
    U32,
    S32,
    U48,
    S48,
    U64,
    S64,
    F16,
    F32,
    F64,
    Bcd16,
    Bcd32,
    Bcd48,
    Bcd64,
    String,
};

[[nodiscard]] std::string_view toString(RawType type);
/// Registers that one value takes; 0 for String, whose length the profile gives.
[[nodiscard]] std::uint16_t wordsOf(RawType type);

[[nodiscard]] bool isFloat(RawType type);
[[nodiscard]] bool isSigned(RawType type); ///< of whole numbers
[[nodiscard]] bool isBcd(RawType type);
/// Whole numbers in two's complement or without a sign: those that can have fields.
[[nodiscard]] bool isBinary(RawType type);

/// What a whole number's bits mean where they are no plain number.
enum class Decoding : std::uint8_t {
    Plain,
    Mod10000,      ///< each register counts to 9999 (Power Measurement ION, Veris)
    SignMagnitude, ///< the highest bit is the sign, the others the amount
    /// Schneider 4Q_FP_PF: beyond ±1 the number counts back from ±2, and the load is capacitive.
    PowerFactor4q,
    /// FLOAT of 32 or SFLOAT of 16 bits, ISO/IEEE 11073-20601 Annex F: a power of ten in the
    /// highest 8 or 4 bits, both parts signed.
    Ieee11073,
    Opt3001, ///< that light sensor's result register: a power of two in the highest 4 of 16 bits
};

/// Whether the number has an exponent of its own, and may be none at all.
[[nodiscard]] constexpr bool hasExponent(Decoding decoding)
{
    return decoding == Decoding::Ieee11073 || decoding == Decoding::Opt3001;
}

/// Which octets of a register are characters of a text.
enum class Characters : std::uint8_t { Both, High, Low };

} // namespace causeway::bridges::modbus
