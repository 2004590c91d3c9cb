// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/point.hpp"

#include <algorithm>

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

Extent Point::extent() const
{
    const Extent own{address, count()};
    if (!exponentAddress)
        return own;
    const std::uint16_t first = std::min(address, *exponentAddress);
    const std::uint32_t end = std::max(own.end(), std::uint32_t{*exponentAddress} + 1);
    return {first, static_cast<std::uint16_t>(end - first)};
}

} // namespace causeway::bridges::modbus
