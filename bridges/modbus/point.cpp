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
    std::uint16_t first = address;
    std::uint32_t end = std::uint32_t{address} + count();
    const auto take = [&](std::uint16_t other, std::uint16_t words) {
        first = std::min(first, other);
        end = std::max(end, std::uint32_t{other} + words);
    };
    if (exponentAddress)
        take(*exponentAddress, 1);
    for (const Part& part : plus)
        take(part.address, part.encoding.words);
    constexpr std::uint32_t most = 0xFFFF;
    return {first, static_cast<std::uint16_t>(std::min(end - first, most))};
}

} // namespace causeway::bridges::modbus
