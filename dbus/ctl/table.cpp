// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/table.hpp"

#include <new>

#include <libsmartcols/libsmartcols.h>

#include "dbus/ctl/plain_text.hpp"

namespace causeway::dbus::ctl {

Table::Table(const std::vector<std::string>& headings)
    : table_(scols_new_table())
{
    if (!table_)
        throw std::bad_alloc();
    for (const auto& heading : headings) {
        const bool isLast = &heading == &headings.back();
        scols_table_new_column(table_.get(), heading.c_str(), 0, isLast ? SCOLS_FL_WRAP : 0);
    }
}

Table::Table()
    : Table(std::vector<std::string>{"NAME", "VALUE"})
{
    scols_table_enable_noheadings(table_.get(), 1);
}

void Table::add(const std::vector<std::string>& cells)
{
    auto* const line = scols_table_new_line(table_.get(), nullptr);
    if (line == nullptr)
        throw std::bad_alloc();
    for (std::size_t i = 0; i < cells.size(); ++i)
        scols_line_set_data(line, i, plainText(cells[i]).c_str());
}

void Table::print() const
{
    scols_print_table(table_.get());
}

void Table::Release::operator()(libscols_table* table) const
{
    scols_unref_table(table);
}

} // namespace causeway::dbus::ctl
