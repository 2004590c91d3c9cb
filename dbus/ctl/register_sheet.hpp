// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/expected.hpp"
#include "dbus/ctl/csv.hpp"

namespace causeway::dbus::ctl {

enum class RegisterColumn : std::uint8_t {
    Address,
    Name,
    Type,
    Unit,
    Scale,
    Offset,
    Table,
    Access,
    Length,
    Order,
};

constexpr std::size_t registerColumns = 10;

/// A register list with its columns known by their head, which may have two rows. Pure.
class RegisterSheet
{
public:
    /// By the separator by which the head names most columns: a title above it, or a comma inside a
    /// number, says nothing of the columns.
    [[nodiscard]] static base::Expected<RegisterSheet> read(std::string_view csv);

    /// Rows below the head, the first of them having this number in the file.
    [[nodiscard]] const std::vector<CsvRow>& rows() const { return rows_; }

    [[nodiscard]] std::size_t firstRow() const { return firstRow_; }

    /// Empty when the list has no such column, or the row ends before it.
    [[nodiscard]] std::string cell(const CsvRow& row, RegisterColumn column) const;
    /// What stands above it: lower case, without blanks and signs.
    [[nodiscard]] const std::string& heading(RegisterColumn column) const;

private:
    using Columns = std::array<std::optional<std::size_t>, registerColumns>;

    [[nodiscard]] static Columns columnsOf(const CsvRow& row);
    [[nodiscard]] static std::size_t named(const Columns& columns);
    [[nodiscard]] static RegisterSheet below(std::vector<CsvRow> rows);
    [[nodiscard]] bool takeHead(const CsvRow& head);
    [[nodiscard]] bool takeDoubleHead(const CsvRow& upper, const CsvRow& lower);

    std::vector<CsvRow> rows_;
    std::size_t firstRow_ = 0;
    Columns columns_;
    std::array<std::string, registerColumns> headings_;
};

} // namespace causeway::dbus::ctl
