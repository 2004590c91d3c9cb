// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/taken_registers.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace causeway::dbus::ctl {

namespace {

std::uint32_t bitsOf(std::string_view type)
{
    std::uint32_t bits = 0;
    for (const char one : type) {
        if (one >= '0' && one <= '9')
            bits = bits * 10 + static_cast<std::uint32_t>(one - '0');
    }
    return bits;
}

bool isField(const TakenRow& row)
{
    return row.bit || row.type == "bit" || bitsOf(row.type) % 16 != 0;
}

bool isWhole(const TakenRow& row)
{
    return !isField(row) && (row.type.front() == 'u' || row.type.front() == 's') &&
           row.type != "string";
}

bool isPartOf(const TakenRow& field, const TakenRow& whole)
{
    return isField(field) && isWhole(whole) && field.address >= whole.address &&
           field.address + field.count <= whole.address + whole.count;
}

bool overlaps(const TakenRow& one, const TakenRow& other)
{
    return one.table == other.table && one.address < other.address + other.count &&
           other.address < one.address + one.count;
}

bool isSame(const TakenRow& one, const TakenRow& other)
{
    const auto placeOf = [](const TakenRow& row) {
        return std::tie(row.table, row.address, row.count, row.type, row.bit);
    };
    return placeOf(one) == placeOf(other);
}

// As ProfileReader has it, but that one name for one place is one value, not two.
bool mayShare(const TakenRow& one, const TakenRow& other)
{
    if (isSame(one, other))
        return one.name != other.name;
    return (isField(one) && isField(other)) || isPartOf(one, other) || isPartOf(other, one);
}

} // namespace

std::optional<TakenRow> TakenRegisters::take(TakenRow row)
{
    const auto other = std::ranges::find_if(rows_, [&](const TakenRow& taken) {
        return overlaps(row, taken) && !mayShare(row, taken);
    });
    if (other != rows_.end())
        return *other;
    rows_.push_back(std::move(row));
    return std::nullopt;
}

std::uint32_t registersOf(std::string_view type)
{
    return std::max<std::uint32_t>(1, (bitsOf(type) + 15) / 16);
}

} // namespace causeway::dbus::ctl
