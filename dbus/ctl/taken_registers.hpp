// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace causeway::dbus::ctl {

/// A row of a register list that has become a Resource, and the registers or bits it has.
struct TakenRow
{
    std::string table;
    std::string type; ///< as a profile has it; "bit" also of a coil
    std::uint32_t address = 0;
    std::uint32_t count = 1;
    std::optional<std::uint32_t> bit{}; ///< of a register
    std::string name{};
    std::size_t number = 0; ///< of the row in the file
};

/// The registers of all rows so far. What shares a register is what a profile allows to share it:
/// one value in two units, parts of one register, and a part beside the whole. Pure.
class TakenRegisters
{
public:
    /// The row by which the place is taken: this one is the same again, or a slip of somebody's
    /// pen. Nothing, and remembers it, when the place is free.
    [[nodiscard]] std::optional<TakenRow> take(TakenRow row);

private:
    std::vector<TakenRow> rows_;
};

/// How many registers a number of this type has.
[[nodiscard]] std::uint32_t registersOf(std::string_view type);

} // namespace causeway::dbus::ctl
