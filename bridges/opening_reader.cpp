// SPDX-License-Identifier: Apache-2.0
#include "bridges/opening_reader.hpp"

#include <fmt/format.h>

#include "bridges/modbus/frame.hpp"

namespace causeway::bridges {

using modbus::RegisterTable;

namespace {

constexpr std::int64_t mostWord = 65535;

std::vector<std::uint16_t> wordsOf(ProfileTable& table, std::string_view key, RegisterTable where)
{
    std::vector<std::uint16_t> words;
    const std::int64_t most = modbus::holdsBits(where) ? 1 : mostWord;
    if (!table.has(key))
        table.complain(key, fmt::format("{} is missing", key));
    for (const std::int64_t word : table.integers(key)) {
        if (word < 0 || word > most)
            table.complain(key, fmt::format("{} is not one of 0 to {}", word, most));
        words.push_back(static_cast<std::uint16_t>(word));
    }
    if (table.has(key) && (words.empty() || words.size() > modbus::mostRegistersWritten))
        table.complain(key,
                       fmt::format("{} has 1 to {} numbers", key, modbus::mostRegistersWritten));
    return words;
}

RegisterTable tableOf(ProfileTable& table)
{
    if (!table.has("table"))
        table.complain("table", "table is missing");
    return table.choice("table", all(tableWords)).value_or(RegisterTable::HoldingRegister);
}

/// Ten times a second: the line is there for the values.
constexpr std::int64_t leastPeriod = 100;
/// A day; what is rarer is no sign of life.
constexpr std::int64_t mostPeriod = 86'400'000;

void checkWritable(ProfileTable& table, RegisterTable where)
{
    if (modbus::isReadOnly(where))
        table.complain("table", fmt::format("{}s cannot be written", modbus::toString(where)));
}

void checkEnd(ProfileTable& table, std::uint16_t address, std::size_t count)
{
    if (address + count > 0x10000U)
        table.complain("address", "the registers reach beyond address 65535");
}

} // namespace

modbus::ProbeStep readProbe(ProfileTable table, const PointDefaults& defaults)
{
    modbus::ProbeStep step;
    step.table = tableOf(table);
    step.address = readAddress(table, "address", defaults);
    step.words = wordsOf(table, "equals", step.table);
    step.mask = static_cast<std::uint16_t>(table.integer("mask", 1, mostWord).value_or(mostWord));
    checkEnd(table, step.address, step.words.size());
    table.refuseOthers();
    return step;
}

modbus::SetupStep readSetup(ProfileTable table, const PointDefaults& defaults)
{
    modbus::SetupStep step;
    step.table = tableOf(table);
    step.address = readAddress(table, "address", defaults);
    step.words = wordsOf(table, "values", step.table);
    step.isAlways = table.flag("always").value_or(false);
    step.usesMultiple = table.flag("multiple").value_or(false);
    checkEnd(table, step.address, step.words.size());
    checkWritable(table, step.table);
    table.refuseOthers();
    return step;
}

modbus::KeepAlive readKeepAlive(ProfileTable table, const PointDefaults& defaults)
{
    modbus::KeepAlive sign;
    sign.table = tableOf(table);
    sign.address = readAddress(table, "address", defaults);
    sign.words = wordsOf(table, "values", sign.table);
    if (table.has("alternate"))
        sign.otherWords = wordsOf(table, "alternate", sign.table);
    if (!sign.otherWords.empty() && sign.otherWords.size() != sign.words.size())
        table.complain("alternate", "alternate has as many numbers as values");
    sign.usesMultiple = table.flag("multiple").value_or(false);
    sign.period =
        std::chrono::milliseconds(table.requiredInteger("period-ms", leastPeriod, mostPeriod));
    checkEnd(table, sign.address, sign.words.size());
    checkWritable(table, sign.table);
    table.refuseOthers();
    return sign;
}

modbus::Unlock readUnlock(ProfileTable table, const PointDefaults& defaults)
{
    modbus::Unlock unlock;
    unlock.table = table.choice("table", all(tableWords)).value_or(RegisterTable::HoldingRegister);
    unlock.address = readAddress(table, "address", defaults);
    unlock.words = wordsOf(table, "values", unlock.table);
    unlock.usesMultiple = table.flag("multiple").value_or(false);
    checkEnd(table, unlock.address, unlock.words.size());
    checkWritable(table, unlock.table);
    table.refuseOthers();
    return unlock;
}

} // namespace causeway::bridges
