// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "bridges/modbus/point.hpp"

/// The words that profiles have for tables, types and the like.
namespace causeway::bridges {

template <typename Value>
using Choice = std::pair<std::string_view, Value>;

template <typename Value, std::size_t size>
std::span<const Choice<Value>> all(const std::array<Choice<Value>, size>& choices)
{
    return choices;
}

inline constexpr std::array tableWords{
    Choice<modbus::RegisterTable>{"coil", modbus::RegisterTable::Coil},
    Choice<modbus::RegisterTable>{"discrete-input", modbus::RegisterTable::DiscreteInput},
    Choice<modbus::RegisterTable>{"input", modbus::RegisterTable::InputRegister},
    Choice<modbus::RegisterTable>{"holding", modbus::RegisterTable::HoldingRegister},
};

/// A type, and the low bits of it that count when that is not all.
struct TypeWord
{
    modbus::RawType type = modbus::RawType::U16;
    std::uint8_t width = 0;
};

inline constexpr std::array typeWords{
    Choice<TypeWord>{"bit", {modbus::RawType::Bit, 0}},
    Choice<TypeWord>{"u8", {modbus::RawType::U16, 8}},
    Choice<TypeWord>{"s8", {modbus::RawType::S16, 8}},
    Choice<TypeWord>{"u16", {modbus::RawType::U16, 0}},
    Choice<TypeWord>{"s16", {modbus::RawType::S16, 0}},
    Choice<TypeWord>{"u24", {modbus::RawType::U32, 24}},
    Choice<TypeWord>{"s24", {modbus::RawType::S32, 24}},
    Choice<TypeWord>{"u32", {modbus::RawType::U32, 0}},
    Choice<TypeWord>{"s32", {modbus::RawType::S32, 0}},
    Choice<TypeWord>{"u48", {modbus::RawType::U48, 0}},
    Choice<TypeWord>{"s48", {modbus::RawType::S48, 0}},
    Choice<TypeWord>{"u64", {modbus::RawType::U64, 0}},
    Choice<TypeWord>{"s64", {modbus::RawType::S64, 0}},
    Choice<TypeWord>{"f16", {modbus::RawType::F16, 0}},
    Choice<TypeWord>{"f32", {modbus::RawType::F32, 0}},
    Choice<TypeWord>{"f64", {modbus::RawType::F64, 0}},
    Choice<TypeWord>{"bcd16", {modbus::RawType::Bcd16, 0}},
    Choice<TypeWord>{"bcd32", {modbus::RawType::Bcd32, 0}},
    Choice<TypeWord>{"bcd48", {modbus::RawType::Bcd48, 0}},
    Choice<TypeWord>{"bcd64", {modbus::RawType::Bcd64, 0}},
    Choice<TypeWord>{"string", {modbus::RawType::String, 0}},
};

inline constexpr std::array pollWords{
    Choice<modbus::PollClass>{"fast", modbus::PollClass::Fast},
    Choice<modbus::PollClass>{"slow", modbus::PollClass::Slow},
    Choice<modbus::PollClass>{"once", modbus::PollClass::Once},
    Choice<modbus::PollClass>{"on-demand", modbus::PollClass::OnDemand},
};

inline constexpr std::array decodingWords{
    Choice<modbus::Decoding>{"plain", modbus::Decoding::Plain},
    Choice<modbus::Decoding>{"mod10000", modbus::Decoding::Mod10000},
    Choice<modbus::Decoding>{"sign-magnitude", modbus::Decoding::SignMagnitude},
    Choice<modbus::Decoding>{"power-factor-4q", modbus::Decoding::PowerFactor4q},
    Choice<modbus::Decoding>{"ieee-11073", modbus::Decoding::Ieee11073},
    Choice<modbus::Decoding>{"opt3001", modbus::Decoding::Opt3001},
};

inline constexpr std::array characterWords{
    Choice<modbus::Characters>{"both", modbus::Characters::Both},
    Choice<modbus::Characters>{"high", modbus::Characters::High},
    Choice<modbus::Characters>{"low", modbus::Characters::Low},
};

struct Order
{
    bool isLowWordFirst = false;
    bool hasSwappedBytes = false;
};

/// As meters' manuals write it for 32 and 64 bits, A being the highest octet.
inline constexpr std::array orderWords{
    Choice<Order>{"ABCD", {false, false}},
    Choice<Order>{"CDAB", {true, false}},
    Choice<Order>{"BADC", {false, true}},
    Choice<Order>{"DCBA", {true, true}},
    Choice<Order>{"ABCDEFGH", {false, false}},
    Choice<Order>{"GHEFCDAB", {true, false}},
    Choice<Order>{"BADCFEHG", {false, true}},
    Choice<Order>{"HGFEDCBA", {true, true}},
};

/// Which raw numbers say "not available" where a profile names none.
enum class Absence : std::uint8_t {
    Never,
    Largest, ///< the largest number of each type: ABB meters
    Sunspec, ///< all ones, or for signed numbers the smallest
};

inline constexpr std::array absenceWords{
    Choice<Absence>{"never", Absence::Never},
    Choice<Absence>{"largest", Absence::Largest},
    Choice<Absence>{"sunspec", Absence::Sunspec},
};

} // namespace causeway::bridges
