// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/register_sheet.hpp"

#include <algorithm>
#include <utility>

#include "dbus/ctl/register_words.hpp"

namespace causeway::dbus::ctl {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

using enum RegisterColumn;

struct Heading
{
    std::string_view word; ///< lower case, without blanks and signs
    RegisterColumn column;
};

// The more exact ones first: a "register name" is a name, a "length in registers" a length.
constexpr std::array headings{
    Heading{"byteorder", Order},  Heading{"wordorder", Order},    Heading{"endian", Order},
    Heading{"address", Address},  Heading{"addr", Address},       Heading{"name", Name},
    Heading{"description", Name}, Heading{"parameter", Name},     Heading{"label", Name},
    Heading{"signal", Name},      Heading{"tag", Name},           Heading{"datatype", Type},
    Heading{"type", Type},        Heading{"format", Type},        Heading{"length", Length},
    Heading{"size", Length},      Heading{"count", Length},       Heading{"quantity", Length},
    Heading{"words", Length},     Heading{"unit", Unit},          Heading{"scal", Scale},
    Heading{"factor", Scale},     Heading{"multiplier", Scale},   Heading{"gain", Scale},
    Heading{"resolution", Scale}, Heading{"divis", Scale},        Heading{"divid", Scale},
    Heading{"decimals", Scale},   Heading{"decimalplace", Scale}, Heading{"writ", Access},
    Heading{"access", Access},    Heading{"rw", Access},          Heading{"zugriff", Access},
    Heading{"schreib", Access},   Heading{"function", Table},     Heading{"fc", Table},
    Heading{"table", Table},      Heading{"register", Address},   Heading{"reg", Address},
    Heading{"start", Address},    Heading{"variable", Name},      Heading{"adresse", Address},
    Heading{"bezeichnung", Name}, Heading{"datentyp", Type},      Heading{"einheit", Unit},
    Heading{"faktor", Scale},     Heading{"anzahl", Length},      Heading{"offset", Offset},
};

std::size_t indexOf(RegisterColumn column)
{
    return static_cast<std::size_t>(column);
}

/// One head of two rows, each column's words together.
CsvRow joined(const CsvRow& upper, const CsvRow& lower)
{
    CsvRow row(std::max(upper.size(), lower.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
        row[i] = i < upper.size() ? upper[i] : std::string();
        if (i < lower.size())
            row[i] += " " + lower[i];
    }
    return row;
}

} // namespace

RegisterSheet::Columns RegisterSheet::columnsOf(const CsvRow& row)
{
    Columns columns;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string word = plainWord(row[i]);
        if (word == "unitid" || word == "slaveid")
            continue;
        // A heading that says "type" and "register" means the table, whatever stands first.
        const bool isTable = word.find("registertype") != std::string::npos ||
                             word.find("objecttype") != std::string::npos;
        for (const Heading& heading : headings) {
            auto& column = columns[indexOf(isTable ? Table : heading.column)];
            if (word.find(heading.word) == std::string::npos || column)
                continue;
            column = i;
            break;
        }
    }
    // In some lists the offset is where the register is, in others what is added to its value.
    if (!columns[indexOf(Address)])
        std::swap(columns[indexOf(Address)], columns[indexOf(Offset)]);
    return columns;
}

std::size_t RegisterSheet::named(const Columns& columns)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(columns, [](const auto& column) { return column.has_value(); }));
}

/// A title above the table may say "register", too; a head names more than one column.
bool RegisterSheet::takeHead(const CsvRow& head)
{
    const Columns columns = columnsOf(head);
    if (!columns[indexOf(Address)] || named(columns) < 2)
        return false;
    columns_ = columns;
    for (std::size_t i = 0; i < registerColumns; ++i)
        headings_[i] = columns[i] ? plainWord(head[*columns[i]]) : std::string();
    return true;
}

// Where cells were merged, two rows say only together what a column is.
bool RegisterSheet::takeDoubleHead(const CsvRow& upper, const CsvRow& lower)
{
    RegisterSheet both;
    const std::size_t apart = std::max(named(columns_), named(columnsOf(lower)));
    if (!both.takeHead(joined(upper, lower)) || named(both.columns_) <= apart)
        return false;
    const std::string address = both.cell(lower, Address);
    if (registerPlace(address) || isBareHex(address))
        return false; // values begin there
    *this = std::move(both);
    return true;
}

RegisterSheet RegisterSheet::below(std::vector<CsvRow> rows)
{
    RegisterSheet sheet;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool isHead = sheet.takeHead(rows[i]);
        const bool isDouble = i + 1 < rows.size() && sheet.takeDoubleHead(rows[i], rows[i + 1]);
        if (!isHead && !isDouble)
            continue;
        const std::size_t heads = i + (isDouble ? 2 : 1);
        rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(heads));
        sheet.firstRow_ = heads + 1;
        sheet.rows_ = std::move(rows);
        break;
    }
    return sheet;
}

Expected<RegisterSheet> RegisterSheet::read(std::string_view csv)
{
    RegisterSheet best;
    for (const char separator : {',', ';', '\t'}) {
        auto rows = parseCsv(csv, separator);
        if (!rows)
            return fail(rows.error());
        RegisterSheet sheet = below(std::move(*rows));
        if (named(sheet.columns_) > named(best.columns_))
            best = std::move(sheet);
    }
    if (named(best.columns_) == 0)
        return fail(ErrorKind::InvalidArgument,
                    "no line names a column \"address\" or \"register\" and another one");
    return best;
}

std::string RegisterSheet::cell(const CsvRow& row, RegisterColumn column) const
{
    const auto index = columns_[indexOf(column)];
    return index && *index < row.size() ? row[*index] : std::string();
}

const std::string& RegisterSheet::heading(RegisterColumn column) const
{
    return headings_[indexOf(column)];
}

} // namespace causeway::dbus::ctl
