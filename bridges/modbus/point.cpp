// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/point.hpp"

namespace causeway::bridges::modbus {

std::string_view toString(RegisterTable table)
{
    switch (table) {
    case RegisterTable::Coil:
        return "coil";
    case RegisterTable::DiscreteInput:
        return "discrete input";
    case RegisterTable::InputRegister:
        return "input register";
    case RegisterTable::HoldingRegister:
        return "holding register";
    }
    return "";
}

std::string_view toString(RawType type)
{
    switch (type) {
    case RawType::Bit:
        return "bit";
    case RawType::U16:
        return "u16";
    case RawType::S16:
        return "s16";
    case RawType::U32:
        return "u32";
    case RawType::S32:
        return "s32";
    case RawType::U64:
        return "u64";
    case RawType::S64:
        return "s64";
    case RawType::F32:
        return "f32";
    case RawType::F64:
        return "f64";
    case RawType::Bcd16:
        return "bcd16";
    case RawType::Bcd32:
        return "bcd32";
    case RawType::String:
        return "string";
    }
    return "";
}

std::uint16_t wordsOf(RawType type)
{
    switch (type) {
    case RawType::Bit:
    case RawType::U16:
    case RawType::S16:
    case RawType::Bcd16:
        return 1;
    case RawType::U32:
    case RawType::S32:
    case RawType::F32:
    case RawType::Bcd32:
        return 2;
    case RawType::U64:
    case RawType::S64:
    case RawType::F64:
        return 4;
    case RawType::String:
        return 0;
    }
    return 0;
}

} // namespace causeway::bridges::modbus
