// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/raw_type.hpp"

#include <algorithm>
#include <array>

namespace causeway::bridges::modbus {

namespace {

enum class Kind : std::uint8_t { Bit, Unsigned, Signed, Float, Bcd, Text };

struct Row
{
    RawType type;
    std::string_view name;
    std::uint16_t words;
    Kind kind;
};

// clang-format off
constexpr std::array rows{
    Row{RawType::Bit,    "bit",    1, Kind::Bit},
    Row{RawType::U16,    "u16",    1, Kind::Unsigned},
    Row{RawType::S16,    "s16",    1, Kind::Signed},
    Row{RawType::U32,    "u32",    2, Kind::Unsigned},
    Row{RawType::S32,    "s32",    2, Kind::Signed},
    Row{RawType::U48,    "u48",    3, Kind::Unsigned},
    Row{RawType::S48,    "s48",    3, Kind::Signed},
    Row{RawType::U64,    "u64",    4, Kind::Unsigned},
    Row{RawType::S64,    "s64",    4, Kind::Signed},
    Row{RawType::F16,    "f16",    1, Kind::Float},
    Row{RawType::F32,    "f32",    2, Kind::Float},
    Row{RawType::F64,    "f64",    4, Kind::Float},
    Row{RawType::Bcd16,  "bcd16",  1, Kind::Bcd},
    Row{RawType::Bcd32,  "bcd32",  2, Kind::Bcd},
    Row{RawType::Bcd48,  "bcd48",  3, Kind::Bcd},
    Row{RawType::Bcd64,  "bcd64",  4, Kind::Bcd},
    Row{RawType::String, "string", 0, Kind::Text},
};

// clang-format on

const Row& rowOf(RawType type)
{
    return *std::ranges::find(rows, type, &Row::type);
}

} // namespace

std::string_view toString(RawType type)
{
    return rowOf(type).name;
}

std::uint16_t wordsOf(RawType type)
{
    return rowOf(type).words;
}

bool isFloat(RawType type)
{
    return rowOf(type).kind == Kind::Float;
}

bool isSigned(RawType type)
{
    return rowOf(type).kind == Kind::Signed;
}

bool isBcd(RawType type)
{
    return rowOf(type).kind == Kind::Bcd;
}

bool isBinary(RawType type)
{
    return isSigned(type) || rowOf(type).kind == Kind::Unsigned;
}

} // namespace causeway::bridges::modbus
