// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace causeway::bridges::modbus {

/// What a Liar's register holds.
inline std::uint16_t truth(std::uint32_t address)
{
    return static_cast<std::uint16_t>(address * 3 + 7);
}

/// In every way we could think of.
enum class Lie {
    None,
    Silence,
    Late,
    Short,
    Long,
    WrongUnit,
    WrongFunction,
    WrongCount,
    Damaged,
    Exception,
    Slow,
    NoiseBefore,
    NoiseAfter,
    Twice,
    WrongTransaction,
    WrongProtocol,
    WrongLength,
    Last = WrongLength,
};

} // namespace causeway::bridges::modbus
