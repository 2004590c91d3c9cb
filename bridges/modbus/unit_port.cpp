// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/unit_port.hpp"

#include <utility>

#include "bridges/modbus/register_codec.hpp"

namespace causeway::bridges::modbus {

namespace {

FunctionCode readFunction(RegisterTable table)
{
    switch (table) {
    case RegisterTable::Coil:
        return FunctionCode::ReadCoils;
    case RegisterTable::DiscreteInput:
        return FunctionCode::ReadDiscreteInputs;
    case RegisterTable::InputRegister:
        return FunctionCode::ReadInputRegisters;
    case RegisterTable::HoldingRegister:
        break;
    }
    return FunctionCode::ReadHoldingRegisters;
}

FunctionCode writeFunction(RegisterTable table, bool isMultiple)
{
    if (table == RegisterTable::Coil)
        return isMultiple ? FunctionCode::WriteMultipleCoils : FunctionCode::WriteSingleCoil;
    return isMultiple ? FunctionCode::WriteMultipleRegisters : FunctionCode::WriteSingleRegister;
}

} // namespace

Request readRequest(std::uint8_t unitId, RegisterTable table, Extent extent)
{
    return {unitId, readFunction(table), extent.address, extent.count, {}};
}

Request writeRequest(std::uint8_t unitId,
                     RegisterTable table,
                     std::uint16_t address,
                     std::vector<std::uint16_t> words,
                     bool usesMultiple)
{
    const auto count = static_cast<std::uint16_t>(words.size());
    return {
        unitId, writeFunction(table, usesMultiple || count > 1), address, count, std::move(words)};
}

Request writeRequest(std::uint8_t unitId, const Point& point, std::vector<std::uint16_t> words)
{
    const WriteRule rule = point.write.value_or(WriteRule{});
    const std::uint16_t address = rule.address.value_or(point.address);
    if (rule.usesMask) {
        const std::uint16_t others = foreignBits(point).front();
        const auto own = static_cast<std::uint16_t>(words.front() & ~others);
        return {unitId, FunctionCode::MaskWriteRegister, address, 1, {others, own}, {others}};
    }
    Request request = writeRequest(
        unitId, rule.table.value_or(point.table), address, std::move(words), rule.usesMultiple);
    request.foreign = foreignBits(point);
    return request;
}

} // namespace causeway::bridges::modbus
